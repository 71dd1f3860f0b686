"""The network file: logits as in torch at every size, complete metadata, no incomplete files."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch

from fcfi.errors import NetworkError
from fcfi.models import export as module
from fcfi.models.build import build
from fcfi.models.checkpoint import save_model, weights_sha256
from fcfi.models.config import Correction, Fusion, ModelConfig
from fcfi.models.export import SHAPES, Exported, example, export
from fcfi.models.fcfi import FCFI
from fcfi.runtimes.network import FCFI_INPUTS
from fcfi.runtimes.network_file import read_info
from tests.networks import logits_of, opened

CONFIG = ModelConfig("lite0", mid=8)


@pytest.fixture(scope="module")
def model() -> FCFI:
    """Return a model with the statistics of a batch; with initial ones P3's channel may be zero."""
    torch.manual_seed(0)
    network = build(CONFIG)
    for part in network.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.momentum = 1.0
    with torch.no_grad():
        network.train()(*example(4, 64, 64, seed=9))
    return network.eval()


def write(model: FCFI | Path, path: Path, **options: Any) -> Exported:
    return export(
        model, path, "tiny", **{"training_data": "none", "licence": "Apache-2.0", **options}
    )


@pytest.fixture(scope="module")
def exported(model: FCFI, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return write(model, tmp_path_factory.mktemp("export") / "tiny.onnx")


@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino"])
@pytest.mark.parametrize("shape", [(1, 32, 32), (1, 160, 96), (3, 64, 192)])
def test_a_runtime_answers_as_torch_does(
    runtime: str, shape: tuple[int, int, int], exported: Exported, model: FCFI
) -> None:
    pytest.importorskip(runtime)
    network = opened(exported.path, runtime)
    inputs = example(*shape, seed=3)
    with torch.no_grad():
        expected = model(*inputs).logits.numpy()
    given = logits_of(network, [tensor.numpy() for tensor in inputs])
    np.testing.assert_allclose(given, expected, atol=1e-3 * expected.std())


def test_the_metadata_say_what_it_is(exported: Exported, model: FCFI) -> None:
    info = opened(exported.path, "onnxruntime").info
    assert (info.name, info.variant, info.multiple) == (
        "tiny",
        "lite0, correction similarity, fusion collaborative",
        32,
    )
    assert info.sha256 == exported.weights_sha256 == weights_sha256(model)
    assert info.metadata["training_data"] == "none"
    assert info.metadata["licence"] == "Apache-2.0"
    assert ModelConfig.from_dict(json.loads(info.metadata["config"])) == CONFIG
    assert all(name in info.metadata["input_conventions"] for name in FCFI_INPUTS)


def test_the_recommended_zoom_of_a_checkpoint_is_handed_on(model: FCFI, tmp_path: Path) -> None:
    save_model(model, tmp_path / "model.safetensors", {"zoom_target": "448", "recipe": "some"})
    path = tmp_path / "tiny.onnx"
    export(tmp_path / "model.safetensors", path, "tiny", training_data="none", licence="none")
    metadata = read_info(path).metadata
    assert metadata["zoom_target"] == "448"
    assert "recipe" not in metadata


def test_the_graph_has_nothing_to_fold_and_open_sizes(exported: Exported) -> None:
    graph = onnx.load(exported.path).graph
    assert "BatchNormalization" not in {node.op_type for node in graph.node}
    sizes = {
        port.name: tuple(
            size.dim_param or size.dim_value for size in port.type.tensor_type.shape.dim
        )
        for port in graph.input
    }
    assert sizes == {name: SHAPES[name] for name in FCFI_INPUTS}


def test_half_the_bytes_for_nearly_the_same_answers(
    exported: Exported, model: FCFI, tmp_path: Path
) -> None:
    half = write(model, tmp_path / "half.onnx", storage="float16")
    assert half.bytes < 0.55 * exported.bytes
    assert max(half.differences.values()) < 0.1
    assert half.weights_sha256 == exported.weights_sha256
    assert exported.differences.keys() >= {"onnxruntime"}


@pytest.mark.parametrize("storage", ["float32", "float16"])
def test_damaged_weights_are_refused(model: FCFI, tmp_path: Path, storage: str) -> None:
    file = write(model, tmp_path / "tiny.onnx", storage=storage).path
    opened(file)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(NetworkError, match="is damaged"):
        opened(file)


@pytest.mark.parametrize(
    ("correction", "fusion"), [("none", "none"), ("encoded", "none"), ("encoded", "collaborative")]
)
def test_every_configuration_takes_the_same_inputs(
    correction: Correction, fusion: Fusion, tmp_path: Path
) -> None:
    network = build(ModelConfig("lite0", correction, fusion, mid=8))
    write(network, tmp_path / "other.onnx")
    assert network.training  # the caller's network is left as it was


def test_a_checkpoint_can_be_exported(model: FCFI, exported: Exported, tmp_path: Path) -> None:
    save_model(model, tmp_path / "tiny.safetensors")
    assert (
        write(tmp_path / "tiny.safetensors", tmp_path / "tiny.onnx").weights_sha256
        == exported.weights_sha256
    )


def test_the_checkpoint_says_what_it_learnt_from_unless_one_says_so(
    model: FCFI, tmp_path: Path
) -> None:
    save_model(model, tmp_path / "tiny.safetensors", {"training_data": "cats"})
    for given, expected in (("", "cats"), ("dogs", "dogs")):
        write(tmp_path / "tiny.safetensors", tmp_path / "tiny.onnx", training_data=given)
        assert opened(tmp_path / "tiny.onnx").info.metadata["training_data"] == expected


def test_a_file_that_differs_is_not_accepted(
    model: FCFI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TOLERANCE", {"float32": 0.0})
    with pytest.raises(
        NetworkError,
        match="expected onnxruntime to differ from torch by at most 0.0 .* not exported",
    ):
        write(model, tmp_path / "tiny.onnx")
    assert list(tmp_path.iterdir()) == []


def test_weights_that_are_not_finite_are_not_exported(tmp_path: Path) -> None:
    broken = build(CONFIG)
    torch.nn.init.constant_(next(broken.parameters()), float("nan"))
    with pytest.raises(NetworkError, match="not exported"):
        write(broken, tmp_path / "tiny.onnx")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_storage_is_refused(model: FCFI, tmp_path: Path) -> None:
    with pytest.raises(
        NetworkError, match="expected storage to be one of float32, float16, got 'int8'"
    ):
        write(model, tmp_path / "tiny.onnx", storage="int8")


@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino", "torch"])
def test_the_score_is_an_output_of_the_file(runtime: str, tmp_path: Path) -> None:
    pytest.importorskip(runtime)
    torch.manual_seed(0)
    scored = build(ModelConfig("lite0", mid=8, score=True)).eval()
    path = tmp_path / "scored.safetensors"
    save_model(scored, path, {})
    if runtime != "torch":
        path = tmp_path / "scored.onnx"
        write(scored, path)
    network = opened(path, runtime)
    assert network.info.outputs == ("logits", "score")
    inputs = example(1, 64, 96, seed=3)
    with torch.no_grad():
        expected = scored(*inputs)
    arrays = [tensor.numpy() for tensor in inputs]
    outputs = network(dict(zip(FCFI_INPUTS, arrays, strict=True)))
    assert outputs["score"].shape == (1, 1)
    for name, tensor in (("logits", expected.logits), ("score", expected.extras["score"])):
        np.testing.assert_allclose(outputs[name], tensor.numpy(), rtol=1e-3, atol=1e-4)
