"""Changes have a key, so that a repeated request is applied once, and the revision after them.

Older changes have neither: their requests are not repeated any more.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0002"
down_revision: Final = "0001"


def upgrade() -> None:
    """Add the columns."""
    with op.batch_alter_table("change") as change:
        change.add_column(
            sa.Column("revision", sa.Integer, sa.ForeignKey("revision.id", name="change_revision"))
        )
        change.add_column(sa.Column("key", sa.String(36)))
        change.create_unique_constraint("change_key", ["picture", "key"])
