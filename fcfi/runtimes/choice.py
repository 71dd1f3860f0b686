"""Choosing how to run a network on this machine: the fastest honest way, or close to a request.

`choose` is a pure function of a network's files, a request and the machine, and the only place
where this is decided.  If the machine cannot meet a request, the next best way is chosen and a note
explains it; a request that does not fit the file is refused.
Honest means that rounding costs at most weights.LARGEST_LOSS of the clicks to a good mask, measured
on development pictures; int8 is chosen only where that was measured.  Knows nothing of pictures or
clicks.
"""

import os
import platform
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from fcfi.errors import ConfigError, NetworkError
from fcfi.runtimes.interface import RuntimeKind
from fcfi.runtimes.network_file import CHECKPOINT, SUFFIX, read_info
from fcfi.runtimes.processor import has_vnni, may_have_cuda
from fcfi.runtimes.registry import RUNTIMES
from fcfi.weights import Entry, honest

AUTO: Final = "auto"
FLOAT32, BFLOAT16, INT8 = "float32", "bfloat16", "int8"
PRECISIONS: Final = (FLOAT32, BFLOAT16, INT8)


@dataclass(frozen=True)
class NetworkFiles:
    """The files of a network.

    path: the file in float.  int8: the same in int8, if it may be used.  checkpoint: its weights
        for torch.
    bfloat16: False if rounding to bfloat16 is known to cost clicks.
    """

    path: Path
    int8: Path | None = None
    checkpoint: Path | None = None
    bfloat16: bool = True


@dataclass(frozen=True)
class Machine:
    """The capabilities of a computer.

    runtimes: the installed ones, the fastest first.  precisions: those below float32 that its
        processor supports.  cuda: whether torch is installed and finds a CUDA device.
    """

    runtimes: tuple[str, ...]
    precisions: frozenset[str] = frozenset()
    cuda: bool = False


@dataclass(frozen=True)
class RunRequest:
    """A user's request for how to run a network; `auto` and None leave it to the machine.

    Raises ConfigError for a value that does not exist.
    """

    runtime: str = AUTO
    precision: str = AUTO
    threads: int | None = None

    def __post_init__(self) -> None:
        _check("runtime", self.runtime, (AUTO, *RUNTIMES))
        _check("precision", self.precision, (AUTO, *PRECISIONS))
        _check_threads(self.threads)


@dataclass(frozen=True)
class Choice:
    """The file to open and its settings: the input of `open_network`.

    notes: a sentence for each request that could not be met.  streams: calls that run at the same
        time and share the threads: 1 is fastest for one person, the number of cores for bulk work.
    Raises ConfigError for a value that does not exist.
    """

    path: Path
    runtime: str
    precision: str
    threads: int | None = None
    notes: tuple[str, ...] = ()
    streams: int = 1

    def __post_init__(self) -> None:
        _check("runtime", self.runtime, tuple(RUNTIMES))
        _check("precision", self.precision, PRECISIONS)
        _check_threads(self.threads)
        if self.streams < 1:
            raise ConfigError(f"expected streams of at least 1, got {self.streams}")


def files_of(entry: Entry) -> NetworkFiles:
    """Return the files of a shipped network, without those that rounding makes too inaccurate."""
    checkpoint = entry.path.with_suffix(CHECKPOINT)
    return NetworkFiles(
        entry.path,
        entry.int8.path if entry.int8 is not None and honest(entry, INT8) else None,
        checkpoint if checkpoint.is_file() else None,
        BFLOAT16 not in entry.dev or honest(entry, BFLOAT16),
    )


def files_at(path: str | os.PathLike[str]) -> NetworkFiles:
    """Return the files of a network file or checkpoint.  Raises NetworkError for any other file."""
    file = Path(path)
    if file.suffix == CHECKPOINT:
        return NetworkFiles(file, checkpoint=file)
    return NetworkFiles(file, file if read_info(file).precision == INT8 else None)


def choose(files: NetworkFiles, request: RunRequest, machine: Machine) -> Choice:
    """Return how to run a network.  Raises NetworkError without a runtime for it."""
    runtime, runtime_notes = _runtime(files, request, machine)
    precision, precision_notes = _precision(files, request.precision, runtime, machine)
    path = files.path
    if runtime.suffix == CHECKPOINT:
        assert files.checkpoint is not None
        path = files.checkpoint
    elif precision == INT8 and files.int8 is not None:
        path = files.int8
    notes = (*runtime_notes, *precision_notes)
    return Choice(path, runtime.name, precision, request.threads, notes)


def choice_of(path: str | os.PathLike[str], request: RunRequest | None = None) -> Choice:
    """Return how to run a file on this machine, meeting a request in full.

    request: None means float32 in the fastest runtime.  Raises NetworkError if the machine or the
        file cannot meet it.
    """
    wanted = request or RunRequest(precision=FLOAT32)
    chosen = choose(files_at(path), wanted, this_machine())
    if chosen.notes:
        raise NetworkError(f"{chosen.notes[0]}: choose another runtime or precision")
    return chosen


