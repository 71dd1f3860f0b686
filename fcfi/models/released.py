"""Import of released checkpoints (*.pth): read as data, every tensor checked, converted.

Nothing here runs code from a file: a released file is read with torch's weights-only loader, and
the class that it names is a key of a table (`fcfi.models.released_tables`).
"""

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from fcfi.errors import ConfigError, NetworkError, guard
from fcfi.models import released_tables as tables
from fcfi.models.build import build
from fcfi.models.checkpoint import check_keys, planned_shapes, save_model
from fcfi.models.fcfi import FCFI

COUNTER = "num_batches_tracked"
"""Ending of the names of integer tensors that count the batches a normalisation has seen."""


def import_released(source: Path, destination: Path) -> FCFI:
    """Convert a released checkpoint to one of fcfi, write it and return the model.

    Raises NetworkError, and writes nothing, for pickled code, an unknown class or parameter,
    missing or unknown tensors, another shape, or values that are not finite.
    """
    with guard(NetworkError, f"{source} cannot be converted", "give a released file"):
        class_name, values, tensors = _read(source)
        model = from_released(source, class_name, values, tensors)
    metadata = {"imported_from": Path(source).name, "imported_class": class_name}
    save_model(model, destination, metadata)
    return model


def from_released(
    source: Path, class_name: object, values: Mapping[str, Any], tensors: Mapping[str, Tensor]
) -> FCFI:
    """Return the model described by a released class name, its parameters and tensors.

    source: the file they are from, for errors.  Raises NetworkError like `import_released`.
    """
    try:
        config = tables.config_of(class_name, values)
    except (NetworkError, ConfigError) as error:
        raise NetworkError(f"{source}: {error}") from error
    assert isinstance(class_name, str)
    planned = planned_shapes(config)
    names = {name: tables.to_released(class_name, name) for name in planned}
    expected = {names[name]: shape for name, shape in planned.items()}
    # Tensors without effect are required as well: a file without them is not a released one.
    expected |= tables.dead_shapes(class_name, config)
    check_keys(source, {name: tuple(tensor.shape) for name, tensor in tensors.items()}, expected)
    for name, tensor in tensors.items():
        if not (tensor.is_floating_point() or name.endswith(COUNTER)):
            raise NetworkError(
                f"expected numbers of floating point, got {tensor.dtype} in {name} of {source}: "
                "give a released file"
            )
        if not tensor.isfinite().all():
            raise NetworkError(
                f"expected finite values, got others in {name} of {source}: "
                "the file is damaged; get it again"
            )
    model = build(config)
    model.load_state_dict({ours: tensors[theirs] for ours, theirs in names.items()})
    return model.eval()


def _read(source: Path) -> tuple[str, dict[str, Any], dict[str, Tensor]]:
    """Return the class name, parameter values and tensors of a released file."""
    if not Path(source).is_file():
        raise NetworkError(
            f"expected a released checkpoint (*.pth), got {source}, which is not a file: "
            "give another path"
        )
    try:
        content = torch.load(source, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise NetworkError(
            "expected tensors and plain values, as the released checkpoints hold them, got pickled "
            f"code or another kind of file: {source}; give a released file"
        ) from error
    except Exception as error:  # of any kind: damaged bytes can make the reader fail anywhere
        raise NetworkError(
            f"expected a released checkpoint (*.pth), got {source}, which is damaged or of another "
            "kind: give a released file"
        ) from error
    if not isinstance(content, dict) or not {"state_dict", "config"} <= content.keys():
        raise NetworkError(
            f"expected a dictionary with 'state_dict' and 'config', got another value in {source}: "
            "give a released file"
        )
    try:
        config = content["config"]
        tensors = dict(content["state_dict"])
        values = {name: parameter["value"] for name, parameter in config["params"].items()}
        class_name = config["class"]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NetworkError(
            "expected a config of the released form {'class', 'params': {name: {'value'}}}, got "
            f"another in {source}: give a released file"
        ) from error
    for name, tensor in tensors.items():
        if not (isinstance(name, str) and isinstance(tensor, Tensor)):
            raise NetworkError(
                f"expected names and tensors in its state_dict, got {name!r} in {source}: "
                "give a released file"
            )
    return class_name, values, tensors
