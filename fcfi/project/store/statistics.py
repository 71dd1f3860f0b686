"""Statistics of the work by day and person, from the changes and the marks of pictures."""

from typing import Any, Final, get_args

from sqlalchemy import BigInteger, Column, ColumnElement, and_, case, cast, func, select

from fcfi.project.document import Marked
from fcfi.project.states import DayWork
from fcfi.project.store.part import Part
from fcfi.project.tables import change, picture

DAY: Final = 86_400
"""Seconds in a day."""
PAUSE: Final = 120.0
"""Seconds between two changes above which a person was away."""
MARKS: Final[tuple[Marked, ...]] = get_args(Marked)


class Statistics(Part):
    """The work on the project by day and person."""

    def work_of_days(self, since: float, offset: int) -> tuple[DayWork, ...]:
        """Return the work of each author on each day, the last day first, then by name.

        since: start of the statistics in seconds since 1970 (UTC).  offset: seconds by which the
        clock for the days is ahead of UTC.
        """
        first = (
            select(
                change.c.author,
                change.c.picture,
                change.c.time,
                func.lag(change.c.time)
                .over(partition_by=change.c.author, order_by=change.c.time)
                .label("before"),
            )
            .where(change.c.time >= since)
            .subquery()
        )
        day, gap = _day(first.c.time, offset), first.c.time - first.c.before
        at_work = case((and_(first.c.before.is_not(None), gap < PAUSE), gap), else_=0.0)
        changes = select(
            day,
            first.c.author,
            func.count(),
            func.count(first.c.picture.distinct()),
            func.sum(at_work),
        ).group_by(day, first.c.author)
        marked_on = _day(picture.c.marked_at, offset)
        marks = (
            select(marked_on, picture.c.marked_by, picture.c.state, func.count())
            .where(picture.c.marked_at >= since, picture.c.state.in_(MARKS))
            .group_by(marked_on, picture.c.marked_by, picture.c.state)
        )
        with self.database.reading() as connection:
            marked: dict[tuple[int, str], dict[str, int]] = {}
            for number, author, state, count in connection.execute(marks):
                marked.setdefault((number, author), {})[state] = count
            found = {
                (number, author): (count, pictures, float(seconds))
                for number, author, count, pictures, seconds in connection.execute(changes)
            }
        # A mark is also a change, except for one set by an import.
        keys = sorted(found.keys() | marked.keys(), key=lambda key: (-key[0], key[1]))
        return tuple(
            DayWork(
                number,
                author,
                *found.get((number, author), (0, 0, 0.0)),
                **marked.get((number, author), {}),
            )
            for number, author in keys
        )


def _day(time: Column[Any] | ColumnElement[Any], offset: int) -> ColumnElement[int]:
    """Return the number of days from 1970 to a time."""
    return (cast(time, BigInteger) + offset) // DAY
