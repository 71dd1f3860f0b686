"""Steps: what is done to a prediction after the look, each from prediction to prediction.

A local second look, a merge with the mask before, a graph cut: each is a step, and works for every
network.  A predictor without steps returns what its look found.
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
"""Runs a look at any crop, with feedback (h, w) and clicks in the crop's pixels.

Its gate is open: a step always has a mask to show.
"""


@dataclass(frozen=True, eq=False)
class Context:
    """What a step may see beside the prediction.

    prompts: all of them; those from `previous.answered` on are new.
    previous: the prediction before the new prompts, or None.
    """

    look_again: LookAgain
    picture: CachedImage
    prompts: Prompts
    previous: Prediction | None

    @property
    def new(self) -> Prompts:
        """The prompts that `previous` does not answer."""
        return self.prompts[0 if self.previous is None else self.previous.answered :]


class Step(Protocol):
    """A change to a prediction.  Holds no state; threads may share it."""

    @property
    def name(self) -> str:
        """The name of the step and its settings, as a log has it."""

    def __call__(self, context: Context, prediction: Prediction) -> Prediction:
        """Return the changed prediction."""


def on_side(
    probs: NDArray[np.float32], labels: NDArray[np.bool_], threshold: float
) -> NDArray[np.float32]:
    """Return probabilities on the side of the threshold that the labels say.

    A pixel that changes sides is as sure of it as it was of the other.
    """
    above = np.nextafter(np.float32(threshold), np.float32(1))
    below = np.nextafter(np.float32(threshold), np.float32(0))
    mirrored = np.float32(1) - probs
    moved = np.where(labels, np.maximum(mirrored, above), np.minimum(mirrored, below))
    return np.where(labels == (probs > threshold), probs, moved).astype(np.float32)
