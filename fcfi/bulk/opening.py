"""The network of a plan: chosen once when planning, opened in the same way on every machine.

Another runtime or precision answers with other bytes, so nothing falls back in silence: a machine
that lacks what the plan says refuses it.
"""

import warnings
from collections.abc import Mapping
from typing import cast, get_args

from fcfi.bulk.plan import NetworkPlan
from fcfi.errors import ConfigError, NetworkError
from fcfi.prediction.interface import Flip, Predictor
from fcfi.runtimes.plan import Choice, RunRequest
from fcfi.segmenter import open_choice, plan_run

THREADS = 1
"""Of a process: all cores are busy with processes, and one thread adds up in one order."""


def plan_network(source: str | None, runtime: str, precision: str, flip: str) -> NetworkPlan:
    """Return how a network is to be run on every machine.

    source: a shipped network's name, a path, or None for the default.  Raises NetworkError or
        ConfigError for what does not exist or cannot be had on this machine.
    """
    if flip not in get_args(Flip):
        raise ConfigError(f"expected flip as one of {', '.join(get_args(Flip))}, got {flip!r}")
    chosen = _choose(source, runtime, precision)
    predictor = _open(chosen, flip)
    info = predictor.info
    settings = dict(predictor.settings)
    return NetworkPlan(
        source, info.name, info.sha256, chosen.runtime, chosen.precision, flip, settings
    )


def open_as_planned(network: NetworkPlan, source: str | None = None) -> Predictor:
    """Return the predictor of a plan.

    source: where the network lies here, if not where the plan says.  Raises NetworkError if it is
        another network or answers with other settings, ConfigError if this machine lacks the
        runtime or precision.
    """
    # The planned runtime and precision are named, so that `auto` cannot choose others here.
    chosen = _choose(source or network.source, network.runtime, network.precision)
    predictor = _open(chosen, network.flip)
    if predictor.info.sha256 != network.sha256:
        raise NetworkError(
            f"expected the network of the plan, {network.name} ({network.sha256[:12]}), got "
            f"{predictor.info.name} ({predictor.info.sha256[:12]}): give its file with --network"
        )
    if dict(predictor.settings) != dict(network.settings):
        raise NetworkError(
            f"expected the plan's settings {_words(network.settings)}, got "
            f"{_words(predictor.settings)}: use the version of fcfi that made the plan"
        )
    return predictor


def _choose(source: str | None, runtime: str, precision: str) -> Choice:
    """Return the choice for this runtime and precision; ConfigError instead of the next best."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the notes are read below
        chosen = plan_run(source, RunRequest(runtime, precision, THREADS))
    if chosen.notes:
        raise ConfigError(
            f"{chosen.notes[0]} instead, but all machines of a plan must agree: "
            "plan with a --runtime and --precision that all of them have"
        )
    return chosen


def _open(chosen: Choice, flip: str) -> Predictor:
    import cv2

    cv2.setNumThreads(THREADS)
    return open_choice(chosen, flip=cast(Flip, flip)).predictor


def _words(settings: Mapping[str, float | str]) -> str:
    return ", ".join(f"{key} = {value}" for key, value in settings.items())
