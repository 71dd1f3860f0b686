"""Pictures get marks (doubtful, checked) with author and time; lists have further orders."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0005"
down_revision: Final = "0004"


def upgrade() -> None:
    """Upgrade to this version."""
    # SQLite does not look at the length of a text.
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("picture", "state", type_=sa.String(8), existing_nullable=False)
    op.add_column("picture", sa.Column("marked_by", sa.Text, nullable=False, server_default=""))
    op.add_column("picture", sa.Column("marked_at", sa.Float, nullable=False, server_default="0"))
    op.add_column("picture", sa.Column("folded", sa.Text, nullable=False, server_default=""))
    op.execute("UPDATE picture SET folded = lower(name)")
    for name, first in (
        ("picture_fewest_objects", "objects"),
        ("picture_most_objects", "objects DESC"),
        ("picture_last_marked", "marked_at DESC"),
    ):
        op.create_index(name, "picture", [sa.text(first), "sort", "name"])
