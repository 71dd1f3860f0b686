"""Acknowledged changes survive crashes; a change that cannot be saved is one sentence."""

import ctypes
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from fcfi.errors import ConfigError, StoreError
from fcfi.project import PictureConflict, Project, SetDone, Undo
from fcfi.project import database as databases
from fcfi.project.database import HEAD, MIGRATIONS, Database, store_url
from fcfi.project.tables import metadata
from tests.project.builders import click, opened, write_photos

PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1
"""Linux: root without this capability has only the rights of a folder's mode."""

KEY = "1b4e28ba-2fa1-4d2e-883f-0016d3cca427"

WRITER = """
import sys
from pathlib import Path
from fcfi.errors import FCFIError
from fcfi.project import PictureConflict, SetDone
from tests.project.builders import click, opened
project = opened(Path(sys.argv[1]))
print("ready", flush=True)
version = int(sys.argv[2])
while True:
    try:
        version = project.act(1, version, click(version % 60, 10), sys.argv[3]).picture.version
        print(version, flush=True)
    except PictureConflict as conflict:
        version = conflict.state.picture.version
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_photos(tmp_path / "photos", "a.png", "b.png")


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a program in a separate process; all are killed at the end."""
    running: list[subprocess.Popen[str]] = []

    def begin(program: str, *arguments: object, **options: object) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", program, *map(str, arguments)]
        process: subprocess.Popen[str] = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
            **options,  # type: ignore[call-overload]
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def lines(process: "subprocess.Popen[str]", count: int) -> list[str]:
    assert process.stdout is not None
    return [process.stdout.readline().strip() for _ in range(count)]


def test_every_acknowledged_change_survives_sigkill(folder: Path, start: Start) -> None:
    version = 0
    for acknowledged in (1, 7, 23):
        process = start(WRITER, folder, version, "writer")
        said = lines(process, 1 + acknowledged)
        process.send_signal(signal.SIGKILL)
        assert process.stdout is not None
        said += process.stdout.read().split()  # acknowledged between our reading and its end
        process.wait()
        with opened(folder) as project:
            state = project.picture(1)
            assert state.picture.version >= int(said[-1])
            assert (
                state.picture.version <= int(said[-1]) + 1
            )  # saved, and killed before it could say so
            assert len(state.document.objects) == state.picture.version
            assert set(state.masks) == state.document.masks
            version = state.picture.version
    assert sqlite3.connect(folder / ".fcfi" / "project.sqlite").execute(
        "PRAGMA integrity_check"
    ).fetchone() == ("ok",)


def test_two_processes_on_one_picture_lose_nothing_of_each_other(
    folder: Path, start: Start
) -> None:
    opened(folder).close()
    writers = [start(WRITER, folder, 0, name) for name in ("ann", "bob")]
    saved = [lines(process, 16)[1:] for process in writers]
    for process in writers:
        process.kill()
        process.wait()
    with opened(folder) as project:
        assert not set(saved[0]) & set(saved[1]), "each version was given to one of them"
        state = project.picture(1)
        assert (
            len(state.document.objects)
            == state.picture.version
            >= max(map(int, saved[0] + saved[1]))
        )
        with pytest.raises(PictureConflict) as refusal:
            project.act(1, 0, SetDone(True))
        authors = {str(change.version): change.author for change in refusal.value.changes}
        assert {authors[version] for version in saved[0]} == {"ann"}
        assert {authors[version] for version in saved[1]} == {"bob"}


def test_many_may_open_a_new_project_at_once(folder: Path, start: Start) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.project.builders import opened; "
        "print(len(opened(Path(sys.argv[1]), labels=('cat',)).pictures().items))"
    )
    readers = [start(program, folder) for _ in range(3)]
    assert [lines(process, 1) for process in readers] == [["2"]] * 3


# ── the database ──────────────────────────────────────────────────────────────────────────────────


def test_the_migrations_make_the_tables_that_the_store_uses(tmp_path: Path) -> None:
    Database(store_url(str(tmp_path / "migrated.sqlite"))).close()
    migrated = create_engine(f"sqlite:///{tmp_path / 'migrated.sqlite'}")
    direct = create_engine(f"sqlite:///{tmp_path / 'direct.sqlite'}")
    metadata.create_all(direct)
    for table in metadata.tables:
        found, expected = inspect(migrated), inspect(direct)
        # SQLite keeps the length that a text was declared with, and does not look at it.
        columns = [
            sorted(
                str({**column, "type": str(column["type"]).split("(")[0]})
                for column in those.get_columns(table)
            )
            for those in (found, expected)
        ]
        indexes = [
            [(x["name"], x["column_names"], x["unique"]) for x in those.get_indexes(table)]
            for those in (found, expected)
        ]
        assert columns[0] == columns[1]
        assert indexes[0] == indexes[1]
        assert found.get_unique_constraints(table) == expected.get_unique_constraints(table)
        foreign = [sorted(those.get_foreign_keys(table), key=str) for those in (found, expected)]
        assert foreign[0] == foreign[1]
        assert found.get_pk_constraint(table) == expected.get_pk_constraint(table)
    migrated.dispose()
    direct.dispose()


