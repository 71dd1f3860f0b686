"""Changes know their key, by which one that is asked for twice is made once, and the revision that they left on show.

Changes made before have neither: nobody asks for them again.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0002"
down_revision: Final = "0001"


def upgrade() -> None:
    """To this form."""
    with op.batch_alter_table("change") as change:
        change.add_column(
            sa.Column("revision", sa.Integer, sa.ForeignKey("revision.id", name="change_revision"))
        )
        change.add_column(sa.Column("key", sa.String(36)))
        change.create_unique_constraint("change_key", ["picture", "key"])
