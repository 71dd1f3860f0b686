"""Looks, and the runners that compute them.  A look is one run of a network over one crop.

A predictor decides on the crop and the clicks, and a runner computes the result.  `ForwardRunner`
runs the network once.  A method that optimises its inputs or weights at every click is another
runner; it keeps its variables in the result's `memory`, a value, so that undo and replay work.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fcfi.errors import NetworkError
from fcfi.prediction.guidance import Guidance, encode
from fcfi.prediction.interface import Flip
from fcfi.prediction.prediction import CachedImage, Memory, View, batch_of_one, seen_as
from fcfi.prediction.zoom import Crop
from fcfi.prompts.clicks import Click, Clicks
from fcfi.runtimes.interface import LOGITS, SCORE
from fcfi.runtimes.network import IMAGE, EncodesOnce, Network


@dataclass(frozen=True, eq=False)
class Look:
    """The arguments of a runner.

    feedback: (crop.height, crop.width) float32 in [0, 1]; zeros before the first prediction.
    clicks: the clicks inside the crop, in network pixels, the new click last.
    gate: 1.0 if there is feedback, else 0.0.
    memory: the memory of the look before, or None.
    """

    picture: CachedImage
    crop: Crop
    feedback: NDArray[np.float32]
    clicks: Clicks
    gate: float
    memory: Memory | None = None


@dataclass(frozen=True, eq=False)
class LookResult:
    """The result of a look.

    probs: (crop.height, crop.width) float32 in [0, 1].
    memory: a value for the next look at the same object, or None.
    extras: other outputs of the network, by name.
    """

    probs: NDArray[np.float32]
    memory: Memory | None = None
    extras: Mapping[str, NDArray[Any]] = field(default_factory=dict)


def score_in(result: LookResult) -> float | None:
    """Return the network's estimate of its mask's IoU, in [0, 1], or None if it makes none.

    Raises NetworkError if it is not one finite number.
    """
    if SCORE not in result.extras:
        return None
    logits = np.asarray(result.extras[SCORE], np.float32).reshape(-1)
    if logits.size != 1 or not np.isfinite(logits).all():
        raise NetworkError("expected one finite score from the network: its file is damaged")
    return float(sigmoid(logits)[0])


class LookRunner(Protocol):
    """A way to run a look.  A look does not change its state, so threads may share it."""

    @property
    def settings(self) -> Mapping[str, float | str]:
        """The settings that the result depends on, besides the look and the weights."""

    def __call__(self, look: Look) -> LookResult:
        """Return the result.  Raises NetworkError if it fails."""


@dataclass(frozen=True)
class ForwardRunner:
    """A runner that runs the network once, or twice to average with the mirrored crop."""

    network: Network
    flip: Flip = "none"

    @property
    def settings(self) -> Mapping[str, float | str]:
        """The setting `flip`."""
        return {"flip": self.flip}

    def __call__(self, look: Look) -> LookResult:
        """Return the network's probabilities."""
        plain = self._once(look, "plain", look.feedback, look.clicks)
        if self.flip == "none":
            return plain
        # The mirror of pixel x is width - 1 - x, since pixel centres are at integers.
        last = look.crop.width - 1
        clicks = tuple(Click(last - click.x, click.y, click.positive) for click in look.clicks)
        # Clicks are mirrored instead of maps, since window and cell are computed from them.
        mirrored = self._once(look, "mirrored", look.feedback[:, ::-1], clicks)
        return replace(plain, probs=(plain.probs + mirrored.probs[:, ::-1]) / np.float32(2))

    def _once(
        self, look: Look, view: View, feedback: NDArray[np.float32], clicks: Clicks
    ) -> LookResult:
        """Return the result of one view, whose feedback and clicks are given."""
        height, width = feedback.shape

        def pixels() -> NDArray[np.float32]:
            return seen_as(look.picture.pixels(look.crop), view)

        maps = self.network.info.click_maps
        guidance = encode(clicks, height, width, look.gate, maps, pixels)
        prompts = prompt_inputs(feedback, guidance)
        if isinstance(self.network, EncodesOnce):
            encoding = look.picture.encoding(look.crop, view, self.network)
            outputs = self.network.click(encoding, prompts)
        else:
            outputs = self.network({IMAGE: batch_of_one(pixels()), **prompts})
        logits = outputs[LOGITS]
        # A damaged file may return NaN without an error, which would spread through the feedback.
        if logits.shape != (1, 1, height, width) or not np.isfinite(logits).all():
            raise NetworkError(
                f"expected finite logits of shape (1, 1, {height}, {width}) from the network "
                f"{self.network.info.name}, got {logits.shape} or values that are not finite: "
                "its file is damaged or does not fit"
            )
        probs = sigmoid(logits[0, 0].astype(np.float32, copy=False))
        extras = {name: value for name, value in outputs.items() if name != LOGITS}
        return LookResult(probs, extras=extras)


def prompt_inputs(feedback: NDArray[np.float32], guidance: Guidance) -> dict[str, NDArray[Any]]:
    """Return FCFI's inputs other than the image by name, as a batch of one.

    feedback: (h, w) float32 in [0, 1].
    """
    return {
        "feedback": batch_of_one(feedback[None]),
        "disks": guidance.disks[None],
        "window": guidance.window[None],
        "cell": np.array([guidance.cell], np.int64),
        "label": np.full((1, 1, 1, 1), guidance.label, np.float32),
        "gate": np.full((1, 1, 1, 1), guidance.gate, np.float32),
    }


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 1 / (1 + exp(-logits)) without overflow (exp overflows float32 at 89)."""
    return np.asarray((np.tanh(logits * np.float32(0.5)) + np.float32(1)) * np.float32(0.5))
