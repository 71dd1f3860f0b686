"""Writes changes to many pictures in one transaction, all or none, for imports."""

import json
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, bindparam, insert, select, update

from fcfi.masks.runs import RunMask
from fcfi.project.progress import PACKING, SAVING, Progress, counted, silent
from fcfi.project.store.documents import pack_document
from fcfi.project.store.history import leave_line
from fcfi.project.store.labels import store_label_counts
from fcfi.project.store.masks import add_masks
from fcfi.project.store.part import MOST, Part
from fcfi.project.store.rows import summary_of
from fcfi.project.store.values import Step, Stored
from fcfi.project.tables import change, picture, revision

_MOVED: Final = (
    "version",
    "position",
    "length",
    "state",
    "objects",
    "marked_by",
    "marked_at",
)
"""The columns of a picture's row that a change sets."""


class Bulk(Part):
    """Changes to many pictures at once."""

    def write_all(
        self, steps: Sequence[tuple[Stored, Step]], progress: Progress = silent
    ) -> list[int]:
        """Write a change to each of many pictures in one transaction: all or none.

        Return the ids of pictures that were changed since they were read; if there are any, nothing
        is written.  progress: may raise an error; then nothing is written either.
        """
        # Packed before the transaction, during which nothing else can be written.
        packed = [
            pack_document(step.document)
            for _, step in counted(steps, progress, PACKING, len(steps))
        ]
        parts = [slice(begin, begin + MOST) for begin in range(0, len(steps), MOST)]
        with self.database.writing() as connection:
            late = [
                identity
                for part in parts
                for identity in _changed_since(connection, [before for before, _ in steps[part]])
            ]
            if not late:
                for part in parts:
                    progress(SAVING, part.start, len(steps))
                    self._write_part(connection, steps[part], packed[part])
        return late

    def _write_part(
        self,
        connection: Connection,
        steps: Sequence[tuple[Stored, Step]],
        packed: Sequence[bytes],
    ) -> None:
        """Write changes to pictures whose versions were checked in this transaction."""
        masks: dict[str, RunMask] = {}
        for before, step in steps:
            masks |= step.masks
            if before.length > before.position:
                leave_line(connection, before.row.id, before.position + 1)
        add_masks(self.database, connection, masks)
        # One statement for many rows, since it costs as much as dozens of rows.
        revisions = [
            {
                "picture": before.row.id,
                "number": before.position + 1,
                "parent": before.revision,
                "version": before.row.version + 1,
                "document": document,
            }
            for (before, _), document in zip(steps, packed, strict=True)
        ]
        ordered = insert(revision).returning(revision.c.id, sort_by_parameter_order=True)
        made = connection.execute(ordered, revisions).scalars().all()
        changes = [
            {
                "picture": before.row.id,
                "version": before.row.version + 1,
                "revision": revised,
                "action": json.dumps(step.record),
                "author": step.signature.author,
                "time": step.signature.time,
                "key": step.signature.key,
            }
            for (before, step), revised in zip(steps, made, strict=True)
        ]
        connection.execute(insert(change), changes)
        rows = [
            {
                "identity": before.row.id,
                "new_version": before.row.version + 1,
                "new_position": before.position + 1,
                "new_length": before.position + 1,
                **{f"new_{key}": value for key, value in summary_of(step.document).items()},
            }
            for before, step in steps
        ]
        at_picture = update(picture).where(picture.c.id == bindparam("identity"))
        connection.execute(
            at_picture.values({key: bindparam(f"new_{key}") for key in _MOVED}), rows
        )
        documents = {before.row.id: step.document for before, step in steps}
        store_label_counts(self.database, connection, documents)


def _changed_since(connection: Connection, read: Sequence[Stored]) -> list[int]:
    """Return the ids of pictures, at most MOST, whose version differs from the one read.

    On PostgreSQL, which allows several writers, the rows stay locked until the transaction ends.
    """
    identities = [before.row.id for before in read]
    asked = select(picture.c.id, picture.c.version).where(picture.c.id.in_(identities))
    # Locked in the same order by all, so that two imports never wait for each other.
    rows = connection.execute(asked.order_by(picture.c.id).with_for_update()).all()
    now = {row.id: row.version for row in rows}
    return [before.row.id for before in read if now.get(before.row.id) != before.row.version]
