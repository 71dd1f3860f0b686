"""The position of a run in its random data, to resume it as if it had never been interrupted.

It consists of the stream of crops and the index in it, the running sessions, and the random number
generators.  Each process of a run has its own.  Knows nothing of files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from fcfi.training.rounds import EveryRound, LastRound
from fcfi.training.stream import CropStream


@dataclass(frozen=True)
class Source:
    """The source of a process's batches.

    begun: the step at which the stream started, part of its seed.  size: (height, width) of crops.
    """

    begun: int
    size: tuple[int, int]
    crops: CropStream
    rounds: EveryRound | LastRound


def position_of(source: Source, device: torch.device) -> dict[str, Any]:
    """Return the position of this process, as plain values and tensors."""
    cuda = device.type == "cuda"
    return {
        "begun": source.begun,
        "size": source.size,
        "taken": source.crops.taken,
        "rounds": source.rounds.state(),
        # For dropout; the streams have their own generators.
        "random": torch.get_rng_state(),
        "device_random": torch.cuda.get_rng_state(device) if cuda else None,
    }


def resume_random(position: Mapping[str, Any], device: torch.device) -> None:
    """Restore the state of torch's random number generators."""
    torch.set_rng_state(position["random"])
    if position["device_random"] is not None and device.type == "cuda":
        torch.cuda.set_rng_state(position["device_random"], device)


def fits(position: Mapping[str, Any], size: tuple[int, int]) -> bool:
    """Return whether a position belongs to crops of this size."""
    return tuple(position["size"]) == size
