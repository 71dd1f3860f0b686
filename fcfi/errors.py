"""The errors of fcfi, in one class hierarchy, so that a caller can catch all or some of them.

    FCFIError
    ├── InputError      a picture, mask or click that cannot be used
    │   ├── PictureError    a picture of a project that is missing, changed or damaged
    │   ├── FullDiskError   a disk that is full
    │   ├── NotFound        something that is not in a project
    │   └── Conflict        a picture that was changed since the version an action was made for
    ├── StoreError      a project's store that cannot be read or written
    ├── NetworkError    a network file, checkpoint or runtime that cannot be used
    ├── DatasetError    a dataset that is missing, empty or malformed
    ├── ConfigError     a recipe, option or setting that cannot be used
    ├── UnsupportedError    a call of another library's interface that fcfi does not implement
    └── DivergedError   a training run whose loss is no longer finite

Every message says what was expected, what was found and what to do.  The command line prints it on
one line and exits with code 2.

Code that reads external data runs in a `guard`: for damaged bytes, libraries raise almost anything
(OverflowError, RecursionError, zlib.error, ...), so that no list of exceptions is complete.
"""

import errno
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

LOG: Final = logging.getLogger(__name__)
MAX_MESSAGE: Final = 2000
"""Longest message in characters: texts from files, such as labels, may have any length."""
MAX_REASON: Final = 200
"""Longest part of a library's message that our message repeats, in characters."""
FULL: Final = frozenset((errno.ENOSPC, errno.EDQUOT))
"""Error numbers of the system for a full disk."""
DEBUG_VARIABLE: Final = "FCFI_DEBUG"
"""Environment variable: 1 shows the debug log and the traceback of an internal error."""
Item = TypeVar("Item")


def is_debugging() -> bool:
    """Return whether DEBUG_VARIABLE asks for tracebacks."""
    return os.environ.get(DEBUG_VARIABLE, "") not in ("", "0")


def how_to_install(extra: str) -> str:
    """Return the command that installs an optional part of the package."""
    # An editable install, because the wheel does not include the weights that training starts from.
    option = "-e " if extra == "train" else ""
    return f"pip install {option}'.[{extra}]' in the folder of fcfi's README"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'NAME'?` with the nearest known name, or "" if none is near."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def plural(count: int, noun: str) -> str:
    """Return `1 click`, `2 clicks`, `2 boxes`."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun}{'es' if noun.endswith('x') else 's'}"


def showable(text: str) -> str:
    """Return a text with bounded length that can be encoded.

    JSON and file names may hold lone surrogates, which no encoding can write.
    """
    short = text if len(text) <= MAX_MESSAGE else f"{text[: MAX_MESSAGE - 1]}…"
    return short.encode("utf-8", "backslashreplace").decode("utf-8")


class FCFIError(Exception):
    """A mistake that the user can correct; the message says how.

    >>> import fcfi
    >>> try:
    ...     fcfi.Zoom(target=1)
    ... except fcfi.FCFIError as error:
    ...     print(type(error).__name__)
    ConfigError
    """

    def __init__(self, message: str = "") -> None:
        """Store the message in a form that any terminal can show."""
        super().__init__(showable(message))


class InputError(FCFIError):
    """A picture, mask or click that cannot be used."""


class PictureError(InputError):
    """A picture of a project that is missing, changed or damaged."""


class FullDiskError(InputError):
    """A full disk or an exhausted quota."""


class NotFound(InputError):  # noqa: N818, the usual name
    """Something that is not in a project."""


class Conflict(InputError):  # noqa: N818
    """A picture that was changed since the version that an action was made for."""


class StoreError(FCFIError):
    """A project's store that cannot be read or written."""


class NetworkError(FCFIError):
    """A network file, checkpoint or runtime that cannot be used."""


class DatasetError(FCFIError):
    """A dataset that is missing, empty or malformed."""


class ConfigError(FCFIError):
    """A recipe, option or setting that cannot be used."""


class UnsupportedError(FCFIError, NotImplementedError):
    """A call of another library's interface that fcfi does not implement."""


class DivergedError(FCFIError):
    """A training run whose loss is no longer finite."""


def write_error(problem: str, error: OSError) -> InputError:
    """Return the error for a file that cannot be written: "PROBLEM: REASON", and what to do."""
    reason = f"{problem}: {error.strerror or error}"
    if error.errno in FULL:
        return FullDiskError(f"{reason}; make room there and try again")
    return InputError(reason)


@contextmanager
def guard(kind: type[FCFIError], problem: str, advice: str) -> Iterator[None]:
    """Convert any exception in the block to `kind`, with the message "PROBLEM (REASON): ADVICE".

    FCFIError and KeyboardInterrupt pass unchanged.  The cause is written to the debug log with its
    traceback.

        with guard(DatasetError, f"{path} cannot be read", "give a whole file"):
            content = parse(path)
    """
    try:
        yield
    except FCFIError:
        raise
    except Exception as cause:
        LOG.debug("%s", problem, exc_info=True)
        raise kind(f"{problem} ({_reason(cause)}): {advice}") from cause


def guarded(
    items: Iterable[Item], kind: type[FCFIError], problem: str, advice: str
) -> Iterator[Item]:
    """Yield the items; an exception in the iterator itself is converted as by `guard`."""
    iterator = iter(items)
    while True:
        with guard(kind, problem, advice):
            try:
                item = next(iterator)
            except StopIteration:
                return
        yield item  # outside the guard, which must not convert the caller's own exceptions


def _reason(cause: Exception) -> str:
    """Return an exception's message on one line, or its type if the message does not help."""
    if isinstance(cause, MemoryError):
        return "not enough memory"
    try:
        message = " ".join(str(cause).split())[:MAX_REASON]
    except Exception:  # converting an exception to text may fail as well
        message = ""
    kind = type(cause).__name__
    if not message:
        return kind
    return message if isinstance(cause, OSError) else f"{kind}: {message}"
