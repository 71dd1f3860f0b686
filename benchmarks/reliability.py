"""The reliability of scores: whether masks with a score of 0.7 have a mean IoU of 0.7."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

BINS: Final = 10
"""Number of bins in the reliability diagram."""


def bins_of(scores: NDArray[np.float64], ious: NDArray[np.float64]) -> list[dict[str, float]]:
    """Return the mean score, mean IoU and count of masks in each bin of the score that has any.

    >>> bins_of(np.array([0.31, 0.35, 0.9]), np.array([0.2, 0.4, 0.8]))
    [{'masks': 2, 'score': 0.33, 'iou': 0.3}, {'masks': 1, 'score': 0.9, 'iou': 0.8}]
    """
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    return [
        {
            "masks": int((bins == index).sum()),
            "score": round(float(scores[bins == index].mean()), 4),
            "iou": round(float(ious[bins == index].mean()), 4),
        }
        for index in range(BINS)
        if (bins == index).any()
    ]


def calibration_error(scores: NDArray[np.float64], ious: NDArray[np.float64]) -> float:
    """Return the mean distance of score and IoU of the bins, weighted by their masks."""
    rows = bins_of(scores, ious)
    distances = [row["masks"] * abs(row["score"] - row["iou"]) for row in rows]
    return round(sum(distances) / scores.size, 4)
