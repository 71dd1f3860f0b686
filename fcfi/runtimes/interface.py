"""What a runtime is: a library that computes network files, behind one small protocol.

Each runtime is a module of its own, which alone imports the library behind it, and a line in
`registry.py`.  Runtimes obey: what a machine or a library cannot do they refuse, and nothing is
replaced here; `plan.py` decides.
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
"""Name of the output (B, 1) of a network that estimates the IoU of its own mask, as logits."""
Arrays = Mapping[str, NDArray[Any]]
"""Arrays by name."""


class Runtime(Protocol):
    """A network file, loaded and ready.  Threads may share it."""

    @property
    def description(self) -> str:
        """Library, precision and device, for people and logs."""
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
        """Return the outputs of these names for named inputs, as arrays of the caller's own.

        Raises NetworkError if it fails.
        """
        ...


@dataclass(frozen=True)
class Settings:
    """How a network is computed.

    precision: float32, bfloat16 or int8.  threads: at most so many; None leaves it to the runtime.
    streams: calls that run at the same time and share the threads.
    """

    precision: str = "float32"
    threads: int | None = None
    streams: int = 1

    @property
    def threads_per_stream(self) -> int | None:
        """Threads of one call, for libraries whose calls have threads of their own."""
        if self.streams == 1:
            return self.threads
        return max(1, (self.threads or self.streams) // self.streams)


@dataclass(frozen=True)
class RuntimeKind:
    """A runtime as the plan knows it, before anything of it is imported.

    name: also that of its Python package.  install: how to install it.
    suffix: of the files that it opens.
    precisions: those that it computes in, on a processor that has them; those of `anywhere` on
        every processor.  automatic: those below float32 that may be chosen unasked, the best first.
    rank: of its speed on a processor, as platform.machine() names that; the lowest is chosen.
    processor_precisions: returns those that the library finds in this processor; imports it.
    open: loads a file, or the bytes of one, and returns the runtime; imports the library.  Raises
        NetworkError, for a missing library too.
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
    """Return what an error calls a file, or a part of one."""
    return str(model) if isinstance(model, Path) else "a part of the network"