def possible(files: NetworkFiles, machine: Machine) -> tuple[Choice, ...]:
    """Return every way to run a network on a machine without falling back to another."""
    found = []
    for runtime in machine.runtimes:
        if RUNTIMES[runtime].suffix == CHECKPOINT and files.checkpoint is None:
            continue
        for precision in PRECISIONS:
            found.append(choose(files, RunRequest(runtime, precision), machine))
    return tuple(choice for choice in found if not choice.notes)


@cache
def this_machine() -> Machine:
    """Return the capabilities of this computer.

    They are detected once, in milliseconds, or in seconds where there may be a CUDA device.
    """
    kinds = sorted(RUNTIMES.values(), key=lambda kind: kind.rank(platform.machine()))
    installed = [kind for kind in kinds if find_spec(kind.name) is not None]
    precisions = {INT8} if has_vnni() else set()
    for kind in installed:
        precisions |= kind.processor_precisions()
    cuda = False
    # torch takes seconds to load, and is not imported without a driver.
    if "torch" in [kind.name for kind in installed] and may_have_cuda():
        from fcfi.runtimes.torch import has_cuda

        cuda = has_cuda()
    return Machine(tuple(kind.name for kind in installed), frozenset(precisions), cuda)


def _runtime(
    files: NetworkFiles, request: RunRequest, machine: Machine
) -> tuple[RuntimeKind, tuple[str, ...]]:
    """Return the runtime, and a note if it is not the requested one."""
    is_checkpoint = files.path.suffix == CHECKPOINT
    requested = RUNTIMES.get(request.runtime)
    if requested is not None and not _can_open(requested, files):
        kinds = {SUFFIX: "a network file (*.onnx)", CHECKPOINT: "a checkpoint (*.safetensors)"}
        raise NetworkError(
            f"the runtime {requested.name} takes {kinds.get(requested.suffix, requested.suffix)}, "
            f"got {files.path}: choose another runtime, or auto"
        )
    if is_checkpoint:
        # Nothing can replace torch for a checkpoint: opening it reports what is missing.
        return requested or RUNTIMES["torch"], ()
    if requested is not None and requested.name in machine.runtimes:
        return requested, ()
    best = _best_runtime(files, request, machine)
    if requested is None:
        return best, ()
    note = (
        f"the runtime {requested.name} is not installed ({requested.install}): {best.name} is used"
    )
    return best, (note,)


def _can_open(runtime: RuntimeKind, files: NetworkFiles) -> bool:
    """Return whether the network has a file that the runtime opens."""
    if runtime.suffix == CHECKPOINT:
        return files.checkpoint is not None
    return files.path.suffix != CHECKPOINT


def _best_runtime(files: NetworkFiles, request: RunRequest, machine: Machine) -> RuntimeKind:
    """Return torch if it has CUDA and no precision is requested, else the fastest for ONNX."""
    if machine.cuda and files.checkpoint is not None and request.precision == AUTO:
        return RUNTIMES["torch"]
    for name in machine.runtimes:
        if RUNTIMES[name].suffix == SUFFIX:
            return RUNTIMES[name]
    raise NetworkError("no runtime is installed: pip install openvino, or onnxruntime")


def _precision(
    files: NetworkFiles, requested: str, runtime: RuntimeKind, machine: Machine
) -> tuple[str, tuple[str, ...]]:
    """Return the precision, and a note if it is not the requested one."""
    best = _best_precision(files, runtime, machine)
    if requested in (AUTO, best):
        return best, ()
    obstacle = _obstacle(files, requested, runtime, machine)
    if obstacle is None:
        return requested, ()
    # int8 is requested for speed, the others for accuracy.
    fallback = best if requested == INT8 or _is_int8_only(files) else FLOAT32
    return fallback, (f"{obstacle}: {fallback} is used",)


def _best_precision(files: NetworkFiles, runtime: RuntimeKind, machine: Machine) -> str:
    """Return the fastest precision that costs almost no clicks."""
    if _is_int8_only(files):
        return INT8
    for precision in runtime.automatic:
        if precision == BFLOAT16 and not files.bfloat16:
            continue
        if _obstacle(files, precision, runtime, machine) is None:
            return precision
    return FLOAT32


def _obstacle(
    files: NetworkFiles, precision: str, runtime: RuntimeKind, machine: Machine
) -> str | None:
    """Return why a precision is not available, or None if it is."""
    if precision not in runtime.precisions:
        return f"{runtime.name} does not compute in {precision}"
    if _is_int8_only(files):
        return None if precision == INT8 else f"{files.path.stem} is in int8 only"
    if precision == INT8 and files.int8 is None:
        return f"{files.path.stem} has no int8 file, or none that is as good as float32"
    if precision not in runtime.anywhere | machine.precisions:
        return f"this processor does not compute in {precision}"
    return None


def _is_int8_only(files: NetworkFiles) -> bool:
    """Return whether there is no float file; int8 then runs on every processor, if slowly."""
    return files.int8 == files.path


def _check(name: str, value: str, known: tuple[str, ...]) -> None:
    """Raise ConfigError for an unknown value."""
    if value not in known:
        raise ConfigError(f"{name} {value!r} is unknown: choose one of {', '.join(known)}")


def _check_threads(threads: int | None) -> None:
    """Raise ConfigError for an impossible number of threads."""
    if threads is not None and threads < 1:
        raise ConfigError(
            f"threads = {threads} is not possible: give at least 1, or nothing for the runtime's "
            "choice"
        )
