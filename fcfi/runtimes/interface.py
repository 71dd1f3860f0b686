"""The interface of runtimes: libraries that compute network files, behind one small protocol.

Each runtime is a module, the only one that imports its library, and a line in `registry.py`.
Runtimes do not choose: they refuse what a machine or a library cannot do and replace nothing;
`choice.py` decides.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

LOGITS: Final = "logits"
"""Name of the output that every network has."""
SCORE: Final = "score"
"""Name of the output (B, 1), logits, of a network that estimates the IoU of its own mask."""
Arrays = Mapping[str, NDArray[Any]]
"""Arrays by name."""


class Runtime(Protocol):
    """A network file, loaded and ready.  Threads may share it."""

    @property
    def description(self) -> str:
        """Library, precision and device, for display and logs."""
        ...

    @property
    def inputs(self) -> frozenset[str]:
        """Names of the inputs of the file."""
        ...

    @property
    def outputs(self) -> frozenset[str]:
        """Names of the outputs of the file."""
        ...

    def run(
        self, inputs: Arrays, names: Sequence[str] = (LOGITS,)
    ) -> tuple[NDArray[np.float32], ...]:
        """Return the outputs of these names for named inputs, as arrays that the caller owns.

        Raises NetworkError if it fails.
        """
        ...


@dataclass(frozen=True)
class Settings:
    """Settings with which a network is computed.

    precision: float32, bfloat16 or int8.  threads: largest number; None leaves it to the runtime.
    streams: calls that run at the same time and share the threads.
    """

    precision: str = "float32"
    threads: int | None = None
    streams: int = 1

    @property
    def threads_per_stream(self) -> int | None:
        """Threads per call, for libraries in which each call has its own threads."""
        if self.streams == 1:
            return self.threads
        return max(1, (self.threads or self.streams) // self.streams)


@dataclass(frozen=True)
class RuntimeKind:
    """A runtime as `choice.py` knows it, without importing its library.

    name: its name and that of its Python package.  install: how to install it.
    suffix: suffix of the files that it opens.
    precisions: precisions that it supports on a processor that has them.  anywhere: those that it
        supports on every processor.  automatic: those below float32 that may be chosen by default,
        the best first.
    rank: rank by speed on a processor named by platform.machine(); the lowest is chosen.
    processor_precisions: returns the precisions that the library finds in this processor; imports
        the library.
    open: loads a file, or the bytes of one, and returns the runtime; imports the library.  Raises
        NetworkError, also for a missing library.
    """

    name: str
    install: str
    suffix: str
    precisions: frozenset[str]
    anywhere: frozenset[str]
    automatic: tuple[str, ...]
    rank: Callable[[str], int]
    processor_precisions: Callable[[], frozenset[str]]
    open: Callable[[Path | bytes, Settings], Runtime]


def name_of(model: Path | bytes) -> str:
    """Return the name of a file, or of a part of one, for an error."""
    return str(model) if isinstance(model, Path) else "a part of the network"
