"""The store on PostgreSQL.

Skipped if no server can be started and the URL FCFI_TEST_POSTGRES is not set.
"""

import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine, text

from fcfi.errors import InputError, StoreError
from fcfi.formats.labels import MOST
from fcfi.project import EditObject, PictureConflict, Redo, SetDone, SetMask, Undo
from tests.project.builders import HEIGHT, WIDTH, click, opened, runs, square, write_photos

pytest.importorskip("psycopg")
ADDRESS = "FCFI_TEST_POSTGRES"
USER = "postgres"
"""Who runs the server if we are root, which it refuses."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Return the address of an empty database."""
    if ADDRESS in os.environ:
        yield os.environ[ADDRESS]
        return
    found = [
        shutil.which("initdb"),
        *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb"))),
    ]
    initdb = next((path for path in found if path), None)
    root = os.getuid() == 0
    if initdb is None or (root and shutil.which("runuser") is None):
        pytest.skip("no PostgreSQL server is installed")
    # Not in pytest's own folder, which only the user who runs the tests may enter.
    with tempfile.TemporaryDirectory(prefix="fcfi-postgres-") as name:
        folder = Path(name)
        if root:
            shutil.chown(folder, USER)
        program = ["runuser", "-u", USER, "--"] if root else []
        bin_folder, data = Path(initdb).parent, folder / "data"
        options = ("-A", "trust", "--no-sync", "--encoding", "UTF8", "--locale", "C")
        run(*program, initdb, "-D", data, "-U", "fcfi", *options)
        settings = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        control = [*program, bin_folder / "pg_ctl", "-D", data]
        run(*control, "-w", "-o", settings, "-l", folder / "log", "start")
        try:
            yield f"postgresql://fcfi@/postgres?host={folder}"
        finally:
            run(*control, "-m", "immediate", "stop")


def run(*command: object) -> None:
    # PostgreSQL's programs write in the locale's language and encoding, which may not be UTF-8.
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        cwd="/",
    )
    if done.returncode:
        pytest.skip(f"PostgreSQL cannot be started: {done.stderr.strip()[-300:]}")


@pytest.fixture(params=["UTF8", "SQL_ASCII"])
def store(server: str, request: pytest.FixtureRequest) -> str:
    """Make a new database for each test, with an encoding and without."""
    engine = create_engine(
        server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS fcfi_test WITH (FORCE)"))
        connection.execute(
            text(
                f"CREATE DATABASE fcfi_test ENCODING '{request.param}' "
                "LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
            )
        )
    engine.dispose()
    return server.replace("/postgres?", "/fcfi_test?")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_photos(tmp_path / "photos", "a.png", "b 10.jpg", "b 9.jpg")


def test_work_is_kept_undone_and_found_again(folder: Path, store: str) -> None:
    with opened(folder, labels=("cat", "dog"), store=store) as project:
        assert not (folder / ".fcfi").exists()
        assert [row.name for row in project.pictures().items] == ["a.png", "b 9.jpg", "b 10.jpg"]
        assert project.pictures(search="B 1").total == 1
        project.act(1, 0, click(10, 10, label=2))
        project.act(1, 1, SetMask(None, runs(20, 20)))
        project.act(1, 2, Undo(), "Ann")
        with pytest.raises(PictureConflict) as refusal:
            project.act(1, 1, SetDone(True))
        assert [change.author for change in refusal.value.changes] == ["", "Ann"]
        project.set_settings({"theme": "dark"})
        project.merge_label(2, 1)
        with pytest.raises(InputError, match="used"):
            project.remove_label(1)
    with opened(folder, store=store) as project:
        state = project.act(1, 3, Redo())
        assert [drawn.label for drawn in state.document.objects] == [1, None]
        mask = state.masks[state.document.objects[1].mask or ""].pixels(HEIGHT, WIDTH)
        np.testing.assert_array_equal(mask, square(20, 20))
        assert project.settings() == {"theme": "dark"}
        assert project.export("coco", folder.parent / "out").changed == ()
        assert project.import_files(folder.parent / "out").objects == 0
        assert [(label.name, label.number) for label in project.labels()] == [("cat", 1)]
        assert len(project.logs(1)) == 1


def test_numbers_of_labels_are_kept_however_large(folder: Path, store: str) -> None:
    file = folder.parent / "instances.json"
    records = [{"id": 1, "image_id": 1, "category_id": 18, "segmentation": [[2, 2, 9, 2, 9, 9]]}]
    for other in (MOST, 44):
        categories = [
            {"id": other, "name": "cat", "supercategory": "animal"},
            {"id": 18, "name": "dog"},
        ]
        images = [{"id": 1, "file_name": "a.png"}]
        content = {"images": images, "annotations": records, "categories": categories}
        file.write_text(json.dumps(content))
        with opened(folder, store=store) as project:
            project.import_files(file, "coco")
    with opened(folder, store=store) as project:
        found = {label.name: label for label in project.labels()}
        assert (found["cat"].number, found["cat"].refused) == (MOST, 44)
        assert (found["dog"].number, found["cat"].supercategory) == (18, "animal")
        project.merge_label(found["dog"].id, project.add_label("other")[-1].id)
        assert [label.number for label in project.labels()] == [MOST, 18]


def test_of_many_on_one_version_one_wins(folder: Path, store: str) -> None:
    with opened(folder, store=store) as project:
        results: list[str] = []

        def act(number: int) -> None:
            try:
                project.act(1, 0, click(number, number))
                results.append("saved")
            except PictureConflict:
                results.append("refused")

        threads = [threading.Thread(target=act, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(results) == ["refused"] * 7 + ["saved"]


def test_several_open_a_new_project_at_once(folder: Path, store: str) -> None:
    errors: list[Exception] = []

    def begin() -> None:
        try:
            opened(folder, store=store).close()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with opened(folder, store=store) as project:
        assert project.pictures().total == 3


def test_a_server_that_is_not_there_is_reported_without_the_password(
    folder: Path, server: str
) -> None:
    with pytest.raises(StoreError, match="cannot be") as refusal:
        opened(folder, store="postgresql://me:secret@127.0.0.1:1/nothing")
    assert "postgresql://me:***@127.0.0.1:1/nothing" in str(refusal.value)
    assert "secret" not in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_server_that_goes_away_is_reported_and_used_again(
    folder: Path, store: str, server: str
) -> None:
    with opened(folder, store=store) as project:
        engine = create_engine(server.replace("postgresql://", "postgresql+psycopg://"))
        with engine.connect() as connection:
            others = (
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid()"
            )
            connection.execute(text(f"{others} AND datname = 'fcfi_test'"))
        engine.dispose()
        assert project.act(1, 0, click(10, 10)).picture.version == 1
        assert project.act(1, 1, EditObject(1, finished=True)).picture.version == 2
