"""Reads the rows of pictures, and computes the columns that follow from a document or a name."""

import re
from typing import Any, Final

from sqlalchemy import Connection, select

from fcfi.errors import NotFound, StoreError
from fcfi.images import MAX_SIDE
from fcfi.project.document import Document
from fcfi.project.states import PictureRow, State
from fcfi.project.store.part import RESTORE
from fcfi.project.tables import picture

DIGITS: Final = 12
"""Numbers in names are padded to this many digits for comparison."""
_TYPES: Final = frozenset(
    (int, str, int, int, int, int, str, int, int, problem, str, float, str)
    for problem in (str, type(None))
)
"""The types of the fields of a PictureRow, in their order."""
SHOWN: Final = tuple(picture.c[column] for column in PictureRow.__dataclass_fields__)
"""The columns of a PictureRow, in the order of its fields."""


def row_of(found: Any) -> PictureRow:
    """Return a row of the database, with the columns `SHOWN`, as a value.

    Raises StoreError if it is damaged.
    """
    values = [getattr(found, name) for name in PictureRow.__dataclass_fields__]
    # SQLite allows any value in any column.
    if tuple(map(type, values)) not in _TYPES:
        raise StoreError(f"a picture's row in the store is damaged: {RESTORE}")
    row = PictureRow(*values)
    # A picture that could not be read has size 0.
    if not (0 <= row.width <= MAX_SIDE and 0 <= row.height <= MAX_SIDE):
        raise StoreError(f"a picture's size in the store is damaged: {RESTORE}")
    return row


def find_row(connection: Connection, identity: int) -> PictureRow:
    """Return a picture's row.  Raises NotFound."""
    found = connection.execute(select(*SHOWN).where(picture.c.id == identity)).one_or_none()
    if found is None:
        raise missing(identity)
    return row_of(found)


def missing(identity: int) -> NotFound:
    """Return the error for a picture that does not exist."""
    return NotFound(f"the project does not have a picture {identity}: look at its list again")


def summary_of(document: Document) -> dict[str, Any]:
    """Return the columns of a picture's row that follow from its document."""
    mark = document.mark
    drawn: State = "work" if document.objects else "new"
    return {
        "state": drawn if mark is None else mark.state,
        "objects": len(document.objects),
        "marked_by": "" if mark is None else mark.author,
        "marked_at": 0.0 if mark is None else mark.time,
    }


def sort_key(name: str) -> str:
    """Return the text that names are sorted by: `Photo 10` comes after `photo 9`."""
    return re.sub(r"[0-9]+", lambda found: found[0].zfill(DIGITS), name.casefold())
