"""The rows of networks are named by the identity of weights and settings, not by the weights alone.

Older rows keep the sha256 of their weights as their name.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0003"
down_revision: Final = "0002"


def upgrade() -> None:
    """Rename the column, and add one for the weights."""
    with op.batch_alter_table("network") as network:
        network.alter_column("sha256", new_column_name="identity")
        network.add_column(sa.Column("weights", sa.String(64)))
    op.execute("UPDATE network SET weights = identity")
