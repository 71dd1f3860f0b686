"""Checkpoints: the weights and configuration of a model in one safetensors file.

Nothing here runs code from a file: checkpoints hold tensors and text.  Every file is written whole
or not at all (`fcfi.files`).
"""

import hashlib
import json
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import torch
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor

from fcfi.errors import ConfigError, NetworkError, guard
from fcfi.files import write_bytes
from fcfi.models.build import build
from fcfi.models.config import ModelConfig, variants
from fcfi.models.fcfi import FCFI

FORMAT: Final = "1"
"""Version of the checkpoint format that this package writes and reads."""
FORMAT_KEY: Final = "fcfi_checkpoint"
"""Metadata key for the version of the checkpoint format."""
SAVE_AGAIN: Final = "save it again with this version of fcfi"
OLD_FORMAT_KEY: Final = "fcfi_format"
"""The key in checkpoints of fcfi 0.1, where network files had it as well."""


def save_model(model: FCFI, path: Path, metadata: Mapping[str, str] | None = None) -> None:
    """Write the weights and configuration to one safetensors file.

    metadata: further texts to store with them.  Raises InputError if the file cannot be written.
    """
    # safetensors takes no views, and training keeps kernels in another memory layout.
    state = {
        name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()
    }
    texts = dict(metadata or {}) | {
        FORMAT_KEY: FORMAT,
        "variant": variant(model.config),
        "config": json.dumps(model.config.as_dict()),
    }
    write_bytes(path, save(state, texts))


def load_model(path: Path) -> FCFI:
    """Return the model in a checkpoint, in float32 on the CPU and in evaluation mode.

    Raises NetworkError if the file cannot be used.
    """
    texts, state = _read(path)
    try:
        with guard(ConfigError, "its values are of another kind", "save it again"):
            config = ModelConfig.from_dict(json.loads(texts["config"]))
    except ConfigError as error:
        raise NetworkError(
            f"expected a configuration that this version of fcfi knows, got another in {path}: "
            f"update fcfi ({error})"
        ) from error
    with guard(NetworkError, f"{path} cannot be loaded", SAVE_AGAIN):
        found = {name: tuple(tensor.shape) for name, tensor in state.items()}
        check_keys(path, found, planned_shapes(config))
        model = build(config)
        model.load_state_dict(state)
        return model.eval()


def fill(model: FCFI, start: FCFI) -> tuple[str, ...]:
    """Copy the weights of another model where name and shape agree; return the names left out."""
    weights = start.state_dict()
    state = model.state_dict()
    alike = {
        name: weights[name]
        for name, tensor in state.items()
        if name in weights and weights[name].shape == tensor.shape
    }
    model.load_state_dict(state | alike)
    return tuple(name for name, _ in model.named_parameters() if name not in alike)


def read_metadata(path: Path) -> dict[str, str]:
    """Return the texts that a checkpoint stores with its weights (`config` is JSON)."""
    return _read(path)[0]


def variant(config: ModelConfig) -> str:
    """Return a configuration's name, or else its backbone and how it uses the feedback."""
    for name, known in variants().items():
        if known == config:
            return name
    default = ModelConfig()
    settings = {name: getattr(config, name) for name in ("prompts", "prompt_maps", "head")}
    others = "".join(
        f", {name} {value}" for name, value in settings.items() if value != getattr(default, name)
    )
    return f"{config.backbone}, correction {config.correction}, fusion {config.fusion}{others}"


def weights_sha256(model: FCFI) -> str:
    """Return the weights' identity: sha256 over name, type, shape and bytes of each tensor."""
    digest = hashlib.sha256()
    # Sorted by name, so that the order of modules in the code does not matter.
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def planned_shapes(config: ModelConfig) -> dict[str, tuple[int, ...]]:
    """Return the shape of every tensor in a model of this configuration, by name.

    Allocates no memory: a file may describe a network that no computer can hold.
    """
    with torch.device("meta"):
        return shapes(build(config))


def shapes(model: FCFI) -> dict[str, tuple[int, ...]]:
    """Return the shape of every tensor of a model, by name."""
    return {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}


def check_keys(
    path: Path, found: Mapping[str, tuple[int, ...]], expected: Mapping[str, tuple[int, ...]]
) -> None:
    """Raise NetworkError unless a file holds exactly the tensors of the model."""
    unknown = sorted(found.keys() - expected.keys())
    missing = sorted(expected.keys() - found.keys())
    if unknown:
        near = get_close_matches(unknown[0], missing or list(expected), n=1)
        hint = f" (nearest known name: {near[0]!r})" if near else ""
        raise NetworkError(
            f"expected exactly the tensors of its configuration in {path}, got {len(unknown)} "
            f"unknown ones, the first is {unknown[0]!r}{hint}: save the file again"
        )
    if missing:
        raise NetworkError(
            f"expected exactly the tensors of its configuration in {path}, got {len(missing)} "
            f"too few, the first is {missing[0]!r}: save the file again"
        )
    for name, shape in expected.items():
        if found[name] != shape:
            raise NetworkError(
                f"expected shape {shape} for {name} in {path}, got {found[name]}: "
                "save the file again"
            )


def _read(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    """Return the texts and tensors of a checkpoint, with floating-point tensors in float32."""
    if not Path(path).is_file():
        raise NetworkError(
            f"expected a checkpoint (*.safetensors), got {path}, which is not a file: "
            "give another path"
        )
    damaged = f"expected a safetensors file, got {path}, which is damaged or of another kind"
    with guard(NetworkError, damaged, "give another file"), safe_open(path, "pt") as file:
        texts = file.metadata() or {}
        state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118, no mapping
    version = texts.get(FORMAT_KEY, texts.get(OLD_FORMAT_KEY))
    if version != FORMAT or "config" not in texts:
        raise NetworkError(
            f"expected a checkpoint of format {FORMAT} ({FORMAT_KEY} in its metadata), got "
            f"{version!r} in {path}: update fcfi; released files go through `fcfi import` first"
        )
    return texts, {
        name: tensor.float() if tensor.is_floating_point() else tensor
        for name, tensor in state.items()
    }
