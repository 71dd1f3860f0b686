"""What a server that was killed left behind goes at the next start; what is in use or somebody else's stays."""

import os
import tempfile
import time
from pathlib import Path

import pytest

from fcfi.project.project import Project
from fcfi.server import temporary
from fcfi.server.app import create_app
from fcfi.server.exports import Exports
from tests.project.builders import click
from tests.server.conftest import closed

LONG_AGO = time.time() - temporary.ABANDONED_SECONDS - 60


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    made = tmp_path / "temporary"
    made.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(made))
    return made


def test_old_folders_of_exports_and_imports_go_at_the_start(
    place: Path, project: Project, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (place / "fcfi-export-link").symlink_to(tmp_path / "mine")
    for name in ("fcfi-export-old", "fcfi-import-old", "fcfi-export-new", "other-old"):
        (place / name / "inside").mkdir(parents=True)
        (place / name / "inside" / "masks.zip").write_bytes(b"1")
        if name.endswith("old"):
            os.utime(place / name, (LONG_AGO, LONG_AGO))
    (place / "fcfi-export-file").write_bytes(b"1")
    for one in (place / "fcfi-export-file", tmp_path / "mine"):
        os.utime(one, (LONG_AGO, LONG_AGO))
    os.utime(place / "fcfi-export-link", (LONG_AGO, LONG_AGO), follow_symlinks=False)
    closed(create_app(project))
    assert {one.name for one in place.iterdir()} == {
        "fcfi-export-link",
        "fcfi-export-new",
        "fcfi-export-file",
        "other-old",
    }
    assert (tmp_path / "mine").is_dir()


def test_exports_go_on_when_their_folder_was_swept_away(place: Path, project: Project) -> None:
    project.act(1, 0, click(10, 10))
    exports = Exports(project)
    first = exports.make("png", only_done=False)
    os.utime(first.path.parents[1], (LONG_AGO, LONG_AGO))
    temporary.sweep()
    assert exports.find(first.id, first.path.name) is None
    second = exports.make("png", only_done=False)
    assert exports.find(second.id, second.path.name) == second.path
    exports.close()
    assert list(place.iterdir()) == []
