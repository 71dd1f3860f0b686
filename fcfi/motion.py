"""The displacement of an object from a picture to the next one of a series.

The pixels of the object are compared with the next picture at every displacement up to half the
object's size, and the displacement with the smallest squared difference is taken.  It follows a
moving object or camera; a turn or another shape is left to the network, which looks at the
displaced mask.  Knows nothing of networks or projects.

Convention: x right, y down, whole pixels.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from fcfi.boxes import Box, whole
from fcfi.geometry import box_of, cut, resize
from fcfi.images import Image
from fcfi.masks.truth import Mask

COMPARED: Final = 96
"""The longer side of an object where it is compared, in pixels: larger objects are shrunk.

At this size the displacement is known to about a hundredth of the object, and comparing takes some
milliseconds for objects of any size.
"""
REACH: Final = 0.5
"""The farthest displacement along x and y, as a share of the object's longer side."""
LEAST_REACH: Final = 32
"""The farthest displacement of a small object, in pixels of the picture."""


@dataclass(frozen=True, slots=True)
class Displacement:
    """By how many pixels (x, y) an object has moved from one picture to the next.

    doubt: the squared difference there as a share of the median over all displacements.  0: the
    object looks as before; near 1: it looks there as it does anywhere, so that it is hardly there.
    """

    x: int
    y: int
    doubt: float


def displacement(before: Image, now: Image, mask: Mask) -> Displacement:
    """Return how an object has moved from one picture to the next.

    before, now: (H, W, 3) of the same size.  mask: of the object in `before`, (H, W), not empty.
    """
    box = box_of(mask)
    assert box is not None, "the object has pixels"
    side = max(box.width, box.height)
    reach = max(LEAST_REACH, round(REACH * side))
    scale = min(1.0, COMPARED / side)
    area = Box(box.left - reach, box.top - reach, box.right + reach, box.bottom + reach)
    template = _shrunk(cut(before, box), scale)
    weights = _shrunk(cut(mask, box).astype(np.float32), scale)
    difference = cv2.matchTemplate(
        _shrunk(_around(now, area), scale),
        template,
        cv2.TM_SQDIFF,
        # A weight for each channel, as OpenCV asks for.
        mask=np.repeat(weights[:, :, None], 3, axis=2),
    )
    y, x = np.unravel_index(int(difference.argmin()), difference.shape)
    least, usual = max(0.0, float(difference[y, x])), float(np.median(difference))
    return Displacement(
        round(int(x) / scale) - reach,
        round(int(y) / scale) - reach,
        # Without any difference, as on pictures of one colour, there is nothing to doubt.
        least / usual if usual > least else float(least > 0),
    )


def displaced(mask: Mask, x: int, y: int) -> Mask:
    """Return the mask moved by (x, y) pixels; pixels beyond the picture are lost."""
    height, width = mask.shape
    moved = np.zeros_like(mask)
    if abs(x) < width and abs(y) < height:
        here = np.s_[max(0, y) : height + min(0, y), max(0, x) : width + min(0, x)]
        there = np.s_[max(0, -y) : height - max(0, y), max(0, -x) : width - max(0, x)]
        moved[here] = mask[there]
    return moved


def _around(image: Image, area: Box) -> Image:
    """Return the part of a picture in an area, which may reach beyond the picture.

    There the last pixels are repeated, so that an object can be followed across the border.
    """
    height, width = image.shape[:2]
    inside = area.intersection(whole(height, width))
    assert inside is not None, "the area is around an object of the picture"
    return cv2.copyMakeBorder(
        cut(image, inside),
        inside.top - area.top,
        area.bottom - inside.bottom,
        inside.left - area.left,
        area.right - inside.right,
        cv2.BORDER_REPLICATE,
    ).astype(np.uint8, copy=False)


def _shrunk(array: np.ndarray, scale: float) -> np.ndarray:
    """Return a picture or map at a scale of at most 1, as float32."""
    height, width = (max(1, round(side * scale)) for side in array.shape[:2])
    return resize(np.ascontiguousarray(array, np.float32), height, width)
