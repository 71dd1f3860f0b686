"""How far a scan, an import or an export is, and how it is cancelled.

Long work calls a `Progress` between two pictures.  To cancel it, the progress raises: nothing is
caught on the way, so that files and transactions under way are taken back as after any error.
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


class Cancelled(FCFIError):  # noqa: N818, an end that somebody asked for
    """The end of work that somebody cancelled."""


class Progress(Protocol):
    """A receiver of progress; it may raise, which ends the work."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Note that `done` of `total` (None: not known) are through a stage: pictures, or files of a zip."""


def silent(stage: str, done: int, total: int | None) -> None:
    """Note nothing: the progress of a caller that asks for none."""


def counted(
    items: Iterable[Item], progress: Progress, stage: str, total: int | None
) -> Iterator[Item]:
    """Yield the items and report each of them, also the beginning.

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
