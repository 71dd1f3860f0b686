"""How a network is run on this machine: the fastest honest way, or the nearest to what a person wishes.

`choose` is a pure function of what there is of a network, what is wished and what the machine has.
A wish that the machine cannot fulfil becomes a note and the next best; a wish that does not fit the
file is a mistake and refused.
Honest: rounding may cost at most weights.LARGEST_LOSS of the clicks to a good mask, measured on
    development pictures;
8 bits are taken only where that was measured.  Knows nothing of pictures or clicks.
"""

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fcfi.errors import NetworkError, how_to_install
from fcfi.runtimes.network import (
    CHECKPOINT,
    PRECISION,
    PRECISIONS,
    RUNTIMES,
    check_settings,
    read_info,
)
from fcfi.runtimes.processor import faster_first, has_vnni, may_have_cuda
from fcfi.weights import Entry, honest

BFLOAT16, INT8 = "bfloat16", "int8"


@dataclass(frozen=True)
class Files:
    """What there is of a network.

    path: the file in float.  int8: the same in 8 bits, if it may be used.  checkpoint: its weights
        for torch.
    bfloat16: whether rounding to it is known to be no loss, or not measured.
    """

    path: Path
    int8: Path | None = None
    checkpoint: Path | None = None
    bfloat16: bool = True


@dataclass(frozen=True)
class Machine:
    """What a computer has.

    runtimes: installed ones, the faster one first.  precisions: those beside float32 that its
        processor computes in.
    cuda: whether torch is installed and finds such a device.
    """

    runtimes: tuple[str, ...]
    precisions: frozenset[str] = frozenset()
    cuda: bool = False


@dataclass(frozen=True)
class Wish:
    """What a person wants; `auto` and None leave it to the machine."""

    runtime: str = "auto"
    precision: str = "auto"
    threads: int | None = None


@dataclass(frozen=True)
class Choice:
    """What to open, and how.

    notes: a sentence for each wish that could not be fulfilled.  streams: answers computed at the
        same time, which
    share the threads: 1 is the fastest for one person, as many as cores for bulk work.
    """

    path: Path
    runtime: str
    precision: str
    threads: int | None = None
    notes: tuple[str, ...] = ()
    streams: int = 1


def files_of(entry: Entry) -> Files:
    """What there is of a shipped network and may be used."""
    checkpoint = entry.path.with_suffix(CHECKPOINT)
    return Files(
        entry.path,
        entry.int8.path if entry.int8 is not None and honest(entry, INT8) else None,
        checkpoint if checkpoint.is_file() else None,
        BFLOAT16 not in entry.dev or honest(entry, BFLOAT16),
    )


def files_at(path: Path) -> Files:
    """What there is of a network file or checkpoint of one's own.  Raises NetworkError if it is none."""
    if path.suffix == CHECKPOINT:
        return Files(path, checkpoint=path)
    whole = read_info(path).metadata.get(PRECISION) == INT8
    return Files(path, path if whole else None)


def choose(files: Files, wish: Wish, machine: Machine) -> Choice:
    """The way to run a network.  Raises NetworkError if there is none, ConfigError for an unknown wish."""
    check_settings(wish.runtime, wish.threads, wish.precision)
    runtime, missing = _runtime(files, wish, machine)
    precision, lacking = _precision(files, wish.precision, runtime, machine)
    if runtime == "torch":
        assert files.checkpoint is not None
        path = files.checkpoint
    else:
        path = files.int8 if precision == INT8 and files.int8 is not None else files.path
    return Choice(path, runtime, precision, wish.threads, (*missing, *lacking))


def possible(files: Files, machine: Machine) -> tuple[Choice, ...]:
    """Every way to run a network on a machine; those that would fall back to another are left out."""
    wishes = [
        Wish(runtime, precision)
        for runtime in RUNTIMES[1:]
        for precision in PRECISIONS
        if precision != "auto"
    ]
    found = []
    for wish in wishes:
        fits = wish.runtime != "torch" or files.checkpoint is not None
        if fits and (wish.runtime in machine.runtimes):
            found.append(choose(files, wish, machine))
    return tuple(one for one in found if not one.notes)


