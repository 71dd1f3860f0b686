"""The database under a project: opened, brought to the present form, and its faults told in one sentence.

SQLite in WAL mode with synchronous=FULL: what was acknowledged is on the disk.  PostgreSQL by its
URL.  A writer takes the write lock first, so that nothing that was read in a transaction can
be stale when it is written. Knows the version of the tables, not what they mean.
"""

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select, text
from sqlalchemy import exc as errors
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.schema import Table

from fcfi.errors import ConfigError, FCFIError, StoreError, how_to_install
from fcfi.project.tables import VERSION_TABLE

LOG: Final = logging.getLogger(__name__)
HEAD: Final = "0006"
"""The last migration."""
MIGRATIONS: Final = Path(__file__).parent / "migrations"
PATIENCE: Final = 30.0
"""Seconds for which a caller waits for other writers, in this process and in others together."""
CONNECTIONS: Final = 32
"""Open at once, at most."""
DRIVER: Final = "postgresql+psycopg"
WRITE: Final = "fcfi_write"
"""Execution option of connections that will write."""
LEFT: Final = "fcfi_left"
"""Execution option: seconds that the connection may still wait for other processes."""
WAL: Final = "wal"
WAL_PAUSES: Final = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
"""Seconds between attempts to switch to it."""
MIGRATION_LOCK: Final = 0xFCF1
"""Number of the advisory lock (PostgreSQL) under which tables are changed."""


class Database:
    """Transactions on one database.  Threads may share it."""

    def __init__(self, url: URL, patience: float = PATIENCE) -> None:
        """Open and migrate.

        Raises ConfigError for an unusable URL, StoreError for a database that is.
        """
        self.url = url
        self.file = (
            Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
        )
        self._lock = Lock()
        self._patience = patience
        self._engine = _engine(url, patience)
        self._writer = self._engine.execution_options(**{WRITE: True})
        try:
            with self.telling(), self._writer.begin() as connection:
                _migrate(connection, self.place)
            self._identity = self._inode()
        except BaseException:
            self._engine.dispose()
            raise

    @property
    def place(self) -> str:
        """Where it is, for messages; without a password."""
        return (
            str(self.file)
            if self.file is not None
            else self.url.render_as_string(hide_password=True)
        )

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One transaction in which nothing is written; all that it reads is of one moment.

        Raises StoreError.
        """
        with self.telling(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: when the block ends well it is on the disk, else nothing of it is.

        Raises StoreError.
        """
        deadline = time.monotonic() + self._patience
        with self._in_turn(), self.telling():
            self._check_there()
            left = max(0.0, deadline - time.monotonic())
            with self._writer.execution_options(**{LEFT: left}).begin() as connection:
                yield connection

    def insert(self, table: Table) -> Any:
        """An INSERT that can say what to do about rows that are there already."""
        return sqlite.insert(table) if self.file is not None else postgresql.insert(table)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def telling(self) -> Iterator[None]:
        """The database's faults as StoreError, and whatever its damaged content makes our code raise."""
        try:
            yield
        except FCFIError:
            raise
        except (errors.DatabaseError, errors.TimeoutError) as error:
            if isinstance(error, errors.DataError):  # a fault of ours
                raise
            if isinstance(error, errors.IntegrityError):  # its rows contradict each other
                raise StoreError(self._damaged(error)) from error
            raise StoreError(_sentence(error, self.place)) from error
        except Exception as error:
            LOG.debug("the store is damaged", exc_info=True)
            raise StoreError(self._damaged(error)) from error

    def _damaged(self, error: Exception) -> str:
        return f"the store {self.place} is damaged ({type(error).__name__}): put a copy back"

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """Hold the right to write among the threads of this process; StoreError if that takes long.

        Each thread waits as long as it would alone: those before it may be waiting for another
        process, each for all of its time.
        """
        if self.file is None:  # PostgreSQL lets several write
            yield
            return
        if not self._lock.acquire(timeout=self._patience):
            raise StoreError(f"the store {self.place} {_LOCKED}")
        try:
            yield
        finally:
            self._lock.release()

    def _check_there(self) -> None:
        """StoreError if the file was removed or replaced: the system would go on writing into nothing."""
        if self._inode() != self._identity:
            raise StoreError(
                f"the store {self.place} was removed or replaced while it was open, so this change is not saved: put "
                "it back and start again"
            )

    def _inode(self) -> tuple[int, int] | None:
        """What tells the file from another of its name."""
        if self.file is None:
            return None
        try:
            status = self.file.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino


def store_url(store: str) -> URL:
    """The address of a store: a URL, or the path of an SQLite file.

    Raises ConfigError for anything else.
    """
    if "://" not in store:
        return URL.create("sqlite", database=store)
    try:
        url = make_url(store)
    except (errors.ArgumentError, ValueError) as error:
        raise ConfigError(
            f"the store {store!r} is no URL: give postgresql://USER@HOST/NAME"
        ) from error
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername=DRIVER)
    if url.get_backend_name() not in ("sqlite", "postgresql") or (
        url.drivername == "sqlite" and not url.database
    ):
        raise ConfigError(
            f"the store {url.render_as_string(hide_password=True)} is of a kind that is not known: give "
            "postgresql://USER@HOST/NAME, or the path of a file for SQLite"
        )
    return url


def _engine(url: URL, patience: float) -> Engine:
    try:
        if url.get_backend_name() == "sqlite":
            engine = create_engine(
                url,
                connect_args={"timeout": patience, "isolation_level": None},
                pool_size=CONNECTIONS,
                max_overflow=0,
                pool_timeout=patience,
                execution_options={LEFT: patience},
            )
            event.listen(engine, "connect", _set_up_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            return engine
        return create_engine(
            url,
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_timeout=patience,
            pool_pre_ping=True,
            connect_args={"options": f"-c lock_timeout={int(patience * 1000)} -c timezone=UTC"},
        )
    except (ModuleNotFoundError, errors.NoSuchModuleError) as error:
        raise ConfigError(
            f"the store {url.render_as_string(hide_password=True)} needs a driver that is not installed: "
            f"{how_to_install('postgres')}"
        ) from error


def _set_up_sqlite(connection: Any, _: Any) -> None:
    for setting in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {setting}").close()
    connection.create_function(
        "lower", 1, str.lower, deterministic=True
    )  # SQLite's own knows A to Z only
    if connection.execute("PRAGMA journal_mode").fetchone() != (WAL,):
        _use_wal(connection)


def _use_wal(connection: Any) -> None:
    """Switch a new database to WAL; SQLite does not wait by itself if others are doing so too."""
    for pause in WAL_PAUSES:
        try:
            connection.execute(f"PRAGMA journal_mode={WAL}").close()
            return
        except sqlite3.OperationalError:
            time.sleep(pause)
    connection.execute(f"PRAGMA journal_mode={WAL}").close()


def _begin_sqlite(connection: Connection) -> None:
    """SQLAlchemy's begin, made a real one; a writer takes the lock at once and so never meets a stale snapshot."""
    options = connection.get_execution_options()
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {round(1000 * options[LEFT])}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITE) else "BEGIN")


def _migrate(connection: Connection, store: str) -> None:
    """Bring the tables to the present form.

    StoreError if they are of a newer one, or of somebody else.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
    there = set(inspect(connection).get_table_names())
    found = _version(connection) if VERSION_TABLE in there else None
    if found == HEAD:
        return
    if found is None and "picture" in there:
        raise StoreError(f"{store} is a database of something else: give another one as store")
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StoreError(
            f"the store {store} was made by a newer fcfi (its form is {found[:20]!r}, and {HEAD} is the last one known "
            "here): update fcfi; nothing was changed"
        )
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreError(
            f"the store {store} cannot be brought to the present form: {error}"
        ) from error


def _version(connection: Connection) -> str | None:
    found = connection.execute(
        select(text("version_num")).select_from(text(VERSION_TABLE))
    ).scalar()
    return None if found is None else str(found)


def _sentence(error: errors.SQLAlchemyError, store: str) -> str:
    """What a person can do about a database's fault."""
    said = " ".join(str(getattr(error, "orig", None) or error).split())
    for sign, meaning in _MEANINGS.items():
        if sign in said:
            return f"the store {store} {meaning}"
    return f"the store {store} cannot be used ({said[:200]}): look after its disk or server; nothing was changed"


_LOCKED: Final = "is in use by another program that does not let go: close it and try again"
_MEANINGS: Final = {
    "database or disk is full": "cannot be written, because the disk is full: make room; this change is not saved",
    "No space left": "cannot be written, because the disk is full: make room; this change is not saved",
    "database is locked": _LOCKED,
    "lock timeout": _LOCKED,
    "readonly database": "may not be written: allow it, or give another one with --store",
    "unable to open database file": "cannot be opened: its folder is missing or may not be written",
    "disk I/O error": "cannot be read or written, its disk or folder is gone: look after it and start again",
    "is not a database": "is no SQLite file, or is damaged: put a copy back, or move it away to begin again",
    "malformed": "is damaged: put a copy back, or move it away to begin again",
    "QueuePool limit": "is busy: try again",
}
"""What drivers say, and what it means."""
