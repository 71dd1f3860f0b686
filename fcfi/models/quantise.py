"""A network file in 8-bit whole numbers: post-training quantisation with NNCF, layers that suffer kept in float.

A float file and examples of what it takes in give a file of the same conventions, with pairs of
QuantizeLinear and DequantizeLinear round what is computed in int8; OpenVINO and ONNX Runtime turn
them into int8 kernels.  Layers are taken back to float by blocks, the one that hurts most first,
until the answer is close enough.  Whether the file is good enough to be used is not decided here
but by clicks to a good mask (`benchmarks/precision.py`).  Knows nothing of pictures or clicks.
Needs the package nncf (extra `quantise`).
"""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from fcfi.errors import ConfigError, NetworkError, how_to_install
from fcfi.files import replacing
from fcfi.models.export import save
from fcfi.prediction.passes import sigmoid
from fcfi.runtimes.interface import INPUTS
from fcfi.runtimes.network import ENCODING, PRECISION, open_network, read_info
from fcfi.runtimes.private import block_telemetry

KEPT: Final = "kept_in_float"
"""Metadata of an int8 file: the blocks that compute in float."""
Inputs = tuple[NDArray[Any], ...]
"""What a network is called with, in the order of INPUTS."""

JUDGED: Final = 24
"""Examples on which layers are judged; all are used to find the ranges of values."""
FEWEST: Final = 8
"""Examples below which ranges of values mean nothing."""
CLOSE: Final = 0.006
"""Mean absolute difference of probabilities, int8 against float, at which no further layer is taken back."""
WORTH: Final = 0.02
"""Part of the difference that taking a block back must remove, or it stays int8."""
CANDIDATES: Final = 8
"""Blocks that hurt most by themselves, among which those to keep are sought."""
MOST_KEPT: Final = 6
"""Blocks that may be kept in float: beyond it int8 gains too little to be worth a file."""
BLOCK: Final = re.compile(r"(?:/model)?/([a-z]\w*(?:/[a-z]\w*(?:\.\d+)?)?)")
"""The block of a node, from the name that the exporter gave it: the module, and the stage or part inside."""
NEVER: Final = r"(/model)?/(correction|subpixel|classifier)[./].*"
"""Nodes that always stay float.  FFC's lengths and cosines have no layers to gain from, and small values to lose; the
head's answer is what is judged, a pixel at a time."""


@dataclass(frozen=True)
class Quantised:
    """What was written.  kept: blocks left in float.  difference: mean absolute one of probabilities, against float."""

    path: Path
    bytes: int
    kept: tuple[str, ...]
    difference: float


