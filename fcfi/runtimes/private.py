"""Runtimes, imported so that they report nothing to their makers.

- `import openvino` sends a usage event to an analytics host, from a process of its own, and keeps
  an id in the user's home, unless the package that sends it cannot be imported.
- Recent releases of ONNX Runtime collect events in a database in the user's cache and upload
  them from native code, unless an environment variable is set before it is loaded.

This is the only file that imports either of them or names what they send with.  Code that imports
a library that imports them (nncf) calls `block_telemetry` first.
"""

import os
import sys
from typing import Any, Final

SENDER: Final = "openvino_telemetry"
"""The package that OpenVINO and nncf send with; both do without it where it is missing."""
OFF_SWITCH: Final = "ORT_DISABLE_TELEMETRY"
"""Environment variable: 1 keeps ONNX Runtime from collecting, and from making an id."""


def block_telemetry() -> None:
    """Switch off what OpenVINO, nncf and ONNX Runtime report, for this process and its children.

    A program that imported them before it called fcfi keeps what it chose.
    """
    # None is Python's own sign for "cannot be imported"; OpenVINO reads no setting of its own
    sys.modules.setdefault(SENDER, None)  # type: ignore[arg-type]
    os.environ[OFF_SWITCH] = "1"


def import_openvino() -> Any:
    """Return the module openvino.  Raises ImportError if it is not installed."""
    block_telemetry()
    import openvino

    return openvino


def import_onnxruntime() -> Any:
    """Return the module onnxruntime.  Raises ImportError if it is not installed."""
    block_telemetry()
    import onnxruntime

    # releases for Windows report through the system, which does not read the variable
    onnxruntime.disable_telemetry_events()
    return onnxruntime
