"""The project's labels in the database.

Ids are never reused.  A merged label stays in the table and refers to the label that it was merged
into, since undo may show documents from before the merge.  Knows nothing of pictures.
"""

import colorsys
import json
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from fcfi.errors import InputError, NotFound, StoreError, guard, plural
from fcfi.formats.annotation import check_label
from fcfi.formats.labels import ListedLabel, Numbering, joined
from fcfi.project.actions.fields import check_colour
from fcfi.project.attributes import Attribute, check_schema
from fcfi.project.database import Database
from fcfi.project.states import Label
from fcfi.project.store import count_objects
from fcfi.project.store.part import RESTORE
from fcfi.project.tables import label

MAX_NAME: Final = 200
"""The longest name of a label, in characters."""
SHOWN: Final = 50
"""Characters of a long name that a message repeats."""
MAX_LABELS: Final = 5000
NO_ATTRIBUTES: Final = "[]"
GOLDEN: Final = 0.618033988749895
"""Step of the hue between labels, as a fraction of the circle: it spreads any number of hues."""
SATURATION: Final = 0.75
BRIGHTNESS: Final = (1.0, 0.8)
"""Brightness of labels, alternating."""


class Labels:
    """The labels of a project; threads may share it."""

    def __init__(self, database: Database) -> None:
        """Keep the open database."""
        self._database = database

    def all(self) -> tuple[Label, ...]:
        """Return the labels in their order."""
        with self._database.reading() as connection:
            return _living(connection)

    def schema(self, identity: int) -> tuple[Attribute, ...]:
        """Return the attributes of a label, or () for an unknown label."""
        return self.schemas().get(identity, ())

    def schemas(self) -> dict[int, tuple[Attribute, ...]]:
        """Return the attributes of each label by its id."""
        return {found.id: found.attributes for found in self.all()}

    def resolved(self) -> dict[int, int]:
        """Return the present label's id for the id of each label, present or merged."""
        with self._database.reading() as connection:
            rows = connection.execute(select(label.c.id, label.c.merged_into)).all()
            return {identity: into if into is not None else identity for identity, into in rows}

    def add(self, names: Sequence[str], colour: str | None = None) -> None:
        """Add labels at the end.

        colour: for all of them; None chooses different colours.  Raises InputError for an unusable
        colour or name, or a name that is taken.
        """
        check_colour(colour)
        named = [_name(name) for name in names]
        with self._database.writing() as connection:
            known = {living.name for living in _living(connection)}
            taken = [
                name for index, name in enumerate(named) if name in known or name in named[:index]
            ]
            if taken:
                raise _taken(taken[0])
            _append(connection, len(known), named, colour)

    def take(self, listed: Sequence[ListedLabel], numbering: Numbering | None) -> tuple[Label, ...]:
        """Add the missing labels of a file, and give labels their numbers and supercategories.

        Unusable names are skipped, and those for which the project has no room.  A label keeps the
        number and supercategory that it has, and a number stays with the label that has it.
        numbering: of the file's format, or None if it has only names.
        Return the labels that were there and are changed, as they were.
        """
        usable: dict[str, ListedLabel] = {}
        for given in listed:
            with suppress(InputError):
                usable.setdefault(_name(given.name), given)
        with self._database.writing() as connection:
            before = _living(connection)
            known = {found.name for found in before}
            missing = [name for name in usable if name not in known]
            _append(connection, len(known), missing[: MAX_LABELS - len(known)], None)
            old = _living(connection)
            new = joined([found.listed for found in old], usable, numbering)
            changed = [
                replace(found, **asdict(made))
                for found, made in zip(old, new, strict=True)
                if made != found.listed
            ]
            _write_listed(connection, changed)
        identities = {found.id for found in changed}
        return tuple(found for found in before if found.id in identities)

    def restore(self, labels: Sequence[Label]) -> None:
        """Write the numbers and supercategories that labels had."""
        with self._database.writing() as connection:
            _write_listed(connection, labels)

    def ensure(self, names: Sequence[str]) -> None:
        """Add the missing labels.

        In one transaction, since another process may add the same labels at the same time.
        """
        with self._database.writing() as connection:
            known = {living.name for living in _living(connection)}
            missing = [name for name in dict.fromkeys(map(_name, names)) if name not in known]
            _append(connection, len(known), missing, None)

    def edit(
        self,
        identity: int,
        name: str | None,
        colour: str | None,
        index: int | None,
        attributes: Sequence[Attribute] | None = None,
    ) -> None:
        """Change properties of a label; None leaves one unchanged.  Raises NotFound, InputError."""
        check_schema(attributes or ())
        check_colour(colour)
        with self._database.writing() as connection:
            found = _find(connection, identity)
            if name is not None and _name(name) != found.name:
                if any(other.name == _name(name) for other in _living(connection)):
                    raise _taken(name)
                _unique(
                    connection,
                    name,
                    update(label).where(label.c.id == identity).values(name=_name(name)),
                )
            if colour is not None:
                connection.execute(
                    update(label).where(label.c.id == identity).values(colour=colour)
                )
            if attributes is not None:
                packed = json.dumps([attribute.to_json() for attribute in attributes])
                connection.execute(
                    update(label).where(label.c.id == identity).values(attributes=packed)
                )
            if index is not None:
                others = [other for other in _living(connection) if other.id != identity]
                others.insert(max(0, index), found)
                _order(connection, [other.id for other in others])

    def merge(self, identity: int, into: int) -> None:
        """Merge a label into another, for all objects.  Raises NotFound, InputError."""
        with self._database.writing() as connection:
            found = _find(connection, identity)
            target = _find(connection, into)
            if identity == into:
                raise InputError(
                    f"expected another label to merge {found.name!r} into, got the same: "
                    "choose another"
                )
            if found.number is not None and target.number is None:
                kept = found.listed
                _write_listed(connection, [replace(target, **asdict(kept) | {"name": target.name})])
            both = (label.c.id == identity) | (label.c.merged_into == identity)
            connection.execute(update(label).where(both).values(merged_into=into))
            _order(connection, [living.id for living in _living(connection)])

    def remove(self, identity: int) -> None:
        """Remove an unused label.  Raises NotFound, InputError."""
        with self._database.writing() as connection:
            found = _find(connection, identity)
            merged = set(
                connection.execute(
                    select(label.c.id).where(label.c.merged_into == identity)
                ).scalars()
            )
            used = count_objects(connection, {identity, *merged})
            if used:
                objects = plural(used, "object")
                raise InputError(
                    f"the label {found.name!r} is used by {objects}: merge it into another label, "
                    "or give its objects other labels first"
                )
            connection.execute(delete(label).where(label.c.merged_into == identity))
            connection.execute(delete(label).where(label.c.id == identity))
            _order(connection, [other.id for other in _living(connection)])


