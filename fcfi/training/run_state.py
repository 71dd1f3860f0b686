"""The state of a run: its clock, the network in training, and the file to resume from."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import nn
from torch.optim import Optimizer
from torch.optim.swa_utils import AveragedModel

from fcfi.errors import ConfigError
from fcfi.files import replacing
from fcfi.models.checkpoint import load_model, save_model, weights_sha256
from fcfi.models.config import ModelConfig
from fcfi.models.fcfi import FCFI
from fcfi.training.averaging import averaged
from fcfi.training.config import Recipe, RunConfig
from fcfi.training.devices import gathered
from fcfi.training.optimise import freeze, make_optimizer
from fcfi.training.start import first_network

CHECKPOINT = "last.pt"
"""Name of the file to resume from, in a run's folder."""
WEIGHTS = "model.safetensors"
"""Name of the file with the averaged weights, in a run's folder."""


@dataclass
class Clock:
    """The progress of a run, which is saved with it.

    step: finished steps.  seconds: seconds of training, over all resumptions.
    """

    step: int = 0
    seconds: float = 0.0

    def part(self, config: RunConfig) -> float:
        """Return the finished part of the run, in [0, 1]."""
        if config.steps:
            return min(1.0, self.step / config.steps)
        # Without a number of steps, a run is measured in minutes, so that a slow machine runs fewer
        # steps.
        return min(1.0, self.seconds / (60 * config.minutes))


@dataclass(frozen=True)
class Learner:
    """The network in training, its optimizer and its moving average.

    origin: sha256 of the weights that the run started from; empty if there were none.
    model: the bare network.  wrapped: the network wrapped by Fabric (precision, gradients of all
        processes).
    average: moving average of its weights, the result of a run.
    """

    fabric: Fabric
    origin: str
    model: FCFI
    wrapped: nn.Module
    average: AveragedModel
    optimizer: Optimizer


def make_learner(recipe: Recipe, fabric: Fabric, start: Path | None) -> Learner:
    """Return the network, moving average and optimizer of a new run, on their devices.

    start: a checkpoint to start from.  Raises ConfigError or NetworkError if it does not fit.
    """
    given = None if start is None else load_model(start)
    origin = "" if given is None else weights_sha256(given)
    model = first_network(recipe.model, recipe.run.imagenet == "package", given, str(start))
    freeze(model, recipe.run.freeze)
    average = averaged(model, recipe.optimizer.ema)
    # Convolutions run faster with the channels last in memory (see devices.to_device).
    model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    wrapped, optimizer = fabric.setup(model, make_optimizer(model, recipe.optimizer))
    return Learner(fabric, origin, model, wrapped, average.to(fabric.device), optimizer)


def save(
    folder: Path,
    recipe: Recipe,
    learner: Learner,
    clock: Clock,
    position: Mapping[str, Any] | None = None,
) -> None:
    """Write the file to resume from and the averaged weights; the other processes wait for it.

    position: position of this process in its random data (see position.py).
    """
    positions = gathered(learner.fabric, position)
    if learner.fabric.is_global_zero:
        state = {
            "recipe": recipe.as_dict(),
            "step": clock.step,
            "seconds": clock.seconds,
            "origin": learner.origin,
            "model": learner.model.state_dict(),
            "average": learner.average.state_dict(),
            "optimizer": learner.optimizer.state_dict(),
            "positions": positions,
        }
        # An open file instead of a path: torch then reports a full disk with Python's error.
        with replacing(folder / CHECKPOINT) as temporary, temporary.open("wb") as file:
            torch.save(state, file)
        save_model(learner.average.module, folder / WEIGHTS, metadata_of(recipe, clock))  # type: ignore[arg-type]
    learner.fabric.barrier()


def metadata_of(recipe: Recipe, clock: Clock) -> dict[str, str]:
    """Return the metadata of the weights; `fcfi export` copies the part about their use."""
    zoom = {f"zoom_{name}": str(getattr(recipe.zoom, name)) for name in ("target", "ratio")}
    sources = ", ".join(recipe.crops.weights or (source.layout for source in recipe.data.sources))
    return {"recipe": recipe.name, "steps": str(clock.step), "training_data": sources, **zoom}


def restore(path: Path, recipe: Recipe, learner: Learner) -> tuple[Clock, dict[str, Any] | None]:
    """Load a save into the learner; return the run's clock and the position of this process.

    The position is None if the crops will differ: the data, the clicks, the batch or the number of
    processes changed.  No code inside the file is run.  Raises ConfigError if the file is damaged,
    or from a run with another network, other start weights or other frozen weights.
    """
    state = _read(path)
    try:
        network = ModelConfig.from_dict(state["recipe"]["model"])
    except Exception as error:  # of any kind: a file may hold any values
        raise _unreadable(path, error) from error
    if network != recipe.model:
        raise ConfigError(
            f"expected a run of this recipe's network, got another network in {path}: "
            "give another --output folder, or remove it"
        )
    if learner.origin not in ("", state.get("origin", learner.origin)):
        raise ConfigError(
            "expected a run that began from these weights, got one that began from other weights "
            f"in {path}: give another --output folder, or remove it"
        )
    try:
        learner.model.load_state_dict(state["model"])
        learner.average.load_state_dict(state["average"])
        learner.optimizer.load_state_dict(state["optimizer"])
        return Clock(state["step"], state["seconds"]), _position(state, recipe, learner.fabric)
    except Exception as error:  # likewise
        raise ConfigError(
            "expected a run with the same frozen weights, got other frozen weights or a damaged "
            f"file in {path} ({error}): give another --output folder, or remove it"
        ) from error


def _position(state: dict[str, Any], recipe: Recipe, fabric: Fabric) -> dict[str, Any] | None:
    """Return the position of this process, or None if the recipe has changed."""
    positions: list[dict[str, Any] | None] = state.get("positions", [])
    saved, now = state["recipe"], recipe.as_dict()
    same = all(saved[name] == now[name] for name in ("data", "crops", "rounds"))
    same = same and all(saved["run"][name] == now["run"][name] for name in ("batch", "seed"))
    if not same or len(positions) != fabric.world_size:
        return None
    return positions[fabric.global_rank]


def _read(path: Path) -> dict[str, Any]:
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # of any kind: damaged bytes can make torch's reader fail anywhere
        raise _unreadable(path, error) from error
    if not isinstance(state, dict):
        raise _unreadable(path, f"it holds {type(state).__name__}")
    return state


def _unreadable(path: Path, reason: object) -> ConfigError:
    return ConfigError(
        f"expected the save of a run, got a file that cannot be read: {path} ({reason}); "
        "remove it to start afresh"
    )
