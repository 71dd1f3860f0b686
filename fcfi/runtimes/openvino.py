"""OpenVINO: the fastest runtime on x86 processors.

Knows nothing of the meaning of inputs and outputs.
"""

from collections import deque
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fcfi.errors import NetworkError
from fcfi.runtimes.interface import LOGITS, Arrays, RuntimeKind, Settings, name_of
from fcfi.runtimes.processor import X86
from fcfi.runtimes.telemetry import import_openvino

HINTS: Final = {"float32": "f32", "bfloat16": "bf16"}
"""OpenVINO's names of the precisions."""
BFLOAT16: Final = "BF16"
"""OpenVINO's name of the processor capability to compute in bfloat16."""
_CORE_LOCK: Final = Lock()
"""Held while the core is created, so that two threads do not create two."""


class OpenVINO:
    """A compiled network and a pool of inference requests, one for each running call."""

    def __init__(self, model: Path | bytes, settings: Settings) -> None:
        """Compile a file, or the bytes of one, for the processor.

        int8 is for files quantised to it; their layers in float are computed in the fastest
        precision of the processor.
        Raises NetworkError if the library, the precision or the file cannot be used.
        """
        try:
            openvino = import_openvino()
        except ImportError as error:
            raise NetworkError(f"the runtime openvino is not installed: {KIND.install}") from error
        capable = has_bfloat16()
        if settings.precision == "bfloat16" and not capable:
            raise NetworkError(
                "this processor does not compute in bfloat16: choose float32, or auto"
            )
        floats = settings.precision
        if settings.precision == "int8":
            floats = "bfloat16" if capable else "float32"
        options: dict[str, Any] = {
            "INFERENCE_PRECISION_HINT": HINTS[floats],
            "PERFORMANCE_HINT": "LATENCY",
        }
        if settings.streams > 1:
            options |= {"PERFORMANCE_HINT": "THROUGHPUT", "NUM_STREAMS": settings.streams}
        if settings.threads is not None:
            options["INFERENCE_NUM_THREADS"] = settings.threads
        try:
            self._compiled = core().compile_model(core().read_model(model), "CPU", options)
        except RuntimeError as error:
            raise NetworkError(
                f"OpenVINO cannot load {name_of(model)}: export it again with this version of fcfi"
            ) from error
        # A request holds the buffers of one call; making one takes longer than a small network.
        self._idle: deque[Any] = deque()
        version = openvino.__version__.split("-")[0]
        self.description = f"openvino {version} {settings.precision} CPU"
        self.inputs = frozenset(name for port in self._compiled.inputs for name in port.names)
        self.outputs = frozenset(name for port in self._compiled.outputs for name in port.names)

    def run(
        self, inputs: Arrays, names: Sequence[str] = (LOGITS,)
    ) -> tuple[NDArray[np.float32], ...]:
        """Return the outputs of these names for named inputs.  Raises NetworkError if it fails."""
        try:
            request = self._idle.pop()
        except IndexError:
            request = self._compiled.create_infer_request()
        try:
            outputs = request.infer(dict(inputs), share_inputs=True)
        except RuntimeError as error:
            raise NetworkError(
                "the network failed on this input: its file does not fit this version of fcfi"
            ) from error
        # A failed request is not reused: its state is unknown.
        self._idle.append(request)
        return tuple(outputs[name] for name in names)


def has_bfloat16() -> bool:
    """Return whether OpenVINO computes in bfloat16 on this processor."""
    return BFLOAT16 in core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def core() -> Any:
    """Return the one OpenVINO core of this process.  Raises ImportError if it is not installed."""
    with _CORE_LOCK:
        return _new_core()


@cache
def _new_core() -> Any:
    # A single core that is never freed: each core's CPU plugin sets another signal stack in the
    # thread that loads it, and frees it with the core.  If two cores are freed in the order of
    # their creation, or in other threads, the thread keeps a freed stack, and the next signal that
    # reaches Python, such as Ctrl+C, ends the process with a segmentation fault (2026.4).
    openvino = import_openvino()
    # Its tables of number types are made at their first use, during which other threads may run:
    # two threads that use them first would wait for each other forever (2026.4).  Here no other
    # thread can have a tensor yet.
    openvino.Tensor(np.zeros(1, np.float32)).element_type.to_dtype()
    return openvino.Core()


KIND: Final = RuntimeKind(
    name="openvino",
    install="pip install openvino",
    suffix=".onnx",
    precisions=frozenset(("float32", "bfloat16", "int8")),
    anywhere=frozenset(("float32",)),
    # bfloat16 before int8: nearly as fast, and a process starts in half the time
    # (docs/explanation/speed.md).
    automatic=("bfloat16", "int8"),
    rank=lambda machine: 0 if machine.lower() in X86 else 2,
    processor_precisions=lambda: frozenset(("bfloat16",) if has_bfloat16() else ()),
    open=OpenVINO,
)
