"""Metrics of masks (IoU, boundary IoU) and of curves of IoU over clicks (NoC, area).

A curve is a tuple of IoUs, the first after click 1; it may end early, since the robot stops at the
highest target.  Knows nothing of networks, robots or files.
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
"""Most clicks on an object (paper)."""
BAND: Final = 0.02
"""Width of the boundary band as a fraction of the image diagonal.

Source: Cheng et al., their value for all datasets but LVIS.
"""


def iou(mask: Mask, truth: Truth) -> float:
    """Return the intersection over union in [0, 1], without ignored pixels.

    mask: (H, W) bool.  truth: (H, W) uint8, 0 background, 1 object, 255 ignore.

    Returns 1 for two empty masks.  Raises InputError if the sizes differ.
    """
    _check_sizes(mask, truth)
    return _ratio(mask, truth == OBJECT, truth != IGNORE)


def boundary_iou(mask: Mask, truth: Truth, band: float = BAND) -> float:
    """Return the IoU of the inner boundary bands of mask and truth, in [0, 1].

    It shows errors along the border, which hardly change the IoU of a large object.

    band: width as a fraction of the diagonal, at least one pixel; the image border counts as a
        boundary.

    Raises InputError if the sizes differ.
    """
    _check_sizes(mask, truth)
    counted = truth != IGNORE
    width = max(1, round(band * float(np.hypot(*mask.shape))))
    # Ignored pixels of the truth are taken from the mask, so that they do not move its boundary.
    completed = np.where(counted, truth == OBJECT, mask)
    return _ratio(_band(mask, width), _band(completed, width), counted)


def noc(
    ious: Sequence[float], target: float, limit: int = LIMIT, start: float | None = None
) -> int:
    """Return the number of the first click at which the IoU reaches the target, else the limit.

    start: IoU of a start mask; if it reaches the target, the result is 0.
    """
    if start is not None and start >= target:
        return 0
    return next(
        (number for number, value in enumerate(ious[:limit], start=1) if value >= target), limit
    )


def reached(
    ious: Sequence[float], target: float, limit: int = LIMIT, start: float | None = None
) -> bool:
    """Return whether the target is reached within `limit` clicks."""
    return (start is not None and start >= target) or any(value >= target for value in ious[:limit])


def failed_as_released(
    ious: Sequence[float], target: float, limit: int = LIMIT, start: float | None = None
) -> bool:
    """Return whether the released code counts a failure: NoC equal to the limit.

    It does so even if the last click reaches the target.  Use it only to compare with numbers
    counted that way; `reached` is correct.
    """
    return noc(ious, target, limit, start) >= limit


def held(
    ious: Sequence[float], limit: int = LIMIT, start: float | None = None
) -> NDArray[np.float64]:
    """Return the curve as (limit,), with its last IoU repeated for the clicks that were not made.

    start: IoU of a start mask, repeated if no click was made.
    """
    # Without clicks and without a start mask the IoU is 0.
    known = list(ious[:limit]) or [start if start is not None else 0.0]
    return np.array(known + [known[-1]] * (limit - len(known)), np.float64)


def iou_auc(curve: Sequence[float] | NDArray[np.float64]) -> float:
    """Return the area under the curve by the trapezoidal rule, divided by its span: in [0, 1].

    curve: the IoU after each click.  Raises InputError for an empty one.
    """
    values = np.asarray(curve, np.float64)
    if values.size == 0:
        raise InputError("expected a curve of at least one IoU, got none")
    return float(values[0]) if values.size == 1 else float(((values[1:] + values[:-1]) / 2).mean())


def _ratio(mask: Mask, other: Mask, counted: Mask) -> float:
    union = int(np.count_nonzero((mask | other) & counted))
    return int(np.count_nonzero(mask & other & counted)) / union if union else 1.0


def _band(mask: Mask, width: int) -> Mask:
    """Return the pixels of the mask at most `width` pixels (chessboard distance) from its edge."""
    # Padding makes the image border an edge.
    padded = np.pad(mask.astype(np.uint8), 1)
    # Repeated erosion by a 3 x 3 square equals erosion by chessboard distance `width`.
    inner = cv2.erode(padded, np.ones((3, 3), np.uint8), iterations=width)[1:-1, 1:-1]
    band: Mask = mask & (inner == 0)
    return band


def _check_sizes(mask: Mask, truth: Truth) -> None:
    if mask.shape != truth.shape:
        raise InputError(
            f"expected a mask of the truth's size {truth.shape} (height, width), got {mask.shape}"
        )
