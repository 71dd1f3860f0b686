"""Runtimes: what computes a network file.  Each stands in its own module, which alone imports the library behind it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

INPUTS = ("image", "feedback", "disks", "window", "cell", "label", "gate")
"""Names of what a network takes in, in the order in which it is called."""
OUTPUT = "logits"
"""Name of what it gives."""

Arrays = Mapping[str, NDArray[Any]]


class Runtime(Protocol):
    """A network file, loaded and ready.  Threads may share it."""

    @property
    def description(self) -> str:
        """Library, precision and device, for people and logs."""
        ...

    @property
    def inputs(self) -> frozenset[str]:
        """Names of what the file takes in."""
        ...

    @property
    def outputs(self) -> frozenset[str]:
        """Names of what the file gives."""
        ...

    def run(
        self, inputs: Arrays, names: Sequence[str] = (OUTPUT,)
    ) -> tuple[NDArray[np.float32], ...]:
        """Outputs of these names for named inputs; arrays are the caller's own.  Raises NetworkError if it fails."""
        ...


def name_of(model: Path | bytes) -> str:
    """What an error calls a file, or a part of one."""
    return str(model) if isinstance(model, Path) else "a part of the network"
