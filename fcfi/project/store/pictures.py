"""The list of pictures: a part of it, the next picture, what a look at the folder says."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, delete, func, select, tuple_, update

from fcfi.project.states import Counts, PictureList, PictureRow, State
from fcfi.project.store.part import MOST, Part, parts
from fcfi.project.store.rows import SHOWN, find_row, missing, row_of, sort_key
from fcfi.project.store.values import FoundPicture
from fcfi.project.tables import picture

_EMPTY: Final = {"state": "new", "objects": 0, "version": 0, "position": 0, "length": 0}


class StoredPictures(Part):
    """The rows of all pictures."""

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
            return PictureList(total, _counts(connection), tuple(row_of(row) for row in rows))

    def index_of(self, identity: int, state: State | None, search: str) -> int | None:
        """Return the index of a picture in such a list; None if it is not in it.

        Raises NotFound.
        """
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

        search: only names with this text.  After the last picture the search begins again at the
        first; None if no picture fits.  Raises
        NotFound for a picture that is not there.
        """
        with self.database.reading() as connection:
            here = None if identity is None else _sorted_as(connection, identity)
            found = None if here is None else _first(connection, states, search, here)
            if found is None:
                found = _first(connection, states, search, None)
            return None if found is None else row_of(found)

    def row(self, identity: int) -> PictureRow:
        """One picture.  Raises NotFound."""
        with self.database.reading() as connection:
            return find_row(connection, identity)

    def known(self) -> dict[str, PictureRow]:
        """All pictures by name."""
        with self.database.reading() as connection:
            return {row.name: row_of(row) for row in connection.execute(select(*SHOWN)).all()}

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
        rows = [{**_fields(look), "sort": sort_key(look.name), **_EMPTY} for look in found]
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
            for part in parts(list(identities)):
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
            for part in parts(list(identities)):
                connection.execute(
                    delete(picture).where(picture.c.id.in_(part), picture.c.version == 0)
                )


def _listed(state: State | None, search: str) -> Select[Any]:
    """Return the query of a list of pictures, without an order."""
    asked = select(picture) if state is None else select(picture).where(picture.c.state == state)
    if search:
        asked = asked.where(func.lower(picture.c.name).contains(search.lower(), autoescape=True))
    return asked


def _first(
    connection: Connection, states: Collection[State], search: str, after: tuple[str, str] | None
) -> Any:
    """Return the first row in one of these states behind what orders another; None without any.

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
        raise missing(identity)
    return found.sort, found.name


def _counts(connection: Connection) -> Counts:
    rows = connection.execute(select(picture.c.state, func.count()).group_by(picture.c.state)).all()
    found: dict[str, int] = {row[0]: row[1] for row in rows}
    return Counts(
        sum(found.values()), found.get("new", 0), found.get("work", 0), found.get("done", 0)
    )


def _fields(found: FoundPicture) -> dict[str, Any]:
    return {name: getattr(found, name) for name in FoundPicture.__dataclass_fields__}
