"""Labels have attributes, which their objects may have values for."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0006"
down_revision: Final = "0005"


def upgrade() -> None:
    """Upgrade to this version."""
    op.add_column("label", sa.Column("attributes", sa.Text, nullable=False, server_default="[]"))
