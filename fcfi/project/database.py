"""The database of a project's store: opening, migration, transactions, and errors as sentences.

It is SQLite in WAL mode with synchronous=FULL, so that every acknowledged write is on the disk, or
PostgreSQL at a URL.  A writing transaction takes the write lock first, so that its reads are not
stale when it writes.  Knows the version of the tables, not their meaning.
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
MIGRATIONS: Final = Path(__file__).parent / "migrations"
HEAD: Final = max(file.name[1:5] for file in MIGRATIONS.glob("versions/v*.py"))
"""The last migration, by the number in its file's name: alembic is imported only to upgrade."""
PATIENCE: Final = 30.0
"""Seconds for which a writer waits for others, in this process and in other processes together."""
CONNECTIONS: Final = 32
"""The most connections open at the same time."""
DRIVER: Final = "postgresql+psycopg"
WRITE: Final = "fcfi_write"
"""Execution option of a connection that will write."""
LEFT: Final = "fcfi_left"
"""Execution option: seconds for which the connection may still wait for other processes."""
WAL: Final = "wal"
WAL_PAUSES: Final = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
"""Seconds between attempts to switch to WAL."""
MIGRATION_LOCK: Final = 0xFCF1
"""Number of the advisory lock (PostgreSQL) under which tables are migrated."""


class Database:
    """An open database.  Threads may share it."""

    def __init__(self, url: URL, patience: float = PATIENCE) -> None:
        """Open the database and migrate its tables.

        patience: seconds for which a writer waits for other writers.  Raises ConfigError for an
        unusable URL, StoreError for an unusable database.
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
            with self._store_errors(), self._writer.begin() as connection:
                _migrate(connection, self.location)
            self._identity = self._inode()
        except BaseException:
            self._engine.dispose()
            raise

    @property
    def location(self) -> str:
        """The path or URL of the database for messages, without its password."""
        return str(self.file) if self.file is not None else _shown(self.url)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a read-only transaction, which sees the database at one moment.

        Raises StoreError.
        """
        with self._store_errors(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that writes; it is committed, or rolled back if the block raises.

        Raises StoreError.
        """
        deadline = time.monotonic() + self._patience
        with self._in_turn(), self._store_errors():
            self._check_present()
            remaining = max(0.0, deadline - time.monotonic())
            with self._writer.execution_options(**{LEFT: remaining}).begin() as connection:
                yield connection

    def insert(self, table: Table) -> Any:
        """Return an INSERT of the dialect, which has ON CONFLICT clauses."""
        return sqlite.insert(table) if self.file is not None else postgresql.insert(table)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _store_errors(self) -> Iterator[None]:
        """Convert errors of the database, and those that damaged content causes, to StoreError."""
        try:
            yield
        except FCFIError:
            raise
        except (errors.DatabaseError, errors.TimeoutError) as error:
            if isinstance(error, errors.DataError):  # a fault of ours
                raise
            if isinstance(error, errors.IntegrityError):  # its rows contradict each other
                raise StoreError(self._damaged(error)) from error
            raise StoreError(_sentence(error, self.location)) from error
        except Exception as error:
            LOG.debug("the store is damaged", exc_info=True)
            raise StoreError(self._damaged(error)) from error

    def _damaged(self, error: Exception) -> str:
        return f"the store {self.location} is damaged ({type(error).__name__}): put a copy back"

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """Hold the write lock among the threads of this process.

        Raises StoreError if another thread holds it for too long, for example since it waits for
        another process itself.
        """
        if self.file is None:  # PostgreSQL allows several writers
            yield
            return
        if not self._lock.acquire(timeout=self._patience):
            raise StoreError(f"the store {self.location} {_LOCKED}")
        try:
            yield
        finally:
            self._lock.release()

    def _check_present(self) -> None:
        """Raise StoreError if the file was removed or replaced.

        Otherwise the change would go to the old file, which no longer has a name.
        """
        if self._inode() != self._identity:
            raise StoreError(
                f"the store {self.location} was removed or replaced while it was open, so this "
                "change is not saved: put it back and start again"
            )

    def _inode(self) -> tuple[int, int] | None:
        """Return the identity of the file, which differs from any other file of the same name."""
        if self.file is None:
            return None
        try:
            status = self.file.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino


def store_url(store: str) -> URL:
    """Return the URL of a store, given as a URL or as the path of an SQLite file.

    Raises ConfigError for anything else.
    """
    if "://" not in store:
        return URL.create("sqlite", database=store)
    try:
        url = make_url(store)
    except (errors.ArgumentError, ValueError) as error:
        raise ConfigError(
            f"expected a URL as the store, got {store!r}: give postgresql://USER@HOST/NAME"
        ) from error
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername=DRIVER)
    if url.get_backend_name() not in ("sqlite", "postgresql") or (
        url.drivername == "sqlite" and not url.database
    ):
        raise ConfigError(
            f"expected a store of PostgreSQL or SQLite, got {_shown(url)}: "
            "give postgresql://USER@HOST/NAME, or the path of a file for SQLite"
        )
    return url


def _shown(url: URL) -> str:
    """Return a URL for messages: as users write it, without the driver, and without a password."""
    if url.drivername == DRIVER:
        url = url.set(drivername=url.get_backend_name())
    return url.render_as_string(hide_password=True)


def _engine(url: URL, patience: float) -> Engine:
    """Return SQLAlchemy's engine for a store.  Raises ConfigError without the driver."""
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
            connect_args={
                "options": f"-c lock_timeout={int(patience * 1000)} -c timezone=UTC",
                # A database without an encoding (SQL_ASCII) would return texts as bytes.
                "client_encoding": "utf8",
            },
        )
    except (ModuleNotFoundError, errors.NoSuchModuleError) as error:
        raise ConfigError(
            f"the store {_shown(url)} needs a driver that is not installed: "
            f"{how_to_install('postgres')}"
        ) from error