def test_the_last_migration_is_the_one_that_is_wanted() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_work_from_before_changes_had_keys_goes_on(folder: Path) -> None:
    with opened(folder) as project:
        project.act(1, 0, click(10, 10))
        before = project.act(1, 1, click(40, 30))
    with sqlite3.connect(
        folder / ".fcfi" / "project.sqlite"
    ) as connection:  # as the first form was
        connection.execute(
            "CREATE TABLE old AS SELECT picture, version, action, author, time FROM change"
        )
        connection.execute("DROP TABLE change")
        connection.execute(
            "CREATE TABLE change (picture INTEGER NOT NULL REFERENCES picture(id), "
            "version INTEGER NOT NULL, action TEXT NOT NULL, author TEXT NOT NULL, "
            "time FLOAT NOT NULL, PRIMARY KEY (picture, version))"
        )
        connection.execute("INSERT INTO change SELECT * FROM old")
        connection.execute("DROP TABLE old")
        connection.execute("DROP TABLE object_label")
        connection.execute("DROP TABLE label_total")
        later = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'picture%'"
        )
        for (index,) in later.fetchall():
            connection.execute(f"DROP INDEX {index}")
        for column in ("sort", "state"):
            connection.execute(f"CREATE INDEX ix_picture_{column} ON picture ({column})")
        for column in ("marked_by", "marked_at", "folded", "assigned"):
            connection.execute(f"ALTER TABLE picture DROP COLUMN {column}")
        for column in ("attributes", "number", "first_number", "refused", "supercategory"):
            connection.execute(f"ALTER TABLE label DROP COLUMN {column}")
        connection.execute("DELETE FROM network")
        connection.execute("ALTER TABLE network RENAME COLUMN identity TO sha256")
        connection.execute("ALTER TABLE network DROP COLUMN weights")
        connection.execute("UPDATE fcfi_version SET version_num = '0001'")
    connection.close()
    with opened(folder) as project:
        assert project.picture(1) == before
        undone = project.act(1, 2, Undo(), key=KEY)
        assert (len(undone.document.objects), undone.redo_text) == (
            1,
            "1 click on the new object 2",
        )
        assert project.act(1, 2, Undo(), key=KEY) == undone


def test_writes_wait_for_the_disk_and_readers_do_not_wait_for_writers(folder: Path) -> None:
    with opened(folder) as project, project._database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        project.act(1, 0, SetDone(True))


def test_a_newer_database_is_refused_and_left_alone(folder: Path) -> None:
    opened(folder).close()
    file = folder / ".fcfi" / "project.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE fcfi_version SET version_num = '9999'")
    connection.close()
    before = file.read_bytes()
    with pytest.raises(StoreError, match="made by a newer fcfi.*update fcfi"):
        opened(folder)
    assert file.read_bytes() == before


