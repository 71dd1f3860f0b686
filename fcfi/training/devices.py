"""The processes and devices of a run: one process, or many that agree (Lightning Fabric)."""

import os
from typing import Any

import cv2
import torch
from lightning_fabric import Fabric
from torch import Tensor

from fcfi.errors import ConfigError
from fcfi.training.config import RunConfig
from fcfi.training.rounds import Batch


def make_fabric(config: RunConfig) -> Fabric:
    """Return the Fabric of this process, alone or as one of the processes of `torchrun`.

    Raises ConfigError if CUDA is requested and torch finds none.
    """
    cpu = config.accelerator == "cpu" or not torch.cuda.is_available()
    if cpu and config.accelerator == "cuda":
        raise ConfigError(
            "expected a CUDA device for run.accelerator = 'cuda', got none that torch finds: "
            "use 'auto' or 'cpu'"
        )
    # torchrun starts one process per device, and sets this variable.
    local = os.environ.get("LOCAL_WORLD_SIZE")
    nodes = os.environ.get("GROUP_WORLD_SIZE", "1")
    devices = config.devices
    if devices == "auto":
        devices = local or ("1" if cpu else "-1")
    cv2.setNumThreads(1)  # torch uses the cores; more threads would only compete for them
    fabric = Fabric(
        accelerator="cpu" if cpu else config.accelerator,
        devices=int(devices),
        num_nodes=int(nodes),
        precision=config.precision,
        strategy="auto" if local is None else "ddp",
    )
    fabric.launch()
    return fabric


def to_device(batch: Batch, device: torch.device) -> Batch:
    """Return the batch on the network's device."""
    moved = Batch(*(tensor.to(device, non_blocking=True) for tensor in batch))
    # Convolutions run faster on images with the channels last in memory.
    return moved._replace(image=moved.image.contiguous(memory_format=torch.channels_last))


def agree(fabric: Fabric, seconds: float, halt: bool, due: bool) -> tuple[float, bool, bool]:
    """Return seconds trained, whether to stop and whether to save, equal in all processes.

    Their clocks differ, and a signal may reach one of them a step before another.  If each decided
    alone, one might train at another rate than the others, or wait for them forever.
    """
    if fabric.world_size == 1:
        return seconds, halt, due
    own = torch.tensor([seconds, halt, due], dtype=torch.float64, device=fabric.device)
    most = fabric.all_reduce(own, reduce_op="max")
    assert isinstance(most, Tensor)
    return float(most[0]), bool(most[1]), bool(most[2])


def gathered(fabric: Fabric, value: Any) -> list[Any]:
    """Return the values of all processes by rank in the first process, else an empty list."""
    if fabric.world_size == 1:
        return [value]
    found = [None] * fabric.world_size if fabric.is_global_zero else None
    torch.distributed.gather_object(value, found)
    return found or []
