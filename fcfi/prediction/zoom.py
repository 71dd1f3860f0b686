"""Crops and the zoom: where the network looks in a picture, and the mapping between both.

The only module that maps between picture and network pixels.  Knows nothing of how networks run.
Source: zoom box as released (and in RITM before), in whole numbers.
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
"""Largest longer side of a network input in pixels; above it a click needs tens of gigabytes."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A box of the picture, resized to `height` x `width` network pixels."""

    box: Box
    height: int
    width: int

    def image(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the crop of a picture (H, W, 3): (height, width, 3) uint8."""
        return resize(self._cut(image), self.height, self.width)

    def map(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """Return the crop of a map (H, W) of numbers or bool: (height, width) float32."""
        return resize(self._cut(values).astype(np.float32, copy=False), self.height, self.width)

    def back(
        self, values: NDArray[np.float32], height: int, width: int, fill: float = 0
    ) -> NDArray[np.float32]:
        """Return a map of the crop's size, resized back to the picture's (height, width).

        fill: value outside the box.
        """
        inside = resize(values, self.box.height, self.box.width)
        if self.box == whole(height, width):
            return inside
        # np.zeros gets zeroed memory from the system, while np.full would write it again.
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

        first, end: the columns that are needed; more may be yielded.  Each strip is overwritten by
            the next.
        """
        last = self.box.width if end is None else end
        return strips(values, self.box.height, self.box.width, first, last)

    def across(self, values: NDArray[np.float32], other: "Crop") -> NDArray[np.float32]:
        """Return a map of this crop's size in [0, 1], resampled for another crop.

        Equal to `back`, clipped to [0, 1], followed by `other.map`, but computed only inside the
        other box, since a map of a whole photograph takes time.
        """
        through = np.zeros((other.box.height, other.box.width), np.float32)
        # Outside its box a map has no values: it counts as background there.
        common = self.box.intersection(other.box)
        if common is not None:
            rows = slice(common.top - self.box.top, common.bottom - self.box.top)
            first, end = common.left - self.box.left, common.right - self.box.left
            target = cut(through, common.moved(-other.box.left, -other.box.top))
            for columns, part in self.strips(values, first, end):
                left, right = max(columns.start, first), min(columns.stop, end)
                needed = part[rows, left - columns.start : right - columns.start]
                np.clip(needed, 0, 1, out=target[:, left - first : right - first])
        return resize(through, other.height, other.width)

    def clicks(self, clicks: Clicks) -> Clicks:
        """Return the clicks inside the box in network pixels, in order; drop those outside."""
        return tuple(
            Click(
                nearest_pixel(click.x - self.box.left, self.width, self.box.width),
                nearest_pixel(click.y - self.box.top, self.height, self.box.height),
                click.positive,
            )
            for click in clicks
            if self.box.contains(click.x, click.y)
        )

    def sides(self, box: Box) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom of a box of the picture, in network pixels.

        They lie between pixels, and outside the crop where the box does.
        """
        across, down = self.width / self.box.width, self.height / self.box.height
        return (
            (box.left - self.box.left) * across,
            (box.top - self.box.top) * down,
            (box.right - self.box.left) * across,
            (box.bottom - self.box.top) * down,
        )

    def _cut(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return the box as a view."""
        return cut(array, self.box)


@dataclass(frozen=True, slots=True)
class Zoom:
    """The settings of how closely the network looks.

    target: longer side of the network's input in pixels, rounded to the network's multiple.
    ratio: size of the box relative to the object.
    minimum: smallest side of the box in pixels of the picture.
    keep_iou: the box is kept while its IoU with the new box is at least this.
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
    """Return the box of the next look, in a picture of height x width pixels.

    seen: tight box of the last mask; None returns the whole picture.  before: box of the last look.
    The new box holds the mask, the positive clicks and the last click, enlarged and clipped.  The
    old box is kept if it holds those clicks and is similar, so that the network's encoding can be
    used again.  Other negative clicks may be outside, where everything is background anyway.
    """
    if seen is None:
        return whole(height, width)
    box = seen
    needed = (*(click for click in clicks[:-1] if click.positive), *clicks[-1:])
    for click in needed:
        # A click covers one pixel of a half-open box.
        box = box.union(Box(click.x, click.y, click.x + 1, click.y + 1))
    box = box.enlarged(zoom.ratio, zoom.minimum).clipped(height, width)
    keeps = (
        all(before.contains(click.x, click.y) for click in needed)
        and before.iou(box) >= zoom.keep_iou
    )
    return before if keeps else box


def zoom_of(info: NetworkInfo) -> Zoom:
    """Return the zoom that a network file recommends, or the default.

    Raises NetworkError if it is damaged.
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

    Both sides are multiples of `multiple`, at least one.  The longer side never exceeds the rounded
    `target`, whatever the aspect ratio, which limits the memory of a click.
    """
    scale = target / max(box.width, box.height)
    return Crop(
        box, _multiple(box.height * scale, multiple), _multiple(box.width * scale, multiple)
    )


def _multiple(side: float, multiple: int) -> int:
    # Halves are rounded up; Python's `round` would round them to even numbers.
    return max(1, int(side / multiple + 0.5)) * multiple
