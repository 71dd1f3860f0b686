"""ONNX Runtime: for processors that OpenVINO does not support.

Knows nothing of the meaning of inputs and outputs.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fcfi.errors import NetworkError
from fcfi.runtimes.interface import LOGITS, Arrays, RuntimeKind, Settings, name_of
from fcfi.runtimes.telemetry import import_onnxruntime

ERRORS_ONLY: Final = 3
"""ONNX Runtime's severity: nothing below an error goes to stderr."""


class ONNXRuntime:
    """A session of ONNX Runtime, which threads may share."""

    def __init__(self, model: Path | bytes, settings: Settings) -> None:
        """Load a file, or the bytes of one, for the CPU; the file itself is in float32 or int8.

        Raises NetworkError if the library, the precision or the file cannot be used.
        """
        try:
            onnxruntime = import_onnxruntime()
        except ImportError as error:
            raise NetworkError(
                f"the runtime onnxruntime is not installed: {KIND.install}"
            ) from error
        if settings.precision not in KIND.precisions:
            raise NetworkError(
                f"onnxruntime does not compute in {settings.precision}: choose float32, or auto"
            )
        options = onnxruntime.SessionOptions()
        options.log_severity_level = ERRORS_ONLY
        if settings.threads_per_stream is not None:
            options.intra_op_num_threads = settings.threads_per_stream
        try:
            # ONNX Runtime reads a path as UTF-8, even where the system has another encoding.
            content = model if isinstance(model, bytes) else model.read_bytes()
            self._session = onnxruntime.InferenceSession(
                content, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its errors have no common class of their own
            raise NetworkError(
                f"ONNX Runtime cannot load {name_of(model)}: "
                "export it again with this version of fcfi"
            ) from error
        self.description = f"onnxruntime {onnxruntime.__version__} {settings.precision} CPU"
        self.inputs = frozenset(port.name for port in self._session.get_inputs())
        self.outputs = frozenset(port.name for port in self._session.get_outputs())

    def run(
        self, inputs: Arrays, names: Sequence[str] = (LOGITS,)
    ) -> tuple[NDArray[np.float32], ...]:
        """Return the outputs of these names for named inputs.  Raises NetworkError if it fails."""
        try:
            return tuple(self._session.run(list(names), dict(inputs)))
        except Exception as error:  # its errors have no common class of their own
            raise NetworkError(
                "the network failed on this input: its file does not fit this version of fcfi"
            ) from error


KIND: Final = RuntimeKind(
    name="onnxruntime",
    install="pip install onnxruntime",
    suffix=".onnx",
    precisions=frozenset(("float32", "int8")),
    anywhere=frozenset(("float32",)),
    automatic=(),
    rank=lambda _: 1,
    processor_precisions=frozenset,
    open=ONNXRuntime,
)
