"""Cutting pictures and maps to a box, and resizing them.

Knows nothing of networks or prompts.

Convention: x right, y down, pixel centres at integers; a box is half open.  Resizing is half-pixel
    (OpenCV, align_corners=False): x' = (x - left + 0.5) * width / box.width - 0.5.
"""

from collections.abc import Iterator
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fcfi.boxes import Box

COARSE = 2
"""Shrinking is bilinear down to this multiple of the target size, and averages areas from there."""
STRIP: Final = 256
"""Columns of a large map that are computed at once: 3 MB for a picture with 3,000 rows."""
STRIPS_FROM: Final = 1 << 22
"""Smallest number of pixels of a map that is computed in strips."""


def nearest_pixel(offset: int, size: int, box_size: int) -> int:
    """Return which of `size` pixels shows pixel `offset` of a side with `box_size` pixels.

    That is round((offset + 0.5) * size / box_size - 0.5), half up, in integer arithmetic; it is
    inside if the offset is.
    """
    return (2 * offset + 1) * size // (2 * box_size)


def cut(array: NDArray[Any], box: Box) -> NDArray[Any]:
    """Return the part of a picture or map (H, W, ...) inside a box, as a view."""
    return array[box.top : box.bottom, box.left : box.right]


def box_of(mask: NDArray[np.bool_]) -> Box | None:
    """Return the tight box of a mask (H, W), or None if the mask is empty."""
    left, top, width, height = cv2.boundingRect(np.ascontiguousarray(mask).view(np.uint8))
    return Box(left, top, left + width, top + height) if width else None


def resize(array: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """Return an array (H, W) or (H, W, 3) resized to height x width, each axis separately.

    An axis that grows is interpolated linearly, and one that shrinks is averaged.
    Plain bilinear shrinking, as released, skips pixels and makes fine texture flicker between
    clicks; averaging a whole photograph of 12 megapixels takes 45 ms, so strong shrinking is first
    bilinear, to COARSE times the size.
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
    """Yield the strips of resize(array, height, width) for a map (H, W), bit for bit.

    Each is a slice of columns with their values; together they cover the columns from first to end.
    The next strip overwrites a strip's memory.  A map of 12 megapixels has 48 MB, and filling that
    much new memory takes longer than the computation; a strip stays in the processor's cache.
    """
    # Each axis is interpolated separately, rows first, as inside OpenCV, so that the bits agree.
    small = resize(array, min(array.shape[0], height), min(array.shape[1], width))
    wide = resize(small, small.shape[0], width)
    if height * width < STRIPS_FROM:
        yield slice(0, width), resize(wide, height, width)
        return
    kept = np.empty((height, STRIP), np.float32)  # a buffer for all strips except a narrow last one
    for start in range(first - first % STRIP, end, STRIP):
        part = np.ascontiguousarray(wide[:, start : start + STRIP])
        columns = part.shape[1]
        room = kept if columns == STRIP else np.empty((height, columns), np.float32)
        if part.shape[0] == height:
            yield slice(start, start + columns), part
        else:
            cv2.resize(part, (columns, height), dst=room, interpolation=cv2.INTER_LINEAR)
            yield slice(start, start + columns), room
