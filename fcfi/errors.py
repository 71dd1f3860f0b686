"""The errors of fcfi: one tree, so that a caller can catch all of them or one kind.

    FCFIError
    ├── InputError      a picture, mask or click that cannot be used
    │   ├── PictureError    a picture of a project that vanished, changed or is damaged
    │   ├── FullDiskError   a disk without room for what is to be written
    │   ├── NotFound        something that a project does not have
    │   └── Conflict        a change that came too late: somebody else was faster
    ├── StoreError      a project's store that cannot be read or written
    ├── NetworkError    a network file, checkpoint or runtime that cannot be used
    ├── DatasetError    a data set that is missing, empty or malformed
    ├── ConfigError     a recipe, option or setting that cannot be used
    ├── UnsupportedError    a call of another library's interface that fcfi does not have
    └── DivergedError   a training run whose loss is not a number any more

Every message says what was expected, what came and what to do.  The command line prints it on one
line and exits with 2.

Where data of others comes in, the code that reads it stands in a `guard`: libraries raise almost
anything on damaged bytes (OverflowError, RecursionError, zlib.error, ...), so that a list of what
they raise is never complete.
"""

import errno
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

LOG: Final = logging.getLogger(__name__)
MAX_MESSAGE: Final = 2000
"""Characters of a message: texts out of files, such as labels, may be of any length."""
MAX_REASON: Final = 200
"""Characters that a message repeats of what a library said."""
FULL: Final = frozenset((errno.ENOSPC, errno.EDQUOT))
"""Numbers of the system's errors that mean a full disk."""
Item = TypeVar("Item")


def how_to_install(extra: str) -> str:
    """Return what to type for an optional part of the package, installed from its own folder."""
    # The weights that training begins from are in that folder, and left out of what pip copies.
    option = "-e " if extra == "train" else ""
    return f"pip install {option}'.[{extra}]' in the folder of fcfi's README"


def showable(text: str) -> str:
    """Return a text of bounded length that every encoding of Unicode can write.

    JSON and the names of files may hold halves of characters, which none can.
    """
    short = text if len(text) <= MAX_MESSAGE else f"{text[: MAX_MESSAGE - 1]}…"
    return short.encode("utf-8", "backslashreplace").decode("utf-8")


class FCFIError(Exception):
    """A mistake that the person at the keyboard can mend; the message says how.

    >>> import fcfi
    >>> try:
    ...     fcfi.Zoom(target=1)
    ... except fcfi.FCFIError as error:
    ...     print(type(error).__name__)
    ConfigError
    """

    def __init__(self, message: str = "") -> None:
        """Keep the message so that it can be shown anywhere."""
        super().__init__(showable(message))


class InputError(FCFIError):
    """A picture, mask or click that cannot be used."""


class PictureError(InputError):
    """A picture of a project that vanished, changed or is damaged."""


class FullDiskError(InputError):
    """A disk or quota without room for what is to be written."""


class NotFound(InputError):  # noqa: N818, what a person calls it
    """Something that a project does not have."""


class Conflict(InputError):  # noqa: N818
    """A change that came too late: somebody else was faster."""


class StoreError(FCFIError):
    """A project's store that cannot be read or written."""


class NetworkError(FCFIError):
    """A network file, checkpoint or runtime that cannot be used."""


class DatasetError(FCFIError):
    """A data set that is missing, empty or malformed."""


class ConfigError(FCFIError):
    """A recipe, option or setting that cannot be used."""


class UnsupportedError(FCFIError, NotImplementedError):
    """A call of another library's interface that fcfi does not have."""


class DivergedError(FCFIError):
    """A training run whose loss is not a number any more."""


def write_error(problem: str, error: OSError) -> InputError:
    """Return the error of a file that cannot be written: "PROBLEM: REASON", and what to do."""
    reason = f"{problem}: {error.strerror or error}"
    if error.errno in FULL:
        return FullDiskError(f"{reason}; make room there and try again")
    return InputError(reason)


@contextmanager
def guard(kind: type[FCFIError], problem: str, advice: str) -> Iterator[None]:
    """Raise `kind` instead of anything else that the block raises: "PROBLEM (REASON): ADVICE".

    An FCFIError passes as it is, and so does what ends a program (KeyboardInterrupt).  The cause
    goes to the debug log with its traceback.

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
    """Yield the items; what making one of them raises is raised as `guard` does, and ends them."""
    iterator = iter(items)
    while True:
        with guard(kind, problem, advice):
            try:
                item = next(iterator)
            except StopIteration:
                return
        yield item  # outside of the guard, which is not for what the caller does with it


def _reason(cause: Exception) -> str:
    """Return what an error says, in one line; its type where it says nothing that people know."""
    if isinstance(cause, MemoryError):
        return "not enough memory"
    try:
        said = " ".join(str(cause).split())[:MAX_REASON]
    except Exception:  # a message may fail like anything else that others wrote
        said = ""
    kind = type(cause).__name__
    return said if isinstance(cause, OSError) and said else f"{kind}: {said}" if said else kind
