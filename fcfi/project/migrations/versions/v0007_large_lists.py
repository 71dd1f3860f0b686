"""Large projects: totals of objects by label, and indexes for each order within a state."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0007"
down_revision: Final = "0006"


def upgrade() -> None:
    """Make and fill the table of totals, and replace the indexes that lists do not use."""
    op.create_table(
        "label_total",
        sa.Column("label", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("objects", sa.Integer, nullable=False),
    )
    op.execute(
        "INSERT INTO label_total (label, objects) "
        "SELECT label, sum(objects) FROM object_label GROUP BY label"
    )
    op.drop_index("object_label_label", "object_label")
    op.create_index("object_label_label", "object_label", ["label", "picture", "objects"])
    # Other indexes begin with the same columns.
    op.drop_index("ix_picture_sort", "picture")
    op.drop_index("ix_picture_state", "picture")
    for name, number in (
        ("picture_state_fewest_objects", "objects"),
        ("picture_state_most_objects", "objects DESC"),
        ("picture_state_last_marked", "marked_at DESC"),
    ):
        op.create_index(name, "picture", ["state", sa.text(number), "sort", "name"])
