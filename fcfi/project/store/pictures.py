"""The list of pictures in the store: pages of it, the next picture, and updates by a scan."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, get_args

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    tuple_,
    update,
)

from fcfi.project.states import Counts, Order, PictureList, PictureRow, State
from fcfi.project.store.labels import has_label, with_label
from fcfi.project.store.part import MOST, Part, parts
from fcfi.project.store.rows import SHOWN, find_row, missing, row_of, sort_key
from fcfi.project.store.values import FoundPicture, Listing
from fcfi.project.tables import picture

NUMBERS: Final[Mapping[Order, tuple[Column[Any], bool]]] = {
    "most_objects": (picture.c.objects, True),
    "fewest_objects": (picture.c.objects, False),
    "last_marked": (picture.c.marked_at, True),
}
"""The column that an order compares before names, and whether its largest values come first."""
_EMPTY: Final = {
    "state": "new",
    "objects": 0,
    "version": 0,
    "position": 0,
    "length": 0,
    "marked_by": "",
    "marked_at": 0.0,
}


class StoredPictures(Part):
    """The rows of all pictures."""

    def pictures(self, listing: Listing, offset: int, limit: int) -> PictureList:
        """Return a part of a list; numbers within names are compared as numbers."""
        with self.database.reading() as connection:
            asked = _listed(connection, listing)
            offset, limit = max(0, offset), max(0, min(limit, MOST))
            ordered = asked.order_by(*_ordered(listing.order)).offset(offset).limit(limit)
            counts = _counts(connection)
            rows = connection.execute(ordered.with_only_columns(*SHOWN)).all()
            # A part that is not full ends the list, which then need not be counted.  An empty part
            # may lie far behind the end.
            ended = 0 < len(rows) < limit
            total = offset + len(rows) if ended else _total(connection, listing, asked, counts)
            return PictureList(total, counts, tuple(row_of(row) for row in rows))

    def index_of(self, identity: int, listing: Listing) -> int | None:
        """Return the index of a picture in the list of `pictures`, or None if it is not in it.

        Raises NotFound.
        """
        with self.database.reading() as connection:
            here = _sorted_as(connection, identity)
            asked = _listed(connection, listing)
            if not connection.execute(asked.where(picture.c.id == identity)).first():
                return None
            return _count(connection, asked.where(_before(listing.order, here)))

    def following(self, identity: int | None, listing: Listing) -> PictureRow | None:
        """Return the first picture of a list after another picture, or the first of all.

        After the last picture the search continues at the first; None if no picture matches.
        Raises NotFound if `identity` does not exist.
        """
        with self.database.reading() as connection:
            here = None if identity is None else _sorted_as(connection, identity)
            found = None if here is None else _first(connection, listing, here)
            if found is None:
                found = _first(connection, listing, None)
            return None if found is None else row_of(found)

    def row(self, identity: int) -> PictureRow:
        """Return a picture's row.  Raises NotFound."""
        with self.database.reading() as connection:
            return find_row(connection, identity)

    def known(self) -> dict[str, PictureRow]:
        """Return the rows of all pictures by name."""
        with self.database.reading() as connection:
            return {row.name: row_of(row) for row in connection.execute(select(*SHOWN)).all()}

    def sizes(self) -> dict[str, tuple[int, int]]:
        """Return the known (width, height) of pictures by name, in the order of the list."""
        asked = select(picture.c.name, picture.c.width, picture.c.height).where(picture.c.width > 0)
        with self.database.reading() as connection:
            rows = connection.execute(asked.order_by(picture.c.sort, picture.c.name)).all()
            return {name: (width, height) for name, width, height in rows}

    def put_pictures(self, found: Sequence[FoundPicture]) -> None:
        """Add pictures, or update those that are in the list."""
        if not found:
            return
        rows = [
            {**_fields(look), "sort": sort_key(look.name), "folded": look.name.lower(), **_EMPTY}
            for look in found
        ]
        statement = self.database.insert(picture)
        changed = {
            key: statement.excluded[key]
            for key in ("width", "height", "modified", "bytes", "problem")
        }
        statement = statement.on_conflict_do_update(index_elements=["name"], set_=changed)
        with self.database.writing() as connection:
            connection.execute(statement, rows)

    def set_problem(self, identities: Collection[int], problem: str | None) -> None:
        """Store why pictures cannot be opened; None if they can."""
        with self.database.writing() as connection:
            for part in parts(list(identities)):
                connection.execute(
                    update(picture).where(picture.c.id.in_(part)).values(problem=problem)
                )

    def set_problems(self, problems: Mapping[int, str]) -> None:
        """Store why each of these pictures cannot be opened."""
        if not problems:
            return
        statement = (
            update(picture)
            .where(picture.c.id == bindparam("identity"))
            .values(problem=bindparam("sentence"))
        )
        rows = [{"identity": identity, "sentence": text} for identity, text in problems.items()]
        with self.database.writing() as connection:
            connection.execute(statement, rows)

    def forget(self, identities: Collection[int]) -> None:
        """Remove pictures from the list, unless they have changes."""
        with self.database.writing() as connection:
            for part in parts(list(identities)):
                connection.execute(
                    delete(picture).where(picture.c.id.in_(part), picture.c.version == 0)
                )


