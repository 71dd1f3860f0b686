"""Pictures are assigned to people; changes are found by their time, for statistics of days."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0008"
down_revision: Final = "0007"


def upgrade() -> None:
    """To this form."""
    op.add_column("picture", sa.Column("assigned", sa.Text, nullable=False, server_default=""))
    op.create_index("picture_assigned", "picture", ["assigned", "sort", "name"])
    # With what the statistics count, so that the changes themselves are not read.
    op.create_index("change_time", "change", ["time", "author", "picture"])
