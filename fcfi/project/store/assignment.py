"""The assignment of pictures to people, by name."""

from collections.abc import Sequence
from itertools import pairwise

from sqlalchemy import case, func, select, update

from fcfi.project.document import DONE
from fcfi.project.states import PersonWork
from fcfi.project.store.part import Part, parts
from fcfi.project.store.pictures import in_order
from fcfi.project.store.values import Listing
from fcfi.project.tables import picture


class Assignment(Part):
    """The assignment of pictures to people, which does not restrict anybody."""

    def assign(self, listing: Listing, names: Sequence[str]) -> int:
        """Divide a list's pictures among names in consecutive runs; return their number.

        Without names, the assignment is removed.
        """
        with self.database.writing() as connection:
            found = list(connection.execute(in_order(connection, listing)).scalars())
            whom = names or ("",)
            ends = [len(found) * number // len(whom) for number in range(len(whom) + 1)]
            for name, (first, end) in zip(whom, pairwise(ends), strict=True):
                for part in parts(found[first:end]):
                    connection.execute(
                        update(picture).where(picture.c.id.in_(part)).values(assigned=name)
                    )
            return len(found)

    def work_of_people(self) -> tuple[PersonWork, ...]:
        """Return the numbers of assigned and finished pictures of each person, by name.

        "" means nobody.
        """
        finished = func.sum(case((picture.c.state.in_(DONE), 1), else_=0))
        asked = (
            select(picture.c.assigned, func.count(), finished)
            .group_by(picture.c.assigned)
            .order_by(picture.c.assigned)
        )
        with self.database.reading() as connection:
            return tuple(
                PersonWork(name, pictures, int(done))
                for name, pictures, done in connection.execute(asked)
            )
