"""Helpers of methods with gradients: a network's model, and a look as tensors for it."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from fcfi import weights
from fcfi.errors import ConfigError
from fcfi.models.fcfi import FCFI, Encoding
from fcfi.prediction.guidance import encode
from fcfi.prediction.looks import Look, prompt_inputs
from fcfi.prediction.prediction import batch_of_one
from fcfi.runtimes.network import Network
from fcfi.runtimes.network_file import CHECKPOINT
from fcfi.runtimes.torch import Torch


class Inputs(NamedTuple):
    """The inputs of a model other than the image, in the order of `FCFI.click`."""

    feedback: Tensor
    disks: Tensor
    window: Tensor
    cell: Tensor
    label: Tensor
    gate: Tensor


def model_of(network: Network, method: str) -> FCFI:
    """Return the torch model of a network.

    Raises ConfigError, which names usable networks, for a network without gradients.
    """
    runtime = getattr(network, "runtime", None)
    if not isinstance(runtime, Torch) or runtime.precision != "float32":
        shipped = [
            entry.name
            for entry in weights.shipped()
            if entry.path.with_suffix(CHECKPOINT).is_file()
        ]
        raise ConfigError(
            f"expected a checkpoint in torch in float32 for --method {method}, which needs "
            f"gradients, got {network.info.name} in {network.info.runtime or 'no runtime'}: add "
            f"--runtime torch with {' or '.join(shipped)}, or give a checkpoint (*{CHECKPOINT})"
        )
    return runtime.model


def inputs_of(look: Look, model: FCFI) -> tuple[Tensor, Inputs]:
    """Return the image (1, 3, H, W) and the other inputs of a look, on the model's device."""
    device = next(model.parameters()).device

    def pixels() -> np.ndarray:
        return look.picture.pixels(look.crop)

    height, width = look.feedback.shape
    maps = model.config.click_maps
    guidance = encode(look.clicks, height, width, look.gate, maps, pixels)
    arrays = prompt_inputs(look.feedback, guidance)
    tensors = {name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}
    image = torch.from_numpy(batch_of_one(pixels())).to(device)
    return image, Inputs(*(tensors[name].to(device) for name in Inputs._fields))


def encoded(model: FCFI, image: Tensor) -> Encoding:
    """Return a model's encoding of an image, without gradients."""
    with torch.no_grad():
        return model.encode(image)
