"""Masks of drawn shapes: rectangles, ellipses and circles, rotated or not, clipped by the picture.

Only the shape's box is computed, so that a small file cannot cause much work.  Convention: x right,
y down; the origin is the corner of the top left pixel, and a pixel belongs to a shape that contains
its centre.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fcfi.masks.runs import RunMask
from fcfi.masks.work import charge

STRIP: Final = 1 << 20
"""Pixels of an ellipse that are computed at a time."""


def rotated_rectangle(
    left: float, top: float, width: float, height: float, degrees: float
) -> NDArray[np.float64]:
    """Return the corners (4, 2) of a rectangle, rotated clockwise about its top left corner."""
    if not degrees:  # exact, since cosine and sine would round
        right, bottom = left + width, top + height
        return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    across = np.array([math.cos(math.radians(degrees)), math.sin(math.radians(degrees))]) * width
    down = np.array([-math.sin(math.radians(degrees)), math.cos(math.radians(degrees))]) * height
    start = np.array([left, top])
    return np.stack([start, start + across, start + across + down, start + down])


def ellipse(
    x: float,
    y: float,
    radius_x: float,
    radius_y: float,
    degrees: float,
    height: int,
    width: int,
) -> RunMask | None:
    """Return the pixels whose centres are in an ellipse, rotated clockwise; None if empty.

    height, width: of the picture, which clips it.
    """
    if radius_x <= 0 or radius_y <= 0:
        return None
    cosine = math.cos(math.radians(degrees))
    sine = math.sin(math.radians(degrees))
    aside = math.hypot(radius_x * cosine, radius_y * sine) + 1
    below = math.hypot(radius_x * sine, radius_y * cosine) + 1
    left, right = (int(min(max(0, value), width)) for value in (x - aside, x + aside + 1))
    top, bottom = (int(min(max(0, value), height)) for value in (y - below, y + below + 1))
    if left >= right or top >= bottom:
        return None
    charge((bottom - top) * (right - left))
    inside = np.empty((bottom - top, right - left), np.bool_)
    from_middle = np.arange(left, right) + 0.5 - x
    # Some rows at a time: the numbers of all pixels of a large picture would take gigabytes.
    step = max(1, STRIP // (right - left))
    for first in range(top, bottom, step):
        down = np.arange(first, min(first + step, bottom))[:, None] + 0.5 - y
        along = (from_middle * cosine + down * sine) / radius_x
        across = (down * cosine - from_middle * sine) / radius_y
        inside[first - top : first - top + step] = along**2 + across**2 <= 1
    return RunMask.of(inside, left, top)
