"""Importing runtimes with their telemetry switched off.

- `import openvino` sends a usage event to an analytics host, from a separate process, and stores
  an id in the user's home, unless the package that sends it cannot be imported.
- Recent releases of ONNX Runtime collect events in a database in the user's cache and upload
  them from native code, unless an environment variable is set before it is loaded.

This is the only file that imports either of them or names their telemetry.  Code that imports a
library that imports them (nncf) calls `block_telemetry` first.
"""

import os
import sys
from typing import Any, Final

SENDER: Final = "openvino_telemetry"
"""The telemetry package of OpenVINO and nncf; both work without it."""
OFF_SWITCH: Final = "ORT_DISABLE_TELEMETRY"
"""Environment variable: 1 keeps ONNX Runtime from collecting events and from creating an id."""


def block_telemetry() -> None:
    """Switch off the telemetry of OpenVINO, nncf and ONNX Runtime in this process and its children.

    A program that imported them before fcfi keeps its own settings.
    """
    # None marks a module that cannot be imported; OpenVINO has no setting for this
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

    # releases for Windows report through the system, which ignores the variable
    onnxruntime.disable_telemetry_events()
    return onnxruntime
