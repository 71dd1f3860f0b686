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
"""Probabilities are kept this far from 0 and 1, and logits this far from 0."""
MASKS: Final = 3
"""Masks of an ambiguous prompt, as SAM returns them."""
OTHER_THRESHOLDS: Final = (0.35, 0.65)
"""Of the further masks where another look would say nothing: a generous and a sparing one."""


@dataclass(frozen=True)
class Frame:
    """The part of the low-resolution square that a picture fills, from its top left corner."""

    height: int
    width: int

    @classmethod
    def padded(cls, height: int, width: int) -> "Frame":
        """Return SAM's: the longer side fills the square, the rest is padding."""
        scale = LOW_RES / max(height, width)
        return cls(max(1, round(height * scale)), max(1, round(width * scale)))

    def low_res(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return logits (H, W) as (256, 256) float32; padding is surely background."""
        square = np.full((LOW_RES, LOW_RES), logits_at(SMALLEST), np.float32)
        square[: self.height, : self.width] = cv2.resize(
            logits, (self.width, self.height), interpolation=cv2.INTER_AREA
        )
        return square

    def mask(self, low_res: NDArray[np.float32], height: int, width: int) -> Mask:
        """Return the mask (height, width) of low-resolution logits (256, 256)."""
        inside = np.ascontiguousarray(low_res[: self.height, : self.width])
        mask: Mask = cv2.resize(inside, (width, height), interpolation=cv2.INTER_LINEAR) > 0
        return mask


STRETCHED: Final = Frame(LOW_RES, LOW_RES)
"""SAM 2's frame: the picture is stretched over the whole square."""


def logits_at(probs: float) -> float:
    """Return the logit of a probability strictly between 0 and 1."""
    return float(np.log(probs / (1 - probs)))


def logits_of(prediction: Prediction) -> NDArray[np.float32]:
    """Return logits (H, W) float32, above 0 exactly where the mask is."""
    probs = np.clip(prediction.probs, SMALLEST, 1 - SMALLEST, dtype=np.float64)
    logits = np.log(probs / (1 - probs)) - logits_at(prediction.threshold)
    # The mask decides the sign: rounding must not, nor feedback beside a mask that a step made.
    sign = np.where(prediction.mask, 1.0, -1.0)
    return np.asarray(np.copysign(np.maximum(np.abs(logits), SMALLEST), sign), np.float32)


def three_masks(
    usual: Prediction,
    predictor: Predictor,
    picture: CachedImage,
    prompts: Prompts,
    first: bool,
) -> tuple[list[Prediction], list[float]]:
    """Return three predictions, the usual one first, and their scores in [0, 1].

    A lone first click may mean a part, an object or more: then the others are looks from nearer by.
    Otherwise they are the usual answer at a lower and at a higher threshold.  Where the network
    estimates no IoU, the score of another mask is that of the usual one times the IoU of both, so
    that nobody prefers a mask without a reason.

    first: whether nothing was known before the prompts.
    """
    found = [usual]
    if first and len(prompts) == 1 and isinstance(prompts[0], Click) and prompts[0].positive:
        found += alternatives(predictor, picture, prompts)[1:MASKS]
    for threshold in OTHER_THRESHOLDS[: MASKS - len(found)]:
        # Its own estimate belongs to the mask at the usual threshold.
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
    """Return the IoU of two masks; 0 without a pixel."""
    together = int(np.count_nonzero(first | second))
    return int(np.count_nonzero(first & second)) / together if together else 0.0
