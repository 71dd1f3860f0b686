"""The masks in the store by their sha256; equal masks are stored once."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, select

from fcfi.errors import StoreError, guard
from fcfi.masks.runs import KEYS, RunMask
from fcfi.project.database import Database
from fcfi.project.store.part import RESTORE, Part, parts
from fcfi.project.tables import mask


class StoredMasks(Part):
    """The masks of all pictures."""

    def runs(self, names: Collection[str]) -> dict[str, RunMask]:
        """Return masks by sha256.  Raises StoreError if one is damaged or missing."""
        found: dict[str, RunMask] = {}
        with self.database.reading() as connection:
            for part in parts(list(names)):
                for row in connection.execute(select(mask).where(mask.c.sha256.in_(part))):
                    found[row.sha256] = _unpack(row)
        if not found.keys() >= set(names):
            raise StoreError(f"a mask of a picture is missing in the store: {RESTORE}")
        return found


def add_masks(database: Database, connection: Connection, masks: Mapping[str, RunMask]) -> None:
    """Store masks by sha256, in the transaction of the revision that names them."""
    rows = [
        {"sha256": sha256, **{key: getattr(added, key) for key in KEYS}, "runs": added.pack()}
        for sha256, added in masks.items()
    ]
    if rows:
        # A stored mask with this name is equal, since the name is the hash of its content.
        statement = database.insert(mask).on_conflict_do_nothing(index_elements=["sha256"])
        connection.execute(statement, rows)


def _unpack(row: Any) -> RunMask:
    """Return a row of the table as a mask.  Raises StoreError if it is damaged."""
    with guard(StoreError, "a mask in the store is damaged", RESTORE):
        # SQLite allows texts in columns of numbers.
        if any(type(side) is not int or side < 0 for side in (getattr(row, key) for key in KEYS)):
            raise ValueError("its box does not hold numbers")
        return RunMask.unpack(row.left, row.top, row.width, row.height, row.runs)
