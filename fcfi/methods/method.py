"""The value `Method`: a method at test time, with its name, its paper and how to make it."""

from collections.abc import Callable
from dataclasses import dataclass

from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.interface import Flip
from fcfi.prediction.prediction import THRESHOLD
from fcfi.prediction.zoom import Zoom
from fcfi.runtimes.network import Network

Make = Callable[[Network, Zoom | None, Flip, float], FCFIPredictor]
"""Returns a predictor for a network, zoom (None: the network file's), flip and threshold."""


@dataclass(frozen=True)
class Method:
    """A method that changes how a trained network answers.

    name: the value of `--method`.
    paper: where it was published.
    gradients: whether it needs the network's gradients, hence a checkpoint in torch.
    make: returns its predictor.  Raises ConfigError for an unsuitable network.
    """

    name: str
    paper: str
    gradients: bool
    make: Make


def with_steps(*steps: object) -> Make:
    """Return a `Make` for predictors with these steps after the look, for any network."""

    def make(
        network: Network,
        zoom: Zoom | None = None,
        flip: Flip = "none",
        threshold: float = THRESHOLD,
    ) -> FCFIPredictor:
        return FCFIPredictor(network, zoom, flip, threshold, steps=steps)  # type: ignore[arg-type]

    return make