def in_order(connection: Connection, listing: Listing) -> Select[Any]:
    """Return the query of the ids of a list's pictures, in the list's order."""
    listed = _listed(connection, listing)
    return listed.order_by(*_ordered(listing.order)).with_only_columns(picture.c.id)


def _listed(connection: Connection, listing: Listing) -> Select[Any]:
    """Return the query of a list of pictures, without an order."""
    asked = select(picture)
    if listing.states:
        asked = asked.where(picture.c.state.in_(listing.states))
    if listing.search:
        asked = asked.where(picture.c.folded.contains(listing.search.lower(), autoescape=True))
    objects: ColumnElement[int] = picture.c.objects
    if listing.search or listing.label is not None:
        # As a sum, so that SQLite does not read the rows in the order of their objects: these
        # conditions need the rows themselves, which are then scattered over the whole file.
        objects = objects + 0
    if listing.least > 0:
        asked = asked.where(objects >= listing.least)
    if listing.most is not None:
        asked = asked.where(objects <= listing.most)
    if listing.assigned is not None:
        asked = asked.where(picture.c.assigned == listing.assigned)
    if listing.label is not None:
        asked = asked.where(has_label(connection, listing.label))
    return asked


def _total(connection: Connection, listing: Listing, asked: Select[Any], counts: Counts) -> int:
    """Return the number of pictures in a list, from an index where one has it.

    asked: the query of the list.  counts: of the whole project.
    """
    if replace(listing, label=None, order="name") != Listing(states=listing.states):
        return _count(connection, asked)
    if listing.label is None:
        states = listing.states or get_args(State)
        return sum(getattr(counts, state) for state in states)
    if listing.states:
        return _count(connection, asked)
    pictures = with_label(connection, listing.label).distinct().subquery()
    return connection.execute(select(func.count()).select_from(pictures)).scalar_one()


def _count(connection: Connection, asked: Select[Any]) -> int:
    """Return the number of rows of a query of pictures."""
    counted = asked.with_only_columns(func.count(), maintain_column_froms=True)
    return connection.execute(counted).scalar_one()


def _ordered(order: Order) -> tuple[ColumnElement[Any], ...]:
    """Return the columns of an order; pictures with equal numbers are in the order of names."""
    names = (picture.c.sort, picture.c.name)
    number = NUMBERS.get(order)
    if number is None:
        return names
    column, falling = number
    return (column.desc() if falling else column.asc(), *names)


def _before(order: Order, here: Any) -> ColumnElement[bool]:
    """Return the condition for pictures before a position (see _sorted_as)."""
    names = tuple_(picture.c.sort, picture.c.name) < tuple_(here.sort, here.name)
    return _beyond(order, here, names, -1)


def _after(order: Order, here: Any) -> ColumnElement[bool]:
    """Return the condition for pictures after a position (see _sorted_as)."""
    names = tuple_(picture.c.sort, picture.c.name) > tuple_(here.sort, here.name)
    return _beyond(order, here, names, 1)


def _beyond(order: Order, here: Any, names: ColumnElement[bool], side: int) -> ColumnElement[bool]:
    """Return the condition for one side of a position; the order's number is compared first.

    names: the same condition by names.  side: -1 before the position, 1 after it.
    """
    number = NUMBERS.get(order)
    if number is None:
        return names
    column, falling = number
    value = getattr(here, column.name)
    smaller = falling == (side > 0)
    further = column < value if smaller else column > value
    # The first condition follows from the second; it lets an index begin at the position.
    reached = column <= value if smaller else column >= value
    return and_(reached, or_(further, and_(column == value, names)))


def _first(connection: Connection, listing: Listing, after: Any) -> Any:
    """Return the first row of a list after a position (None: of all), or None without any.

    after: see _sorted_as.  Each state is a query of its own, which an index answers at once in a
    project of any size.
    """
    rows: list[Any] = []
    for state in listing.states or get_args(State):
        one_state = _listed(connection, replace(listing, states=(state,)))
        asked = one_state.with_only_columns(*SHOWN, picture.c.sort)
        if after is not None:
            asked = asked.where(_after(listing.order, after))
        asked = asked.order_by(*_ordered(listing.order)).limit(1)
        rows += connection.execute(asked).all()
    number = NUMBERS.get(listing.order)

    def rank(row: Any) -> tuple[float, str, str]:
        value = 0 if number is None else getattr(row, number[0].name)
        return (-value if number is not None and number[1] else value), row.sort, row.name

    return min(rows, key=rank, default=None)


def _sorted_as(connection: Connection, identity: int) -> Any:
    """Return a picture's position: the columns that lists are sorted by.  Raises NotFound."""
    asked = select(picture.c.sort, picture.c.name, picture.c.objects, picture.c.marked_at)
    found = connection.execute(asked.where(picture.c.id == identity)).one_or_none()
    if found is None:
        raise missing(identity)
    return found


def _counts(connection: Connection) -> Counts:
    rows = connection.execute(select(picture.c.state, func.count()).group_by(picture.c.state)).all()
    found: dict[str, int] = {row[0]: row[1] for row in rows}
    counts = {state: found.get(state, 0) for state in get_args(State)}
    return Counts(sum(found.values()), **counts)


def _fields(found: FoundPicture) -> dict[str, Any]:
    return {name: getattr(found, name) for name in FoundPicture.__dataclass_fields__}
