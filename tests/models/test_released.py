"""Released checkpoints: names, import, the outputs of the released code (official/README.md)."""

import gzip
import json
import math
import zlib
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from fcfi.errors import NetworkError
from fcfi.models import released_tables as released
from fcfi.models.build import build
from fcfi.models.checkpoint import load_model, read_metadata, weights_sha256
from fcfi.models.config import variants
from fcfi.models.released import from_released, import_released
from fcfi.prediction.guidance import STRIDE, WINDOW_RATIO, encode
from fcfi.prompts.clicks import Click

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]

OFFICIAL = Path(__file__).parent / "official"
KEYS = json.loads(gzip.decompress((OFFICIAL / "keys.json.gz").read_bytes()))
MODELS = {
    "h18s_small": "hrnet18s",
    "h18s_release": "hrnet18s-released",
    "h18": "hrnet18",
    "r101": "resnet101",
}
GAINS = {"h18s_small": 0.65, "h18s_release": 0.55, "h18": 0.55, "r101": 0.72}
"""Gains of the normalisations in the stand-in weights."""
TOLERANCE = 0.005
"""Largest difference in standard deviations of the answer; measured are 2e-5 and less."""


def stand_in(shapes: dict[str, list[int]], gain: float, seed: int = 0) -> dict[str, Tensor]:
    """Return weights computed from names and shapes, the same on every machine."""
    filled: dict[str, Tensor] = {}
    for key, shape in shapes.items():
        noise: Array = np.random.default_rng([zlib.crc32(key.encode()), seed]).standard_normal(
            shape, np.float64
        )
        noise = noise.astype(np.float32)
        if key.endswith("num_batches_tracked"):
            filled[key] = torch.tensor(1)
            continue
        value: Array
        if key.endswith("running_var"):
            value = 1 + 0.1 * np.abs(noise)
        elif key.endswith(("running_mean", ".bias")):
            value = 0.1 * noise
        elif len(shape) == 4:
            value = noise * math.sqrt(2 / (shape[1] * shape[2] * shape[3]))
        elif key.endswith(".scale"):
            value = np.full(shape, 0.05)
        else:
            value = gain + 0.05 * noise
        filled[key] = torch.from_numpy(np.asarray(value, np.float32))
    return filled


def checkpoint(model: str = "h18s_small") -> dict[str, Any]:
    """Return the content of a released file, for tests to change: a copy of its own."""
    return {
        "state_dict": stand_in(KEYS[model]["keys"], GAINS[model]),
        "config": deepcopy(KEYS[model]["config"]),
    }


@pytest.fixture(scope="module")
def small() -> dict[str, Any]:
    return checkpoint()


def values(config: dict[str, Any]) -> dict[str, Any]:
    return {name: parameter["value"] for name, parameter in config["params"].items()}


@pytest.mark.parametrize("model", MODELS)
def test_every_released_name_has_one_of_ours_and_back(model: str) -> None:
    keys, class_name = KEYS[model]["keys"], KEYS[model]["config"]["class"]
    config = released.config_of(class_name, values(KEYS[model]["config"]))
    assert config == variants()[MODELS[model]]
    dead = {name: tuple(shape) for name, shape in keys.items() if name.startswith(released.DEAD)}
    assert dead == released.dead_shapes(class_name, config)
    living = {name: tuple(shape) for name, shape in keys.items() if name not in dead}
    with torch.device("meta"):
        ours = {name: tuple(tensor.shape) for name, tensor in build(config).state_dict().items()}
    assert {released.to_released(class_name, name): shape for name, shape in ours.items()} == living


def test_dead_parameters_are_as_many_as_counted() -> None:
    shapes = released.dead_shapes(released.HRNET, variants()["hrnet18s"])
    learnt = {name: shape for name, shape in shapes.items() if name.endswith(("weight", "bias"))}
    assert sum(math.prod(shape) for shape in learnt.values()) == 14_208


@pytest.mark.parametrize("model", MODELS)
def test_answers_are_those_of_the_released_implementation(model: str) -> None:
    content = checkpoint(model)
    config = content["config"]
    network = from_released(Path(model), config["class"], values(config), content["state_dict"])
    inputs, answers = np.load(OFFICIAL / "inputs.npz"), np.load(OFFICIAL / f"{model}.npz")
    clicks = tuple(
        Click(int(column), int(row), bool(positive)) for row, column, positive in inputs["clicks"]
    )
    height, width = inputs["image"].shape[2:]
    for count in (1, 3, 4):
        gate = float(count > 1)
        guidance = encode(clicks[:count], height, width, gate)
        with torch.no_grad():
            output = network(
                torch.from_numpy(inputs["image"]),
                torch.from_numpy(inputs["feedback"]) * gate,
                torch.from_numpy(guidance.disks)[None],
                torch.from_numpy(guidance.window)[None],
                torch.tensor([guidance.cell]),
                torch.tensor(guidance.label).reshape(1, 1, 1, 1),
                torch.tensor(guidance.gate).reshape(1, 1, 1, 1),
            )
        corrected = functional.interpolate(
            output.extras["corrected"],
            (height, width),
            mode="bilinear",
            align_corners=model != "r101",
        )
        fused = functional.interpolate(
            output.extras["fused"].sigmoid(), (height, width), mode="bilinear", align_corners=True
        )
        for name, given in (("logits", output.logits), ("corrected", corrected), ("fused", fused)):
            expected = answers[f"n{count}_{name}"]
            difference = np.abs(given.numpy()[..., ::2, ::2] - expected).max() / expected.std()
            assert difference < TOLERANCE, (
                f"{name} after {count} clicks differs by {difference:.2g}"
            )


