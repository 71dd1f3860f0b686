"""A table counts the objects of each label on each picture, so that no document need be read."""

import json
import zlib
from collections import Counter
from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0004"
down_revision: Final = "0003"


def upgrade() -> None:
    """Make the table and fill it from the present documents; index the order of pictures."""
    op.create_table(
        "object_label",
        sa.Column("picture", sa.Integer, sa.ForeignKey("picture.id"), primary_key=True),
        sa.Column("label", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("objects", sa.Integer, nullable=False),
    )
    op.create_index("object_label_label", "object_label", ["label", "objects"])
    op.create_index("picture_order", "picture", ["sort", "name"])
    op.create_index("picture_state_order", "picture", ["state", "sort", "name"])
    connection = op.get_bind()
    present = sa.text(
        "SELECT picture.id, revision.document FROM picture JOIN revision "
        "ON revision.picture = picture.id AND revision.number = picture.position"
    )
    add = sa.text(
        "INSERT INTO object_label (picture, label, objects) VALUES (:picture, :label, :objects)"
    )
    for picture, packed in connection.execute(present).all():
        objects = json.loads(zlib.decompress(packed))["objects"]
        counts = Counter(drawn.get("label") or 0 for drawn in objects)
        rows = [
            {"picture": picture, "label": label, "objects": count}
            for label, count in counts.items()
        ]
        if rows:
            connection.execute(add, rows)
