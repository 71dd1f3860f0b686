"""The methods of interactive segmentation, by name: which predictor a network file is for.

A new method is a module beside `fcfi.py` and a line in METHODS.
"""

from collections.abc import Callable, Mapping
from typing import Final

from fcfi.errors import NetworkError
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.interface import Flip, Predictor
from fcfi.prediction.prediction import THRESHOLD
from fcfi.prediction.zoom import Zoom
from fcfi.runtimes.network import Network, NetworkInfo

METHODS: Final[Mapping[str, Callable[[Network, Zoom | None, Flip, float], Predictor]]] = {
    "fcfi": FCFIPredictor,
}
"""What makes a predictor of a network, zoom, flip and threshold."""


def make_predictor(
    network: Network,
    zoom: Zoom | None = None,
    flip: Flip = "none",
    threshold: float = THRESHOLD,
) -> Predictor:
    """Return the predictor of the method that a network's file names.

    Raises NetworkError for an unknown method, ConfigError for a setting that does not exist.
    """
    check_method(network.info)
    return METHODS[network.info.method](network, zoom, flip, threshold)


def check_method(info: NetworkInfo) -> None:
    """Raise NetworkError unless the method of a network is known."""
    if info.method not in METHODS:
        raise NetworkError(
            f"expected a network of the method {' or '.join(METHODS)}, got {info.name} of "
            f"{info.method[:50]!r}: update fcfi, or choose another network"
        )
