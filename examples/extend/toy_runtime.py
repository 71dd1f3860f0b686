"""A runtime of your own in one file, and a command line that knows it.

    python examples/extend/toy_runtime.py segment photo.jpg --runtime onnx --click 9,9 -o mask.png

It computes network files with the reference evaluator of the package onnx: exact, and slow.  Copy
this file, replace what stands between `import_library` and `run`, and change the names.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fcfi.errors import NetworkError
from fcfi.runtimes.interface import LOGITS, Arrays, RuntimeKind, Settings, name_of
from fcfi.runtimes.registry import register


class Reference:
    """A network file in the reference evaluator.  Each run has its own values: threads share it."""

    def __init__(self, model: Path | bytes, settings: Settings) -> None:
        """Load a file, or the bytes of one; threads and streams are not used.

        Raises NetworkError if the library, the precision or the file cannot be used.
        """
        try:
            # Imported here and not above: fcfi starts without loading any runtime.
            import onnx
            from onnx.reference import ReferenceEvaluator
            from onnx.reference.op_run import OpRun
        except ImportError as error:
            raise NetworkError(f"the runtime onnx is not installed: {KIND.install}") from error

        class GatherElements(OpRun):  # type: ignore[misc]
            """The evaluator's own takes arrays of 64 rows at most."""

            op_domain = ""

            def _run(
                self, data: NDArray[Any], indices: NDArray[Any], axis: int | None = None
            ) -> tuple[NDArray[Any]]:
                return (np.take_along_axis(data, indices, axis or 0),)

        # Refuse what cannot be done; the plan has chosen, and nothing is replaced here.
        if settings.precision not in KIND.precisions:
            raise NetworkError(
                f"onnx does not compute in {settings.precision}: choose float32, or auto"
            )
        try:
            graph = onnx.load(model) if isinstance(model, Path) else onnx.load_from_string(model)
            self._evaluator: Any = ReferenceEvaluator(graph, new_ops=[GatherElements])
        except Exception as error:  # its errors have no common class of their own
            raise NetworkError(f"onnx cannot load {name_of(model)}: export it again") from error
        self.description = f"onnx {onnx.__version__} float32 CPU"
        self.inputs = frozenset(self._evaluator.input_names)
        self.outputs = frozenset(self._evaluator.output_names)

    def run(
        self, inputs: Arrays, names: Sequence[str] = (LOGITS,)
    ) -> tuple[NDArray[np.float32], ...]:
        """Return the outputs of these names for named inputs.  Raises NetworkError if it fails."""
        try:
            return tuple(self._evaluator.run(list(names), dict(inputs)))
        except Exception as error:
            raise NetworkError("the network failed on this input: export it again") from error


KIND = register(
    RuntimeKind(
        name="onnx",
        install="pip install onnx",
        suffix=".onnx",
        precisions=frozenset(("float32",)),
        anywhere=frozenset(("float32",)),
        automatic=(),
        # Behind all others: it is used where it is asked for, or where nothing else is installed.
        rank=lambda _: 9,
        processor_precisions=frozenset,
        open=Reference,
    )
)

if __name__ == "__main__":
    from fcfi.cli import main

    sys.exit(main())
