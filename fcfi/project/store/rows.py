"""Rows of the list of pictures, and what a document is in one."""

import re
from typing import Any, Final

from sqlalchemy import Connection, select

from fcfi.errors import NotFound
from fcfi.project.document import Document
from fcfi.project.states import PictureRow, State
from fcfi.project.tables import picture

DIGITS: Final = 12
"""Numbers in names are compared as numbers of so many digits."""
SHOWN: Final = tuple(picture.c[column] for column in PictureRow.__dataclass_fields__)


def row_of(found: Any) -> PictureRow:
    """Return a row of the database, which has the columns `SHOWN`, as a value."""
    return PictureRow(*(getattr(found, name) for name in PictureRow.__dataclass_fields__))


def find_row(connection: Connection, identity: int) -> PictureRow:
    """Return a picture's row.  Raises NotFound."""
    found = connection.execute(select(*SHOWN).where(picture.c.id == identity)).one_or_none()
    if found is None:
        raise missing(identity)
    return row_of(found)


def missing(identity: int) -> NotFound:
    """Return the error for a picture that is not there."""
    return NotFound(f"there is no picture {identity} in this project: look at its list again")


def summary_of(document: Document) -> dict[str, Any]:
    """What the list says of a document."""
    state: State = "done" if document.done else "work" if document.objects else "new"
    return {"state": state, "objects": len(document.objects)}


def sort_key(name: str) -> str:
    """What names are ordered by: `Photo 10` after `photo 9`."""
    return re.sub(r"[0-9]+", lambda found: found[0].zfill(DIGITS), name.casefold())
