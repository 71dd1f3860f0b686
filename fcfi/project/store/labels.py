"""The number of objects of each label on each picture, updated with every change."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
)

from fcfi.project.database import Database
from fcfi.project.document import Document
from fcfi.project.states import State
from fcfi.project.store.part import Part
from fcfi.project.tables import (
    label,
    label_total,
    object_label,
    picture,
)

RARE: Final = 1000
"""A label on fewer pictures is looked up before other conditions of a list."""

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
        asked = (
            select(now, func.sum(label_total.c.objects))
            .select_from(label_total.outerjoin(label, label.c.id == label_total.c.label))
            .where(label_total.c.objects > 0)
            .group_by(now)
        )
        with self.database.reading() as connection:
            return {identity: int(count) for identity, count in connection.execute(asked)}


def with_label(connection: Connection, label_id: int) -> Select[Any]:
    """Return the query of the pictures' ids with an object of a label; 0: without a label."""
    labels = [0]
    if label_id:
        # Objects keep the number of a label that was merged into another one.
        here = or_(label.c.id == label_id, label.c.merged_into == label_id)
        labels = list(connection.execute(select(label.c.id).where(here)).scalars())
    return select(object_label.c.picture).where(object_label.c.label.in_(labels))


def has_label(connection: Connection, label_id: int) -> ColumnElement[bool]:
    """Return the condition for pictures with an object of a label; 0: without a label."""
    pictures = with_label(connection, label_id)
    some = select(func.count()).select_from(pictures.limit(RARE).subquery())
    if connection.execute(some).scalar_one() < RARE:
        return picture.c.id.in_(pictures)
    # Checked picture by picture in the list's order, so that a page ends at its last row.
    return exists(pictures.where(object_label.c.picture == picture.c.id))


def count_objects(connection: Connection, labels: Collection[int]) -> int:
    """Return the number of objects that have any of these labels."""
    counted = func.coalesce(func.sum(object_label.c.objects), 0)
    asked = select(counted).where(object_label.c.label.in_(labels))
    return int(connection.execute(asked).scalar_one())


def store_label_counts(
    database: Database, connection: Connection, documents: Mapping[int, Document]
) -> None:
    """Store the number of objects of each label on pictures, and update the totals.

    documents: the present document of each picture by its id, for at most MOST pictures.
    """
    counts = label_rows(documents, labels_now(connection))
    here = object_label.c.picture.in_(list(documents))
    before = select(object_label.c.label, func.sum(object_label.c.objects)).where(here)
    # What the pictures add to the total of each label: the new objects minus the old ones.
    added: Counter[int] = Counter()
    for label_id, objects in connection.execute(before.group_by(object_label.c.label)):
        added[label_id] -= int(objects)
    for row in counts:
        added[row["label"]] += row["objects"]
    # All rows of the pictures are replaced, which is cheaper than comparing them.
    connection.execute(delete(object_label).where(here))
    if counts:
        connection.execute(insert(object_label), counts)
    # In one order, so that two writers (PostgreSQL) never wait for each other.
    totals = [
        {"label": label_id, "objects": objects}
        for label_id, objects in sorted(added.items())
        if objects
    ]
    if totals:
        statement = database.insert(label_total)
        summed = {"objects": label_total.c.objects + statement.excluded.objects}
        connection.execute(
            statement.on_conflict_do_update(index_elements=["label"], set_=summed), totals
        )


def label_rows(documents: Mapping[int, Document], labels: Collection[int]) -> list[dict[str, int]]:
    """Return rows with the number of objects of each label on each picture.

    labels: the ids of all labels.  Objects without a label count as 0, and so do those of a removed
    label, which undo may show again.
    """
    rows = []
    for identity, document in documents.items():
        found = (drawn.label if drawn.label in labels else 0 for drawn in document.objects)
        for label_id, objects in Counter(found).items():
            rows.append({"picture": identity, "label": label_id or 0, "objects": objects})
    return rows


def labels_now(connection: Connection) -> dict[int, int]:
    """Return the present label's id for the id of each label, present or merged."""
    return {row.id: row.merged_into or row.id for row in connection.execute(NOW)}
