"""What the parts of the store have in common: the database, and questions in pieces."""

from collections.abc import Iterator
from typing import Any, Final

from fcfi.project.database import Database

MOST: Final = 1000
"""Rows of one answer, and values of one question (SQLite takes 32,766)."""
RESTORE: Final = "restore the store from a copy"


class Part:
    """A part of the store, on a database that is open; threads may share it."""

    def __init__(self, database: Database) -> None:
        """Take the database, which stays the caller's to close."""
        self.database = database


def parts(values: list[Any]) -> Iterator[list[Any]]:
    """Yield at most `MOST` values at a time, since a statement takes a limited number."""
    for begin in range(0, len(values), MOST):
        yield values[begin : begin + MOST]
