"""The registry of methods at test time: each is one file, and one line in MODULES."""

from importlib import import_module
from typing import Final

from fcfi.errors import ConfigError, did_you_mean, how_to_install
from fcfi.methods.method import Method
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.interface import Flip
from fcfi.prediction.prediction import THRESHOLD
from fcfi.prediction.zoom import Zoom
from fcfi.runtimes.choice import AUTO
from fcfi.runtimes.network import Network

MODULES: Final[dict[str, str]] = {
    "brs": "fcfi.methods.brs",
    "f-brs": "fcfi.methods.f_brs",
    "ia": "fcfi.methods.adaptation",
    "graph-cut": "fcfi.methods.graph_cut",
    "merge": "fcfi.methods.merging",
    "focus-cut": "fcfi.methods.focus_cut",
    "focal-click": "fcfi.methods.focal_click",
    "keep-clicked": "fcfi.methods.keep_clicked",
    "pixel-diffusion": "fcfi.methods.pixel_diffusion",
    "look-twice": "fcfi.methods.look_twice",
}
"""Modules whose constant `METHOD` is the named method; imported when it is looked up."""
TORCH: Final = "torch"
FCFI: Final = "fcfi"
"""Method of the network files with which these methods work."""


def find_method(name: str) -> Method:
    """Return a method by its name.

    Raises ConfigError for an unknown name, or if a library that it needs is not installed.
    """
    if name not in MODULES:
        raise ConfigError(
            f"expected --method to be one of {', '.join(MODULES)}, got {name[:50]!r}"
            f"{did_you_mean(name, MODULES)}"
        )
    try:
        module = import_module(MODULES[name])
    except ImportError as error:
        raise ConfigError(
            f"the method {name} needs {error.name}, which is not installed: "
            f"{how_to_install('train')}"
        ) from error
    found: Method = module.METHOD
    return found


def runtime_for(name: str | None, runtime: str) -> str:
    """Return the runtime to use: torch instead of auto if the method needs gradients."""
    automatic = runtime == AUTO and name is not None
    return TORCH if automatic and find_method(str(name)).gradients else runtime


def make_predictor(
    name: str,
    network: Network,
    zoom: Zoom | None = None,
    flip: Flip = "none",
    threshold: float = THRESHOLD,
) -> FCFIPredictor:
    """Return the predictor of a method at test time on an opened network.

    Raises ConfigError for an unknown method or an unsuitable network.
    """
    method = find_method(name)
    if network.info.method != FCFI:
        raise ConfigError(
            f"expected a network of the method {FCFI} for --method {name}, got "
            f"{network.info.name} of {network.info.method[:50]!r}: choose another network"
        )
    return method.make(network, zoom, flip, threshold)
