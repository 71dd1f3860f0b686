"""Weights on disk: our own checkpoints (safetensors, configuration inside), and the import of released ones.

Nothing here runs code out of a file: our files hold tensors and text, released files are read with
torch's weights-only loader and their configuration is taken as data.  Every file is written whole
or not at all (`fcfi.files`).
"""

import hashlib
import json
import pickle
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from fcfi.errors import ConfigError, NetworkError
from fcfi.files import write_bytes
from fcfi.models import released
from fcfi.models.build import build
from fcfi.models.config import ModelConfig, variants
from fcfi.models.fcfi import FCFI

FORMAT = "1"
"""Version of our checkpoints (metadata `fcfi_format`)."""


def save_model(model: FCFI, path: Path, metadata: Mapping[str, str] | None = None) -> None:
    """Write weights and configuration to one safetensors file; `metadata` is kept beside them as text."""
    state = {
        name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()
    }
    texts = dict(metadata or {}) | {
        "fcfi_format": FORMAT,
        "variant": variant(model.config),
        "config": json.dumps(model.config.as_dict()),
    }
    write_bytes(path, save(state, texts))


def load_model(path: Path) -> FCFI:
    """The network of a checkpoint, in float32, on the CPU, in evaluation mode; NetworkError if it cannot be used."""
    texts, state = _read(path)
    try:
        config = ModelConfig.from_dict(json.loads(texts["config"]))
    except (ValueError, TypeError, ConfigError) as error:
        raise NetworkError(
            f"{path} holds no configuration that this version of fcfi knows: {error}"
        ) from error
    model = build(config)
    check_keys(path, {name: tuple(tensor.shape) for name, tensor in state.items()}, shapes(model))
    model.load_state_dict(state)
    return model.eval()


def fill(model: FCFI, start: FCFI) -> tuple[str, ...]:
    """Copy the weights of another network where name and shape agree; gives the names of those left as they were."""
    given = start.state_dict()
    state = model.state_dict()
    alike = {
        name: given[name]
        for name, tensor in state.items()
        if name in given and given[name].shape == tensor.shape
    }
    model.load_state_dict(state | alike)
    return tuple(name for name, _ in model.named_parameters() if name not in alike)


def read_metadata(path: Path) -> dict[str, str]:
    """The texts beside the weights of a checkpoint (`config` is JSON)."""
    return _read(path)[0]


def import_released(source: Path, destination: Path) -> FCFI:
    """Convert a released checkpoint (*.pth) to ours and give the network; NetworkError if it is not exactly one.

    Refused: pickled code, a class or parameter we do not know, a tensor too many, too few or of
        another shape, values
    that are not finite.  Nothing is written then.
    """
    class_name, values, tensors = _read_released(source)
    model = from_released(source, class_name, values, tensors)
    save_model(
        model, destination, {"imported_from": Path(source).name, "imported_class": class_name}
    )
    return model


def from_released(
    source: Path, class_name: object, values: Mapping[str, Any], tensors: Mapping[str, Tensor]
) -> FCFI:
    """The network, in evaluation mode, that a released class name, its parameters and tensors describe."""
    try:
        config = released.config_of(class_name, values)
    except (NetworkError, ConfigError) as error:
        raise NetworkError(f"{source}: {error}") from error
    assert isinstance(class_name, str)
    model = build(config)
    names = {name: released.to_released(class_name, name) for name in model.state_dict()}
    expected = {names[name]: shape for name, shape in shapes(model).items()}
    expected |= released.dead_shapes(class_name, config)
    check_keys(source, {name: tuple(tensor.shape) for name, tensor in tensors.items()}, expected)
    for name, tensor in tensors.items():
        if not tensor.isfinite().all():
            raise NetworkError(
                f"{source}: {name} holds values that are not finite; the file is damaged"
            )
    model.load_state_dict({ours: tensors[theirs] for ours, theirs in names.items()})
    return model.eval()


