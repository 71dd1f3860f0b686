"""The progress of a scan, an import or an export, and its cancellation.

A job calls a `Progress` after each picture.  To cancel the job, the progress raises an error, which
rolls back open files and transactions as any error does.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Protocol, TypeVar

from fcfi.errors import FCFIError

SCANNING: Final = "looking at pictures"
READING: Final = "reading annotations"
ADDING: Final = "adding objects"
PACKING: Final = "preparing"
CARRYING: Final = "carrying objects"
SAVING: Final = "saving"
WRITING: Final = "writing"
CHECKING: Final = "reading back"
ZIPPING: Final = "making the zip file"
FILE: Final = "progress.json"
"""Name of the file to which another process writes its progress."""
Item = TypeVar("Item")


class Cancelled(FCFIError):  # noqa: N818, not an error but a requested end
    """The end of a cancelled job."""


class Progress(Protocol):
    """A receiver of progress; it may raise an error to end the job."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Report the pictures or files done in a stage, of `total` (None: unknown)."""


def silent(stage: str, done: int, total: int | None) -> None:
    """Ignore the progress."""


def counted(
    items: Iterable[Item], progress: Progress, stage: str, total: int | None
) -> Iterator[Item]:
    """Yield the items and report the progress at the start and after each of them.

    >>> seen = []
    >>> list(counted("ab", lambda *now: seen.append(now), "reading", 2))
    ['a', 'b']
    >>> seen
    [('reading', 0, 2), ('reading', 1, 2), ('reading', 2, 2)]
    """
    progress(stage, 0, total)
    for done, item in enumerate(items, 1):
        yield item
        progress(stage, done, total)


def read_progress(path: Path) -> tuple[str, int, int | None] | None:
    """Return the stage, done and total in a file; None if it is missing or not readable now."""
    try:
        stage, done, total = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return stage, done, total
