"""What a method at test time is: a name, whose it is, and how its predictor is made."""

from collections.abc import Callable
from dataclasses import dataclass

from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.interface import Flip
from fcfi.prediction.prediction import THRESHOLD
from fcfi.prediction.zoom import Zoom
from fcfi.runtimes.network import Network

Make = Callable[[Network, Zoom | None, Flip, float], FCFIPredictor]
"""Returns a predictor for a network, zoom (None for that of the file), flip and threshold."""


@dataclass(frozen=True)
class Method:
    """A method that changes how a trained network answers.

    name: as `--method` has it.
    paper: where it was published.
    gradients: whether it needs those of the network, hence a checkpoint in torch.
    make: returns its predictor.  Raises ConfigError for a network that lacks what it needs.
    """

    name: str
    paper: str
    gradients: bool
    make: Make


def with_steps(*steps: object) -> Make:
    """Return what makes a predictor with these steps after the look; any network will do."""

    def make(
        network: Network,
        zoom: Zoom | None = None,
        flip: Flip = "none",
        threshold: float = THRESHOLD,
    ) -> FCFIPredictor:
        return FCFIPredictor(network, zoom, flip, threshold, steps=steps)  # type: ignore[arg-type]

    return make
