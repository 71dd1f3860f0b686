"""Which box of a picture a training crop shows, and how the box becomes the crop's pixels.

Knows nothing of clicks or networks.  A box may reach over the picture's border.
"""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from fcfi.boxes import Box
from fcfi.data.config import CropConfig
from fcfi.data.pictures import Instance, Labelling
from fcfi.geometry import nearest_pixel, resize

OVERHANG = 1.4
"""Most by which a side that reaches over the picture is shortened: stretching beats emptiness."""
SMALLEST_SIDE = 32.0
"""Pixels of the picture along a box's side."""
SMALLEST_PART = 64.0
"""The same for a box that shows a part of an object."""
SMALLEST_STRETCHED = 8
"""The same after stretching, in whole pixels."""
LARGEST_SIDE = 1.05
"""Longest side of a box over the picture's longer side."""
AT_DEEPEST = 0.5
"""Share of the points that lie at an object's deepest pixel; the others lie deep inside."""


def tight_box(objects: Sequence[Instance]) -> Box:
    """Return the smallest box that holds all of these objects."""
    return Box(
        min(instance.left for instance in objects),
        min(instance.top for instance in objects),
        max(instance.right for instance in objects),
        max(instance.bottom for instance in objects),
    )


def choose_point(
    labelling: Labelling, instance: Instance, rng: np.random.Generator
) -> tuple[int, int]:
    """Return a pixel (x, y) of an object where a person might click: deepest, or deep inside."""
    # Zeros round it, so that an object that fills its box still has its edge there.
    padded = cv2.copyMakeBorder(labelling.mask(instance), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_5)[1:-1, 1:-1]
    if rng.random() < AT_DEEPEST:
        index = int(depth.argmax())
    else:
        inner = np.flatnonzero(depth > depth.max() / 2)
        index = int(inner[rng.integers(len(inner))])
    row, column = divmod(index, depth.shape[1])
    return instance.left + column, instance.top + row


def box_round(point: tuple[int, int], share: float, height: int, width: int) -> Box:
    """Return a box of a share of a picture's sides, its centre as near a pixel as can be.

    point: (x, y).  height, width: of the picture, inside which the box stays.
    """
    rows = max(1, round(height * share))
    columns = max(1, round(width * share))
    left = min(max(0, point[0] - columns // 2), width - columns)
    top = min(max(0, point[1] - rows // 2), height - rows)
    return Box(left, top, left + columns, top + rows)


def choose_box(
    target: Box,
    part: bool,
    shape: tuple[int, ...],
    aspect: float,
    config: CropConfig,
    rng: np.random.Generator,
) -> Box:
    """Return a box of random size and position round the target, or round a part of it.

    target: tight box of the objects.  part: whether to show only a part of them.
    shape: (height, width) of the picture.  aspect: width over height of the crop.
    """
    rows, columns = shape[0], shape[1]
    # Ratios are drawn log-uniformly: half and twice the size are equally likely.
    if part:
        ratio = np.exp(rng.uniform(*np.log(config.part_ratio)))
        side = max(SMALLEST_PART, max(target.width, target.height) * ratio)
    elif rng.random() < config.close:
        side = max(target.width, target.height) * np.exp(rng.uniform(*np.log(config.close_ratio)))
    else:
        side = max(rows, columns) * rng.uniform(*config.wide_ratio)
    side = min(max(side, SMALLEST_SIDE), LARGEST_SIDE * max(rows, columns))
    # The square root on both sides keeps the area, whatever the stretch.
    stretch = np.sqrt(aspect) * np.exp(rng.uniform(-1, 1) * np.log(config.stretch) / 2)
    width = _shortened(side * stretch, columns)
    height = _shortened(side / stretch, rows)
    # A part has its centre anywhere on the object; a whole object may lie anywhere in the box.
    across = target.width if part else abs(width - target.width)
    down = target.height if part else abs(height - target.height)
    left = _start((target.left + target.right) / 2, across / 2, width, columns, rng)
    top = _start((target.top + target.bottom) / 2, down / 2, height, rows, rng)
    return Box(left, top, left + width, top + height)


def centred(box: Box, point: tuple[int, int], height: int, width: int) -> Box:
    """Return a box of the same size with its centre at a point, moved inside the picture.

    point: (x, y).  height, width: of the picture; a box larger than it is laid over its middle.
    """
    left = _inside(point[0] - box.width // 2, box.width, width)
    top = _inside(point[1] - box.height // 2, box.height, height)
    return Box(left, top, left + box.width, top + box.height)


def _inside(start: int, side: int, size: int) -> int:
    """Return where a side begins inside a picture of this size."""
    return min(max(0, start), size - side) if side <= size else (size - side) // 2


def border_point(target: NDArray[np.bool_], rng: np.random.Generator) -> tuple[int, int]:
    """Return a pixel (x, y) of an object, (H, W) with at least one pixel, at its border."""
    inner = cv2.erode(
        target.astype(np.uint8),
        np.ones((3, 3), np.uint8),
        borderType=cv2.BORDER_CONSTANT,
        borderValue=0,
    )
    rows, columns = np.nonzero(target & (inner == 0))
    index = int(rng.integers(len(rows)))
    return int(columns[index]), int(rows[index])


def cut(
    array: NDArray[Any], box: Box, height: int, width: int, fill: int | tuple[int, int, int]
) -> NDArray[Any]:
    """Return the inside of a box, resized to height x width, with `fill` outside of the array.

    array: (H, W, 3) image, resized as for a network in use (`fcfi.geometry.resize`), or (H, W)
        instance map, whose numbers stay.  The box must overlap it.
    """
    rows, columns = array.shape[:2]
    inside = array[
        max(0, box.top) : min(rows, box.bottom), max(0, box.left) : min(columns, box.right)
    ]
    border = (
        max(0, -box.top),
        max(0, box.bottom - rows),
        max(0, -box.left),
        max(0, box.right - columns),
    )
    if any(border):
        inside = cv2.copyMakeBorder(inside, *border, cv2.BORDER_CONSTANT, value=fill)
    if array.ndim == 2:
        return cv2.resize(inside, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)
    # The resize of prediction: at 416 px it takes 0.2 ms more than one cv2.resize, on a photograph
    # of 2 megapixels 4 ms less.
    return resize(inside, height, width)


def point_in_crop(point: tuple[int, int], box: Box, height: int, width: int) -> tuple[int, int]:
    """Return where a pixel (x, y) of the picture lies in a crop of this size."""
    return (
        nearest_pixel(point[0] - box.left, width, box.width),
        nearest_pixel(point[1] - box.top, height, box.height),
    )


def _shortened(side: float, limit: int) -> int:
    """Return a side in whole pixels, shortened towards the picture's if it is longer."""
    return max(SMALLEST_STRETCHED, round(max(side / OVERHANG, min(side, limit))))


def _start(centre: float, slack: float, length: int, limit: int, rng: np.random.Generator) -> int:
    """Return where a side starts, its centre at most `slack` off; inside [0, limit) if it fits."""
    start = round(centre - length / 2 + rng.uniform(-slack, slack))
    if length <= limit:
        return min(max(start, 0), limit - length)
    # Longer than the picture: it hangs over at both ends, the picture anywhere within.
    return -round((length - limit) * rng.random())
