"""Boxes, crops and the zoom: where in a picture the network looks, and the way there and back.

Knows nothing of networks.  The only place that maps between a picture and a network input.
Source: zoom box as released (and in RITM before it), in whole numbers.

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

from fcfi.clicks import Click, Clicks
from fcfi.errors import ConfigError

MAX_TARGET = 4096
"""Largest longer side of a network input in pixels: beyond it a click needs tens of gigabytes."""
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

    def contains(self, click: Click) -> bool:
        """Whether the clicked pixel is inside."""
        return self.left <= click.x < self.right and self.top <= click.y < self.bottom

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


@dataclass(frozen=True, slots=True)
class Crop:
    """A box of the picture, seen at `height` x `width` network pixels."""

    box: Box
    height: int
    width: int

    def image(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(height, width, 3) uint8 from a picture (H, W, 3) that holds the box."""
        return resize(self._cut(image), self.height, self.width)

    def map(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """(height, width) float32 from a map (H, W) of numbers or bool that holds the box."""
        return resize(self._cut(values).astype(np.float32, copy=False), self.height, self.width)

    def back(
        self, values: NDArray[np.float32], height: int, width: int, fill: float = 0
    ) -> NDArray[np.float32]:
        """A map (height of the crop, width of the crop) brought back to a picture's (height, width); `fill` outside."""
        inside = resize(values, self.box.height, self.box.width)
        if self.box == whole(height, width):
            return inside
        full = (
            np.full((height, width), fill, np.float32)
            if fill
            else np.zeros((height, width), np.float32)
        )
        self._cut(full)[...] = inside
        return full

    def strips(
        self, values: NDArray[np.float32], first: int = 0, end: int | None = None
    ) -> Iterator[tuple[slice, NDArray[np.float32]]]:
        """Columns of the box, and what a map of the crop's size is there: all of it, piece by piece, rows whole.

        first, end: columns of the box that are wanted; a little more may come.  A part is
            overwritten by the next.
        """
        return strips(
            values, self.box.height, self.box.width, first, self.box.width if end is None else end
        )

    def across(self, values: NDArray[np.float32], other: "Crop") -> NDArray[np.float32]:
        """A map of this crop's size in [0, 1] seen through another crop: `back`, kept in [0, 1], then `other.map`.

        Only what the other box holds is touched, since a map of a whole photograph takes its time.
        """
        through = np.zeros((other.box.height, other.box.width), np.float32)
        common = self.box.intersection(other.box)
        if common is not None:
            rows = slice(common.top - self.box.top, common.bottom - self.box.top)
            first, end = common.left - self.box.left, common.right - self.box.left
            target = cut(through, common.moved(-other.box.left, -other.box.top))
            for columns, part in self.strips(values, first, end):
                left, right = max(columns.start, first), min(columns.stop, end)
                wanted = part[rows, left - columns.start : right - columns.start]
                np.clip(wanted, 0, 1, out=target[:, left - first : right - first])
        return resize(through, other.height, other.width)

    def clicks(self, clicks: Clicks) -> Clicks:
        """The clicks inside the box in network pixels, in their order; those outside have nothing to say about it."""
        return tuple(
            Click(
                _nearest(click.x - self.box.left, self.width, self.box.width),
                _nearest(click.y - self.box.top, self.height, self.box.height),
                click.positive,
            )
            for click in clicks
            if self.box.contains(click)
        )

    def _cut(self, array: NDArray[Any]) -> NDArray[Any]:
        """The box as a view."""
        return cut(array, self.box)


@dataclass(frozen=True, slots=True)
class Zoom:
    """How closely the network looks.

    target: longer side of its input in pixels, rounded to what the network takes.
    ratio: size of the box looked at, in sizes of the object.
    minimum: smallest side of that box in pixels of the picture.
    keep_iou: the box stays while its IoU with the newly wanted one is at least this.
    Source: 400 and 1.4 in RITM; 480 to 720 and 2.3 to 3.5 in the released FCFI, tuned for each
        benchmark.
    """

    target: int = 384
    ratio: float = 1.4
    minimum: int = 200
    keep_iou: float = 0.5

    def __post_init__(self) -> None:
        for name, value, low, high in (
            ("target", self.target, 32, MAX_TARGET),
            ("ratio", self.ratio, 1, 100),
            ("minimum", self.minimum, 1, 100_000),
            ("keep_iou", self.keep_iou, 0, 1),
        ):
            if not low <= value <= high:
                raise ConfigError(f"zoom {name} = {value} is not possible: give {low} to {high}")


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


def zoom_box(
    seen: Box | None, before: Box, clicks: Clicks, height: int, width: int, zoom: Zoom
) -> Box:
    """The box to look at next, in a picture of height x width that was looked at through `before`.

    seen: box of the object in the last mask; without one the whole picture is looked at.
    Wanted is the box of the object, the positive clicks and the new (last) click, enlarged and
    clipped.  The box before stays while it holds those clicks and is much the same.  Older negative
    clicks may fall outside: it is background.
    """
    if seen is None:
        return whole(height, width)
    wanted = seen
    needed = tuple(click for click in clicks if click.positive or click is clicks[-1])
    for click in needed:
        wanted = wanted.union(Box(click.x, click.y, click.x + 1, click.y + 1))
    wanted = wanted.enlarged(zoom.ratio, zoom.minimum).clipped(height, width)
    stays = all(before.contains(click) for click in needed) and before.iou(wanted) >= zoom.keep_iou
    return before if stays else wanted


def crop_at(box: Box, target: int, multiple: int) -> Crop:
    """The box with its longer side at `target` px, both sides rounded to multiples of `multiple` and at least one.

    The longer side never exceeds the rounded `target`, whatever the shape, which bounds the memory
    of a click.
    """
    scale = target / max(box.width, box.height)
    return Crop(
        box, _multiple(box.height * scale, multiple), _multiple(box.width * scale, multiple)
    )


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


def _nearest(offset: int, size: int, box_size: int) -> int:
    """round((offset + 0.5) * size / box_size - 0.5), half upwards, in whole numbers; inside if the offset is."""
    return (2 * offset + 1) * size // (2 * box_size)


def _multiple(side: float, multiple: int) -> int:
    return max(1, int(side / multiple + 0.5)) * multiple
