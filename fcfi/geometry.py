"""Pictures and maps: cut to a box, and resized, in the one way there is.

Knows nothing of networks or prompts.

Convention: x right, y down, pixel centres at integers; a box is half open.  Resizing is the
    half-pixel one
(OpenCV, align_corners=False): x' = (x - left + 0.5) * width / box.width - 0.5.
"""

from collections.abc import Iterator
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fcfi.boxes import Box

COARSE = 2
"""Shrinking goes quickly to this many times the wanted size (bilinear), the rest averages areas."""
STRIP: Final = 256
"""Columns of a large map that are computed at once: 3 MB for a picture of 3,000 rows."""
STRIPS_FROM: Final = 1 << 22
"""Pixels of a map from which it is computed in strips."""


def nearest_pixel(offset: int, size: int, box_size: int) -> int:
    """Return the pixel, of `size`, that shows pixel `offset` of a side of `box_size` pixels.

    That is round((offset + 0.5) * size / box_size - 0.5), half upwards, in whole numbers; inside if
    the offset is.
    """
    return (2 * offset + 1) * size // (2 * box_size)


def cut(array: NDArray[Any], box: Box) -> NDArray[Any]:
    """Return the part of a picture or map (H, W, ...) inside a box, as a view."""
    return array[box.top : box.bottom, box.left : box.right]


def box_of(mask: NDArray[np.bool_]) -> Box | None:
    """Return the smallest box that holds the object of a mask (H, W), or None without one."""
    left, top, width, height = cv2.boundingRect(np.ascontiguousarray(mask).view(np.uint8))
    return Box(left, top, left + width, top + height) if width else None


def resize(array: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """Return an array (H, W) or (H, W, 3) in another size, each axis by itself.

    It is bilinear where it grows, and averages where it shrinks.
    Plain bilinear shrinking, as released, skips pixels and makes fine texture flicker from click to
    click; averaging a whole photograph of 12 megapixels takes 45 ms, so strong shrinking first goes
    to COARSE times the size, bilinear.
    """
    rows, columns = array.shape[:2]
    coarse = min(rows, COARSE * height), min(columns, COARSE * width)
    small = min(rows, height), min(columns, width)
    for size, how in (
        (coarse, cv2.INTER_LINEAR),
        (small, cv2.INTER_AREA),
        ((height, width), cv2.INTER_LINEAR),
    ):
        if array.shape[:2] != size:
            array = cv2.resize(array, size[::-1], interpolation=how)
    return array


def strips(
    array: NDArray[np.float32], height: int, width: int, first: int, end: int
) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Yield strips of resize(array, height, width) for a map (H, W), bit for bit.

    Each is a slice of columns and their values; all together hold the columns first to end, and a
    strip is overwritten by the next.  A map of 12 megapixels is 48 MB, and to fill so much fresh
    memory takes longer than to compute it; a strip stays in the processor's cache.
    """
    # Each axis is interpolated by itself, rows first, as OpenCV does inside: so the bits agree.
    small = resize(array, min(array.shape[0], height), min(array.shape[1], width))
    wide = resize(small, small.shape[0], width)
    if height * width < STRIPS_FROM:
        yield slice(0, width), resize(wide, height, width)
        return
    kept = np.empty((height, STRIP), np.float32)  # one buffer for all strips but a narrow last one
    for start in range(first - first % STRIP, end, STRIP):
        part = np.ascontiguousarray(wide[:, start : start + STRIP])
        columns = part.shape[1]
        room = kept if columns == STRIP else np.empty((height, columns), np.float32)
        if part.shape[0] == height:
            yield slice(start, start + columns), part
        else:
            cv2.resize(part, (columns, height), dst=room, interpolation=cv2.INTER_LINEAR)
            yield slice(start, start + columns), room
