"""The registry of methods: the predictor for each method that network files name.

Each is one file, and one line in METHODS or a call of `register`.
"""

from collections.abc import Callable, Mapping
from typing import Final

from fcfi.errors import ConfigError, NetworkError
from fcfi.prediction.box_again import BoxAgain
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.interface import Flip, Predictor
from fcfi.prediction.look_twice import LookTwice
from fcfi.prediction.prediction import THRESHOLD
from fcfi.prediction.specks import FirstSpecks
from fcfi.prediction.steps import Step
from fcfi.prediction.zoom import Zoom
from fcfi.runtimes.network import Network, NetworkInfo

STEPS: Final[tuple[Step, ...]] = (BoxAgain(), FirstSpecks())
"""The steps after a look of a network of the method fcfi, unless a caller passes others."""
FOR_PEOPLE: Final[tuple[Step, ...]] = (*STEPS, LookTwice())
"""The steps after a look for the clicks of the annotation page."""
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


def make_for_people(network: Network, zoom: Zoom | None, flip: Flip, threshold: float) -> Predictor:
    """Return the predictor that answers people: the usual one, which looks twice if it can.

    Raises NetworkError for an unknown method, ConfigError for an invalid setting.
    """
    predictor = make_predictor(network, zoom, flip, threshold)
    if isinstance(predictor, FCFIPredictor) and predictor.steps == STEPS:
        return predictor.replaced(steps=FOR_PEOPLE)
    return predictor


def as_recorded(predictor: Predictor, settings: Mapping[str, float | str]) -> Predictor:
    """Return the predictor with the steps that a log was made with, as far as they are known.

    settings: those in the log; earlier versions had no steps.  A predictor with steps of its own
        is returned as it is.
    """
    known = {step.name: step for step in FOR_PEOPLE}
    names = [name for name in str(settings.get("steps", "")).split(", ") if name]
    if not (isinstance(predictor, FCFIPredictor) and known.keys() >= set(names)):
        return predictor
    steps = tuple(known[name] for name in names)
    changes = predictor.steps in (STEPS, FOR_PEOPLE) and predictor.steps != steps
    return predictor.replaced(steps=steps) if changes else predictor


def check_method(info: NetworkInfo) -> None:
    """Raise NetworkError unless the method of a network is known."""
    if info.method not in METHODS:
        raise NetworkError(
            f"expected a network of the method {' or '.join(METHODS)}, got {info.name} of "
            f"{info.method[:50]!r}: update fcfi, or choose another network"
        )
