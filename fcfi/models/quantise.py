"""Quantisation of a network file to int8 with NNCF; sensitive layers stay in float.

A float file and examples of its inputs become a file with the same conventions, with pairs of
QuantizeLinear and DequantizeLinear around everything computed in int8; OpenVINO and ONNX Runtime
turn them into int8 kernels.  Layers return to float block by block, the most harmful first, until
the probabilities are close enough.  `benchmarks/precision.py` measures clicks to a good mask to
decide whether the file is good enough to be used.  Knows nothing of images or clicks.  Needs the
package nncf (extra `quantise`).
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
from fcfi.models.graph_file import save_graph
from fcfi.prediction.looks import sigmoid
from fcfi.runtimes.choice import RunRequest, choice_of
from fcfi.runtimes.interface import LOGITS, Arrays
from fcfi.runtimes.network import ENCODING_KEY, PRECISION_KEY
from fcfi.runtimes.network_file import read_info
from fcfi.runtimes.opening import open_network
from fcfi.runtimes.telemetry import block_telemetry

KEPT: Final = "kept_in_float"
"""Metadata key for the blocks of an int8 file that compute in float."""
JUDGED: Final = 24
"""Examples for judging layers; all examples are used to find the ranges of values."""
FEWEST: Final = 8
"""Smallest number of examples from which ranges of values can be found."""
CLOSE: Final = 0.006
"""Accepted mean absolute difference of probabilities between int8 and float."""
WORTH: Final = 0.02
"""Share of the difference that a block must remove in float; otherwise it stays int8."""
CANDIDATES: Final = 8
"""Number of the blocks most harmful by themselves, among which those to keep are searched."""
MOST_KEPT: Final = 6
"""Largest number of blocks in float: with more, int8 is not enough of a gain to be worth a file."""
BLOCK: Final = re.compile(r"(?:/model)?/([a-z]\w*(?:/[a-z]\w*(?:\.\d+)?)?)")
"""Matches a node's block in its exported name: the module, and the stage or part inside it."""
NEVER: Final = r"(/model)?/(correction|subpixel|classifier)[./].*"
"""Nodes that always stay float.

FFC's lengths and cosines have no layers that gain from int8, and small values that would be lost;
the head's output is the result itself, pixel by pixel."""


@dataclass(frozen=True)
class Quantised:
    """A written int8 file.

    kept: blocks that compute in float.
    difference: mean absolute difference of probabilities from the float file.
    """

    path: Path
    bytes: int
    kept: tuple[str, ...]
    difference: float


