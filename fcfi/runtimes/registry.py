"""The registry of runtimes: a new one is a module with a KIND, and a line here."""

from collections.abc import Mapping
from typing import Final

from fcfi.runtimes import onnxruntime, openvino, torch
from fcfi.runtimes.interface import RuntimeKind

RUNTIMES: Final[Mapping[str, RuntimeKind]] = {
    kind.name: kind for kind in (openvino.KIND, onnxruntime.KIND, torch.KIND)
}
