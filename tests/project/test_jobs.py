"""Long work: its progress, and no leftovers after it was cancelled or killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fcfi.errors import InputError
from fcfi.formats.target import in_place
from fcfi.project import AddClicks, Project, SetMask, pictures
from fcfi.project.progress import (
    ADDING,
    CHECKING,
    PACKING,
    READING,
    SAVING,
    SCANNING,
    WRITING,
    Cancelled,
)
from fcfi.prompts.clicks import Click
from fcfi.temporary_files import temporary_name
from tests.project.builders import opened, runs, write_photos

NAMES = ("a.png", "b.png", "c.png", "d.png")


class Recorder:
    """A progress that records its calls, and cancels at one of them."""

    def __init__(self, cancel_at: tuple[str, int] | None = None) -> None:
        self.calls: list[tuple[str, int, int | None]] = []
        self._cancel_at = cancel_at

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        self.calls.append((stage, done, total))
        if (stage, done) == self._cancel_at:
            raise Cancelled("cancelled")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_photos(tmp_path / "photos", *NAMES)


def annotated(folder: Path) -> Path:
    """Return an export with a cat on every picture, from a copy of the folder's project."""
    target = folder.parent / "coco"
    with opened(folder, labels=("cat",), store=str(folder.parent / "other.sqlite")) as project:
        for number in range(len(NAMES)):
            project.act(number + 1, 0, SetMask(None, runs(2 + number, 3), label=1))
        project.export("coco", target)
    return target


def objects_in(project: Project) -> list[int]:
    return [row.objects for row in project.pictures().items]


# ── progress ──────────────────────────────────────────────────────────────────────────────────────


def test_a_scan_reports_each_picture(folder: Path) -> None:
    seen = Recorder()
    with Project.open(folder, None, progress=seen) as project:
        assert seen.calls == [(SCANNING, done, 4) for done in range(5)]
        seen.calls.clear()
        project.scan(seen)
        assert seen.calls == []  # nothing is new


def test_an_import_reports_its_stages(folder: Path) -> None:
    files, seen = annotated(folder), Recorder()
    with opened(folder) as project:
        project.import_files(files, progress=seen)
    stages = list(dict.fromkeys(stage for stage, *_ in seen.calls))
    assert stages == [READING, ADDING, PACKING, SAVING]
    assert (READING, 4, None) in seen.calls
    assert (ADDING, 4, 4) in seen.calls


def test_an_export_reports_its_stages(folder: Path, tmp_path: Path) -> None:
    files, seen = annotated(folder), Recorder()
    with opened(folder) as project:
        project.import_files(files)
        project.export("coco", tmp_path / "out", progress=seen)
    expected = [(stage, done, 4) for stage in (WRITING, CHECKING) for done in range(5)]
    assert seen.calls == expected


# ── cancel ────────────────────────────────────────────────────────────────────────────────────────


def test_a_cancelled_scan_keeps_whole_batches_and_the_next_goes_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "BATCH", 2)
    with pytest.raises(Cancelled):
        Project.open(folder, None, progress=Recorder((SCANNING, 3)))
    seen = Recorder()
    with Project.open(folder, None, progress=seen) as project:
        assert seen.calls[-1] == (SCANNING, 2, 2)
        assert project.pictures().total == 4


@pytest.mark.parametrize(
    "point",
    [(READING, 0), (READING, 2), (ADDING, 0), (ADDING, 3), (PACKING, 1), (SAVING, 0)],
)
def test_nothing_is_left_of_a_cancelled_import(folder: Path, point: tuple[str, int]) -> None:
    files = annotated(folder)
    with opened(folder) as project:
        with pytest.raises(Cancelled):
            project.import_files(files, progress=Recorder(point))
        assert objects_in(project) == [0, 0, 0, 0]
        assert project.labels() == ()
        # The same import goes through afterwards.
        assert project.import_files(files).objects == 4


@pytest.mark.parametrize("name", ["coco", "png", "yolo", "labelme"])
@pytest.mark.parametrize("point", [(WRITING, 0), (WRITING, 3), (CHECKING, 1), (CHECKING, 4)])
def test_nothing_is_left_of_a_cancelled_export(
    folder: Path, tmp_path: Path, name: str, point: tuple[str, int]
) -> None:
    files = annotated(folder)
    target = tmp_path / "sets" / "out"
    with opened(folder) as project:
        project.import_files(files)
        with pytest.raises(Cancelled):
            project.export(name, target, progress=Recorder(point))
        assert list(target.parent.iterdir()) == []
        assert project.export(name, target).pictures == 4