def test_a_database_of_something_else_is_refused(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE picture (x)")
    connection.close()
    with pytest.raises(StoreError, match="another program"):
        opened(folder, store=str(other))


def test_a_file_that_is_no_database_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.sqlite").write_text("these are my notes, not a database\n" * 100)
    with pytest.raises(StoreError, match="not an SQLite file, or is damaged"):
        opened(folder, store=str(tmp_path / "notes.sqlite"))


@pytest.mark.parametrize(
    "store", ["mysql://me@here/x", "nonsense://", "sqlite://", "://", "postgresql+nothing://x/y"]
)
def test_an_unusable_address_of_a_store_is_refused(folder: Path, store: str) -> None:
    with pytest.raises(ConfigError, match="store"):
        opened(folder, store=store)


def test_a_password_is_not_repeated(folder: Path) -> None:
    with pytest.raises(ConfigError) as refusal:
        opened(folder, store="mysql://me:secret@here/x")
    assert "secret" not in str(refusal.value)


def test_a_full_disk_is_reported_and_the_work_before_is_whole(folder: Path) -> None:
    with opened(folder) as project:
        before = project.act(1, 0, click(10, 10))
        with project._database.reading() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        limit_pages(project, int(pages or 0))
        with pytest.raises(StoreError, match="disk is full"):
            for version in range(1, 200):
                before = project.act(1, version, click(version % 60, 20))
        assert project.picture(1) == before
        limit_pages(project, 2**30)
        assert project.act(1, before.picture.version, SetDone(True)).document.done
    with opened(folder) as project:
        assert project.picture(1).document.done


def limit_pages(project: Project, pages: int) -> None:
    """Limit the database of every connection in the pool to a number of pages."""
    from sqlalchemy import event

    engine = project._database._engine
    engine.dispose()
    event.listen(
        engine,
        "connect",
        lambda connection, _: connection.execute(f"PRAGMA max_page_count={pages}").close(),
    )


def test_a_database_that_another_program_holds_is_reported(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases.Database.__init__, "__defaults__", (0.1,))
    with opened(folder) as project:
        other = sqlite3.connect(folder / ".fcfi" / "project.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="in use by another program"):
            project.act(1, 0, SetDone(True))
        assert project.picture(1).picture.version == 0
        other.execute("ROLLBACK")
        other.close()
        assert project.act(1, 0, SetDone(True)).document.done


def test_a_writer_waits_no_longer_because_others_wait_before_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread before it may wait for another program, with a patience of its own."""
    monkeypatch.setattr(databases.Database.__init__, "__defaults__", (0.05,))
    with opened(folder) as project:
        with (
            project._database._lock,  # of a thread that does not come to its end
            pytest.raises(StoreError, match="in use by another program"),
        ):
            project.act(1, 0, SetDone(True))
        assert project.act(1, 0, SetDone(True)).document.done


def test_what_a_writer_waited_in_this_process_is_no_time_for_others_to_wait(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases.Database.__init__, "__defaults__", (10.0,))
    with opened(folder) as project:
        times = iter([100.0, 107.0])  # seconds: when it began to wait, and when its turn came
        monkeypatch.setattr("time.monotonic", lambda: next(times))
        with project._database.writing() as connection:
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 3000
        with project._database.reading() as connection:
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 10_000


def test_work_is_not_written_into_a_store_that_was_removed(folder: Path) -> None:
    with opened(folder) as project:
        project.act(1, 0, click(10, 10))
        shutil.move(folder / ".fcfi", folder / ".moved")
        with pytest.raises(StoreError, match="removed or replaced"):
            project.act(1, 1, click(20, 10))
        shutil.move(folder / ".moved", folder / ".fcfi")
        assert project.act(1, 1, click(20, 10)).picture.version == 2


def test_a_folder_that_vanishes_is_reported(folder: Path) -> None:
    with opened(folder) as project:
        folder.rename(folder.with_name("gone"))
        with pytest.raises(StoreError, match="cannot be read"):
            project.scan()
        folder.with_name("gone").rename(folder)
        assert project.picture(1).picture.problem is None


# ── read-only folders ──────────────────────────────────────────────────────────────────────────

ASK = """
import sys
from pathlib import Path
from tests.project.builders import opened
from fcfi.project import SetDone
project = opened(Path(sys.argv[1]))
print(project.picture(1).picture.version)
state = project.picture(1)
project.act(1, state.picture.version, SetDone(not state.document.done))
print(" | ".join(project.warnings))
project.close()
"""


@pytest.fixture
def readable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Make a folder of pictures in one that everybody may write."""
    if not sys.platform.startswith("linux"):
        pytest.skip("rights are taken away as Linux does it")
    above = tmp_path_factory.mktemp("above")
    yield write_photos(above / "photos", "a.png")
    for path in (above, above / "photos", above / "photos" / ".fcfi"):
        if path.exists():
            path.chmod(0o755)


def ask(start: Start, folder: Path) -> list[str]:
    """Return the previous version and the warnings, as a user without write permission."""
    environment = {**os.environ, "HOME": str(folder.parent / "home"), "XDG_DATA_HOME": ""}
    return lines(start(ASK, folder, env=environment, preexec_fn=drop_rights), 2)


def drop_rights() -> None:
    ctypes.CDLL(None).prctl(
        PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0
    )  # refused to who is not root, who needs it not


def test_a_folder_that_may_only_be_read_gets_a_store_beside_it_which_is_found_again(
    readable: Path, start: Start
) -> None:
    readable.chmod(0o555)
    version, warning = ask(start, readable)
    assert version == "0"
    assert "is read-only" in warning
    assert str(readable.parent / ".fcfi-photos" / "project.sqlite") in warning
    assert ask(start, readable)[0] == "1"
    readable.chmod(0o755)
    version, warning = ask(start, readable)
    assert version == "2"
    assert "as before" in warning
    assert not (readable / ".fcfi").exists()


def test_if_nothing_beside_it_can_be_written_the_store_goes_to_the_user(
    readable: Path, start: Start
) -> None:
    (readable.parent / "home").mkdir()
    readable.chmod(0o555)
    readable.parent.chmod(0o555)
    assert (
        str(readable.parent / "home" / ".local" / "share" / "fcfi" / "photos-")
        in ask(start, readable)[1]
    )
    assert ask(start, readable)[0] == "1"


def test_work_in_a_folder_that_may_no_longer_be_written_is_copied(
    readable: Path, start: Start
) -> None:
    with opened(readable) as project:
        project.act(1, 0, click(10, 10))
    (readable / ".fcfi").chmod(0o555)
    (readable / ".fcfi" / "project.sqlite").chmod(0o444)
    readable.chmod(0o555)
    version, warning = ask(start, readable)
    assert version == "1"
    assert "its store was copied" in warning
    assert ask(start, readable)[0] == "2"
