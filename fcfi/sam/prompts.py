"""Converting SAM's arrays of points, labels and boxes to prompts.  Knows nothing of networks."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fcfi.boxes import Box, whole
from fcfi.errors import InputError
from fcfi.prompts.clicks import Click, Prompts

NEGATIVE, POSITIVE, TOP_LEFT, BOTTOM_RIGHT, PADDING = 0, 1, 2, 3, -1
"""SAM's labels of points: off and on the object, corners of a box, padding."""
LABELS: Final = (NEGATIVE, POSITIVE, TOP_LEFT, BOTTOM_RIGHT, PADDING)


def prompts_of(coords: Any, labels: Any, box: Any, height: int, width: int) -> Prompts:
    """Return the prompts of one object: its box first, then its points in their order.

    coords: (N, 2) numbers, x and y in pixels, or None.  labels: (N,), 1 on the object, 0 off it;
        2 and 3 are the corners of a box, -1 is ignored.
    box: (4,) or (1, 4), left, top, right, bottom, or None.
    Raises InputError for arrays of another shape, unknown labels or points outside the picture.
    """
    points = _points(coords, labels)
    corners = [point for point, label in points if label in (TOP_LEFT, BOTTOM_RIGHT)]
    if corners and (len(corners) != 2 or box is not None):
        raise InputError(
            "expected one box, as two points with the labels 2 and 3 or as `box`, "
            "got another number of corners: give one box for each object"
        )
    if corners:
        box = np.concatenate(corners)
    boxes = () if box is None else (box_of_corners(box, height, width),)
    clicks = tuple(
        Click(_pixel(point[0], width), _pixel(point[1], height), label == POSITIVE)
        for point, label in points
        if label in (NEGATIVE, POSITIVE)
    )
    return (*boxes, *clicks)


def box_of_corners(corners: Any, height: int, width: int) -> Box:
    """Return the box from (4,) or (1, 4) numbers, clipped to a picture of height x width.

    Raises InputError for anything else, and for an empty box.
    """
    sides = numbers(corners, "box")
    if sides.size != 4:
        raise InputError(
            f"expected a box as (4,): left, top, right, bottom, got shape {sides.shape}: give one "
            "box at a time, or several to SAM2ImagePredictor"
        )
    left, top, right, bottom = (int(np.floor(side + 0.5)) for side in sides.reshape(4))
    within = Box(left, top, right, bottom) if left < right and top < bottom else None
    box = within and within.intersection(whole(height, width))
    if box is None:
        raise InputError(
            f"expected a box inside the picture of {width} x {height} pixels, got "
            f"{sides.reshape(4).tolist()}: give left, top, right, bottom"
        )
    return box


def numbers(array: Any, name: str) -> NDArray[np.float64]:
    """Return an array of finite numbers.  Raises InputError with its name for anything else."""
    try:
        found = np.asarray(array, np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"expected {name} as an array of numbers, got {error}") from error
    if not np.isfinite(found).all():
        raise InputError(f"expected finite numbers in {name}, got others: leave them out")
    return found


def _points(coords: Any, labels: Any) -> list[tuple[NDArray[np.float64], int]]:
    """Return the points with their labels."""
    if coords is None:
        return []
    if labels is None:
        raise InputError("expected point_labels with point_coords, got none: give 1 or 0 for each")
    at, marks = numbers(coords, "point_coords"), numbers(labels, "point_labels")
    if at.ndim != 2 or at.shape[1] != 2 or marks.shape != at.shape[:1]:
        raise InputError(
            f"expected point_coords (N, 2) and point_labels (N,), got {at.shape} and "
            f"{marks.shape}: give a label for each point"
        )
    unknown = [mark for mark in marks.tolist() if mark not in LABELS]
    if unknown:
        raise InputError(f"expected labels 1 (on the object) or 0 (off it), got {unknown[0]:g}")
    return [(point, int(mark)) for point, mark in zip(at, marks.tolist(), strict=True)]


def _pixel(value: float, size: int) -> int:
    """Return the pixel of a coordinate; the far edge belongs to the last pixel.

    Programs that compute with percentages send the width itself for a point at 100 %.
    """
    pixel = int(np.floor(value + 0.5))
    return size - 1 if size <= value + 0.5 and value <= size else pixel
