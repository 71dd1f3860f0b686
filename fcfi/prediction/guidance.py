"""Converts prompts to the inputs of FCFI's network: disks, window, clicked cell, label and gate.

Training and all runtimes share this definition.  It is computed outside the network, so that the
network is a static graph (no crop, no drawing).  Knows nothing of images or networks.
Source: paper; window and radius as released.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from math import ceil, floor, hypot
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fcfi.boxes import Box
from fcfi.errors import ConfigError
from fcfi.prediction.click_maps import (
    distances,
    first_gaussian,
    gaussians,
    superpixel_distances,
)
from fcfi.prediction.zoom import Crop
from fcfi.prompts.clicks import Click, Clicks, Prompts, Scribble

STRIDE = 4
"""Input pixels for each cell of the feature map F (all variants)."""
DISK_RADIUS = 5
"""Pixels at network input size (released code: `norm_radius`)."""
MANY = 20
"""Clicks above which their disks are drawn all at once, in a time that no longer grows."""
WINDOW_RATIO = 0.3
"""Height and width of the correction window as a fraction of the input's (paper: r = 0.3)."""


@dataclass(frozen=True)
class Guidance:
    """The inputs that the clicks become, for an image of H x W pixels and h x w cells.

    disks: (K, H, W) float32 in [0, 1], the clicks, drawn as in the network's training (CLICK_MAPS);
        FCFI has two maps: 1 inside a disk around a positive (map 0) or negative (map 1) click.
    window: (1, h, w) float32, 1 inside the correction window around the last click, else 0.
    cell: row * w + column of the last click's cell.
    label: 1.0 if the last click is positive, else 0.0.
    gate: 1.0 if there is a feedback mask, 0.0 at a first click.
    """

    disks: NDArray[np.float32]
    window: NDArray[np.float32]
    cell: int
    label: float
    gate: float


BOX_OBJECT, BOX_MARGIN = 0.75, 0.25
"""The feedback of a box prompt: inside the box's ellipse, and in the rest of the box."""
STROKE_STEP = 0.05
"""Distance of the clicks along a scribble, as in training: a fraction of the crop's longer side."""

EDGE = 1 / 48
"""Smallest distance of a first look's clicks from the picture's edges.

It is a fraction of the crop's longer side.
"""
JOINT = 3
"""Width, in network pixels (odd), of the line from a moved click to its original position."""


# What prompts mean to FCFI: a box becomes feedback, a scribble becomes clicks along it.


def points_in(prompts: Prompts) -> Clicks:
    """Return the clicks and the corners of scribbles, in pixels of the picture."""
    points: list[Click] = []
    for prompt in prompts:
        if isinstance(prompt, Click):
            points.append(prompt)
        elif isinstance(prompt, Scribble):
            points.extend(prompt.corners)
    return tuple(points)


def clicks_on(crop: Crop, prompts: Prompts) -> Clicks:
    """Return the clicks inside a crop, in network pixels; a scribble becomes clicks along it."""
    step = STROKE_STEP * max(crop.box.height, crop.box.width)
    clicks: list[Click] = []
    for prompt in prompts:
        if isinstance(prompt, Click):
            clicks.append(prompt)
        elif isinstance(prompt, Scribble):
            clicks.extend(clicks_along(prompt, step))
    return crop.clicks(tuple(clicks))


def off_the_edge(clicks: Clicks, crop: Crop, height: int, width: int) -> Clicks:
    """Return clicks of a crop, with those near an edge of the picture moved inwards to `EDGE`.

    Networks that were not trained with clicks at the edge often return an empty mask for them: 21
    of 32 at the edge of four photographs, 1 of 32 at `EDGE`.  height, width: of the picture.
    """
    box, edge = crop.box, round(EDGE * max(crop.height, crop.width))
    left, top = (edge if box.left == 0 else 0), (edge if box.top == 0 else 0)
    right = crop.width - 1 - (edge if box.right == width else 0)
    bottom = crop.height - 1 - (edge if box.bottom == height else 0)
    # A crop that is narrower than two edges has no pixel far enough from both.
    if left > right or top > bottom:
        return clicks
    return tuple(
        replace(click, x=min(max(click.x, left), right), y=min(max(click.y, top), bottom))
        for click in clicks
    )


