"""Leftovers of a killed server are deleted at the next start; folders in use are kept."""

import os
import shutil
import tempfile
import time
from pathlib import Path

import pytest

from fcfi import temporary_files
from fcfi.project.project import Project
from fcfi.server.app import create_app
from fcfi.server.exports import Exports
from tests.project.builders import click
from tests.server.conftest import closed

LONG_AGO = time.time() - temporary_files.ABANDONED_SECONDS - 60


@pytest.fixture(autouse=True)
def temporary_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the root of temporary folders."""
    made = tmp_path / "temporary"
    made.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(made))
    return made


def test_what_a_killed_server_left_goes_at_the_start(
    temporary_root: Path, project: Project
) -> None:
    (temporary_root / "fcfi-export-abcdefgh" / "files").mkdir(parents=True)
    (temporary_root / "fcfi-export-abcdefgh" / "lock").write_bytes(b"")  # which nobody holds
    closed(create_app(project))
    assert list(temporary_root.iterdir()) == []


def test_exports_stay_as_long_as_their_server_runs(temporary_root: Path, project: Project) -> None:
    project.act(1, 0, click(10, 10))
    exports = Exports(project)
    first = exports.make("png", only_done=False)
    os.utime(first.path.parents[2], (LONG_AGO, LONG_AGO))
    closed(create_app(project))  # another server starts
    assert exports.find(first.id, first.path.name) == first.path
    exports.close()
    assert list(temporary_root.iterdir()) == []


def test_exports_go_on_when_their_folder_was_deleted(
    temporary_root: Path, project: Project
) -> None:
    project.act(1, 0, click(10, 10))
    exports = Exports(project)
    first = exports.make("png", only_done=False)
    shutil.rmtree(first.path.parents[2])
    assert exports.find(first.id, first.path.name) is None
    second = exports.make("png", only_done=False)
    assert exports.find(second.id, second.path.name) == second.path
    exports.close()
    assert list(temporary_root.iterdir()) == []