@cache
def this_machine() -> Machine:
    """What this computer has; found out once, in some milliseconds (some seconds where there may be a CUDA device)."""
    names = tuple(name for name in (*faster_first(), "torch") if find_spec(name) is not None)
    precisions = {INT8} if has_vnni() else set()
    if "openvino" in names:
        from fcfi.runtimes.openvino import has_bfloat16

        precisions |= {BFLOAT16} if has_bfloat16() else set()
    cuda = False
    if "torch" in names and may_have_cuda():
        from fcfi.runtimes.torch import has_cuda

        cuda = has_cuda()
    return Machine(names, frozenset(precisions), cuda)


# ── helpers
# ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _runtime(files: Files, wish: Wish, machine: Machine) -> tuple[str, tuple[str, ...]]:
    """The runtime, and a note if it is another than the one wished."""
    graph = files.path.suffix != CHECKPOINT
    if wish.runtime == "torch" and graph and files.checkpoint is None:
        raise NetworkError(
            f"the runtime torch takes a checkpoint (*.safetensors), and {files.path} came: "
            "choose another runtime, or auto"
        )
    if not graph and wish.runtime not in ("auto", "torch"):
        raise NetworkError(
            f"the runtime {wish.runtime} takes a network file (*.onnx), and {files.path} came: "
            "choose another runtime, or auto"
        )
    if not graph:
        return "torch", ()
    if wish.runtime in machine.runtimes:
        return wish.runtime, ()
    best = _best_runtime(files, wish, machine)
    if wish.runtime == "auto":
        return best, ()
    how = how_to_install("train") if wish.runtime == "torch" else f"pip install {wish.runtime}"
    return best, (f"the runtime {wish.runtime} is not installed ({how}): {best} is used",)


def _best_runtime(files: Files, wish: Wish, machine: Machine) -> str:
    """CUDA where speed is all that is asked for, else the faster one of those for network files."""
    if machine.cuda and files.checkpoint is not None and wish.precision == "auto":
        return "torch"
    graphs = [name for name in machine.runtimes if name != "torch"]
    if not graphs:
        raise NetworkError("no runtime is installed: pip install openvino, or onnxruntime")
    return graphs[0]


def _precision(
    files: Files, wished: str, runtime: str, machine: Machine
) -> tuple[str, tuple[str, ...]]:
    """The precision, and a note if it is another than the one wished."""
    best = _best_precision(files, runtime, machine)
    if wished in ("auto", best, "float32"):
        return (best if wished == "auto" else wished), ()
    problem = _obstacle(files, wished, runtime, machine)
    if problem is None:
        return wished, ()
    fallback = best if wished == INT8 else "float32"
    return fallback, (f"{problem}: {fallback} is used",)


def _best_precision(files: Files, runtime: str, machine: Machine) -> str:
    """bfloat16 before int8: nearly as fast, and a process starts in half the time (docs/explanation/speed.md)."""
    if runtime != "openvino":
        return "float32"
    whole = files.int8 == files.path  # there is no float file
    if BFLOAT16 in machine.precisions and files.bfloat16 and not whole:
        return BFLOAT16
    return INT8 if _obstacle(files, INT8, runtime, machine) is None else "float32"


def _obstacle(files: Files, precision: str, runtime: str, machine: Machine) -> str | None:
    """Why a precision cannot be had, or None."""
    if precision == INT8 and runtime == "torch":
        return "torch runs no network file in int8"
    if precision == INT8 and files.int8 is None:
        return f"{files.path.stem} has no int8 file, or none that is as good as float32"
    if precision == BFLOAT16 and runtime == "onnxruntime":
        return "onnxruntime does not compute in bfloat16"
    if precision not in machine.precisions and not (precision == BFLOAT16 and runtime == "torch"):
        return f"this processor does not compute in {precision}"
    return None
