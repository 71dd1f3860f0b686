"""The registry of runtimes: each is one file, and one line here or a call of `register`."""

from typing import Final

from fcfi.errors import ConfigError
from fcfi.runtimes import onnxruntime, openvino, torch
from fcfi.runtimes.interface import RuntimeKind

RUNTIMES: Final[dict[str, RuntimeKind]] = {
    kind.name: kind for kind in (openvino.KIND, onnxruntime.KIND, torch.KIND)
}
"""Runtimes by name, those of this package first."""


def register(kind: RuntimeKind) -> RuntimeKind:
    """Add a runtime of your own and return it.  Raises ConfigError if its name is taken.

    Call it before the first network is opened: the machine's capabilities are detected once.
    """
    if kind.name in RUNTIMES:
        raise ConfigError(
            f"expected a new name for a runtime, got {kind.name!r}, which is taken: rename it"
        )
    RUNTIMES[kind.name] = kind
    return kind
