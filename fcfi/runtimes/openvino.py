"""OpenVINO: the fastest runtime on x86 processors.  Knows nothing of what the network means."""

import warnings
from collections import deque
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fcfi.errors import NetworkError
from fcfi.runtimes.interface import OUTPUT, Arrays, name_of
from fcfi.runtimes.private import import_openvino

HINTS = {"float32": "f32", "bfloat16": "bf16"}
"""OpenVINO's names of the precisions to compute in."""
_CORE_LOCK: Final = Lock()
"""Held while the core is made, so that two threads do not make two."""


def has_bfloat16() -> bool:
    """Whether OpenVINO computes in bfloat16 on this processor."""
    return "BF16" in core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def core() -> Any:
    """Return the one OpenVINO core of this process.  Raises ImportError if it is not installed."""
    with _CORE_LOCK:
        return _new_core()


@cache
def _new_core() -> Any:
    # One, kept for ever: each core's CPU plugin gives the thread that loads it another stack for
    # signals, and frees it with the core.  If two cores end in the order in which they began, or
    # in other threads, the thread is left with a stack that is gone, and the next signal that
    # reaches Python, such as Ctrl+C, ends the process with a segmentation fault (2026.4).
    return import_openvino().Core()


class OpenVINO:
    """A compiled network and a pool of inference requests: each running call has a request to itself."""

    def __init__(
        self, model: Path | bytes, threads: int | None, precision: str, streams: int = 1
    ) -> None:
        """Compile a file, or what stands in one, for the processor.  Raises NetworkError.

        precision: float32, bfloat16, int8 or auto; int8 is for files quantised to it: what they
            leave in float is
        computed in the best float there is.
        streams: calls that run at the same time, on an equal share of the threads each.
        """
        try:
            openvino = import_openvino()
        except ImportError as error:
            raise NetworkError(
                "the runtime openvino is not installed: pip install openvino"
            ) from error
        named = "int8" if precision == "int8" else ""
        precision = _possible(
            "auto" if named else precision, core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        )
        settings: dict[str, Any] = {
            "INFERENCE_PRECISION_HINT": HINTS[precision],
            "PERFORMANCE_HINT": "LATENCY",
        }
        if streams > 1:
            settings |= {"PERFORMANCE_HINT": "THROUGHPUT", "NUM_STREAMS": streams}
        if threads is not None:
            settings["INFERENCE_NUM_THREADS"] = threads
        try:
            self._compiled = core().compile_model(core().read_model(model), "CPU", settings)
        except RuntimeError as error:
            raise NetworkError(
                f"OpenVINO cannot load {name_of(model)}: export it again with this version of fcfi"
            ) from error
        self._idle: deque[Any] = deque()
        self.description = f"openvino {openvino.__version__.split('-')[0]} {named or precision} CPU"
        self.inputs = frozenset(name for port in self._compiled.inputs for name in port.names)
        self.outputs = frozenset(name for port in self._compiled.outputs for name in port.names)

    def run(
        self, inputs: Arrays, names: Sequence[str] = (OUTPUT,)
    ) -> tuple[NDArray[np.float32], ...]:
        """Outputs of these names for named inputs.  Raises NetworkError if it fails."""
        try:
            request = self._idle.pop()
        except IndexError:
            request = self._compiled.create_infer_request()
        try:
            answer = request.infer(dict(inputs), share_inputs=True)
        except RuntimeError as error:
            raise NetworkError(
                "the network failed on this input: its file does not fit this version of fcfi"
            ) from error
        self._idle.append(request)
        return tuple(answer[name] for name in names)


def _possible(precision: str, capabilities: list[str]) -> str:
    """The precision wished, or float32, said in a warning, where the processor lacks it."""
    if precision == "auto":
        return "bfloat16" if "BF16" in capabilities else "float32"
    if precision == "bfloat16" and "BF16" not in capabilities:
        warnings.warn(
            "this processor does not compute in bfloat16: float32 is used",
            RuntimeWarning,
            stacklevel=2,
        )
        return "float32"
    return precision
