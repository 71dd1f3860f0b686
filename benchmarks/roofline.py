"""Measuring the peak speed of a processor, and bounding the time of a network on it.

Peaks come from large convolutions (arithmetic) in the networks' runtime, and from a large copy
(memory).  The bound of a network is the sum over its layers of the longer time: multiplications at
the peak of the precision, or bytes (input, kernel, output, each once) at the memory speed.  Knows
nothing of clicks.  Needs OpenVINO and onnx.
"""

import os
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from fcfi.prediction.guidance import STRIDE
from fcfi.runtimes.openvino import core

CHANNELS, SIDE = 256, 64
"""Size of the convolution that defines the peak: 4.8 GFLOP, 1 to 4 MB in and out."""
DEPTH: Final = 4
"""Number of consecutive convolutions, so that reshaping the input is negligible."""
COPIED: Final = 1 << 28
"""Bytes of the large copy."""
REPEATS: Final = 9
BYTES: Final[Mapping[str, int]] = {"float32": 4, "bfloat16": 2, "int8": 1}
HINTS: Final[Mapping[str, str]] = {"float32": "f32", "bfloat16": "bf16", "int8": "bf16"}
CONVOLUTIONS: Final = ("Convolution", "GroupConvolution")


@dataclass(frozen=True)
class Peaks:
    """The peak speeds of a machine.

    gflops: 10^9 operations per second by precision; a multiply-add is two operations.
    gbytes: 10^9 bytes of memory read and written per second.
    """

    gflops: Mapping[str, float]
    gbytes: float


def measure_peaks(precisions: frozenset[str], threads: int | None = None) -> Peaks:
    """Return the peaks of this machine in float32 and these precisions."""
    with TemporaryDirectory() as folder:
        gflops = {
            name: _gflops(Path(folder), name, threads)
            for name in BYTES
            if name in precisions | {"float32"}
        }
    return Peaks(gflops, _gbytes(threads))


def gmac(path: Path, height: int, width: int) -> float:
    """Return the multiplications in one run of a network file, in 10^9."""
    return sum(layer.macs for layer in layers(path, height, width)) / 1e9


def bound_ms(path: Path, height: int, width: int, precision: str, peaks: Peaks) -> float:
    """Return the shortest time of one run of a network file, in milliseconds."""
    seconds = (
        max(
            2 * layer.macs / peaks.gflops[precision] / 1e9,
            layer.values * BYTES[precision] / peaks.gbytes / 1e9,
        )
        for layer in layers(path, height, width)
    )
    return 1e3 * sum(seconds)


@dataclass(frozen=True)
class Layer:
    """A convolution: its multiplications, and the count of numbers read and written."""

    macs: int
    values: int


def layers(path: Path, height: int, width: int) -> tuple[Layer, ...]:
    """Return the convolutions in a network file for an input of this size.

    The other layers take little time (docs/lab/speed.md).
    """
    model = core().read_model(path)
    h, w = height // STRIDE, width // STRIDE
    sizes = {
        "image": [1, 3, height, width],
        "feedback": [1, 1, height, width],
        "disks": [1, 2, height, width],
    }
    sizes |= {"window": [1, 1, h, w], "cell": [1], "label": [1, 1, 1, 1], "gate": [1, 1, 1, 1]}
    model.reshape(sizes)
    operations = model.get_ops()
    return tuple(_layer(each) for each in operations if each.get_type_name() in CONVOLUTIONS)


def _layer(convolution: Any) -> Layer:
    entering, kernel = (list(convolution.get_input_shape(port)) for port in (0, 1))
    leaving = list(convolution.get_output_shape(0))
    # Kernel shapes are groups, out, in, rows, columns; without groups the first is missing.
    grouped = convolution.get_type_name() == "GroupConvolution"
    inside = int(np.prod(kernel[2:] if grouped else kernel[1:]))
    values = sum(int(np.prod(shape)) for shape in (entering, kernel, leaving))
    return Layer(int(np.prod(leaving)) * inside, values)


def _gflops(folder: Path, precision: str, threads: int | None) -> float:
    """Return the speed of large convolutions."""
    settings: dict[str, Any] = {
        "INFERENCE_PRECISION_HINT": HINTS[precision],
        "PERFORMANCE_HINT": "LATENCY",
    }
    if threads is not None:
        settings["INFERENCE_NUM_THREADS"] = threads
    path = folder / f"{precision}.onnx"
    onnx.save(_convolutions(precision == "int8"), path)
    request = core().compile_model(path, "CPU", settings).create_infer_request()
    image = np.random.default_rng(0).random((1, CHANNELS, SIDE, SIDE), np.float32)
    request.infer([image])
    taken = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        request.infer([image])
        taken.append(time.perf_counter() - began)
    return 2 * DEPTH * CHANNELS * CHANNELS * 9 * SIDE * SIDE / min(taken) / 1e9


def _convolutions(whole: bool) -> Any:
    """Return DEPTH convolutions of 3 x 3 as an ONNX model.

    whole: kernels and values are quantised, symmetrically to [-4, 4].
    """
    random = np.random.default_rng(0)
    nodes, constants, last = [], [], "image"
    for number in range(DEPTH):
        kernel = (random.normal(size=(CHANNELS, CHANNELS, 3, 3)) / 48).astype(np.float32)
        constants.append(numpy_helper.from_array(kernel, f"kernel{number}"))
        names = [last, f"kernel{number}"]
        if whole:
            for port, (name, scale) in enumerate(((last, 4 / 127), (f"kernel{number}", 0.1 / 127))):
                constants.append(
                    numpy_helper.from_array(np.array(scale, np.float32), f"{name}_scale")
                )
                constants.append(numpy_helper.from_array(np.array(0, np.int8), f"{name}_zero"))
                parts = [f"{name}_scale", f"{name}_zero"]
                nodes.append(helper.make_node("QuantizeLinear", [name, *parts], [f"{name}_whole"]))
                nodes.append(
                    helper.make_node(
                        "DequantizeLinear", [f"{name}_whole", *parts], [f"{name}_back"]
                    )
                )
                names[port] = f"{name}_back"
        nodes.append(helper.make_node("Conv", names, [f"seen{number}"], pads=[1, 1, 1, 1]))
        nodes.append(helper.make_node("Relu", [f"seen{number}"], [f"out{number}"]))
        last = f"out{number}"
    shape = [1, CHANNELS, SIDE, SIDE]
    ports = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("image", last)
    ]
    graph = helper.make_graph(nodes, "peak", ports[:1], ports[1:], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def _gbytes(threads: int | None) -> float:
    """Return the speed of copying memory with all threads, counting bytes read and written."""
    workers = threads or len(os.sched_getaffinity(0))
    source = np.ones(COPIED // 8, np.float64)
    target = np.empty_like(source)
    parts = list(zip(np.array_split(source, workers), np.array_split(target, workers), strict=True))

    def copy(pair: tuple[NDArray[np.float64], NDArray[np.float64]]) -> None:
        np.copyto(pair[1], pair[0])

    taken = []
    with ThreadPoolExecutor(workers) as pool:
        for _ in range(REPEATS):
            began = time.perf_counter()
            list(pool.map(copy, parts))
            taken.append(time.perf_counter() - began)
    return 2 * COPIED / min(taken) / 1e9
