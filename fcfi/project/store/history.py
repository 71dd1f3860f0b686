"""The histories of pictures: their revisions, and the changes that made or showed them.

A change is written only if the picture still has the version that it was made for, which is checked
in the transaction that writes the revision and its masks.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    insert,
    select,
    update,
)

from fcfi.errors import InputError
from fcfi.project.document import Document
from fcfi.project.states import Change, State
from fcfi.project.store.documents import pack_document, unpack_document
from fcfi.project.store.labels import labels_now, store_label_counts
from fcfi.project.store.masks import add_masks
from fcfi.project.store.part import Part, parts
from fcfi.project.store.rows import SHOWN, find_row, missing, row_of, summary_of
from fcfi.project.store.values import Drawn, Shown, Signature, Step, Stored
from fcfi.project.tables import change, picture, revision

MADE: Final[Select[Any]] = select(
    revision.c.id, revision.c.number, revision.c.document, change.c.action
).join(change, and_(change.c.picture == revision.c.picture, change.c.version == revision.c.version))
"""The query of revisions, each with the record of the change that made it."""


Describe = Callable[[Mapping[str, Any]], str]


class History(Part):
    """The histories of all pictures."""

    def read(self, identity: int) -> Stored:
        """Return a picture with its document.  Raises NotFound."""
        with self.database.reading() as connection:
            found = connection.execute(
                select(picture).where(picture.c.id == identity)
            ).one_or_none()
            if found is None:
                raise missing(identity)
            position = found.position
            line = _line(connection, identity, (position, position + 1))
            shown, following = line.get(position), line.get(position + 1)
            return Stored(
                row_of(found),
                Document() if shown is None else unpack_document(shown.document),
                None if shown is None else json.loads(shown.action),
                None if following is None else json.loads(following.action),
                labels_now(connection),
                None if shown is None else shown.id,
                position,
                found.length,
            )

    def noted(self, identity: int, key: str) -> Shown | None:
        """Return a picture as it was after the change with this key; None without such a change."""
        of_key = and_(change.c.picture == identity, change.c.key == key)
        with self.database.reading() as connection:
            found = connection.execute(
                select(change.c.version, change.c.revision).where(of_key)
            ).one_or_none()
            if found is None:
                return None
            here = _latest(connection, revision.c.id == found.revision)
            # What redo would have shown then: its latest child that was older than the change.
            child = and_(revision.c.picture == identity, revision.c.parent == found.revision)
            beyond = _latest(connection, child, revision.c.version < found.version)
            document = Document() if here is None else unpack_document(here.document)
            return Shown(
                replace(
                    find_row(connection, identity), version=found.version, **summary_of(document)
                ),
                document,
                None if here is None else json.loads(here.action),
                None if beyond is None else json.loads(beyond.action),
                labels_now(connection),
            )

    def write(self, before: Stored, step: Step) -> Stored | None:
        """Write a change to a picture; return None if it was changed since it was read."""
        identity, version = before.row.id, before.row.version + 1
        position, summary = before.position + 1, summary_of(step.document)
        with self.database.writing() as connection:
            values = {"version": version, "position": position, "length": position, **summary}
            # The version is compared in the UPDATE itself, so that no writer can come in between.
            at_version = and_(picture.c.id == identity, picture.c.version == before.row.version)
            if connection.execute(update(picture).where(at_version).values(values)).rowcount == 0:
                return None
            # A change after an undo begins another line: the undone revisions leave it.
            if before.length > before.position:
                leave_line(connection, identity, position)
            row = {
                "picture": identity,
                "number": position,
                "parent": before.revision,
                "version": version,
            }
            added = connection.execute(
                insert(revision).values(**row, document=pack_document(step.document))
            )
            store_label_counts(self.database, connection, {identity: step.document})
            add_masks(self.database, connection, step.masks)
            (revised,) = added.inserted_primary_key or (None,)
            _note(connection, identity, version, revised, step.record, step.signature)
        shown = replace(before.row, version=version, **summary)
        return Stored(
            shown, step.document, step.record, None, before.labels, revised, position, position
        )

    def move(self, identity: int, version: int, by: Literal[-1, 1], signature: Signature) -> bool:
        """Undo (-1) or redo (1) a change of a picture; return False if it has another version now.

        Raises InputError without a change to undo or redo.
        """
        with self.database.writing() as connection:
            at_version = and_(picture.c.id == identity, picture.c.version == version)
            found = connection.execute(select(picture).where(at_version)).one_or_none()
            if found is None:
                return False
            position = found.position + by
            if not 0 <= position <= found.length:
                raise InputError(
                    "there is nothing to take back" if by < 0 else "there is nothing to make again"
                )
            here = _line(connection, identity, (position,)).get(position)
            document = Document() if here is None else unpack_document(here.document)
            values = {"version": version + 1, "position": position, **summary_of(document)}
            if connection.execute(update(picture).where(at_version).values(values)).rowcount == 0:
                return False
            store_label_counts(self.database, connection, {identity: document})
            # Undo takes back the revision shown before; redo makes the one shown now again.
            of = max(position, found.position)
            action = json.loads(_line(connection, identity, (of,))[of].action)
            record = {"type": "undo" if by < 0 else "redo", "of": action}
            _note(
                connection,
                identity,
                version + 1,
                None if here is None else here.id,
                record,
                signature,
            )
            return True

    def changes(self, identity: int, since: int, describe: Describe) -> tuple[Change, ...]:
        """Return the changes of a picture after a version, in order.

        describe: returns the words for a record.
        """
        asked = select(change).where(change.c.picture == identity, change.c.version > since)
        with self.database.reading() as connection:
            rows = connection.execute(asked.order_by(change.c.version)).all()
            return tuple(
                Change(row.version, row.author, row.time, describe(json.loads(row.action)))
                for row in rows
            )

    def drawn(self, states: Collection[State]) -> list[Drawn]:
        """Return the pictures in these states and their present revisions, in the order of names.

        Pictures without revisions are left out.
        """
        here = and_(revision.c.picture == picture.c.id, revision.c.number == picture.c.position)
        asked = (
            select(*SHOWN, revision.c.id.label("revision"))
            .join(revision, here)
            .where(picture.c.state.in_(states))
        )
        with self.database.reading() as connection:
            rows = connection.execute(asked.order_by(picture.c.sort, picture.c.name)).all()
            return [Drawn(row_of(row), row.revision) for row in rows]

    def documents(self, identities: Collection[int]) -> dict[int, Document]:
        """Return the documents of revisions by their ids, read in one transaction."""
        found: dict[int, Document] = {}
        with self.database.reading() as connection:
            for part in parts(list(identities)):
                asked = select(revision.c.id, revision.c.document).where(revision.c.id.in_(part))
                for identity, packed in connection.execute(asked):
                    found[identity] = unpack_document(packed)
        return found


def leave_line(connection: Connection, identity: int, position: int) -> None:
    """Take the undone revisions, from a position on, out of the picture's line."""
    beyond = and_(revision.c.picture == identity, revision.c.number >= position)
    connection.execute(update(revision).where(beyond).values(number=None))


def _note(
    connection: Connection,
    identity: int,
    version: int,
    shown: int | None,
    record: Mapping[str, Any],
    signature: Signature,
) -> None:
    values = {
        "picture": identity,
        "version": version,
        "revision": shown,
        "action": json.dumps(record),
    }
    signed = {"author": signature.author, "time": signature.time, "key": signature.key}
    connection.execute(insert(change).values(**values, **signed))


def _line(connection: Connection, identity: int, numbers: Sequence[int]) -> dict[int, Any]:
    """Return the revisions with these numbers, each with the record of the change that made it."""
    here = and_(revision.c.picture == identity, revision.c.number.in_(numbers))
    return {row.number: row for row in connection.execute(MADE.where(here))}


def _latest(connection: Connection, *which: ColumnElement[bool]) -> Any:
    """Return the latest of the matching revisions, with the record of its change, or None."""
    return connection.execute(
        MADE.where(*which).order_by(revision.c.version.desc()).limit(1)
    ).one_or_none()
