"""Adds the numbers and supercategories that labels have in imported files."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0009"
down_revision: Final = "0008"


def upgrade() -> None:
    """Upgrade to this version."""
    op.add_column("label", sa.Column("number", sa.BigInteger))
    op.add_column(
        "label", sa.Column("first_number", sa.Integer, nullable=False, server_default="1")
    )
    op.add_column("label", sa.Column("refused", sa.BigInteger))
    op.add_column("label", sa.Column("supercategory", sa.Text, nullable=False, server_default=""))
