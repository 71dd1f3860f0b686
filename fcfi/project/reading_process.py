"""Reading files of others in a process of its own, with limits on time and memory.

A damaged or hostile file can so cost its reading, never the program that asked: not its memory, not
its processor time and not its threads.  Whatever ends the process is an error in one sentence.  The
process sends JSON only, so that nothing which a file made of it is run here.
"""

import json
import logging
import multiprocessing
import os
import pickle
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, Final, Protocol, TextIO, cast

from fcfi import errors
from fcfi.errors import DatasetError, FCFIError, InputError, guard
from fcfi.formats import Codec, register
from fcfi.formats.folders import EXPORT_AGAIN
from fcfi.formats.registry import registered
from fcfi.leftovers import sweep
from fcfi.project.progress import READING, Progress
from fcfi.project.reading import Question, Summary, read

LEAST_SECONDS: Final = 60.0
"""For a picture of the smallest files; machines are slow at times."""
SECONDS_PER_BYTE: Final = 60.0 / (1 << 20)
"""More for a picture of larger files: ten times what the slowest format took when measured."""
LEAST_BYTES: Final = 3 << 30
"""Of address space beyond that of the started process: the largest mask takes 1.4 GB of it."""
BYTES_PER_BYTE: Final = 40
"""More for larger files: JSON of short lists becomes about thirty times as large in memory."""
PACKED: Final = 10
"""How much smaller a zip of text is than its files."""
MAX_MESSAGE: Final = 256 << 20
"""Bytes of the run lengths of one picture; the largest real ones have a hundredth."""
TICK: Final = 0.25
"""Seconds after which it is seen whether somebody has cancelled."""
TOO_LARGE: Final = "expected files that can be read in {most}, got {name}, which takes more{after}"
SPLIT: Final = "leave out what is damaged, or split them into smaller files"
OUT_OF_MEMORY: Final = 77
"""Exit code of a process that ends itself for its memory."""
# The first byte of a message says what it holds.
LINE: Final = b"+"
PROGRESS: Final = b">"
SUMMARY: Final = b"="
ERROR: Final = b"!"
_log = logging.getLogger(__name__)


class ReadingFunction(Protocol):
    """A function that reads files into a spool; it must be found by its name in another process."""

    def __call__(self, question: Question, spool: TextIO, progress: Progress, /) -> Summary:
        """Read annotations into a spool file, one line for each picture."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a reading may take.

    seconds: until the next picture is read.  memory: bytes beyond those of the started process.
    """

    seconds: float
    memory: int


def read_apart(
    question: Question,
    spool: TextIO,
    progress: Progress,
    limits: Limits | None = None,
    function: ReadingFunction = read,
) -> Summary:
    """Read as `reading.read` does, in another process.

    progress: is called some times a second; what it raises ends the process.
    limits: those for files of this size by default.
    Raises InputError, DatasetError: those of the reading, and that it took too much or was killed.
    """
    chosen = limits or limits_for(question.path)
    mine = registered()
    try:
        pickle.dumps(mine)
    except Exception:  # a format that was made on the fly exists in this process only
        return function(question, spool, progress)
    at: tuple[str, int, int | None] = (READING, 0, None)
    last, heard = "", time.monotonic()
    with _started(function, question, chosen.memory, mine) as (process, connection):
        while True:
            # The limit is for each picture: a folder of many takes as long as it needs.
            if not connection.poll(TICK):
                progress(*at)
                if time.monotonic() - heard > chosen.seconds:
                    raise _too_large(f"{chosen.seconds:.0f} s for each picture", question, last)
                continue
            try:
                message = connection.recv_bytes(MAX_MESSAGE)
            except (EOFError, OSError):
                process.join()
                raise _death(process.exitcode, question, chosen, last) from None
            heard = time.monotonic()
            kind, content = message[:1], message[1:].decode()
            if kind == LINE:
                spool.write(content)
                last = content
            elif kind == PROGRESS:
                at = tuple(json.loads(content))
                progress(*at)
            elif kind == SUMMARY:
                return _summary(json.loads(content))
            else:
                raise _error(json.loads(content))


def limits_for(path: Path) -> Limits:
    """Return the limits for a file, folder or zip: more for larger files, which need it."""
    largest = 0
    if path.is_dir():
        for parent, _, names in os.walk(path):
            largest = max(largest, *(_size(Path(parent, name)) for name in names), 0)
    else:
        largest = _size(path) * (PACKED if path.suffix.lower() == ".zip" else 1)
    seconds = LEAST_SECONDS + SECONDS_PER_BYTE * largest
    return Limits(seconds, LEAST_BYTES + BYTES_PER_BYTE * largest)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0


# ── here ──────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _started(
    function: ReadingFunction, question: Question, memory: int, mine: Sequence[Codec]
) -> Iterator[tuple[SpawnProcess, "Connection[Any, Any]"]]:
    """Start a process that reads; it is killed when the block ends."""
    # Spawned, not forked: a fork of a process with threads may wait for a lock for ever.
    context = multiprocessing.get_context("spawn")
    connection, other = context.Pipe(duplex=False)
    inherited = _Inherited(mine, tempfile.gettempdir(), _log.getEffectiveLevel())
    process = context.Process(
        target=_serve, args=(other, function, question, memory, inherited), daemon=True
    )
    try:
        process.start()
        other.close()  # the child has it now, and its end must show here when the child dies
        yield process, connection
    finally:
        other.close()
        connection.close()
        if process.pid is not None:
            process.kill()
            process.join()
            if process.exitcode:
                sweep()  # a zip may have been unpacked
            process.close()