def test_import_writes_a_checkpoint_that_loads(tmp_path: Path, small: dict[str, Any]) -> None:
    torch.save(small, tmp_path / "released.pth")
    network = import_released(tmp_path / "released.pth", tmp_path / "ours.safetensors")
    assert not network.training
    loaded = load_model(tmp_path / "ours.safetensors")
    assert loaded.config == variants()["hrnet18s"]
    assert weights_sha256(loaded) == weights_sha256(network)
    assert read_metadata(tmp_path / "ours.safetensors")["imported_from"] == "released.pth"


class Malice:
    """Would run code when unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("malice-was-here"),))


def without(name: str, content: dict[str, Any]) -> dict[str, Any]:
    return {
        **content,
        "state_dict": {key: t for key, t in content["state_dict"].items() if key != name},
    }


def changed(name: str, tensor: Tensor, content: dict[str, Any]) -> dict[str, Any]:
    return {**content, "state_dict": {**content["state_dict"], name: tensor}}


def reconfigured(
    content: dict[str, Any], class_name: str | None = None, **parameters: Any
) -> dict[str, Any]:
    params = {
        name: {"type": "builtin", "value": value, "specified": True}
        for name, value in parameters.items()
    }
    config = content["config"]
    return {
        **content,
        "config": {
            "class": class_name or config["class"],
            "params": {**config["params"], **params},
        },
    }


STEM = "feature_extractor.conv1.weight"
DEAD_WEIGHT = f"{released.DEAD[0]}0.weight"
BAD: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "pickled code": (lambda c: {**c, "config": Malice()}, "pickled code"),
    "a module": (lambda c: torch.nn.Conv2d(1, 1, 1), "pickled code"),
    "no dictionary": (lambda c: [1, 2], "'state_dict' and 'config'"),
    "no config": (lambda c: {"state_dict": c["state_dict"]}, "'state_dict' and 'config'"),
    "strange config": (
        lambda c: {**c, "config": {"class": "x", "params": {"a": 1}}},
        "released form",
    ),
    "unknown class": (
        lambda c: reconfigured(c, "os.system"),
        "expected a class of .* got 'os.system'",
    ),
    "unknown parameter": (lambda c: reconfigured(c, ocr_widht=48), "did you mean 'ocr_width'"),
    "unsupported value": (
        lambda c: reconfigured(c, norm_radius=3),
        "expected parameter norm_radius = 5, got 3",
    ),
    "unknown width": (lambda c: reconfigured(c, width=48), "width 18 or 32"),
    "width of text": (lambda c: reconfigured(c, mid_ch="64"), "expected mid .* got '64'"),
    "missing tensor": (lambda c: without(STEM, c), f"got 1 too few, the first is '{STEM}'"),
    "missing dead tensor": (lambda c: without(DEAD_WEIGHT, c), "got 1 too few"),
    "unknown tensor": (
        lambda c: changed("feature_extractor.conv1.weigth", torch.zeros(1), without(STEM, c)),
        f"nearest known name: '{STEM}'",
    ),
    "wrong shape": (
        lambda c: changed(STEM, torch.zeros(64, 3, 7, 7), c),
        r"got \(64, 3, 7, 7\)",
    ),
    "no number": (
        lambda c: changed(STEM, torch.full((64, 3, 3, 3), math.nan), c),
        "expected finite values",
    ),
    "no tensor": (
        lambda c: {**c, "state_dict": {STEM: 3}},
        "expected names and tensors in its state_dict, got 'feature_extractor",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_other_files_than_released_checkpoints_are_refused(
    case: str, tmp_path: Path, small: dict[str, Any]
) -> None:
    make, message = BAD[case]
    torch.save(make(small), tmp_path / "bad.pth")
    with pytest.raises(NetworkError, match=message) as caught:
        import_released(tmp_path / "bad.pth", tmp_path / "ours.safetensors")
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["bad.pth"]
    assert not Path("malice-was-here").exists()


def test_a_file_cut_short_is_refused(tmp_path: Path, small: dict[str, Any]) -> None:
    torch.save(small, tmp_path / "whole.pth")
    content = (tmp_path / "whole.pth").read_bytes()
    for name, part in {
        "cut": content[: len(content) // 2],
        "empty": b"",
        "text": b"hello, world\n" * 100,
    }.items():
        (tmp_path / name).write_bytes(part)
        with pytest.raises(NetworkError, match=name):
            import_released(tmp_path / name, tmp_path / "ours.safetensors")
    with pytest.raises(NetworkError, match="not a file"):
        import_released(tmp_path / "missing.pth", tmp_path / "ours.safetensors")
    assert not (tmp_path / "ours.safetensors").exists()


def released_span(position: int, size: int) -> tuple[int, int, int]:
    """Return the first and last (exclusive) cell of the window and the clicked cell on an axis."""
    cells, half = np.float32(size // STRIDE), int(WINDOW_RATIO * size / 2 + 0.5)

    def scaled(value: int) -> np.float32:
        return np.float32(value) / np.float32(size) * cells

    first, last = scaled(max(0, position - half)), scaled(min(size, position + half))
    return math.floor(first), min(math.ceil(last), int(cells)), int(scaled(position))


@pytest.mark.parametrize("size", [128, 160, 384, 416, 448, 480, 736])
def test_windows_differ_from_the_released_ones_by_float32_rounding_alone(size: int) -> None:
    """By 1 cell, for at most 1 click in 20 along an axis, at sizes that are not powers of two."""
    others = 0
    for x in range(size):
        guidance = encode((Click(x, 0),), STRIDE, size, gate=0)
        columns = guidance.window[0, 0].nonzero()[0]
        ours = (int(columns[0]), int(columns[-1]) + 1, guidance.cell)
        difference = np.abs(np.subtract(ours, released_span(x, size)))
        assert difference.max() <= 1
        others += bool(difference.any())
    assert others <= size / 20
