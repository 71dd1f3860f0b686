"""The score of a mask, from 0 to 1, for tools that show one: an estimate of its IoU.

A network with a head for it estimates the IoU itself.  For any other network the estimate follows
from how certain the network is inside the mask and from the number of prompts, by a formula that
was fitted to the masks of the shipped network (`python -m benchmarks.score`,
docs/explanation/score.md).
"""

import math
from dataclasses import dataclass
from typing import Final

from fcfi.prediction.prediction import Prediction

FARTHEST: Final = 0.98
"""Certainties are kept from 1 - FARTHEST to FARTHEST, since logits of 0 and 1 are infinite."""


@dataclass(frozen=True)
class Calibration:
    """A formula for the IoU: a logistic function of the certainty's logit and of the prompts.

    offset: the logit of the IoU at certainty 0.5 after one prompt.
    certainty: weight of the certainty's logit.
    prompts: weight of the natural logarithm of the number of prompts.
    """

    offset: float
    certainty: float
    prompts: float

    def iou(self, certainty: float, prompts: int) -> float:
        """Return the estimated IoU, in (0, 1), of a mask after `prompts` prompts (0 counts as 1).

        >>> [round(SHIPPED.iou(0.9, prompts), 2) for prompts in (1, 3)]
        [0.88, 0.92]
        """
        logit = self.offset + self.certainty * logit_of(certainty)
        return 1 / (1 + math.exp(-logit - self.prompts * math.log(max(1, prompts))))


SHIPPED: Final = Calibration(-1.685, 1.678, 0.387)
"""Fitted to the masks of lite0 on development objects (benchmarks/results/lite0.score.json)."""


def score_of(prediction: Prediction) -> float:
    """Return the score of a prediction, from 0 to 1; 0 for an empty mask.

    It is the network's own estimate of the IoU, or else the estimate from its certainty.

    >>> import fcfi
    >>> from fcfi.images import read_image
    >>> picture, click = read_image("examples/images/coffee.jpg"), fcfi.Click(290, 130)
    >>> 0.5 < score_of(fcfi.load().predict(picture, (click,))) < 1
    True
    """
    if prediction.object_box is None:
        return 0.0
    if prediction.score is not None:
        return prediction.score
    return SHIPPED.iou(certainty_of(prediction), prediction.answered)


def certainty_of(prediction: Prediction) -> float:
    """Return the mean probability of the mask's pixels at network size; 0 for an empty mask.

    Alone it is too high for first masks, whose network may be certain of the wrong object.
    """
    above = prediction.visible[prediction.visible > prediction.threshold]
    return float(above.mean()) if above.size else 0.0


def logit_of(certainty: float) -> float:
    """Return the logit of a certainty, finite also for 0 and 1."""
    kept = min(max(certainty, 1 - FARTHEST), FARTHEST)
    return math.log(kept / (1 - kept))