def quantise(
    source: Path, destination: Path, examples: Sequence[Arrays], close: float = CLOSE
) -> Quantised:
    """Write the int8 file of a float network file.

    examples: about a hundred typical inputs, of several sizes and numbers of clicks.
    close: target for the mean absolute difference of probabilities; it may not be reached.
    Raises NetworkError if the file cannot be used, ConfigError without nncf or with too few
    examples.
    """
    if len(examples) < FEWEST:
        raise ConfigError(
            f"expected at least {FEWEST} examples of inputs, got {len(examples)}: give more"
        )
    info = read_info(source)
    if PRECISION_KEY in info.metadata:
        raise NetworkError(
            f"expected a float file, got {source}, which is quantised already: "
            "give the file that it was made from"
        )
    # An int8 file runs whole: it is not cut between image and click.
    texts = {key: text for key, text in info.metadata.items() if key != ENCODING_KEY}
    judged = examples[:: max(1, len(examples) // JUDGED)]
    expected = _answers(source, judged)
    full = _calibrated(_in_float32(onnx.load(source)), examples)
    with replacing(destination) as temporary:

        def difference(kept: tuple[str, ...]) -> float:
            _write(_without(full, kept), temporary, {**texts, KEPT: ", ".join(kept) or "none"})
            answers = zip(_answers(temporary, judged), expected, strict=True)
            return float(np.mean([np.abs(int8 - exact).mean() for int8, exact in answers]))

        kept = find_sensitive(blocks(full), difference, close)
        remaining = difference(kept)
    return Quantised(destination, destination.stat().st_size, kept, remaining)


def find_sensitive(
    names: Sequence[str], difference: Callable[[tuple[str, ...]], float], close: float = CLOSE
) -> tuple[str, ...]:
    """Return the blocks to keep in float, the most harmful first.

    names: the names of all blocks.  difference: returns the difference of the probabilities from
        float with some blocks kept.
    """
    kept: tuple[str, ...] = ()
    now = difference(kept)
    alone = {name: difference((name,)) for name in names} if now > close else {}
    # Trying all sets would take too long: the search adds the best block among the most harmful.
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
    """Return the names of the blocks that hold quantised layers."""
    after = {pair.output[0] for pair in model.graph.node if pair.op_type == "DequantizeLinear"}
    return tuple(
        dict.fromkeys(
            block_of(node)
            for node in model.graph.node
            if node.op_type != "QuantizeLinear" and after & set(node.input)
        )
    )


# ── ranges of values ──────────────────────────────────────────────────────────────────────────────


def _calibrated(model: Any, examples: Sequence[Arrays]) -> Any:
    """Return the graph quantised wherever NNCF suggests, with ranges from the examples."""
    block_telemetry()  # nncf imports OpenVINO and reports through the same package
    try:
        import nncf
        from nncf.quantization.range_estimator import RangeEstimatorParametersSet
    except ImportError as error:
        raise ConfigError(
            f"expected nncf to quantise with, got no such package: {how_to_install('quantise')}"
        ) from error
    nncf.set_log_level(logging.ERROR)
    data = nncf.Dataset([dict(inputs) for inputs in examples])
    return nncf.quantize(
        model,
        data,
        preset=nncf.QuantizationPreset.MIXED,
        target_device=nncf.TargetDevice.CPU,
        subset_size=len(examples),
        fast_bias_correction=True,
        # NNCF's default, the mean of the ranges, clips values that few images need: the difference
        # would be two thirds larger.
        advanced_parameters=nncf.AdvancedQuantizationParameters(
            activations_range_estimator_params=RangeEstimatorParametersSet.MINMAX
        ),
        ignored_scope=nncf.IgnoredScope(patterns=[NEVER], validate=False),
    )


def _in_float32(model: Any) -> Any:
    """Return the graph with float16 kernels in float32 and without their casts."""
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


# ── which layers stay float ───────────────────────────────────────────────────────────────────────


def _without(full: Any, kept: Sequence[str]) -> Any:
    """Return a copy of the graph in which the layers of these blocks take unquantised values."""
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
            for index, name in enumerate(node.input):
                node.input[index] = pairs.get(name, name)
    _drop_unused(model)
    return model


def _answers(path: Path, judged: Sequence[Arrays]) -> list[NDArray[np.float32]]:
    """Return a network file's probabilities for each example."""
    precision = read_info(path).precision or "float32"
    network = open_network(choice_of(path, RunRequest(precision=precision, threads=1)))
    return [sigmoid(network(inputs)[LOGITS]) for inputs in judged]


def block_of(node: Any) -> str:
    """Return the block of a node, or the node's own name if it is in none."""
    found = BLOCK.match(node.name)
    return found.group(1) if found else node.name


# ── storage ───────────────────────────────────────────────────────────────────────────────────────


def _write(model: Any, path: Path, texts: Mapping[str, str]) -> None:
    """Write a quantised graph with its metadata."""
    _fold_weights(model)
    helper.set_model_props(model, {**texts, PRECISION_KEY: "int8"})
    save_graph(model, path)


def _fold_weights(model: Any) -> None:
    """Store quantised kernels as int8, by computing each QuantizeLinear of a constant here."""
    constants = {weight.name: weight for weight in model.graph.initializer}
    for node in [node for node in model.graph.node if node.op_type == "QuantizeLinear"]:
        if node.input[0] not in constants:
            continue
        values, scale, zero = (numpy_helper.to_array(constants[name]) for name in node.input)
        axis = next((attribute.i for attribute in node.attribute if attribute.name == "axis"), 1)
        shape = [-1 if index == axis else 1 for index in range(values.ndim)] if scale.ndim else []
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
    """Remove nodes and constants whose values are not used."""
    outputs = {output.name for output in model.graph.output}
    while True:
        used = outputs | {name for node in model.graph.node for name in node.input}
        unused = [node for node in model.graph.node if not used & set(node.output)]
        if not unused:
            break
        for node in unused:
            model.graph.node.remove(node)
    kept = [constant for constant in model.graph.initializer if constant.name in used]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