def joined(probs: NDArray[np.float32], clicks: Clicks, moved: Clicks) -> NDArray[np.float32]:
    """Return probabilities of a crop in which the original positions of moved clicks are object.

    clicks, moved: the clicks before and after `off_the_edge`.  A line between both positions of a
    positive click becomes object, which bridges the usual gap of the mask to the edge.
    """
    joined = probs.copy()
    for click, inside in zip(clicks, moved, strict=True):
        if click.positive and click != inside:
            cv2.line(joined, (click.x, click.y), (inside.x, inside.y), 1.0, JOINT)
    return joined


def clicks_along(scribble: Scribble, step: float) -> Clicks:
    """Return clicks at the corners of a scribble and between them, at most `step` pixels apart."""
    points = [scribble.points[0]]
    for start, end in pairwise(scribble.points):
        length = hypot(end[0] - start[0], end[1] - start[1])
        count = max(1, ceil(length / step))
        for number in range(1, count + 1):
            part = number / count
            # Halves are rounded up, as everywhere; `round` would round them to even numbers.
            x = floor(start[0] + part * (end[0] - start[0]) + 0.5)
            y = floor(start[1] + part * (end[1] - start[1]) + 0.5)
            points.append((x, y))
    return tuple(Click(x, y, scribble.positive) for x, y in points)


def new_box(prompts: Prompts, answered: int) -> Box | None:
    """Return the last box among the prompts after the first `answered`, or None."""
    boxes = [prompt for prompt in prompts[answered:] if isinstance(prompt, Box)]
    return boxes[-1] if boxes else None


def feedback_of_box(box: Box, crop: Crop) -> NDArray[np.float32]:
    """Return the feedback (crop.height, crop.width) of a box in the picture."""
    return draw_box(*crop.sides(box), crop.height, crop.width)


# The network's inputs


