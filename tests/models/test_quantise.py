"""Quantisation: harmful layers stay float, kernels have 8 bits, the metadata lists both."""

import re
import warnings
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from fcfi.errors import ConfigError, NetworkError
from fcfi.models.build import build
from fcfi.models.config import ModelConfig, variants
from fcfi.models.export import example, export
from fcfi.models.quantise import KEPT, MOST_KEPT, NEVER, block_of, find_sensitive, quantise
from fcfi.runtimes.network_file import read_info
from tests.networks import METADATA, named, opened, random_inputs, write_onnx


def test_the_blocks_that_hurt_most_are_kept_until_the_answer_is_close() -> None:
    harm = {"stem": 0.010, "middle": 0.001, "head": 0.005}
    asked: list[tuple[str, ...]] = []

    def difference(kept: tuple[str, ...]) -> float:
        asked.append(kept)
        return sum(amount for name, amount in harm.items() if name not in kept)

    assert find_sensitive(list(harm), difference, close=0.02) == ()
    assert asked == [()]
    assert find_sensitive(list(harm), difference, close=0.007) == ("stem",)
    assert find_sensitive(list(harm), difference, close=0.002) == ("stem", "head")


def test_a_block_whose_return_to_float_gains_nothing_stays_int8() -> None:
    assert find_sensitive(["a", "b"], lambda kept: 0.5 - 0.001 * len(kept), close=0.1) == ()


def test_no_more_blocks_are_kept_than_are_worth_a_file() -> None:
    names = [f"block{number}" for number in range(30)]
    assert len(find_sensitive(names, lambda kept: 1.0 - 0.05 * len(kept), close=0.0)) == MOST_KEPT


@pytest.mark.parametrize("name", ["lite0-fine", "late"])
def test_blocks_are_parts_of_the_network_as_its_exporter_names_them(
    tmp_path: Path, name: str
) -> None:
    export(build(variants()[name]), tmp_path / "a.onnx", "a", training_data="", licence="")
    nodes = onnx.load(tmp_path / "a.onnx").graph.node
    layers = {block_of(node) for node in nodes if node.op_type == "Conv"}
    assert {"backbone/stem", "backbone/stages.3", "prompt/layers"} <= layers
    assert not [name for name in layers if name.startswith("/") or name.endswith("Conv")]
    correction = [node.name for node in nodes if block_of(node) == "correction"]
    assert correction
    assert all(re.fullmatch(NEVER, name) for name in correction)


def test_files_and_examples_that_do_not_do_are_refused(tmp_path: Path) -> None:
    done = write_onnx(tmp_path / "a.onnx", {**METADATA, "precision": "int8"})
    with pytest.raises(NetworkError, match="is quantised already"):
        quantise(done, tmp_path / "b.onnx", [named(random_inputs())] * 8)
    with pytest.raises(ConfigError, match="expected at least 8 examples of inputs, got 3"):
        quantise(write_onnx(tmp_path / "c.onnx"), tmp_path / "b.onnx", [named(random_inputs())] * 3)
    assert not (tmp_path / "b.onnx").exists()


@pytest.mark.slow
def test_a_quantised_file_answers_alike_in_every_runtime_and_is_small(tmp_path: Path) -> None:
    pytest.importorskip("nncf")
    torch.manual_seed(0)
    model = build(ModelConfig("lite0", mid=8))
    for part in model.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.momentum = 1.0
    with torch.no_grad():
        model.train()(*example(4, 64, 64, seed=9))
    source, small = tmp_path / "a.onnx", tmp_path / "a.int8.onnx"
    export(model.eval(), source, "a", training_data="none", licence="none", storage="float16")
    examples = [
        named([value.numpy() for value in example(1, 64, 32 * (2 + seed % 2), seed=seed)])
        for seed in range(8)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of NNCF's own imports
        done = quantise(source, small, examples, close=1.0)
    assert done.kept == ()
    assert done.difference < 0.2
    assert done.bytes < 0.75 * source.stat().st_size
    info = read_info(small)
    assert info.sha256 == read_info(source).sha256
    assert (info.metadata["precision"], info.metadata[KEPT]) == ("int8", "none")
    kernels = [kernel for kernel in onnx.load(small).graph.initializer if len(kernel.dims) == 4]
    assert {kernel.data_type for kernel in kernels} <= {
        onnx.TensorProto.INT8,
        onnx.TensorProto.FLOAT,
    }
    assert sum(kernel.data_type == onnx.TensorProto.INT8 for kernel in kernels) > 0.9 * len(kernels)
    answers = [
        opened(small, runtime, "int8", threads=1)(examples[0])["logits"]
        for runtime in ("openvino", "onnxruntime")
    ]
    assert all(np.isfinite(answer).all() and answer.shape == (1, 1, 64, 64) for answer in answers)
    assert "int8" in opened(small, precision="int8", threads=1).info.runtime
