"""The registry of methods: the predictor for each method that network files name.

Each is one file, and one line in METHODS or a call of `register`.
"""

from collections.abc import Callable, Mapping
from typing import Final

from fcfi.errors import ConfigError, NetworkError
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.interface import Flip, Predictor
from fcfi.prediction.prediction import THRESHOLD
from fcfi.prediction.specks import FirstSpecks
from fcfi.prediction.zoom import Zoom
from fcfi.runtimes.network import Network, NetworkInfo

STEPS: Final = (FirstSpecks(),)
"""What is done to the predictions of a network of the method fcfi, unless a caller says else."""
MakePredictor = Callable[[Network, Zoom | None, Flip, float], Predictor]
"""Returns a predictor for a network, zoom (None: the network file's), flip and threshold."""


def _make_fcfi(network: Network, zoom: Zoom | None, flip: Flip, threshold: float) -> FCFIPredictor:
    return FCFIPredictor(network, zoom, flip, threshold, steps=STEPS)


METHODS: Final[dict[str, MakePredictor]] = {"fcfi": _make_fcfi}
"""The makers of predictors by the `method` of network files."""


def register(name: str, make: MakePredictor) -> None:
    """Add a method of your own.  Raises ConfigError if its name is taken.

    name: the `method` in the metadata of network files.
    """
    if name in METHODS:
        raise ConfigError(
            f"expected a new name for a method, got {name!r}, which is taken: rename it"
        )
    METHODS[name] = make


def make_predictor(
    network: Network,
    zoom: Zoom | None = None,
    flip: Flip = "none",
    threshold: float = THRESHOLD,
) -> Predictor:
    """Return the predictor of the method that a network file names.

    Raises NetworkError for an unknown method, ConfigError for an invalid setting.
    """
    check_method(network.info)
    return METHODS[network.info.method](network, zoom, flip, threshold)


def as_recorded(predictor: Predictor, settings: Mapping[str, float | str]) -> Predictor:
    """Return the predictor that a log of a version without `FirstSpecks` was made with.

    settings: those in the log.  Any other predictor is returned as it is.
    """
    if (
        isinstance(predictor, FCFIPredictor)
        and predictor.steps == STEPS
        and "steps" not in settings
    ):
        return predictor.with_steps(())
    return predictor


def check_method(info: NetworkInfo) -> None:
    """Raise NetworkError unless the method of a network is known."""
    if info.method not in METHODS:
        raise NetworkError(
            f"expected a network of the method {' or '.join(METHODS)}, got {info.name} of "
            f"{info.method[:50]!r}: update fcfi, or choose another network"
        )