def encode(
    clicks: Clicks,
    height: int,
    width: int,
    gate: float,
    click_maps: str = "disks",
    pixels: "Pixels | None" = None,
) -> Guidance:
    """Return the guidance for clicks in network pixels, the new click last.

    Without clicks (a box alone) the window is empty, so that nothing is corrected.
    click_maps: the way to draw clicks, a name in CLICK_MAPS.
    pixels: returns the image at network size; called only for maps that need it.
    """
    h, w = -(-height // STRIDE), -(-width // STRIDE)
    maps = [draw(clicks, height, width, pixels or _no_pixels) for draw in CLICK_MAPS[click_maps]]
    disks = np.stack(maps)
    if not clicks:
        return Guidance(disks, np.zeros((1, h, w), np.float32), cell=0, label=1.0, gate=gate)
    last = clicks[-1]
    return Guidance(
        disks=disks,
        window=draw_window(last, height, width),
        # In whole numbers, so that the index does not depend on the rounding of floats.
        cell=(last.y * h // height) * w + last.x * w // width,
        label=float(last.positive),
        gate=gate,
    )


def check_click_maps(name: str) -> None:
    """Raise ConfigError unless this is a name in CLICK_MAPS."""
    if name not in CLICK_MAPS:
        raise ConfigError(
            f"expected click_maps to be one of {', '.join(CLICK_MAPS)}, got {name[:50]!r}"
        )


def draw_box(
    left: float, top: float, right: float, bottom: float, height: int, width: int
) -> NDArray[np.float32]:
    """Return the feedback (height, width) of a box around an object.

    It is BOX_OBJECT inside the ellipse that fits the box, which usually holds most of the object,
    BOX_MARGIN in the box's corners, and 0 outside.  Confident masks do not have these values, so
    that a network can learn what they mean.  The box is half open, in network pixels; it may leave
    the input.
    """
    rows, columns = np.ogrid[:height, :width]
    # Half a pixel is added since pixel centres are at integers, and sides between pixels.
    across = (columns + 0.5 - (left + right) / 2) / max(right - left, 1) * 2
    down = (rows + 0.5 - (top + bottom) / 2) / max(bottom - top, 1) * 2
    inside = (np.abs(across) <= 1) & (np.abs(down) <= 1)
    ellipse = across**2 + down**2 <= 1
    return np.where(ellipse, BOX_OBJECT, np.where(inside, BOX_MARGIN, 0)).astype(np.float32)


def draw_disks(
    clicks: Clicks, height: int, width: int, positive: bool, radius: int = DISK_RADIUS
) -> NDArray[np.float32]:
    """Return (height, width): 1 inside a disk of `radius` pixels around each click of a sign."""
    disks = np.zeros((height, width), np.float32)
    chosen = [click for click in clicks if click.positive == positive]
    if len(chosen) > MANY:
        marks = np.zeros((height, width), np.uint8)
        marks[[click.y for click in chosen], [click.x for click in chosen]] = 1
        rows, columns = np.ogrid[-radius : radius + 1, -radius : radius + 1]
        disk = (rows**2 + columns**2 <= radius**2).astype(np.uint8)
        return np.asarray(cv2.dilate(marks, disk), np.float32)
    for click in chosen:
        top, left = max(0, click.y - radius), max(0, click.x - radius)
        bottom, right = click.y + radius + 1, click.x + radius + 1
        rows, columns = np.ogrid[top:bottom, left:right]
        inside = (rows - click.y) ** 2 + (columns - click.x) ** 2 <= radius**2
        # At the right and lower edge the slice is smaller than the disk.
        part = disks[top:bottom, left:right]
        part[inside[: part.shape[0], : part.shape[1]]] = 1
    return disks


Pixels = Callable[[], NDArray[np.float32]]
"""Returns the image, (3, H, W) float32 in [0, 1]."""
ClickMap = Callable[[Clicks, int, int, Pixels], NDArray[np.float32]]
"""Returns a map (H, W) float32 in [0, 1] from clicks, height, width and, if needed, the image."""
Maps = tuple[ClickMap, ...]


def of_both_signs(draw: Callable[[Clicks, int, int, bool], NDArray[np.float32]]) -> Maps:
    """Return two maps: one of the positive clicks, one of the negative clicks."""
    return (
        lambda clicks, height, width, _: draw(clicks, height, width, True),
        lambda clicks, height, width, _: draw(clicks, height, width, False),
    )


CLICK_MAPS: Final[dict[str, Maps]] = {
    "disks": of_both_signs(draw_disks),
    "disks2": of_both_signs(partial(draw_disks, radius=2)),
    "distances": of_both_signs(distances),
    "distances+disks": (*of_both_signs(distances), *of_both_signs(draw_disks)),
    "gaussians": of_both_signs(gaussians),
    "gaussians+first": (
        *of_both_signs(gaussians),
        lambda clicks, height, width, _: first_gaussian(clicks, height, width),
    ),
    "superpixels": (
        lambda clicks, height, width, pixels: superpixel_distances(
            clicks, height, width, True, pixels()
        ),
        lambda clicks, height, width, pixels: superpixel_distances(
            clicks, height, width, False, pixels()
        ),
    ),
}
"""The registry of ways to draw clicks, by the `click_maps` of network files.

The number of maps is the number of channels of the input `disks`.
"""


def _no_pixels() -> NDArray[np.float32]:
    raise AssertionError("this map of clicks needs the image: give pixels to encode")


def draw_window(click: Click, height: int, width: int) -> NDArray[np.float32]:
    """Return (1, h, w): 1 inside the correction window around a click, else 0.

    Its top left is rounded down to whole cells, its bottom right up.
    """
    h, w = -(-height // STRIDE), -(-width // STRIDE)
    top, bottom = _span(click.y, height, h)
    left, right = _span(click.x, width, w)
    window = np.zeros((1, h, w), np.float32)
    window[:, top:bottom, left:right] = 1
    return window


def _span(position: int, size: int, cells: int) -> tuple[int, int]:
    """Return the first cell of the window and the cell after its last, along an axis."""
    half = int(WINDOW_RATIO * size / 2 + 0.5)
    first, last = max(0, position - half), min(size, position + half)
    return first * cells // size, -(-last * cells // size)
