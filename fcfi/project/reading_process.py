"""Reads foreign files in a separate process, with limits on time and memory.

A damaged or hostile file can thus end only its own import, never the calling program.  If the
process ends for any reason, an error says so in one sentence.  The process sends only JSON, so that
nothing from a file is executed here.
"""

import json
import logging
import math
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
from fcfi.formats.labels import ListedLabel
from fcfi.formats.registry import registered
from fcfi.project.progress import READING, Progress
from fcfi.project.reading import Question, Summary, read
from fcfi.temporary_files import sweep

LEAST_SECONDS: Final = 60.0
"""Processor time for each picture, however small the file."""
SECONDS_PER_BYTE: Final = 60.0 / (1 << 20)
"""Additional time for each byte of the file: ten times the measured time of the slowest format."""
PATIENCE: Final = 1 if sys.platform == "win32" else 20
"""Seconds of the clock for each second of processor time, on a busy machine or a slow disk.

On Windows, where a process cannot limit its own processor time, only the clock counts.
"""
LEAST_BYTES: Final = 3 << 30
"""Address space beyond the started process's own; the largest mask needs 1.4 GB of it."""
BYTES_PER_BYTE: Final = 40
"""Additional memory for each byte of the file: JSON of short lists takes thirty bytes."""
PACKED: Final = 10
"""Assumed compression ratio of a zip of text files."""
MAX_MESSAGE: Final = 256 << 20
"""Largest size of a picture's run lengths in bytes, a hundred times the largest real ones."""
TICK: Final = 0.25
"""Seconds between two checks for a cancel."""
TOO_LARGE: Final = "expected files that can be read in {most}, got {name}, which takes more{after}"
SPLIT: Final = "leave out what is damaged, or split them into smaller files"
OUT_OF_MEMORY: Final = 77
"""Exit code of a process that has reached its limit of memory."""
OUT_OF_TIME: Final = None if sys.platform == "win32" else -signal.SIGXCPU
"""Exit code of a process that has reached its limit of processor time."""
# The first byte of a message is its kind.
LINE: Final = b"+"
PROGRESS: Final = b">"
SUMMARY: Final = b"="
ERROR: Final = b"!"
_log = logging.getLogger(__name__)


class ReadingFunction(Protocol):
    """A function that reads files into a spool; another process must be able to import it."""

    def __call__(self, question: Question, spool: TextIO, progress: Progress, /) -> Summary:
        """Read annotations into a spool file, one line for each picture."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of reading.

    seconds: processor time for each picture, because a busy machine must not refuse a good file.
    memory: bytes beyond the started process's own.
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

    progress: is called several times a second; an error that it raises ends the process.
    limits: by default they follow from the files' size.
    Raises InputError, DatasetError: those of `function`, or if a limit is exceeded or the process
    is killed.
    """
    chosen = limits or limits_for(question.path)
    formats = registered()
    try:
        pickle.dumps(formats)
    except Exception:  # a format defined at run time exists only in this process
        return function(question, spool, progress)
    at: tuple[str, int, int | None] = (READING, 0, None)
    last, received = "", time.monotonic()
    with _started(function, question, chosen, formats) as (process, connection):
        while True:
            # The time limit is for each picture, so that a folder may hold any number.
            if not connection.poll(TICK):
                progress(*at)
                if time.monotonic() - received > PATIENCE * chosen.seconds:
                    raise _too_slow(chosen, question, last)
                continue
            try:
                message = connection.recv_bytes(MAX_MESSAGE)
            except (EOFError, OSError):
                process.join()
                raise _death(process.exitcode, question, chosen, last) from None
            received = time.monotonic()
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
    """Return the limits for a file, folder or zip, which grow with the size of the largest file."""
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


# ── in the calling process ────────────────────────────────────────────────────────────────────────


@contextmanager
def _started(
    function: ReadingFunction, question: Question, limits: Limits, formats: Sequence[Codec]
) -> Iterator[tuple[SpawnProcess, "Connection[Any, Any]"]]:
    """Start the reading process; it is killed when the block ends."""
    # Spawned, not forked: the fork of a process with threads may wait for a lock forever.
    context = multiprocessing.get_context("spawn")
    connection, other = context.Pipe(duplex=False)
    inherited = _Inherited(formats, tempfile.gettempdir(), _log.getEffectiveLevel())
    process = context.Process(
        target=_serve, args=(other, function, question, limits, inherited), daemon=True
    )
    try:
        process.start()
        other.close()  # the child has its own copy; only then is its death noticed here
        yield process, connection
    finally:
        other.close()
        connection.close()
        if process.pid is not None:
            process.kill()
            process.join()
            if process.exitcode:
                sweep()  # remove the temporary folder of an unpacked zip
            process.close()


def _summary(record: dict[str, Any]) -> Summary:
    end = None if record["end"] is None else _error(record["end"])
    listed = tuple(ListedLabel(**label) for label in record["listed"])
    changes = {"sentences": tuple(record["sentences"]), "end": end, "listed": listed}
    return Summary(**{**record, **changes})


