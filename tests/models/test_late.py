"""Encode once: the backbone sees only the image, and a click needs only the encoding."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from fcfi.errors import NetworkError
from fcfi.models.build import build
from fcfi.models.checkpoint import fill, save_model
from fcfi.models.config import Correction, Fusion, ModelConfig, variants
from fcfi.models.export import example, export
from fcfi.models.fcfi import FCFI
from fcfi.models.late import likeness
from fcfi.runtimes.cutting import cut
from fcfi.runtimes.interface import LOGITS
from fcfi.runtimes.network import ENCODING_KEY, FCFI_INPUTS, EncodesOnce
from tests.networks import METADATA, logits_of, named, opened, write_onnx

NAMES = ("fine", "middle", "deep")


def settle(network: FCFI) -> FCFI:
    """Take all statistics from a batch: with initial ones, P3's single channel may be zero."""
    for part in network.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.momentum = 1.0
    with torch.no_grad():
        network.train()(*example(4, 64, 64, seed=9))
    return network.eval()


@pytest.fixture(scope="module")
def model() -> FCFI:
    torch.manual_seed(0)
    return settle(build(variants()["late"]))


@pytest.fixture(scope="module")
def file(model: FCFI, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("late") / "late.onnx"
    export(model, path, "late", training_data="none", licence="Apache-2.0")
    return path


def test_an_encoding_is_at_strides_4_8_and_16(model: FCFI) -> None:
    with torch.no_grad():
        maps = model.encode(torch.rand(2, 3, 64, 96))
    assert [tuple(level.shape) for level in maps] == [
        (2, 48, 16, 24),
        (2, 64, 8, 12),
        (2, 96, 4, 6),
    ]
    assert len(model.body.encoding) == len(maps)


def test_a_click_on_an_encoding_is_the_whole_pass(model: FCFI) -> None:
    inputs = example(2, 64, 96)
    with torch.no_grad():
        assert torch.equal(
            model.click(model.encode(inputs[0]), *inputs[1:]).logits, model(*inputs).logits
        )


@pytest.mark.parametrize("name", FCFI_INPUTS)
def test_every_input_counts(model: FCFI, name: str) -> None:
    inputs = list(example(1, 64, 64))
    with torch.no_grad():
        before = model(*inputs).logits
        old = inputs[FCFI_INPUTS.index(name)]
        inputs[FCFI_INPUTS.index(name)] = (old + 37) % 256 if name == "cell" else 1 - old
        assert not torch.equal(before, model(*inputs).logits)


def test_a_click_is_felt_in_the_whole_picture(model: FCFI) -> None:
    inputs = list(example(1, 256, 256))
    inputs[1], inputs[2] = torch.zeros_like(inputs[1]), torch.zeros_like(inputs[2])
    inputs[3], inputs[6] = torch.zeros_like(inputs[3]), torch.zeros_like(inputs[6])
    with torch.no_grad():
        before = model(*inputs).logits
        inputs[2][0, 0, 8:18, 8:18] = 1
        changed = (model(*inputs).logits != before)[0, 0]
    assert bool(changed[-16:, -16:].any())


def test_all_weights_learn() -> None:
    torch.manual_seed(0)
    network = build(variants()["late"]).train()
    output = network(*example(2, 64, 64))
    parts = [output.logits, *output.extras.values()]
    torch.stack([part.float().square().mean() for part in parts]).sum().backward()
    assert [name for name, parameter in network.named_parameters() if parameter.grad is None] == []


def test_likeness_is_the_cosine_to_the_mean_of_a_place() -> None:
    features = torch.tensor(
        [[[[1.0, 0.0, 3.0]], [[0.0, 2.0, 4.0]]]]
    )  # columns (1, 0), (0, 2), (3, 4)
    places = torch.tensor([[[[1.0, 0.0, 0.0]], [[0.5, 0.5, 0.0]], [[0.0, 0.0, 0.0]]]])
    given = likeness(features, places)
    half = 2 / 5**0.5  # the mean of the second place points along (1, 2)
    expected = torch.tensor([[1.0, 0.0, 0.6], [half / 2, half, 11 / (5 * 5**0.5)], [0.0, 0.0, 0.0]])
    torch.testing.assert_close(given[0, :, 0], expected)


def test_weights_of_a_network_with_a_stem_fill_what_they_fit(model: FCFI) -> None:
    torch.manual_seed(1)
    stem, late = build(variants()["lite0"]), build(variants()["late"])
    fresh = fill(late, stem)
    given, filled = stem.state_dict(), late.state_dict()
    assert {
        name for name in filled if name.startswith(("body.backbone.", "body.pyramid."))
    } <= given.keys()
    for name, tensor in filled.items():
        if name.startswith(("body.backbone.", "body.pyramid.")):
            assert torch.equal(tensor, given[name]), name
    assert not [name for name in fresh if name.startswith(("body.backbone.", "body.pyramid."))]
    assert "body.path.alike.weight" in fresh


@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino"])
@pytest.mark.parametrize("shape", [(1, 32, 32), (2, 64, 160)])
def test_a_file_is_cut_and_answers_as_torch_does(
    model: FCFI, file: Path, runtime: str, shape: tuple[int, int, int]
) -> None:
    pytest.importorskip(runtime)
    network = opened(file, runtime)
    assert isinstance(network, EncodesOnce)
    inputs = example(*shape, seed=3)
    arrays = [tensor.numpy() for tensor in inputs]
    with torch.no_grad():
        expected = model(*inputs).logits.numpy()
    answer = logits_of(network, arrays)
    np.testing.assert_allclose(answer, expected, atol=1e-3 * expected.std())
    encoding = network.encode({"image": arrays[0]})
    prompts = {name: value for name, value in named(arrays).items() if name != "image"}
    np.testing.assert_array_equal(network.click(encoding, prompts)[LOGITS], answer)
    assert [value.shape[1] for value in encoding.values()] == [48, 64, 96]


def test_torch_encodes_once_too(model: FCFI, tmp_path: Path) -> None:
    save_model(model, tmp_path / "late.safetensors")
    network = opened(tmp_path / "late.safetensors", "torch")
    assert isinstance(network, EncodesOnce)
    inputs = example(1, 64, 64)
    arrays = [tensor.numpy() for tensor in inputs]
    with torch.no_grad():
        expected = model(*inputs).logits.numpy()
    prompts = {name: value for name, value in named(arrays).items() if name != "image"}
    answer = network.click(network.encode({"image": arrays[0]}), prompts)[LOGITS]
    np.testing.assert_allclose(answer, expected, atol=1e-5)
    np.testing.assert_allclose(logits_of(network, arrays), expected, atol=1e-5)


def test_the_file_looks_like_any_other(file: Path) -> None:
    graph = onnx.load(file).graph
    assert [port.name for port in graph.output] == ["logits"]
    assert [port.name for port in graph.input] == list(FCFI_INPUTS)
    assert opened(file, "onnxruntime").info.metadata[ENCODING_KEY] == ", ".join(NAMES)


def test_the_parts_hold_what_they_need_and_no_more(file: Path) -> None:
    encode, click = (onnx.load_from_string(part) for part in cut(file, ("image",), NAMES))
    onnx.checker.check_model(encode, full_check=True)
    onnx.checker.check_model(click, full_check=True)
    assert [port.name for port in encode.graph.input] == ["image"]
    assert [port.name for port in encode.graph.output] == list(NAMES)
    assert [port.name for port in click.graph.input] == [*NAMES, *FCFI_INPUTS[1:]]
    weights = {constant.name for constant in encode.graph.initializer} & {
        constant.name for constant in click.graph.initializer
    }
    assert not [name for name in weights if len(name.split(".")) > 2]
    assert len(click.SerializeToString()) < 0.15 * file.stat().st_size


@pytest.mark.parametrize(
    ("correction", "fusion"), [("none", "none"), ("encoded", "none"), ("encoded", "collaborative")]
)
def test_every_configuration_can_be_cut(
    correction: Correction, fusion: Fusion, tmp_path: Path
) -> None:
    torch.manual_seed(0)
    network = settle(build(ModelConfig("lite0", correction, fusion, mid=8, prompts="late")))
    export(network, tmp_path / "late.onnx", "late", training_data="none", licence="none")


@pytest.mark.parametrize("names", ["nothing", "seen", "image", ""])
def test_a_file_without_the_values_between_is_refused(tmp_path: Path, names: str) -> None:
    path = write_onnx(tmp_path / "tiny.onnx", {**METADATA, ENCODING_KEY: names})
    with pytest.raises(NetworkError, match="its graph has no such values: export it again"):
        opened(path, "onnxruntime")


def test_a_cut_that_leaves_a_way_round_is_refused(file: Path) -> None:
    with pytest.raises(NetworkError, match="cannot be cut at fine"):
        cut(file, ("image",), ("fine",))
    with pytest.raises(NetworkError, match="cannot be cut at"):
        cut(file, ("feedback",), NAMES)