def quantise(
    source: Path, destination: Path, examples: Sequence[Inputs], close: float = CLOSE
) -> Quantised:
    """Write the int8 file of a float network file; the answer is that of the float file up to `close`, if it can be.

    examples: of the inputs, as they come in use; about a hundred, of several sizes and clicks.
    Raises NetworkError if the file cannot be used, ConfigError without nncf or with too few
    examples.
    """
    if len(examples) < FEWEST:
        raise ConfigError(
            f"{len(examples)} examples came to find ranges of values: give at least {FEWEST}"
        )
    info = read_info(source)
    if PRECISION in info.metadata:
        raise NetworkError(
            f"{source} is quantised already: give the float file that it was made from"
        )
    texts = {
        key: text for key, text in info.metadata.items() if key != ENCODING
    }  # it runs in one piece
    judged = examples[:: max(1, len(examples) // JUDGED)]
    expected = _answers(source, judged)
    full = _calibrated(_in_float32(onnx.load(source)), examples)
    with replacing(destination) as temporary:

        def difference(kept: tuple[str, ...]) -> float:
            _write(_without(full, kept), temporary, {**texts, KEPT: ", ".join(kept) or "none"})
            answers = zip(_answers(temporary, judged), expected, strict=True)
            return float(np.mean([np.abs(given - wanted).mean() for given, wanted in answers]))

        kept = find_sensitive(blocks(full), difference, close)
        left = difference(kept)
    return Quantised(destination, destination.stat().st_size, kept, left)


def find_sensitive(
    names: Sequence[str], difference: Callable[[tuple[str, ...]], float], close: float = CLOSE
) -> tuple[str, ...]:
    """Blocks to keep in float, the worst first.

    names: of all blocks.  difference: how far the answer is off with some of them kept.
    """
    kept: tuple[str, ...] = ()
    now = difference(kept)
    alone = {name: difference((name,)) for name in names} if now > close else {}
    candidates = sorted(alone, key=lambda name: alone[name])[:CANDIDATES]
    while now > close and candidates and len(kept) < MOST_KEPT:
        tried = {name: difference((*kept, name)) for name in candidates} if kept else alone
        best = min(candidates, key=lambda name: tried[name])
        if tried[best] > now * (1 - WORTH):
            break
        kept, now = (*kept, best), tried[best]
        candidates.remove(best)
    return kept


def blocks(model: Any) -> tuple[str, ...]:
    """Names of the blocks that hold quantised layers."""
    after = {pair.output[0] for pair in model.graph.node if pair.op_type == "DequantizeLinear"}
    return tuple(
        dict.fromkeys(
            block_of(node)
            for node in model.graph.node
            if node.op_type != "QuantizeLinear" and after & set(node.input)
        )
    )


# ── ranges of values
# ──────────────────────────────────────────────────────────────────────────────────────────────


def _calibrated(model: Any, examples: Sequence[Inputs]) -> Any:
    """The graph with quantisation wherever NNCF would have it, ranges found on the examples."""
    block_telemetry()  # nncf imports OpenVINO and reports through the same package
    try:
        import nncf
        from nncf.quantization.range_estimator import RangeEstimatorParametersSet
    except ImportError as error:
        raise ConfigError(
            f"quantising needs nncf, which is not installed: {how_to_install('quantise')}"
        ) from error
    nncf.set_log_level(logging.ERROR)
    data = nncf.Dataset([dict(zip(INPUTS, one, strict=True)) for one in examples])
    return nncf.quantize(
        model,
        data,
        preset=nncf.QuantizationPreset.MIXED,
        target_device=nncf.TargetDevice.CPU,
        subset_size=len(examples),
        fast_bias_correction=True,
        # NNCF's own choice, the mean of the ranges, cuts off what few pictures need: off by two
        # thirds more.
        advanced_parameters=nncf.AdvancedQuantizationParameters(
            activations_range_estimator_params=RangeEstimatorParametersSet.MINMAX
        ),
        ignored_scope=nncf.IgnoredScope(patterns=[NEVER], validate=False),
    )


def _in_float32(model: Any) -> Any:
    """The graph with kernels stored as float16 brought back to float32, their casts taken out."""
    halves = {
        weight.name: weight
        for weight in model.graph.initializer
        if weight.data_type == onnx.TensorProto.FLOAT16
    }
    casts = [
        node for node in model.graph.node if node.op_type == "Cast" and node.input[0] in halves
    ]
    for cast in casts:
        values = numpy_helper.to_array(halves[cast.input[0]]).astype(np.float32)
        halves[cast.input[0]].CopyFrom(numpy_helper.from_array(values, cast.output[0]))
        model.graph.node.remove(cast)
    return model


# ── which layers stay float
# ───────────────────────────────────────────────────────────────────────────────────────


def _without(full: Any, kept: Sequence[str]) -> Any:
    """A copy of the graph in which the layers of these blocks take their values unquantised."""
    model = type(full)()
    model.CopyFrom(full)
    quantised = {
        node.output[0]: node.input[0]
        for node in model.graph.node
        if node.op_type == "QuantizeLinear"
    }
    pairs = {
        node.output[0]: quantised[node.input[0]]
        for node in model.graph.node
        if node.op_type == "DequantizeLinear" and node.input[0] in quantised
    }
    for node in model.graph.node:
        if node.op_type not in ("QuantizeLinear", "DequantizeLinear") and block_of(node) in kept:
            for place, name in enumerate(node.input):
                node.input[place] = pairs.get(name, name)
    _drop_unused(model)
    return model


def _answers(path: Path, judged: Sequence[Inputs]) -> list[NDArray[np.float32]]:
    """Probabilities that a file gives, in float32 where it is in float."""
    network = open_network(path, threads=1)
    return [sigmoid(network(*one)) for one in judged]


def block_of(node: Any) -> str:
    """The block that a node is part of; for one outside of all, its own name."""
    found = BLOCK.match(node.name)
    return found.group(1) if found else node.name


# ── storage
# ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _write(model: Any, path: Path, texts: Mapping[str, str]) -> None:
    """Write a quantised graph with its texts."""
    _fold_weights(model)
    helper.set_model_props(model, {**texts, PRECISION: "int8"})
    save(model, path)


def _fold_weights(model: Any) -> None:
    """Store quantised kernels as int8: what QuantizeLinear makes of a constant is computed here, once."""
    constants = {weight.name: weight for weight in model.graph.initializer}
    for node in [node for node in model.graph.node if node.op_type == "QuantizeLinear"]:
        if node.input[0] not in constants:
            continue
        values, scale, zero = (numpy_helper.to_array(constants[name]) for name in node.input)
        axis = next((one.i for one in node.attribute if one.name == "axis"), 1)
        shape = [-1 if place == axis else 1 for place in range(values.ndim)] if scale.ndim else []
        limits = np.iinfo(zero.dtype)
        whole = np.rint(values / scale.reshape(shape)) + zero.reshape(shape)
        model.graph.initializer.append(
            numpy_helper.from_array(
                np.clip(whole, limits.min, limits.max).astype(zero.dtype), node.output[0]
            )
        )
        model.graph.node.remove(node)
    _drop_unused(model)


def _drop_unused(model: Any) -> None:
    """Take out nodes and constants whose values nobody wants."""
    while True:
        wanted = {name for node in model.graph.node for name in node.input} | {
            one.name for one in model.graph.output
        }
        unused = [node for node in model.graph.node if not wanted & set(node.output)]
        if not unused:
            break
        for node in unused:
            model.graph.node.remove(node)
    kept = [one for one in model.graph.initializer if one.name in wanted]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
