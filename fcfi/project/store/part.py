"""The base class of the parts of the store, and the limit on values in a statement."""

from collections.abc import Iterator
from typing import Any, Final

from fcfi.project.database import Database

MOST: Final = 1000
"""The most rows of a result, and the most values in a statement (SQLite allows 32,766)."""
RESTORE: Final = "restore the store from a copy"


class Part:
    """A part of the store, on an open database; threads may share it."""

    def __init__(self, database: Database) -> None:
        """Keep the database, which the caller closes."""
        self.database = database


def parts(values: list[Any]) -> Iterator[list[Any]]:
    """Yield parts of a list with at most `MOST` values, the limit of a statement."""
    for begin in range(0, len(values), MOST):
        yield values[begin : begin + MOST]
