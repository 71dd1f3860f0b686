"""How far a run is in its random data: enough to resume it as if it had never been interrupted.

That is the stream of crops and the place in it, the sessions that run on them, and the generators
of random numbers.  Each process of a run has its own.  Knows nothing of files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from fcfi.training.rounds import EveryRound, LastRound
from fcfi.training.stream import CropStream


@dataclass(frozen=True)
class Source:
    """Where the batches of a process come from.

    begun: the step at which the stream began, part of its seed.  size: (height, width) of crops.
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
        # Of dropout; the streams have generators of their own.
        "random": torch.get_rng_state(),
        "device_random": torch.cuda.get_rng_state(device) if cuda else None,
    }


def resume_random(position: Mapping[str, Any], device: torch.device) -> None:
    """Set torch's generators to where they were."""
    torch.set_rng_state(position["random"])
    if position["device_random"] is not None and device.type == "cuda":
        torch.cuda.set_rng_state(position["device_random"], device)


def fits(position: Mapping[str, Any], size: tuple[int, int]) -> bool:
    """Return whether a position is one in crops of a size."""
    return tuple(position["size"]) == size
