"""Crops and the zoom: where in a picture the network looks, and the way there and back.

The only place that maps between a picture and a network input.  Knows nothing of networks.
Source: zoom box as released (and in RITM before it), in whole numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fcfi.boxes import Box, whole
from fcfi.errors import ConfigError, NetworkError
from fcfi.geometry import cut, nearest_pixel, resize, strips
from fcfi.prompts.clicks import Click, Clicks
from fcfi.runtimes.network import NetworkInfo

MAX_TARGET = 4096
"""Largest longer side of a network input in pixels: beyond it a click needs tens of gigabytes."""


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
        """Return a map of the crop's size brought back to the picture's (height, width).

        fill: its value outside of the box.
        """
        inside = resize(values, self.box.height, self.box.width)
        if self.box == whole(height, width):
            return inside
        # zeros asks the system for memory that is zero already, which full would write again.
        if fill:
            full = np.full((height, width), fill, np.float32)
        else:
            full = np.zeros((height, width), np.float32)
        self._cut(full)[...] = inside
        return full

    def strips(
        self, values: NDArray[np.float32], first: int = 0, end: int | None = None
    ) -> Iterator[tuple[slice, NDArray[np.float32]]]:
        """Yield slices of the box's columns, each with a map of the crop's size resized to them.

        first, end: the columns that are needed; some more may be yielded.  A strip is overwritten
            by the next.
        """
        last = self.box.width if end is None else end
        return strips(values, self.box.height, self.box.width, first, last)

    def across(self, values: NDArray[np.float32], other: "Crop") -> NDArray[np.float32]:
        """Return a map of this crop's size in [0, 1] as seen through another crop.

        The same as `back`, clipped to [0, 1], and then `other.map`; but only what the other box
        holds is computed, since a map of a whole photograph takes its time.
        """
        through = np.zeros((other.box.height, other.box.width), np.float32)
        # Outside of its own box a map says nothing: there the mask is background.
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
        """Return the clicks inside the box in network pixels, in order, without those outside."""
        return tuple(
            Click(
                nearest_pixel(click.x - self.box.left, self.width, self.box.width),
                nearest_pixel(click.y - self.box.top, self.height, self.box.height),
                click.positive,
            )
            for click in clicks
            if self.box.contains(click.x, click.y)
        )

    def _cut(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return the box as a view."""
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

    >>> Zoom(target=320)
    Zoom(target=320, ratio=1.4, minimum=200, keep_iou=0.5)
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


def zoom_box(
    seen: Box | None, before: Box, clicks: Clicks, height: int, width: int, zoom: Zoom
) -> Box:
    """Return the box to look at next, in a picture of height x width looked at through `before`.

    seen: box of the object in the last mask; without one the whole picture is looked at.
    Wanted is the box of the object, the positive clicks and the last click, enlarged and clipped.
    The box before stays while it holds those clicks and is much the same, so that a network which
    encodes once need not look at its pixels again.  Other negative clicks may fall outside: there
    it is background anyway.
    """
    if seen is None:
        return whole(height, width)
    wanted = seen
    needed = (*(click for click in clicks[:-1] if click.positive), *clicks[-1:])
    for click in needed:
        # A click covers a whole pixel, and boxes are half open: hence the 1.
        wanted = wanted.union(Box(click.x, click.y, click.x + 1, click.y + 1))
    wanted = wanted.enlarged(zoom.ratio, zoom.minimum).clipped(height, width)
    stays = (
        all(before.contains(click.x, click.y) for click in needed)
        and before.iou(wanted) >= zoom.keep_iou
    )
    return before if stays else wanted


def zoom_of(info: NetworkInfo) -> Zoom:
    """Return the zoom that a network's file recommends, or the usual one.

    Raises NetworkError for a damaged one.
    """
    usual = Zoom()
    try:
        return Zoom(
            target=int(info.metadata.get("zoom_target", usual.target)),
            ratio=float(info.metadata.get("zoom_ratio", usual.ratio)),
        )
    except (ValueError, ConfigError) as error:
        raise NetworkError(
            f"the network {info.name} has a damaged zoom in its metadata ({error}): give one"
        ) from error


def crop_at(box: Box, target: int, multiple: int) -> Crop:
    """Return a crop of the box with its longer side at `target` px.

    Both sides are multiples of `multiple`, and at least one of it.  The longer side never exceeds
    the rounded `target`, whatever the shape, which bounds the memory
    of a click.
    """
    scale = target / max(box.width, box.height)
    return Crop(
        box, _multiple(box.height * scale, multiple), _multiple(box.width * scale, multiple)
    )


def _multiple(side: float, multiple: int) -> int:
    # Halves are rounded up; Python's `round` would take the even neighbour and jump back and forth.
    return max(1, int(side / multiple + 0.5)) * multiple
