"""Pictures and their histories in the database.

A write goes through only if the picture's version is still the one that it was made for, in the
same transaction as the revision and its masks.  Knows nothing of networks or of the pictures'
files.
"""

import json
import re
import zlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)

from fcfi.errors import InputError, NotFound, StoreError, guard
from fcfi.masks.runs import RunMask
from fcfi.project.database import Database
from fcfi.project.document import Document
from fcfi.project.states import Answerer, Change, Counts, PictureList, PictureRow, State
from fcfi.project.tables import (
    change,
    label,
    mask,
    network,
    object_label,
    picture,
    revision,
    setting,
)

MOST: Final = 1000
"""Rows of one answer, and values of one question (SQLite takes 32,766)."""
DIGITS: Final = 12
"""Numbers in names are compared as numbers of so many digits."""
RESTORE: Final = "restore the store from a copy"
LABELS: Final = select(label.c.id, label.c.merged_into)
MADE: Final[Select[Any]] = select(
    revision.c.id, revision.c.number, revision.c.document, change.c.action
).join(change, and_(change.c.picture == revision.c.picture, change.c.version == revision.c.version))
"""Revisions, each with the record of the change that made it."""
SHOWN: Final = tuple(picture.c[column] for column in PictureRow.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture, its document, and the records of what undo and redo would take back or make again.

    labels: what every label that was ever there is now: itself, or what it was merged into.
    """

    row: PictureRow
    document: Document
    undo: Mapping[str, Any] | None
    redo: Mapping[str, Any] | None
    labels: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Stored(Shown):
    """A picture as it is now.

    revision: the id of the one that is shown, None at the beginning.  position, length: see tables.
    """

    revision: int | None
    position: int
    length: int


@dataclass(frozen=True, slots=True)
class Signature:
    """Who makes a change, when, and the key that was given to it, if any."""

    author: str
    time: float
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A change: the document after it, its new masks by sha256, its record, and whose it is."""

    document: Document
    masks: Mapping[str, RunMask]
    record: Mapping[str, Any]
    signature: Signature


@dataclass(frozen=True, slots=True)
class FoundPicture:
    """What a look at a file says; see PictureRow."""

    name: str
    width: int
    height: int
    modified: int
    bytes: int
    problem: str | None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture and one revision of it, which never changes."""

    row: PictureRow
    revision: int


class Store:
    """Reads and writes; threads may share it."""

    def __init__(self, database: Database) -> None:
        """On a database that is open."""
        self.database = database

    # The list of pictures

    def pictures(self, state: State | None, search: str, offset: int, limit: int) -> PictureList:
        """A part of the list in the order of names, numbers in them compared as numbers."""
        asked = _listed(state, search)
        ordered = (
            asked.order_by(picture.c.sort, picture.c.name)
            .offset(max(0, offset))
            .limit(max(0, min(limit, MOST)))
        )
        with self.database.reading() as connection:
            counted = asked.with_only_columns(func.count(), maintain_column_froms=True)
            total = connection.execute(counted).scalar_one()
            rows = connection.execute(ordered.with_only_columns(*SHOWN)).all()
            return PictureList(total, _counts(connection), tuple(_row(one) for one in rows))

    def index_of(self, identity: int, state: State | None, search: str) -> int | None:
        """Return the place of a picture in such a list, from 0; None if it is not in it.  Raises NotFound."""
        with self.database.reading() as connection:
            here = _sorted_as(connection, identity)
            asked = _listed(state, search)
            if not connection.execute(asked.where(picture.c.id == identity)).first():
                return None
            before = tuple_(picture.c.sort, picture.c.name) < tuple_(*here)
            counted = asked.where(before).with_only_columns(
                func.count(), maintain_column_froms=True
            )
            return connection.execute(counted).scalar_one()

    def following(
        self, identity: int | None, states: Collection[State], search: str = ""
    ) -> PictureRow | None:
        """Return the first picture in one of these states after another one, or of all.

        search: only names with this text.  After the last one the search begins again at the first; None if there is none.  Raises
        NotFound for a picture that is not there.
        """
        with self.database.reading() as connection:
            here = None if identity is None else _sorted_as(connection, identity)
            found = None if here is None else _first(connection, states, search, here)
            if found is None:
                found = _first(connection, states, search, None)
            return None if found is None else _row(found)

    def row(self, identity: int) -> PictureRow:
        """One picture.  Raises NotFound."""
        with self.database.reading() as connection:
            return _find(connection, identity)

    def known(self) -> dict[str, PictureRow]:
        """All pictures by name."""
        with self.database.reading() as connection:
            return {one.name: _row(one) for one in connection.execute(select(*SHOWN)).all()}

    def named(self, name: str) -> PictureRow:
        """One picture by its name.  Raises NotFound."""
        with self.database.reading() as connection:
            found = connection.execute(select(*SHOWN).where(picture.c.name == name)).one_or_none()
            if found is None:
                raise NotFound(
                    f"there is no picture {name!r} in this project: look at its list again"
                )
            return _row(found)

    def sizes(self) -> dict[str, tuple[int, int]]:
        """Width and height of all pictures that have any, by name, in the order of the list."""
        asked = select(picture.c.name, picture.c.width, picture.c.height).where(picture.c.width > 0)
        with self.database.reading() as connection:
            rows = connection.execute(asked.order_by(picture.c.sort, picture.c.name)).all()
            return {name: (width, height) for name, width, height in rows}

    def put_pictures(self, found: Sequence[FoundPicture]) -> None:
        """Add pictures, or what is new about them."""
        if not found:
            return
        rows = [{**_fields(one), "sort": sort_key(one.name), **_EMPTY} for one in found]
        statement = self.database.insert(picture)
        changed = {
            key: statement.excluded[key]
            for key in ("width", "height", "modified", "bytes", "problem")
        }
        statement = statement.on_conflict_do_update(index_elements=["name"], set_=changed)
        with self.database.writing() as connection:
            connection.execute(statement, rows)

    def set_problem(self, identities: Collection[int], problem: str | None) -> None:
        """Say why pictures cannot be opened, or that they can."""
        with self.database.writing() as connection:
            for part in _parts(list(identities)):
                connection.execute(
                    update(picture).where(picture.c.id.in_(part)).values(problem=problem)
                )

    def set_problems(self, problems: Mapping[int, str]) -> None:
        """Note why each of these pictures cannot be opened."""
        if not problems:
            return
        statement = (
            update(picture)
            .where(picture.c.id == bindparam("identity"))
            .values(problem=bindparam("said"))
        )
        rows = [{"identity": identity, "said": text} for identity, text in problems.items()]
        with self.database.writing() as connection:
            connection.execute(statement, rows)

    def forget(self, identities: Collection[int]) -> None:
        """Take pictures off the list on which nobody ever did anything."""
        with self.database.writing() as connection:
            for part in _parts(list(identities)):
                connection.execute(
                    delete(picture).where(picture.c.id.in_(part), picture.c.version == 0)
                )

    # One picture

    def read(self, identity: int) -> Stored:
        """A picture with its document.  Raises NotFound."""
        with self.database.reading() as connection:
            found = connection.execute(
                select(picture).where(picture.c.id == identity)
            ).one_or_none()
            if found is None:
                raise _missing(identity)
            place = found.position
            line = _line(connection, identity, (place, place + 1))
            shown, next_one = line.get(place), line.get(place + 1)
            return Stored(
                _row(found),
                Document() if shown is None else _unpack(shown.document),
                None if shown is None else json.loads(shown.action),
                None if next_one is None else json.loads(next_one.action),
                _labels(connection),
                None if shown is None else shown.id,
                place,
                found.length,
            )

    def noted(self, identity: int, key: str) -> Shown | None:
        """A picture as the change of this key left it, whatever was done since; None if there is no such change."""
        of_key = and_(change.c.picture == identity, change.c.key == key)
        with self.database.reading() as connection:
            found = connection.execute(
                select(change.c.version, change.c.revision).where(of_key)
            ).one_or_none()
            if found is None:
                return None
            here = _latest(connection, revision.c.id == found.revision)
            # The line went on from there with what was made from it last.
            made_of_it = and_(revision.c.picture == identity, revision.c.parent == found.revision)
            beyond = _latest(connection, made_of_it, revision.c.version < found.version)
            document = Document() if here is None else _unpack(here.document)
            return Shown(
                replace(_find(connection, identity), version=found.version, **_summary(document)),
                document,
                None if here is None else json.loads(here.action),
                None if beyond is None else json.loads(beyond.action),
                _labels(connection),
            )

    def write(self, before: Stored, step: Step) -> Stored | None:
        """Make a change to a picture as it was read; None if somebody else has changed it since."""
        identity, version = before.row.id, before.row.version + 1
        place, summary = before.position + 1, _summary(step.document)
        with self.database.writing() as connection:
            values = {"version": version, "position": place, "length": place, **summary}
            at_version = and_(picture.c.id == identity, picture.c.version == before.row.version)
            if connection.execute(update(picture).where(at_version).values(values)).rowcount == 0:
                return None
            if before.length > before.position:
                _leave_line(connection, identity, place)
            row = {
                "picture": identity,
                "number": place,
                "parent": before.revision,
                "version": version,
            }
            added = connection.execute(
                insert(revision).values(**row, document=_pack(step.document))
            )
            _count_labels(connection, identity, step.document)
            self._add_masks(connection, step.masks)
            (revised,) = added.inserted_primary_key or (None,)
            _note(connection, identity, version, revised, step.record, step.signature)
        shown = replace(before.row, version=version, **summary)
        return Stored(shown, step.document, step.record, None, before.labels, revised, place, place)

    def move(self, identity: int, version: int, by: Literal[-1, 1], signature: Signature) -> bool:
        """Undo (-1) or redo (1) on a picture of this version; False if it has another one by now.

        Raises InputError if there is nothing to take back or make again.
        """
        with self.database.writing() as connection:
            at_version = and_(picture.c.id == identity, picture.c.version == version)
            found = connection.execute(select(picture).where(at_version)).one_or_none()
            if found is None:
                return False
            place = found.position + by
            if not 0 <= place <= found.length:
                raise InputError(
                    "there is nothing to take back" if by < 0 else "there is nothing to make again"
                )
            here = _line(connection, identity, (place,)).get(place)
            document = Document() if here is None else _unpack(here.document)
            values = {"version": version + 1, "position": place, **_summary(document)}
            if connection.execute(update(picture).where(at_version).values(values)).rowcount == 0:
                return False
            _count_labels(connection, identity, document)
            of = max(place, found.position)
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

    def changes(self, identity: int, since: int, tell: Any) -> tuple[Change, ...]:
        """What was done to a picture after a version, in order; `tell` puts a record into words."""
        asked = select(change).where(change.c.picture == identity, change.c.version > since)
        with self.database.reading() as connection:
            rows = connection.execute(asked.order_by(change.c.version)).all()
            return tuple(
                Change(one.version, one.author, one.time, tell(json.loads(one.action)))
                for one in rows
            )

    def runs(self, names: Collection[str]) -> dict[str, RunMask]:
        """Masks by sha256."""
        found: dict[str, RunMask] = {}
        with self.database.reading() as connection:
            for part in _parts(list(names)):
                for one in connection.execute(select(mask).where(mask.c.sha256.in_(part))):
                    found[one.sha256] = _unpack_mask(one)
        return found

    # The whole project

    def drawn(self, done: bool) -> list[Drawn]:
        """The pictures in work or done (or only done ones), as they are now, in the order of names."""
        states = ("done",) if done else ("work", "done")
        here = and_(revision.c.picture == picture.c.id, revision.c.number == picture.c.position)
        asked = (
            select(*SHOWN, revision.c.id.label("revision"))
            .join(revision, here)
            .where(picture.c.state.in_(states))
        )
        with self.database.reading() as connection:
            rows = connection.execute(asked.order_by(picture.c.sort, picture.c.name)).all()
            return [Drawn(_row(one), one.revision) for one in rows]

    def document(self, identity: int) -> Document:
        """The document of a revision."""
        with self.database.reading() as connection:
            packed = connection.execute(
                select(revision.c.document).where(revision.c.id == identity)
            ).scalar_one()
            return _unpack(packed)

    def labels_in(self, done: bool) -> frozenset[int]:
        """Return the labels of the objects on the pictures that `drawn` lists; 0 for objects without one."""
        states = ("done",) if done else ("work", "done")
        asked = (
            select(object_label.c.label)
            .distinct()
            .join(picture, picture.c.id == object_label.c.picture)
            .where(picture.c.state.in_(states))
        )
        with self.database.reading() as connection:
            return frozenset(connection.execute(asked).scalars())

    def setting(self, key: str) -> Any:
        """A value that was kept, None if there is none."""
        with self.database.reading() as connection:
            found = connection.execute(select(setting.c.value).where(setting.c.key == key)).scalar()
            return None if found is None else json.loads(found)

    def keep_setting(self, key: str, value: Any) -> None:
        """Keep a value of JSON."""
        statement = self.database.insert(setting).values(
            key=key, value=json.dumps(value, ensure_ascii=False)
        )
        statement = statement.on_conflict_do_update(
            index_elements=["key"], set_={"value": statement.excluded.value}
        )
        with self.database.writing() as connection:
            connection.execute(statement)

    def keep_network(self, identity: str, answerer: Answerer) -> None:
        """Keep who answered under an identity (`fcfi.prediction.interface.identity`)."""
        if self.network(identity) == answerer:
            return
        values = {
            "weights": answerer.weights,
            "name": answerer.name,
            "runtime": answerer.runtime,
            "settings": json.dumps(dict(answerer.settings)),
        }
        statement = self.database.insert(network).values(identity=identity, **values)
        with self.database.writing() as connection:
            connection.execute(
                statement.on_conflict_do_update(index_elements=["identity"], set_=values)
            )

    def network(self, identity: str) -> Answerer | None:
        """Return who answered under an identity here, or None if nobody did."""
        with self.database.reading() as connection:
            found = connection.execute(
                select(network).where(network.c.identity == identity)
            ).one_or_none()
        if found is None:
            return None
        settings = json.loads(found.settings)
        return Answerer(found.weights or identity, found.name, found.runtime, settings)

    def _add_masks(self, connection: Connection, masks: Mapping[str, RunMask]) -> None:
        rows = [
            {"sha256": sha256, **{key: getattr(one, key) for key in _BOX}, "runs": one.pack()}
            for sha256, one in masks.items()
        ]
        if rows:
            connection.execute(
                self.database.insert(mask).on_conflict_do_nothing(index_elements=["sha256"]), rows
            )


_EMPTY: Final = {"state": "new", "objects": 0, "version": 0, "position": 0, "length": 0}
_BOX: Final = ("left", "top", "width", "height")


def sort_key(name: str) -> str:
    """What names are ordered by: `Photo 10` after `photo 9`."""
    return re.sub(r"[0-9]+", lambda found: found[0].zfill(DIGITS), name.casefold())


def count_objects(connection: Connection, labels: Collection[int]) -> int:
    """Return how many objects have one of these labels, on all pictures as they are now."""
    counted = func.coalesce(func.sum(object_label.c.objects), 0)
    asked = select(counted).where(object_label.c.label.in_(labels))
    return int(connection.execute(asked).scalar_one())


def _count_labels(connection: Connection, identity: int, document: Document) -> None:
    """Note how many objects of each label are on a picture now."""
    connection.execute(delete(object_label).where(object_label.c.picture == identity))
    counts = Counter(drawn.label or 0 for drawn in document.objects)
    rows = [
        {"picture": identity, "label": label, "objects": count} for label, count in counts.items()
    ]
    if rows:
        connection.execute(insert(object_label), rows)


def _listed(state: State | None, search: str) -> Select[Any]:
    """Return the query of a list of pictures, without an order."""
    asked = select(picture) if state is None else select(picture).where(picture.c.state == state)
    if search:
        asked = asked.where(func.lower(picture.c.name).contains(search.lower(), autoescape=True))
    return asked


def _first(
    connection: Connection, states: Collection[State], search: str, after: tuple[str, str] | None
) -> Any:
    """Return the first row in one of these states, behind what orders another one; None if there is none.

    Each state is asked for by itself, which an index answers at once in a project of any size.
    """
    rows: list[Any] = []
    for state in states:
        asked = _listed(state, search).with_only_columns(*SHOWN, picture.c.sort)
        if after is not None:
            asked = asked.where(tuple_(picture.c.sort, picture.c.name) > tuple_(*after))
        asked = asked.order_by(picture.c.sort, picture.c.name).limit(1)
        rows += connection.execute(asked).all()
    return min(rows, key=lambda row: (row.sort, row.name), default=None)


def _sorted_as(connection: Connection, identity: int) -> tuple[str, str]:
    """Return what orders a picture in the list.  Raises NotFound."""
    asked = select(picture.c.sort, picture.c.name).where(picture.c.id == identity)
    found = connection.execute(asked).one_or_none()
    if found is None:
        raise _missing(identity)
    return found.sort, found.name


def _leave_line(connection: Connection, identity: int, place: int) -> None:
    """The revisions from a place on were undone and are no longer made again."""
    beyond = and_(revision.c.picture == identity, revision.c.number >= place)
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
    """Revisions of these numbers, each with the record of the change that made it."""
    here = and_(revision.c.picture == identity, revision.c.number.in_(numbers))
    return {one.number: one for one in connection.execute(MADE.where(here))}


def _latest(connection: Connection, *which: ColumnElement[bool]) -> Any:
    """The last of these revisions that was made, as `_line` gives them; None if there is none."""
    return connection.execute(
        MADE.where(*which).order_by(revision.c.version.desc()).limit(1)
    ).one_or_none()


def _labels(connection: Connection) -> dict[int, int]:
    """What every label is now."""
    return {one.id: one.merged_into or one.id for one in connection.execute(LABELS)}


def _find(connection: Connection, identity: int) -> PictureRow:
    found = connection.execute(select(*SHOWN).where(picture.c.id == identity)).one_or_none()
    if found is None:
        raise _missing(identity)
    return _row(found)


def _missing(identity: int) -> NotFound:
    return NotFound(f"there is no picture {identity} in this project: look at its list again")


def _counts(connection: Connection) -> Counts:
    rows = connection.execute(select(picture.c.state, func.count()).group_by(picture.c.state)).all()
    found: dict[str, int] = {row[0]: row[1] for row in rows}
    return Counts(
        sum(found.values()), found.get("new", 0), found.get("work", 0), found.get("done", 0)
    )


def _row(found: Any) -> PictureRow:
    return PictureRow(*(getattr(found, name) for name in PictureRow.__dataclass_fields__))


def _summary(document: Document) -> dict[str, Any]:
    """What the list says of a document."""
    state: State = "done" if document.done else "work" if document.objects else "new"
    return {"state": state, "objects": len(document.objects)}


def _pack(document: Document) -> bytes:
    return zlib.compress(json.dumps(document.to_json(), separators=(",", ":")).encode())


def _unpack(packed: bytes) -> Document:
    """Return the document of a revision.  Raises StoreError for a damaged one."""
    try:
        with guard(StoreError, "a picture's document in the store is damaged", RESTORE):
            return Document.from_json(json.loads(zlib.decompress(packed)))
    except InputError as error:  # of the person who gave a document, were it not the store's
        raise StoreError(f"the store holds a document that cannot be used: {error}") from error


def _unpack_mask(row: Any) -> RunMask:
    """Return a mask of the table.  Raises StoreError for a damaged one."""
    with guard(StoreError, "a mask in the store is damaged", RESTORE):
        runs = RunMask.unpack(row.left, row.top, row.width, row.height, row.runs)
        if int(runs.lengths.sum(dtype=np.uint64)) != row.width * row.height:
            raise ValueError("its runs do not fill its box")
        return runs


def _fields(found: FoundPicture) -> dict[str, Any]:
    return {name: getattr(found, name) for name in FoundPicture.__dataclass_fields__}


def _parts(values: list[Any]) -> Iterator[list[Any]]:
    for begin in range(0, len(values), MOST):
        yield values[begin : begin + MOST]
