"""The network of a plan: chosen once when planning, and opened in the same way on every machine.

Another runtime or precision produces different bytes, so nothing falls back silently: a machine
that lacks them refuses the plan.
"""

import warnings
from collections.abc import Mapping
from typing import cast, get_args

from fcfi.bulk.plan import NetworkPlan
from fcfi.errors import ConfigError, NetworkError
from fcfi.prediction.interface import Flip, Predictor
from fcfi.runtimes.choice import Choice, RunRequest
from fcfi.segmenter import open_choice, plan_run

THREADS = 1
"""Threads per process: there is a process per core, and one thread adds up in a fixed order."""


def plan_network(source: str | None, runtime: str, precision: str, flip: str) -> NetworkPlan:
    """Return how to run a network on every machine.

    source: a shipped network's name, a path, or None for the default.  Raises NetworkError or
        ConfigError for what does not exist or is not available on this machine.
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

    source: the network's path on this machine, if it differs from the plan's.  Raises NetworkError
        for another network or other settings, ConfigError if this machine lacks the runtime or
        precision.
    """
    # The planned runtime and precision are explicit, so that `auto` cannot choose others here.
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
    """Return the choice for this runtime and precision.

    Raises ConfigError instead of choosing the next best.
    """
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
