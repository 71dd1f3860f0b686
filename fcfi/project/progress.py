"""The progress of a scan, an import or an export, and its cancellation.

A long job calls a `Progress` between two pictures.  To cancel the job, the progress raises: nothing
catches it on the way, so that open files and transactions are rolled back as after any error.
"""

from collections.abc import Iterable, Iterator
from typing import Final, Protocol, TypeVar

from fcfi.errors import FCFIError

SCANNING: Final = "looking at pictures"
READING: Final = "reading annotations"
ADDING: Final = "adding objects"
PACKING: Final = "preparing"
SAVING: Final = "saving"
WRITING: Final = "writing"
CHECKING: Final = "reading back"
ZIPPING: Final = "making the zip file"
Item = TypeVar("Item")


class Cancelled(FCFIError):  # noqa: N818, an end that was requested
    """The end of a job that was cancelled."""


class Progress(Protocol):
    """A receiver of progress; it may raise, which ends the job."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Note how many pictures or files of `total` (None: unknown) are done in a stage."""


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
