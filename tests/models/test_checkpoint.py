"""Our checkpoints: round trips, and refused files."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from fcfi import weights
from fcfi.errors import FCFIError, NetworkError
from fcfi.models.build import build
from fcfi.models.checkpoint import load_model, read_metadata, save_model, variant, weights_sha256
from fcfi.models.config import ModelConfig, variants
from fcfi.models.fcfi import FCFI
from fcfi.runtimes.network_file import read_info
from tests.networks import opened

CONFIG = ModelConfig("lite0", "encoded", mid=8)


@pytest.fixture(scope="module")
def model() -> FCFI:
    torch.manual_seed(0)
    return build(CONFIG)


@pytest.fixture
def path(tmp_path: Path, model: FCFI) -> Path:
    save_model(model, tmp_path / "model.safetensors", {"recipe": "tiny"})
    return tmp_path / "model.safetensors"


def test_a_network_comes_back_as_it_was(path: Path, model: FCFI) -> None:
    loaded = load_model(path)
    assert loaded.config == CONFIG
    assert not loaded.training
    assert weights_sha256(loaded) == weights_sha256(model)
    texts = read_metadata(path)
    assert (texts["recipe"], texts["fcfi_checkpoint"]) == ("tiny", "1")
    assert "fcfi_format" not in texts, "that is the version of network files"
    assert texts["variant"] == "lite0, correction encoded, fusion collaborative"
    assert [file.name for file in path.parent.iterdir()] == ["model.safetensors"]
    (path.parent / "other").touch()
    assert path.stat().st_mode == (path.parent / "other").stat().st_mode


def test_the_sum_tells_weights_apart(model: FCFI) -> None:
    before = weights_sha256(model)
    parameter = next(model.parameters())
    with torch.no_grad():
        old = float(parameter.flatten()[0])
        parameter.view(-1)[0] += 1e-3
        assert weights_sha256(model) != before
        parameter.view(-1)[0] = old
    assert weights_sha256(model) == before


@pytest.mark.parametrize("name", variants())
def test_named_configurations_have_their_name(name: str) -> None:
    assert variants()[variant(variants()[name])] == variants()[name]


def rewrite(path: Path, texts: dict[str, str] | None, **tensors: Tensor | None) -> None:
    state = load_file(path)
    for name, tensor in tensors.items():
        key = name.replace("__", ".")
        if tensor is None:
            del state[key]
        else:
            state[key] = tensor
    save_file(state, path, texts)


def good() -> dict[str, str]:
    return {"fcfi_checkpoint": "1", "config": json.dumps(CONFIG.as_dict())}


def test_a_checkpoint_of_an_earlier_version_is_read_and_run(path: Path, model: FCFI) -> None:
    rewrite(path, {"fcfi_format": "1", "config": json.dumps(CONFIG.as_dict())})
    assert weights_sha256(load_model(path)) == weights_sha256(model)
    assert opened(path).info.sha256 == weights_sha256(model)


def test_other_tensors_than_the_configurations_are_refused(path: Path) -> None:
    key = "fusion__features_to_feedback__0__bias"
    rewrite(path, good(), **{key: None})
    with pytest.raises(
        NetworkError,
        match=r"got 1 too few, the first is 'fusion.features_to_feedback.0.bias'",
    ):
        load_model(path)
    rewrite(path, good(), **{key: torch.zeros(9)})
    with pytest.raises(
        NetworkError, match=r"expected shape \(8,\) for .*features_to_feedback.0.bias .* got \(9,\)"
    ):
        load_model(path)
    rewrite(path, good(), fusion__features_to_feedbak__0__bias=torch.zeros(8), **{key: None})
    with pytest.raises(
        NetworkError, match=r"nearest known name: 'fusion.features_to_feedback.0.bias'"
    ):
        load_model(path)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (None, "expected a checkpoint of format 1 .* got None"),
        ({"fcfi_checkpoint": "1"}, "expected a checkpoint of format 1"),
        (good() | {"fcfi_checkpoint": "7"}, "got '7' in .*: update fcfi"),
        (good() | {"config": "{"}, "expected a configuration"),
        (good() | {"config": "7"}, "expected a configuration"),
        (good() | {"config": '{"backbon": "lite0"}'}, "did you mean 'backbone'"),
    ],
)
def test_other_texts_are_refused(path: Path, texts: dict[str, str] | None, message: str) -> None:
    rewrite(path, texts)
    with pytest.raises(NetworkError, match=message):
        load_model(path)


def test_other_files_than_checkpoints_are_refused(path: Path) -> None:
    content = path.read_bytes()
    for part in (content[:1000], content[:-5], b"", b"hello"):
        path.write_bytes(part)
        with pytest.raises(NetworkError, match="expected a safetensors file"):
            load_model(path)
    for missing in (path.parent, path.parent / "missing"):
        with pytest.raises(NetworkError, match="is not a file"):
            load_model(missing)


def test_nothing_is_left_where_nothing_can_be_written(tmp_path: Path, model: FCFI) -> None:
    with pytest.raises(FCFIError, match="cannot write"):
        save_model(model, tmp_path / "no" / "such" / "folder.safetensors")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("entry", weights.shipped(), ids=lambda entry: entry.name)
def test_the_shipped_checkpoint_holds_the_weights_of_the_shipped_network(
    entry: weights.Entry,
) -> None:
    assert (
        weights_sha256(load_model(weights.checkpoint(entry.name))) == read_info(entry.path).sha256
    )
