"""The first tables: pictures, revisions, changes, masks, labels, settings, networks.

They are defined here once more, since fcfi.project.tables changes with later versions.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0001"
down_revision: Final = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "picture",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("sort", sa.Text, nullable=False, index=True),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("modified", sa.BigInteger, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(4), nullable=False, index=True),
        sa.Column("objects", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("length", sa.Integer, nullable=False),
        sa.Column("problem", sa.Text),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("picture", sa.Integer, sa.ForeignKey("picture.id"), nullable=False),
        sa.Column("number", sa.Integer),
        sa.Column("parent", sa.Integer, sa.ForeignKey("revision.id")),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("picture", "number", name="revision_number"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "change",
        sa.Column("picture", sa.Integer, sa.ForeignKey("picture.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("time", sa.Float, nullable=False),
    )
    op.create_table(
        "mask",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("left", sa.Integer, nullable=False),
        sa.Column("top", sa.Integer, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("runs", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "label",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("colour", sa.String(7), nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("merged_into", sa.Integer, sa.ForeignKey("label.id")),
        sqlite_autoincrement=True,
    )
    living = sa.text("merged_into IS NULL")
    op.create_index(
        "label_name", "label", ["name"], unique=True, sqlite_where=living, postgresql_where=living
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "network",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("runtime", sa.Text, nullable=False),
        sa.Column("settings", sa.Text, nullable=False),
    )
