"""The tables of a project's store.

A picture's history is a line of revisions, numbered from 1.  `position` is the number of the shown
revision (0: before the first), and `length` the number of the last.  Undo and redo move `position`.
A change after an undo begins another line: the undone revisions lose their numbers and stay in the
table.  `change` records everything that raised the picture's version, also undo and redo, with the
revision shown after it (None: before the first) and the key of the request.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

SHA256: Final = 64
"""The length of a sha256, in characters."""
KEY: Final = 36
"""The length of a change's key, a UUID, in characters."""
VERSION_TABLE: Final = "fcfi_version"
"""The table in which Alembic stores the last migration."""

metadata: Final = MetaData()

picture: Final = Table(
    "picture",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("sort", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("modified", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("state", String(8), nullable=False),
    Column("objects", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("length", Integer, nullable=False),
    Column("problem", Text),
    Column("folded", Text, nullable=False, server_default=""),  # the name in lower case
    Column("marked_by", Text, nullable=False, server_default=""),
    Column("marked_at", Float, nullable=False, server_default="0"),
    Column("assigned", Text, nullable=False, server_default=""),
    Index("picture_order", "sort", "name"),
    Index("picture_state_order", "state", "sort", "name"),
    Index("picture_assigned", "assigned", "sort", "name"),
    sqlite_autoincrement=True,
)
# An index serves an order only if each of its columns has the same direction.
Index("picture_fewest_objects", picture.c.objects, picture.c.sort, picture.c.name)
Index("picture_most_objects", picture.c.objects.desc(), picture.c.sort, picture.c.name)
Index("picture_last_marked", picture.c.marked_at.desc(), picture.c.sort, picture.c.name)
Index(
    "picture_state_fewest_objects",
    picture.c.state,
    picture.c.objects,
    picture.c.sort,
    picture.c.name,
)
Index(
    "picture_state_most_objects",
    picture.c.state,
    picture.c.objects.desc(),
    picture.c.sort,
    picture.c.name,
)
Index(
    "picture_state_last_marked",
    picture.c.state,
    picture.c.marked_at.desc(),
    picture.c.sort,
    picture.c.name,
)
revision: Final = Table(
    "revision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("picture", ForeignKey("picture.id"), nullable=False),
    Column("number", Integer),
    Column("parent", ForeignKey("revision.id")),
    Column("version", Integer, nullable=False),
    Column("document", LargeBinary, nullable=False),
    UniqueConstraint("picture", "number", name="revision_number"),
    sqlite_autoincrement=True,
)
change: Final = Table(
    "change",
    metadata,
    Column("picture", ForeignKey("picture.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("action", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("time", Float, nullable=False),
    Column("revision", ForeignKey("revision.id", name="change_revision")),
    Column("key", String(KEY)),
    UniqueConstraint("picture", "key", name="change_key"),
    Index("change_time", "time", "author", "picture"),
)
mask: Final = Table(
    "mask",
    metadata,
    Column("sha256", String(SHA256), primary_key=True),
    Column("left", Integer, nullable=False),
    Column("top", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("runs", LargeBinary, nullable=False),
)
label: Final = Table(
    "label",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("colour", String(7), nullable=False),
    Column("place", Integer, nullable=False),
    Column("attributes", Text, nullable=False, server_default="[]"),
    # The number from an imported file, the first number of its format, and the number of a later
    # file that the label could not have as well.
    Column("number", BigInteger),
    Column("first_number", Integer, nullable=False, server_default="1"),
    Column("refused", BigInteger),
    Column("supercategory", Text, nullable=False, server_default=""),
    Column("merged_into", ForeignKey("label.id")),
    Index(
        "label_name",
        "name",
        unique=True,
        sqlite_where=text("merged_into IS NULL"),
        postgresql_where=text("merged_into IS NULL"),
    ),
    sqlite_autoincrement=True,
)
object_label: Final = Table(  # counts in each picture's present document; label 0 is no label
    "object_label",
    metadata,
    Column("picture", ForeignKey("picture.id"), primary_key=True),
    Column("label", Integer, primary_key=True, autoincrement=False),
    Column("objects", Integer, nullable=False),
    Index("object_label_label", "label", "picture", "objects"),
)
label_total: Final = Table(  # the sums of object_label over all pictures
    "label_total",
    metadata,
    Column("label", Integer, primary_key=True, autoincrement=False),
    Column("objects", Integer, nullable=False),
)
setting: Final = Table(
    "setting",
    metadata,
    Column("key", String(SHA256), primary_key=True),
    Column("value", Text, nullable=False),
)
network: Final = Table(
    "network",
    metadata,
    Column("identity", String(SHA256), primary_key=True),
    Column("weights", String(SHA256)),
    Column("name", Text, nullable=False),
    Column("runtime", Text, nullable=False),
    Column("settings", Text, nullable=False),
)