def _summary(record: dict[str, Any]) -> Summary:
    end = None if record["end"] is None else _error(record["end"])
    return Summary(**{**record, "sentences": tuple(record["sentences"]), "end": end})


def _error(record: Sequence[str]) -> FCFIError:
    """Return the error of the reading that has this kind and message."""
    kind, message = record
    found = getattr(errors, kind, DatasetError)
    return cast("type[FCFIError]", found)(message)


def _death(code: int | None, question: Question, limits: Limits, last: str) -> DatasetError:
    """Return the error of a process that ended before it answered."""
    if code == OUT_OF_MEMORY:
        return _too_large(f"{limits.memory >> 20} MB of memory", question, last)
    why = f"signal {-code}" if code is not None and code < 0 else f"code {code}"
    return DatasetError(
        f"expected {question.path.name} to be read, got the end of the process that read it "
        f"({why}){_after(last)}: {SPLIT}"
    )


def _too_large(most: str, question: Question, last: str) -> DatasetError:
    sentence = TOO_LARGE.format(most=most, name=question.path.name, after=_after(last))
    return DatasetError(f"{sentence}: {SPLIT}")


def _after(last: str) -> str:
    """Return which picture was the last one read, from its line, so that the next is found."""
    return f" after the annotations of {json.loads(last)['name']}" if last else ""


# ── in the process ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Inherited:
    """What a process takes over from the one that asks, beside its environment.

    formats: that a call has added.  temporary: folder for temporary files.  level: of the log.
    """

    formats: Sequence[Codec]
    temporary: str
    level: int


class _Sender:
    """A spool whose lines are sent to the process that asked."""

    def __init__(self, connection: "Connection[Any, Any]") -> None:
        self._connection = connection

    def write(self, line: str) -> int:
        """Send the line of a picture; InputError if nobody could hold it."""
        content = line.encode()
        if len(content) >= MAX_MESSAGE:
            raise InputError(
                f"expected at most {MAX_MESSAGE >> 20} MB of run lengths for a picture, got "
                f"{len(content) >> 20} MB{_after(line).replace('after', 'in')}: smooth its masks"
            )
        self._connection.send_bytes(LINE + content)
        return len(line)

    def send(self, kind: bytes, content: Any) -> None:
        """Send something that is not a picture."""
        self._connection.send_bytes(kind + json.dumps(content).encode())


def _serve(
    connection: "Connection[Any, Any]",
    function: ReadingFunction,
    question: Question,
    memory: int,
    inherited: _Inherited,
) -> None:
    """Read for another process, and send what is found."""
    _prepare(inherited)
    _limit_memory(memory)
    sender = _Sender(connection)
    spool = cast("TextIO", sender)
    try:
        with guard(DatasetError, f"{question.path.name} cannot be read", EXPORT_AGAIN):
            summary = function(question, spool, lambda *now: sender.send(PROGRESS, now))
        end = None if summary.end is None else _record(summary.end)
        sender.send(SUMMARY, asdict(replace(summary, end=None)) | {"end": end})
    except FCFIError as error:
        with suppress(BrokenPipeError):  # the process that asked may have ended
            sender.send(ERROR, _record(error))
    except MemoryError:  # when the answer was made
        os._exit(OUT_OF_MEMORY)


def _record(error: FCFIError) -> tuple[str, str]:
    return type(error).__name__, str(error)


def _prepare(inherited: _Inherited) -> None:
    """Be a quiet neighbour, which ends with the process that asked and knows what it knows."""
    # Ctrl+C goes to all processes of a terminal; the one that asked decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(10)  # answers to clicks come first
    import cv2

    cv2.setNumThreads(1)
    tempfile.tempdir = inherited.temporary
    logging.basicConfig(level=inherited.level)
    # A program that adds a format when it is imported has been imported here, too.
    here = {codec.name for codec in registered()}
    for codec in inherited.formats:
        if codec.name not in here:
            register(codec)
    parent = multiprocessing.parent_process()

    def end_with_parent() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()


def _limit_memory(most: int) -> None:
    """Let this process take at most so many bytes more than it has."""
    if sys.platform == "win32":
        return  # which has no such limit for a process that sets it itself
    import resource

    with suppress(OSError, ValueError):
        # Linux alone keeps to a limit of the address space; libraries reserve some of it, so that
        # what there is now is added.
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        address_space = pages * os.sysconf("SC_PAGE_SIZE") + most
        resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
        return
    unit = 1 if sys.platform == "darwin" else 1024

    def watch() -> None:
        begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
        while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit - begun < most:
            time.sleep(TICK)
        os._exit(OUT_OF_MEMORY)

    threading.Thread(target=watch, daemon=True).start()
