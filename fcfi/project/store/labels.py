"""The number of objects of each label on each picture, updated with every change."""

from collections import Counter
from collections.abc import Callable, Collection
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    case,
    delete,
    func,
    insert,
    or_,
    select,
)

from fcfi.project.document import Document
from fcfi.project.states import State
from fcfi.project.store.part import Part
from fcfi.project.tables import (
    label,
    object_label,
    picture,
)

NOW: Final = select(label.c.id, label.c.merged_into)
"""The query of all labels, present and merged, with the label that each was merged into."""


class ObjectLabels(Part):
    """The counts of objects by label, for which no document need be read."""

    def labels_in(self, states: Collection[State]) -> frozenset[int]:
        """Return the labels of objects on pictures in these states; 0: objects without a label."""
        asked = (
            select(object_label.c.label)
            .distinct()
            .join(picture, picture.c.id == object_label.c.picture)
            .where(picture.c.state.in_(states))
        )
        with self.database.reading() as connection:
            return frozenset(connection.execute(asked).scalars())

    def label_counts(self) -> dict[int, int]:
        """Return the number of objects of each used label; 0: objects without a label."""
        now = case((label.c.id.is_(None), 0), else_=func.coalesce(label.c.merged_into, label.c.id))
        counted = (
            select(object_label.c.label, func.sum(object_label.c.objects).label("objects"))
            .group_by(object_label.c.label)
            .subquery()
        )
        asked = (
            select(now, func.sum(counted.c.objects))
            .select_from(counted.outerjoin(label, label.c.id == counted.c.label))
            .group_by(now)
        )
        with self.database.reading() as connection:
            return {identity: int(count) for identity, count in connection.execute(asked)}


def with_label(label_id: int) -> Select[Any]:
    """Return the query of the pictures with an object of a label; 0: of none.

    Objects keep the number of a label that was merged into another one.
    """
    if label_id == 0:
        belongs: ColumnElement[bool] = object_label.c.label == 0
    else:
        here = or_(label.c.id == label_id, label.c.merged_into == label_id)
        belongs = object_label.c.label.in_(select(label.c.id).where(here))
    return select(object_label.c.picture).where(belongs)


def count_objects(connection: Connection, labels: Collection[int]) -> int:
    """Return the number of objects that have any of these labels."""
    counted = func.coalesce(func.sum(object_label.c.objects), 0)
    asked = select(counted).where(object_label.c.label.in_(labels))
    return int(connection.execute(asked).scalar_one())


def note_labels(connection: Connection, identity: int, document: Document) -> None:
    """Store the number of objects of each label on a picture."""
    # All rows of the picture are replaced, which is cheaper than comparing them.
    connection.execute(delete(object_label).where(object_label.c.picture == identity))
    now = labels_now(connection)
    rows = label_rows(identity, document, lambda label: label if label in now else 0)
    if rows:
        connection.execute(insert(object_label), rows)


def label_rows(
    identity: int, document: Document, known: Callable[[int], int] = int
) -> list[dict[str, int]]:
    """Return rows with the number of objects of each label in a document; 0 is no label.

    known: returns a label's id, or 0 for a removed label, which undo may bring back.
    """
    counts = Counter(known(drawn.label or 0) for drawn in document.objects)
    return [
        {"picture": identity, "label": label, "objects": count} for label, count in counts.items()
    ]


def labels_now(connection: Connection) -> dict[int, int]:
    """Return the present label's id for the id of each label, present or merged."""
    return {row.id: row.merged_into or row.id for row in connection.execute(NOW)}
