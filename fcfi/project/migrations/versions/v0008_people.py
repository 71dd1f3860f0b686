"""Adds the assignment of pictures to people, and an index of changes by time for statistics."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0008"
down_revision: Final = "0007"


def upgrade() -> None:
    """Upgrade to this version."""
    op.add_column("picture", sa.Column("assigned", sa.Text, nullable=False, server_default=""))
    op.create_index("picture_assigned", "picture", ["assigned", "sort", "name"])
    # The index covers the columns of the statistics, so that the rows are not read.
    op.create_index("change_time", "change", ["time", "author", "picture"])
