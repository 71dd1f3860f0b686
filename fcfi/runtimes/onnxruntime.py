"""ONNX Runtime: for processors that OpenVINO does not serve.  Knows nothing of what the network means."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fcfi.errors import NetworkError
from fcfi.runtimes.interface import OUTPUT, Arrays, name_of
from fcfi.runtimes.private import import_onnxruntime

ERRORS_ONLY = 3
"""ONNX Runtime's severity: nothing below an error goes to stderr."""


class ONNXRuntime:
    """A session of ONNX Runtime, which threads may share."""

    def __init__(
        self, model: Path | bytes, threads: int | None, precision: str, streams: int = 1
    ) -> None:
        """Load a file, or what stands in one, for the processor; it computes as the file says: float32 or int8.

        Raises NetworkError.
        """
        try:
            onnxruntime = import_onnxruntime()
        except ImportError as error:
            raise NetworkError(
                "the runtime onnxruntime is not installed: pip install onnxruntime"
            ) from error
        if precision == "bfloat16":
            warnings.warn(
                "onnxruntime does not compute in bfloat16: float32 is used",
                RuntimeWarning,
                stacklevel=2,
            )
        options = onnxruntime.SessionOptions()
        options.log_severity_level = ERRORS_ONLY
        if streams > 1:  # the calling threads compute
            threads = max(1, (threads or streams) // streams)
        if threads is not None:
            options.intra_op_num_threads = threads
        try:
            self._session = onnxruntime.InferenceSession(
                model, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its errors have no common class of their own
            raise NetworkError(
                f"ONNX Runtime cannot load {name_of(model)}: export it again with this version of fcfi"
            ) from error
        self.description = f"onnxruntime {onnxruntime.__version__} {'int8' if precision == 'int8' else 'float32'} CPU"
        self.inputs = frozenset(port.name for port in self._session.get_inputs())
        self.outputs = frozenset(port.name for port in self._session.get_outputs())

    def run(
        self, inputs: Arrays, names: Sequence[str] = (OUTPUT,)
    ) -> tuple[NDArray[np.float32], ...]:
        """Outputs of these names for named inputs.  Raises NetworkError if it fails."""
        try:
            return tuple(self._session.run(list(names), dict(inputs)))
        except Exception as error:  # its errors have no common class of their own
            raise NetworkError(
                "the network failed on this input: its file does not fit this version of fcfi"
            ) from error
