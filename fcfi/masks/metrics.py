"""How good a mask is, and how many clicks it took.

Pure functions on masks and on IoU curves; knows nothing of networks, robots or files.  A curve is a
tuple of IoUs, the first after click 1; it may end early, because the robot stops at the highest IoU
wanted.
Source: the paper (NoC, NoF); boundary IoU: Cheng et al., CVPR 2021.
"""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fcfi.errors import InputError
from fcfi.masks.truth import IGNORE, OBJECT, Mask, Truth

LIMIT: Final = 20
"""Clicks, at most, on one object (paper)."""
BAND: Final = 0.02
"""Width of the boundary band as a part of the image diagonal (Cheng et al., their value for all data sets but LVIS)."""


def iou(mask: Mask, truth: Truth) -> float:
    """Intersection over union in [0, 1]; ignored pixels count in neither.  Two empty masks agree: 1.

    mask: (H, W) bool.  truth: (H, W) uint8, 0 background, 1 object, 255 ignore.  Raises InputError
        if sizes differ.
    """
    _check_sizes(mask, truth)
    return _ratio(mask, truth == OBJECT, truth != IGNORE)


def boundary_iou(mask: Mask, truth: Truth, band: float = BAND) -> float:
    """IoU of the inner boundary bands of mask and truth, in [0, 1]: sees what the IoU of a large object hides.

    band: width as a part of the diagonal, at least one pixel; the image border counts as a
        boundary.  Ignored pixels do
    not count, and inside them the truth is taken to be what the mask says, so that a seam that
    nobody can place bends neither band.  Raises InputError if sizes differ.
    """
    _check_sizes(mask, truth)
    counted = truth != IGNORE
    width = max(1, round(band * float(np.hypot(*mask.shape))))
    return _ratio(
        _band(mask, width), _band(np.where(counted, truth == OBJECT, mask), width), counted
    )


def noc(
    ious: Sequence[float], target: float, limit: int = LIMIT, start: float | None = None
) -> int:
    """Number of clicks: the first click at which the IoU reaches the target, else the limit.

    start: IoU of a mask that was there before the first click; if it reaches the target, no click
        was needed: 0.
    """
    if start is not None and start >= target:
        return 0
    return next(
        (number for number, value in enumerate(ious[:limit], start=1) if value >= target), limit
    )


def reached(
    ious: Sequence[float], target: float, limit: int = LIMIT, start: float | None = None
) -> bool:
    """Whether the target was reached within `limit` clicks; reaching it exactly at the last click counts as reached."""
    return (start is not None and start >= target) or any(value >= target for value in ious[:limit])


def failed_as_released(
    ious: Sequence[float], target: float, limit: int = LIMIT, start: float | None = None
) -> bool:
    """What the released code counts as a failure: NoC equal to the limit, even if the last click reached the target.

    Only for comparison with numbers counted that way; `not reached` is the honest count.
    """
    return noc(ious, target, limit, start) >= limit


def held(
    ious: Sequence[float], limit: int = LIMIT, start: float | None = None
) -> NDArray[np.float64]:
    """(limit,) the curve with its last IoU kept for the clicks that were not made (or `start` if none was)."""
    known = list(ious[:limit]) or [start if start is not None else 0.0]
    return np.array(known + [known[-1]] * (limit - len(known)), np.float64)


def iou_auc(curve: Sequence[float] | NDArray[np.float64]) -> float:
    """Area under IoU against clicks, trapezoids from the first click to the last, divided by its span: in [0, 1]."""
    values = np.asarray(curve, np.float64)
    if values.size == 0:
        raise InputError("no IoU came: the area under a curve needs at least one")
    return float(values[0]) if values.size == 1 else float(((values[1:] + values[:-1]) / 2).mean())


def _ratio(one: Mask, other: Mask, counted: Mask) -> float:
    union = int(np.count_nonzero((one | other) & counted))
    return int(np.count_nonzero(one & other & counted)) / union if union else 1.0


def _band(mask: Mask, width: int) -> Mask:
    """(H, W) bool: the pixels of the mask at most `width` pixels (chessboard distance) from its edge."""
    padded = np.pad(mask.astype(np.uint8), 1)
    inner = cv2.erode(padded, np.ones((3, 3), np.uint8), iterations=width)[1:-1, 1:-1]
    band: Mask = mask & (inner == 0)
    return band


def _check_sizes(mask: Mask, truth: Truth) -> None:
    if mask.shape != truth.shape:
        raise InputError(
            f"the mask is {mask.shape} and the true mask {truth.shape} (height, width): they must agree"
        )