def _error(record: Sequence[str]) -> FCFIError:
    """Return an error of the reading process, from its class's name and its message."""
    kind, message = record
    found = getattr(errors, kind, DatasetError)
    return cast("type[FCFIError]", found)(message)


def _death(code: int | None, question: Question, limits: Limits, last: str) -> DatasetError:
    """Return the error for a process that ended without a result."""
    if code == OUT_OF_MEMORY:
        return _too_large(f"{limits.memory >> 20} MB of memory", question, last)
    if code is not None and code == OUT_OF_TIME:
        return _too_slow(limits, question, last)
    why = f"signal {-code}" if code is not None and code < 0 else f"code {code}"
    return DatasetError(
        f"expected {question.path.name} to be read, got the end of the process that read it "
        f"({why}){_after(last)}: {SPLIT}"
    )


def _too_slow(limits: Limits, question: Question, last: str) -> DatasetError:
    return _too_large(f"{limits.seconds:.0f} s for each picture", question, last)


def _too_large(most: str, question: Question, last: str) -> DatasetError:
    sentence = TOO_LARGE.format(most=most, name=question.path.name, after=_after(last))
    return DatasetError(f"{sentence}: {SPLIT}")


def _after(last: str) -> str:
    """Return words that name the last picture read, from its line, to help to find the next."""
    return f" after the annotations of {json.loads(last)['name']}" if last else ""


# ── in the reading process ────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Inherited:
    """Values of the calling process that the reading process takes over, besides its environment.

    formats: registered codecs.  temporary: folder for temporary files.  level: log level.
    """

    formats: Sequence[Codec]
    temporary: str
    level: int


class _Sender:
    """A spool whose lines are sent to the calling process."""

    def __init__(self, connection: "Connection[Any, Any]", seconds: float) -> None:
        self._connection = connection
        self._seconds = seconds
        _limit_time(seconds)

    def write(self, line: str) -> int:
        """Send the line of a picture.  Raises InputError if it is too large."""
        content = line.encode()
        if len(content) >= MAX_MESSAGE:
            raise InputError(
                f"expected at most {MAX_MESSAGE >> 20} MB of run lengths for a picture, got "
                f"{len(content) >> 20} MB{_after(line).replace('after', 'in')}: smooth its masks"
            )
        self._send(LINE + content)
        return len(line)

    def send(self, kind: bytes, content: Any) -> None:
        """Send a message of another kind than a picture's line."""
        self._send(kind + json.dumps(content).encode())

    def _send(self, message: bytes) -> None:
        self._connection.send_bytes(message)
        _limit_time(self._seconds)  # from now on, for the next picture


def _serve(
    connection: "Connection[Any, Any]",
    function: ReadingFunction,
    question: Question,
    limits: Limits,
    inherited: _Inherited,
) -> None:
    """Read the files and send the results to the calling process."""
    _prepare(inherited)
    _limit_memory(limits.memory)
    sender = _Sender(connection, limits.seconds)
    spool = cast("TextIO", sender)
    try:
        with guard(DatasetError, f"{question.path.name} cannot be read", EXPORT_AGAIN):
            summary = function(question, spool, lambda *now: sender.send(PROGRESS, now))
        end = None if summary.end is None else _record(summary.end)
        sender.send(SUMMARY, asdict(replace(summary, end=None)) | {"end": end})
    except FCFIError as error:
        with suppress(BrokenPipeError):  # the calling process may have ended
            sender.send(ERROR, _record(error))
    except MemoryError:  # while the message was made
        os._exit(OUT_OF_MEMORY)


def _record(error: FCFIError) -> tuple[str, str]:
    return type(error).__name__, str(error)


def _prepare(inherited: _Inherited) -> None:
    """Set up the process: low priority, the caller's formats, and an end when the caller ends."""
    if sys.platform != "win32":
        import resource

        # A process that is ended leaves no core dump.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Ctrl+C goes to all processes of a terminal; the calling process decides what to do.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(10)  # clicks are answered first
    import cv2

    cv2.setNumThreads(1)
    tempfile.tempdir = inherited.temporary
    logging.basicConfig(level=inherited.level)
    # Importing the function may already have registered some of the formats.
    known = {codec.name for codec in registered()}
    for codec in inherited.formats:
        if codec.name not in known:
            register(codec)
    parent = multiprocessing.parent_process()

    def end_with_parent() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()


def _limit_time(seconds: float) -> None:
    """End this process once it has used this much processor time from now on.

    The system ends it, so that no library can delay that.
    """
    if sys.platform == "win32":
        return  # a process cannot set such a limit for itself
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    # The limit is in whole seconds.
    most = math.ceil(time.process_time() + seconds)
    with suppress(OSError, ValueError):  # an administrator's limit is lower
        resource.setrlimit(resource.RLIMIT_CPU, (most, hard))


def _limit_memory(most: int) -> None:
    """Limit the memory of this process to `most` bytes more than it has now."""
    if sys.platform == "win32":
        return  # a process cannot set such a limit for itself
    import resource

    with suppress(OSError, ValueError):
        # Only Linux enforces a limit of the address space.  Libraries reserve much of it without
        # using it, so the limit is relative to the present size.
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
