"""Masks of drawn shapes: rectangles, ellipses and circles, rotated or not, clipped by the picture.

Only the shape's box is computed, so that a small file cannot cause much work.  Convention: x right,
y down; the origin is the corner of the top left pixel, and a pixel belongs to a shape that contains
its centre.
"""

import math

import numpy as np
from numpy.typing import NDArray

from fcfi.masks.runs import RunMask


def turned_rectangle(
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
    reach = max(radius_x, radius_y) + 1
    left, right = (int(min(max(0, value), width)) for value in (x - reach, x + reach + 1))
    top, bottom = (int(min(max(0, value), height)) for value in (y - reach, y + reach + 1))
    if left >= right or top >= bottom:
        return None
    rows, columns = np.ogrid[top:bottom, left:right]
    cosine = math.cos(math.radians(degrees))
    sine = math.sin(math.radians(degrees))
    aside = columns + 0.5 - x
    below = rows + 0.5 - y
    along = (aside * cosine + below * sine) / radius_x
    across = (below * cosine - aside * sine) / radius_y
    return RunMask.of(along**2 + across**2 <= 1, left, top)