def _set_up_sqlite(connection: Any, _: Any) -> None:
    for setting in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {setting}").close()
    # SQLite's own `lower` knows only A to Z.
    connection.create_function("lower", 1, str.lower, deterministic=True)
    if connection.execute("PRAGMA journal_mode").fetchone() != (WAL,):
        _use_wal(connection)


def _use_wal(connection: Any) -> None:
    """Switch a new database to WAL.

    SQLite does not wait while another process does the same, so several attempts are made.
    """
    for pause in WAL_PAUSES:
        try:
            connection.execute(f"PRAGMA journal_mode={WAL}").close()
            return
        except sqlite3.OperationalError:
            time.sleep(pause)
    connection.execute(f"PRAGMA journal_mode={WAL}").close()


def _begin_sqlite(connection: Connection) -> None:
    """Begin a transaction in SQLite, whose driver would begin it only at the first write.

    A writer takes the lock at once, so that it never has a stale snapshot.
    """
    options = connection.get_execution_options()
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {round(1000 * options[LEFT])}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITE) else "BEGIN")


def _migrate(connection: Connection, store: str) -> None:
    """Migrate the tables to the present version.

    Raises StoreError if they are of a newer version, or of another program.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
    tables = set(inspect(connection).get_table_names())
    found = _version(connection) if VERSION_TABLE in tables else None
    if found == HEAD:
        return
    if found is None and "picture" in tables:
        raise StoreError(
            f"expected a store of fcfi, got the database of another program in {store}: "
            "give another store"
        )
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StoreError(
            f"the store {store} was made by a newer fcfi (its version is {found[:20]!r}, and the "
            f"last version known here {HEAD!r}): update fcfi; nothing was changed"
        )
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreError(
            f"the store {store} cannot be migrated to the present version: {error}"
        ) from error


def _version(connection: Connection) -> str | None:
    found = connection.execute(
        select(text("version_num")).select_from(text(VERSION_TABLE))
    ).scalar()
    return None if found is None else str(found)


def _sentence(error: errors.SQLAlchemyError, store: str) -> str:
    """Return a sentence for an error of the database, with what to do about it."""
    text = " ".join(str(getattr(error, "orig", None) or error).split())
    for part, meaning in _MEANINGS.items():
        if part in text:
            return f"the store {store} {meaning}"
    return (
        f"the store {store} cannot be used ({text[:200]}): check its disk or server; nothing was "
        "changed"
    )


_LOCKED: Final = "is in use by another program: close that program and try again"
_FULL: Final = "cannot be written, because the disk is full: make room; this change is not saved"
_MEANINGS: Final = {
    "database or disk is full": _FULL,
    "No space left": _FULL,
    "database is locked": _LOCKED,
    "lock timeout": _LOCKED,
    "readonly database": "may not be written: allow it, or give another store with --store",
    "unable to open database file": "cannot be opened: its folder is missing or may not be written",
    "disk I/O error": "cannot be read or written: check its disk and folder, and start again",
    "is not a database": "is not an SQLite file, or is damaged: put a copy back, or move it away "
    "to start again",
    "malformed": "is damaged: put a copy back, or move it away to start again",
    "QueuePool limit": "is busy: try again",
}
"""Parts of the messages of database drivers, and what they mean."""