def test_an_export_into_a_full_folder_changes_nothing_until_all_is_there(
    folder: Path, tmp_path: Path
) -> None:
    files, target = annotated(folder), tmp_path / "out"
    (target / "annotations/instances_default.json").parent.mkdir(parents=True)
    (target / "annotations/instances_default.json").write_text("old")
    (target / "notes.txt").write_text("mine")
    with opened(folder) as project:
        project.import_files(files)
        with pytest.raises(Cancelled):
            project.export("coco", target, progress=Recorder((CHECKING, 4)))
        assert (target / "annotations/instances_default.json").read_text() == "old"
        project.export("coco", target)
    assert (target / "notes.txt").read_text() == "mine"
    assert (target / "annotations/instances_default.json").read_text() != "old"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_an_error_names_the_folder_that_was_given(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with pytest.raises(InputError, match="out/x is bad") as caught, in_place(target) as beside:
        raise InputError(f"{beside}/x is bad")
    assert temporary_name("out")[:5] not in str(caught.value)
    assert not target.exists()


# ── others meanwhile ──────────────────────────────────────────────────────────────────────────────


def test_what_others_do_while_an_import_is_prepared_is_kept(folder: Path) -> None:
    files = annotated(folder)
    with opened(folder) as project:

        def click_meanwhile(stage: str, done: int, total: int | None) -> None:
            if (stage, done) == (PACKING, 4) and project.row(2).version == 0:
                project.act(2, 0, AddClicks(None, (Click(10, 10),)))

        report = project.import_files(files, progress=click_meanwhile)
        assert report.objects == 4
        assert objects_in(project) == [1, 2, 1, 1]
        assert project.row(2).version == 2


def test_undo_takes_an_import_back_by_picture(folder: Path) -> None:
    from fcfi.project import Undo

    files = annotated(folder)
    with opened(folder) as project:
        project.act(1, 0, SetMask(None, runs(30, 30)))
        project.import_files(files)
        assert objects_in(project) == [2, 1, 1, 1]
        project.act(1, 2, Undo())
        project.act(2, 1, Undo())
        assert objects_in(project) == [1, 0, 1, 1]


# ── kills ─────────────────────────────────────────────────────────────────────────────────────────

KILLED = """
import os, signal, sys
from pathlib import Path
from fcfi.project import Project

stage, number, kind, folder, path = sys.argv[1:]

def progress(now, done, total):
    if (now, done) == (stage, int(number)):
        os.kill(os.getpid(), getattr(signal, kind))

with Project.open(Path(folder), None) as project:
    if stage in ("writing", "reading back"):
        project.export("png", Path(path), progress=progress)
    else:
        project.import_files(Path(path), progress=progress)
"""


def killed(stage: str, number: int, kind: str, folder: Path, path: Path) -> int:
    """Return the exit status of work in a process that is killed at one point."""
    command = [sys.executable, "-c", KILLED, stage, str(number), kind, str(folder), str(path)]
    return subprocess.run(command, check=False, env=os.environ).returncode


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("kind", ["SIGKILL", "SIGTERM"])
def test_nothing_is_left_of_a_killed_export(folder: Path, tmp_path: Path, kind: str) -> None:
    files, target = annotated(folder), tmp_path / "sets" / "out"
    with opened(folder) as project:
        project.import_files(files)
    assert killed(WRITING, 2, kind, folder, target) == -getattr(signal, kind)
    assert not target.exists()
    left = list(target.parent.iterdir())
    assert [path.name[:5] for path in left] == [".out."]
    with opened(folder) as project:  # the next export takes away what is left
        project.export("png", target)
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("point", [(READING, 2), (ADDING, 2), (SAVING, 0)])
def test_no_object_is_left_of_a_killed_import(folder: Path, point: tuple[str, int]) -> None:
    files = annotated(folder)
    assert killed(*point, "SIGKILL", folder, files) == -signal.SIGKILL
    with opened(folder) as project:
        assert objects_in(project) == [0, 0, 0, 0]
        assert project.import_files(files).objects == 4


def test_a_folder_of_an_export_that_runs_stays(tmp_path: Path) -> None:
    with in_place(tmp_path / "one") as running, in_place(tmp_path / "two"):
        assert running.is_dir()


# ── signals ───────────────────────────────────────────────────────────────────────────────────────

STOPPED = """
import os, signal, sys
from fcfi import cli
from fcfi.cli import show

# The tests may have been started with it ignored, as a shell does in the background.
signal.signal(signal.SIGINT, signal.default_int_handler)
kind, stage, number, *words = sys.argv[1:]
lines = show._lines

def stopped(clock):
    advance = lines(clock)

    def progress(now, done, total):
        advance(now, done, total)
        if (now, done) == (stage, int(number)):
            os.kill(os.getpid(), getattr(signal, kind))

    return progress

show._lines = stopped
sys.exit(cli.main(words))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("command", "stage"),
    [("export-masks", CHECKING), ("import-masks", READING), ("annotate", SCANNING)],
)
@pytest.mark.parametrize("kind", ["SIGINT", "SIGTERM"])
def test_a_signal_ends_a_command_with_one_sentence_and_nothing_half(
    folder: Path, tmp_path: Path, command: str, stage: str, kind: str
) -> None:
    files, target = annotated(folder), tmp_path / "sets" / "out"
    if command == "export-masks":
        with opened(folder) as project:
            project.import_files(files)
    words = {
        "export-masks": ["--format", "png", "-o", str(target)],
        "import-masks": [str(files)],
        "annotate": ["--no-browser", "--port", "0"],
    }[command]
    run = [sys.executable, "-c", STOPPED, kind, stage, "1", command, str(folder), *words]
    done = subprocess.run(run, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "error: stopped\n")
    assert not target.parent.exists() or list(target.parent.iterdir()) == []
    with opened(folder) as project:
        assert objects_in(project) == ([1] * 4 if command == "export-masks" else [0] * 4)