def variant(config: ModelConfig) -> str:
    """A configuration's name; for one without, its backbone and what it does with the feedback."""
    for name, known in variants().items():
        if known == config:
            return name
    plain = ModelConfig()
    others = {name: getattr(config, name) for name in ("prompts", "prompt_maps", "head")}
    more = "".join(
        f", {name} {value}" for name, value in others.items() if value != getattr(plain, name)
    )
    return f"{config.backbone}, correction {config.correction}, fusion {config.fusion}{more}"


def weights_sha256(model: FCFI) -> str:
    """What identifies the weights: sha256 over name, type, shape and bytes of every tensor, in the names' order."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def shapes(model: FCFI) -> dict[str, tuple[int, ...]]:
    """Name and shape of every tensor of a network."""
    return {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}


def check_keys(
    path: Path, found: Mapping[str, tuple[int, ...]], expected: Mapping[str, tuple[int, ...]]
) -> None:
    """NetworkError with the first few names if a file's tensors are not exactly those of the network."""
    unknown, missing = (
        sorted(found.keys() - expected.keys()),
        sorted(expected.keys() - found.keys()),
    )
    if unknown:
        near = get_close_matches(unknown[0], missing or list(expected), n=1)
        raise NetworkError(
            f"{path}: {len(unknown)} unknown tensors, the first is {unknown[0]!r}"
            + (f" (nearest known name: {near[0]!r})" if near else "")
            + "; a network file must hold exactly the tensors of its configuration"
        )
    if missing:
        raise NetworkError(
            f"{path}: {len(missing)} tensors are missing, the first is {missing[0]!r}; "
            "a network file must hold exactly the tensors of its configuration"
        )
    for name, shape in expected.items():
        if found[name] != shape:
            raise NetworkError(
                f"{path}: {name} has shape {found[name]}, its configuration wants {shape}"
            )


def _read(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    if not Path(path).is_file():
        raise NetworkError(f"{path} is not a file; a checkpoint (*.safetensors) is wanted")
    try:
        with safe_open(path, "pt") as file:
            texts = file.metadata() or {}
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118, no mapping
    except (SafetensorError, OSError) as error:
        raise NetworkError(f"{path} is no safetensors file or is damaged ({error})") from error
    if texts.get("fcfi_format") != FORMAT or "config" not in texts:
        raise NetworkError(
            f"{path} is no fcfi checkpoint of format {FORMAT}: its metadata has "
            f"fcfi_format = {texts.get('fcfi_format')!r}; released files go through `fcfi import` first"
        )
    return texts, {
        name: tensor.float() if tensor.is_floating_point() else tensor
        for name, tensor in state.items()
    }


def _read_released(source: Path) -> tuple[str, dict[str, Any], dict[str, Tensor]]:
    """Class name, values of the parameters and tensors of a released file."""
    if not Path(source).is_file():
        raise NetworkError(f"{source} is not a file; a released checkpoint (*.pth) is wanted")
    try:
        content = torch.load(source, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise NetworkError(
            f"{source} holds pickled code or is no torch file; only tensors and plain values are accepted, "
            "as the released checkpoints have them"
        ) from error
    except Exception as error:  # of any kind: the reader trusts the bytes that say how to go on
        raise NetworkError(
            f"{source} is no torch file or is damaged; a released checkpoint (*.pth) is wanted"
        ) from error
    if not isinstance(content, dict) or not {"state_dict", "config"} <= content.keys():
        raise NetworkError(
            f"{source} is no released checkpoint: a dictionary with 'state_dict' and 'config' is wanted"
        )
    try:
        config, tensors = content["config"], dict(content["state_dict"])
        values = {name: parameter["value"] for name, parameter in config["params"].items()}
        class_name = config["class"]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NetworkError(
            f"{source}: its config is not of the released form {{'class', 'params': {{name: {{'value'}}}}}}"
        ) from error
    strange = [
        name
        for name, tensor in tensors.items()
        if not (isinstance(name, str) and isinstance(tensor, Tensor))
    ]
    if strange:
        raise NetworkError(f"{source}: {strange[0]!r} in its state_dict is no name of a tensor")
    return class_name, values, tensors
