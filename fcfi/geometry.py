"""Boxes of pixels, and the one way in which pictures and maps are resized.

Knows nothing of networks, prompts or masks.

Convention: x right, y down, pixel centres at integers; a box is half open.  Resizing is the
    half-pixel one
(OpenCV, align_corners=False): x' = (x - left + 0.5) * width / box.width - 0.5.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

COARSE = 2
"""Shrinking goes quickly to this many times the wanted size (bilinear), the rest averages areas."""
STRIP: Final = 256
"""Columns of a large map that are computed at once: 3 MB for a picture of 3,000 rows."""
STRIPS_FROM: Final = 1 << 22
"""Pixels of a map from which it is computed in strips."""


@dataclass(frozen=True, slots=True)
class Box:
    """Pixels left <= x < right, top <= y < bottom; never empty."""

    left: int
    top: int
    right: int
    bottom: int

    def __post_init__(self) -> None:
        assert self.left < self.right, f"empty box {self}"
        assert self.top < self.bottom, f"empty box {self}"

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.bottom - self.top

    @property
    def area(self) -> int:
        """Pixels inside."""
        return self.width * self.height

    def contains(self, x: int, y: int) -> bool:
        """Return whether this pixel is inside."""
        return self.left <= x < self.right and self.top <= y < self.bottom

    def union(self, other: "Box") -> "Box":
        """The smallest box that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def intersection(self, other: "Box") -> "Box | None":
        """What both hold, or None."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return Box(left, top, right, bottom) if left < right and top < bottom else None

    def iou(self, other: "Box") -> float:
        """Intersection over union, 0 to 1."""
        common = self.intersection(other)
        shared = common.area if common else 0
        return shared / (self.area + other.area - shared)

    def enlarged(self, ratio: float, minimum: int) -> "Box":
        """Round the same centre, `ratio` times as large, each side at least `minimum` px; may leave the picture."""
        left, right = _enlarged(self.left, self.right, ratio, minimum)
        top, bottom = _enlarged(self.top, self.bottom, ratio, minimum)
        return Box(left, top, right, bottom)

    def moved(self, x: int, y: int) -> "Box":
        """So many pixels to the right and down."""
        return Box(self.left + x, self.top + y, self.right + x, self.bottom + y)

    def clipped(self, height: int, width: int) -> "Box":
        """The part inside a picture of this size; there must be one."""
        inside = self.intersection(whole(height, width))
        assert inside is not None, f"{self} is outside of {width} x {height}"
        return inside


def whole(height: int, width: int) -> Box:
    """The box of a whole picture."""
    return Box(0, 0, width, height)


def cut(array: NDArray[Any], box: Box) -> NDArray[Any]:
    """The part of a picture or map (H, W, ...) inside a box, as a view."""
    return array[box.top : box.bottom, box.left : box.right]


def box_of(mask: NDArray[np.bool_]) -> Box | None:
    """The smallest box that holds the object of a mask (H, W), or None if there is none."""
    left, top, width, height = cv2.boundingRect(np.ascontiguousarray(mask).view(np.uint8))
    return Box(left, top, left + width, top + height) if width else None


def resize(array: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """(height, width) or (height, width, 3): bilinear where it grows, averaging where it shrinks, each axis by itself.

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
    """Strips of resize(array, height, width) for a map (H, W), bit for bit: slices of columns, and their values.

    Those that hold columns first to end; a strip is overwritten by the next.  A map of 12
    megapixels is 48 MB, and to fill so much fresh memory takes longer than to compute it; a strip
    stays in the processor's cache.  Each axis is interpolated by itself, rows first, as OpenCV does
    inside.
    """
    small = resize(array, min(array.shape[0], height), min(array.shape[1], width))
    wide = resize(small, small.shape[0], width)
    if height * width < STRIPS_FROM:
        yield slice(0, width), resize(wide, height, width)
        return
    kept = np.empty((height, STRIP), np.float32)
    for start in range(first - first % STRIP, end, STRIP):
        part = np.ascontiguousarray(wide[:, start : start + STRIP])
        columns = part.shape[1]
        room = kept if columns == STRIP else np.empty((height, columns), np.float32)
        if part.shape[0] == height:
            yield slice(start, start + columns), part
        else:
            cv2.resize(part, (columns, height), dst=room, interpolation=cv2.INTER_LINEAR)
            yield slice(start, start + columns), room


def _enlarged(first: int, end: int, ratio: float, minimum: int) -> tuple[int, int]:
    """One axis of Box.enlarged; never smaller than before."""
    size = max(end - first, minimum, int((end - first) * ratio + 0.5))
    start = first - (size - (end - first)) // 2
    return start, start + size
