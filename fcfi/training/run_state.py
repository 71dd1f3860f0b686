"""The state of a run: its clock, the network under training, and both in a file to resume from."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import nn
from torch.optim import Optimizer
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from fcfi.errors import ConfigError
from fcfi.files import replacing
from fcfi.models.checkpoint import load_model, save_model, weights_sha256
from fcfi.models.config import ModelConfig
from fcfi.models.fcfi import FCFI
from fcfi.training.config import Recipe, RunConfig
from fcfi.training.devices import gathered
from fcfi.training.optimise import freeze, make_optimizer
from fcfi.training.start import first_network

CHECKPOINT = "last.pt"
"""File of a run's folder to resume from."""
WEIGHTS = "model.safetensors"
"""File of a run's folder with the averaged weights."""


@dataclass
class Clock:
    """How far a run has come; saved with it.

    step: steps done.  seconds: of training, over all resumptions.
    """

    step: int = 0
    seconds: float = 0.0

    def part(self, config: RunConfig) -> float:
        """Return the finished part of the run, in [0, 1]."""
        if config.steps:
            return min(1.0, self.step / config.steps)
        # Without a number of steps a run is measured in minutes: then a slow machine does fewer
        # steps.
        return min(1.0, self.seconds / (60 * config.minutes))


@dataclass(frozen=True)
class Learner:
    """The network under training and all that changes it.

    origin: sha256 of the weights that the run began from; empty without any.
    model: the bare network.  wrapped: the same behind Fabric (precision, gradients of all
        processes).
    average: moving average of its weights, which is what a run results in.
    """

    fabric: Fabric
    origin: str
    model: FCFI
    wrapped: nn.Module
    average: AveragedModel
    optimizer: Optimizer


def make_learner(recipe: Recipe, fabric: Fabric, start: Path | None) -> Learner:
    """Return network, moving average and optimizer of a new run, on their devices.

    start: a checkpoint to begin from.  Raises ConfigError or NetworkError if it does not fit.
    """
    given = None if start is None else load_model(start)
    origin = "" if given is None else weights_sha256(given)
    model = first_network(recipe.model, recipe.run.imagenet == "package", given, str(start))
    freeze(model, recipe.run.freeze)
    mean = get_ema_multi_avg_fn(recipe.optimizer.ema)  # type: ignore[no-untyped-call]
    # Averaged on buffers too: normalisations' statistics must belong to the averaged weights.
    average = AveragedModel(model, multi_avg_fn=mean, use_buffers=True)
    # Convolutions run faster on tensors whose channels lie side by side (see devices.to_device).
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

    position: of this process in its random data (see position.py).
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
        # A file and not a path: torch then reports a full disk as Python does.
        with replacing(folder / CHECKPOINT) as temporary, temporary.open("wb") as file:
            torch.save(state, file)
        save_model(learner.average.module, folder / WEIGHTS, metadata_of(recipe, clock))  # type: ignore[arg-type]
    learner.fabric.barrier()


def metadata_of(recipe: Recipe, clock: Clock) -> dict[str, str]:
    """Return the texts beside the weights; `fcfi export` copies those about their use."""
    zoom = {f"zoom_{name}": str(getattr(recipe.zoom, name)) for name in ("target", "ratio")}
    sources = ", ".join(recipe.crops.weights or (source.layout for source in recipe.data.sources))
    return {"recipe": recipe.name, "steps": str(clock.step), "training_data": sources, **zoom}


def restore(path: Path, recipe: Recipe, learner: Learner) -> tuple[Clock, dict[str, Any] | None]:
    """Load a save into the learner; return the run's clock and the position of this process.

    The position is None if other crops come now: the data, the clicks, the batch or the number of
    processes changed.  Only data is read: no code inside the file is run.  Raises ConfigError if
    the file is damaged or of a run with another network, other start weights or other frozen
    weights.
    """
    state = _read(path)
    try:
        network = ModelConfig.from_dict(state["recipe"]["model"])
    except Exception as error:  # of any kind: its values are whatever a file holds
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
    """Return where this process was, if the recipe still leads there."""
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
    except Exception as error:  # of any kind: torch's reader trusts the bytes that steer it
        raise _unreadable(path, error) from error
    if not isinstance(state, dict):
        raise _unreadable(path, f"it holds {type(state).__name__}")
    return state


def _unreadable(path: Path, reason: object) -> ConfigError:
    return ConfigError(
        f"expected the save of a run, got a file that cannot be read: {path} ({reason}); "
        "remove it to start afresh"
    )
