"""From clicks to what a network takes in: disks, window, clicked cell, label and gate.

The one definition shared by training and by every runtime.  It works in whole numbers on the host,
so that the network itself is a static graph (no crop, no drawing).  Knows nothing of images, zoom
or networks.
Source: paper; window and radius as released.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fcfi.prompts.clicks import Click, Clicks

STRIDE = 4
"""Input pixels to one cell of the feature map F (all variants)."""
DISK_RADIUS = 5
"""Pixels at network input size (released code: `norm_radius`)."""
WINDOW_RATIO = 0.3
"""Height and width of the correction window as a part of the input's (paper: r = 0.3)."""


@dataclass(frozen=True)
class Guidance:
    """What the clicks say to a network for one input of H x W pixels; h x w cells at stride 4.

    disks:  (2, H, W) float32, 1 inside a disk round a positive (map 0) or negative (map 1) click,
        else 0.
    window: (1, h, w) float32, 1 inside the correction window round the last click, else 0.
    cell:   row * w + column of the last click's cell.
    label:  1.0 if the last click is positive, else 0.0.
    gate:   1.0 if there is a feedback mask, 0.0 at a first click.
    """

    disks: NDArray[np.float32]
    window: NDArray[np.float32]
    cell: int
    label: float
    gate: float


BOX_OBJECT, BOX_MARGIN = 0.75, 0.25
"""Feedback that a box becomes: inside its ellipse, and in the rest of the box."""


def encode(clicks: Clicks, height: int, width: int, gate: float) -> Guidance:
    """Return the guidance for clicks in the coordinates of the network input, the new one last.

    Without any click (a box alone) the disks and the window are empty: nothing is corrected.
    """
    h, w = -(-height // STRIDE), -(-width // STRIDE)
    if not clicks:
        disks, window = np.zeros((2, height, width), np.float32), np.zeros((1, h, w), np.float32)
        return Guidance(disks, window, cell=0, label=1.0, gate=gate)
    last = clicks[-1]
    return Guidance(
        disks=draw_disks(clicks, height, width),
        window=draw_window(last, height, width),
        cell=(last.y * h // height) * w + last.x * w // width,
        label=float(last.positive),
        gate=gate,
    )


def draw_box(
    left: float, top: float, right: float, bottom: float, height: int, width: int
) -> NDArray[np.float32]:
    """Return the feedback (height, width) that a box round an object stands for.

    BOX_OBJECT inside the ellipse that fits the box, since most of an object lies there, BOX_MARGIN
    in its corners, 0 outside: values that no confident mask has, so that a network can learn what
    they mean.  The box is half open, in pixels of the network input; it may leave the input.
    """
    rows, columns = np.ogrid[:height, :width]
    across = (columns + 0.5 - (left + right) / 2) / max(right - left, 1) * 2
    down = (rows + 0.5 - (top + bottom) / 2) / max(bottom - top, 1) * 2
    inside = (np.abs(across) <= 1) & (np.abs(down) <= 1)
    ellipse = across**2 + down**2 <= 1
    return np.where(ellipse, BOX_OBJECT, np.where(inside, BOX_MARGIN, 0)).astype(np.float32)


def draw_disks(clicks: Clicks, height: int, width: int) -> NDArray[np.float32]:
    """(2, H, W): positive and negative disks of DISK_RADIUS pixels."""
    disks = np.zeros((2, height, width), np.float32)
    for click in clicks:
        top, left = max(0, click.y - DISK_RADIUS), max(0, click.x - DISK_RADIUS)
        rows, columns = np.ogrid[top : click.y + DISK_RADIUS + 1, left : click.x + DISK_RADIUS + 1]
        inside = (rows - click.y) ** 2 + (columns - click.x) ** 2 <= DISK_RADIUS**2
        part = disks[
            0 if click.positive else 1,
            top : click.y + DISK_RADIUS + 1,
            left : click.x + DISK_RADIUS + 1,
        ]
        part[inside[: part.shape[0], : part.shape[1]]] = 1
    return disks


def draw_window(click: Click, height: int, width: int) -> NDArray[np.float32]:
    """(1, h, w): the correction window round one click, floor for its top left and ceil for its bottom right."""
    h, w = -(-height // STRIDE), -(-width // STRIDE)
    top, bottom = _span(click.y, height, h)
    left, right = _span(click.x, width, w)
    window = np.zeros((1, h, w), np.float32)
    window[:, top:bottom, left:right] = 1
    return window


def _span(position: int, size: int, cells: int) -> tuple[int, int]:
    """First and last (exclusive) cell of the window along one axis of `size` pixels."""
    half = int(WINDOW_RATIO * size / 2 + 0.5)
    first, last = max(0, position - half), min(size, position + half)
    return first * cells // size, -(-last * cells // size)
