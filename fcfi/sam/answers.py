"""Predictions as SAM's arrays: masks, logits, scores and low-resolution logits."""

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fcfi.masks.truth import Mask
from fcfi.prediction.first_look import alternatives
from fcfi.prediction.interface import Predictor
from fcfi.prediction.prediction import CachedImage, Prediction
from fcfi.prediction.score import score_of
from fcfi.prompts.clicks import Click, Prompts

LOW_RES: Final = 256
"""Side of SAM's low-resolution logits."""
SMALLEST: Final = 1e-6
"""Smallest distance of probabilities from 0 and 1, and of logits from 0."""
MASKS: Final = 3
"""Number of masks that SAM returns for an ambiguous prompt."""
OTHER_THRESHOLDS: Final = (0.35, 0.65)
"""Thresholds of the other masks if another crop would not help: a larger and a smaller mask."""


@dataclass(frozen=True)
class Frame:
    """The part of the low-resolution square that a picture fills, from the top left corner."""

    height: int
    width: int

    @classmethod
    def padded(cls, height: int, width: int) -> "Frame":
        """Return SAM's frame: the longer side fills the square, the rest is padding."""
        scale = LOW_RES / max(height, width)
        return cls(max(1, round(height * scale)), max(1, round(width * scale)))

    def low_res(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return logits (H, W) as (256, 256) float32, with certain background as padding."""
        square = np.full((LOW_RES, LOW_RES), logits_at(SMALLEST), np.float32)
        square[: self.height, : self.width] = cv2.resize(
            logits, (self.width, self.height), interpolation=cv2.INTER_AREA
        )
        return square

    def mask(self, low_res: NDArray[np.float32], height: int, width: int) -> Mask:
        """Return the mask (height, width) from low-resolution logits (256, 256)."""
        inside = np.ascontiguousarray(low_res[: self.height, : self.width])
        mask: Mask = cv2.resize(inside, (width, height), interpolation=cv2.INTER_LINEAR) > 0
        return mask


STRETCHED: Final = Frame(LOW_RES, LOW_RES)
"""SAM 2's frame: the picture is stretched to the whole square."""


def logits_at(probs: float) -> float:
    """Return the logit of a probability strictly between 0 and 1."""
    return float(np.log(probs / (1 - probs)))


def logits_of(prediction: Prediction) -> NDArray[np.float32]:
    """Return logits (H, W) float32, above 0 exactly inside the mask."""
    probs = np.clip(prediction.probs, SMALLEST, 1 - SMALLEST, dtype=np.float64)
    logits = np.log(probs / (1 - probs)) - logits_at(prediction.threshold)
    # The mask decides the sign, not rounding, and not the feedback of a mask made by a step.
    sign = np.where(prediction.mask, 1.0, -1.0)
    return np.asarray(np.copysign(np.maximum(np.abs(logits), SMALLEST), sign), np.float32)


def three_masks(
    usual: Prediction,
    predictor: Predictor,
    picture: CachedImage,
    prompts: Prompts,
    first: bool,
) -> tuple[list[Prediction], list[float]]:
    """Return three predictions, the default one first, and their scores in [0, 1].

    A single first click may mean a part, an object or more: then the others use smaller crops.
    Otherwise they are the default answer at a lower and at a higher threshold.  If the network
    estimates no IoU, the score of another mask is the default score times the IoU of both masks, so
    that no other mask is preferred without a reason.

    first: whether there was no mask before the prompts.
    """
    found = [usual]
    if first and len(prompts) == 1 and isinstance(prompts[0], Click) and prompts[0].positive:
        found += alternatives(predictor, picture, prompts)[1:MASKS]
    for threshold in OTHER_THRESHOLDS[: MASKS - len(found)]:
        # The network's estimate is for the mask at the default threshold.
        found.append(replace(usual, threshold=threshold, score=None))
    best, mask = score_of(usual), usual.mask
    scores = [
        score_of(other)
        if other is usual or other.score is not None
        else best * _iou(mask, other.mask)
        for other in found
    ]
    return found, scores


def _iou(first: Mask, second: Mask) -> float:
    """Return the IoU of two masks, 0 if both are empty."""
    together = int(np.count_nonzero(first | second))
    return int(np.count_nonzero(first & second)) / together if together else 0.0