def colour_of(number: int) -> str:
    """Return `#rrggbb` for a label's number, from 0; consecutive numbers have distant hues."""
    hue = (number * GOLDEN) % 1.0
    rgb = colorsys.hsv_to_rgb(hue, SATURATION, BRIGHTNESS[number % len(BRIGHTNESS)])
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in rgb)


def normal(name: str) -> str:
    """Return a name in the Unicode form in which names are compared and stored."""
    return unicodedata.normalize("NFC", name)


def _living(connection: Connection) -> tuple[Label, ...]:
    """Return the labels that are not merged, in order.  Raises StoreError if one is damaged."""
    asked = select(label).where(label.c.merged_into.is_(None)).order_by(label.c.place, label.c.id)
    rows = connection.execute(asked).all()
    for row in rows:  # SQLite keeps any value in any column
        texts = (row.name, row.colour, row.attributes, row.supercategory)
        numbers = (row.id, row.first_number, row.number, row.refused)
        known = [number for number in numbers if number is not None]
        if {*map(type, texts)} != {str} or {*map(type, known)} != {int}:
            raise StoreError(f"the labels in the store are damaged: {RESTORE}")
    return tuple(
        Label(
            row.id,
            row.name,
            row.colour,
            index,
            _schema(row.attributes),
            row.number,
            row.first_number,
            row.supercategory,
            row.refused,
        )
        for index, row in enumerate(rows)
    )


def _write_listed(connection: Connection, labels: Sequence[Label]) -> None:
    """Write the numbers and supercategories of labels."""
    rows = [
        {
            "identity": found.id,
            "new_number": found.number,
            "first": found.first,
            "new_refused": found.refused,
            "above": found.supercategory,
        }
        for found in labels
    ]
    if rows:
        statement = update(label).where(label.c.id == bindparam("identity"))
        connection.execute(
            statement.values(
                number=bindparam("new_number"),
                first_number=bindparam("first"),
                refused=bindparam("new_refused"),
                supercategory=bindparam("above"),
            ),
            rows,
        )


def _schema(packed: str) -> tuple[Attribute, ...]:
    """Return a label's attributes from their JSON.  Raises StoreError if they are damaged."""
    if packed == NO_ATTRIBUTES:
        return ()
    with guard(StoreError, "the attributes of a label in the store are damaged", RESTORE):
        return tuple(Attribute.from_json(attribute) for attribute in json.loads(packed))


def _find(connection: Connection, identity: int) -> Label:
    for living in _living(connection):
        if living.id == identity:
            return living
    raise NotFound(
        f"the project does not have a label {identity}: it was removed or merged; choose another"
    )


def _order(connection: Connection, identities: Sequence[int]) -> None:
    for index, identity in enumerate(identities):
        connection.execute(update(label).where(label.c.id == identity).values(place=index))


def _unique(connection: Connection, name: str, statement: Any) -> None:
    """Run a statement that sets a label's name.

    Raises InputError if another process has used the name in the meantime (PostgreSQL).
    """
    try:
        connection.execute(statement)
    except IntegrityError as error:
        raise _taken(name) from error


def _name(name: str) -> str:
    """Return a name in its stored form.  Raises InputError if it is unusable."""
    normalised = normal(name)
    check_label(normalised)
    if len(normalised) > MAX_NAME:
        raise InputError(
            f"expected a label of at most {MAX_NAME} characters, got {normalised[:SHOWN]!r}... "
            f"with {len(normalised)}: shorten it"
        )
    return normalised


def _append(connection: Connection, present: int, names: Sequence[str], colour: str | None) -> None:
    """Add labels at the end.  present: the number of labels before."""
    if present + len(names) > MAX_LABELS:
        raise InputError(
            f"expected at most {MAX_LABELS} labels in the project, got {present + len(names)}: "
            "remove some"
        )
    first = connection.execute(select(func.coalesce(func.max(label.c.id), 0))).scalar_one()
    rows = [
        {"name": name, "colour": colour or colour_of(first + number), "place": present + number}
        for number, name in enumerate(names)
    ]
    if rows:
        _unique(connection, names[0], insert(label).values(rows))


def _taken(name: str) -> InputError:
    """Return the error for a name that another label has."""
    return InputError(f"the label {name!r} exists already: give another name, or merge the two")
