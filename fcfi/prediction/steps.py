"""Steps, which change a prediction after the look: functions from prediction to prediction.

Examples are a second look at a part, a merge with the previous mask and a graph cut.  A step works
with every network.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fcfi.prediction.looks import LookResult
from fcfi.prediction.prediction import CachedImage, Prediction
from fcfi.prediction.zoom import Crop
from fcfi.prompts.clicks import Clicks, Prompts

LookAgain = Callable[[Crop, NDArray[np.float32], Clicks], LookResult]
"""Runs a look at any crop, with feedback (h, w) and clicks in network pixels.

The gate is 1, since a step always has feedback.
"""


@dataclass(frozen=True, eq=False)
class Context:
    """The values that a step may use besides the prediction.

    prompts: all prompts; those from `previous.answered` on are new.
    previous: the prediction before the new prompts, or None.
    """

    look_again: LookAgain
    picture: CachedImage
    prompts: Prompts
    previous: Prediction | None

    @property
    def new(self) -> Prompts:
        """The new prompts, which `previous` does not answer."""
        return self.prompts[0 if self.previous is None else self.previous.answered :]


class Step(Protocol):
    """A change to a prediction.  Holds no state; threads may share it."""

    @property
    def name(self) -> str:
        """The name of the step with its settings, for logs."""

    def __call__(self, context: Context, prediction: Prediction) -> Prediction:
        """Return the changed prediction."""


def on_side(
    probs: NDArray[np.float32], labels: NDArray[np.bool_], threshold: float
) -> NDArray[np.float32]:
    """Return probabilities moved to the side of the threshold that the labels demand.

    A pixel that changes sides keeps its certainty.
    """
    above = np.nextafter(np.float32(threshold), np.float32(1))
    below = np.nextafter(np.float32(threshold), np.float32(0))
    mirrored = np.float32(1) - probs
    moved = np.where(labels, np.maximum(mirrored, above), np.minimum(mirrored, below))
    return np.where(labels == (probs > threshold), probs, moved).astype(np.float32)
