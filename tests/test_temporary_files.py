"""Leftovers of killed runs are deleted at the next start; files in use and of others are kept."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from fcfi import temporary_files
from fcfi.files import write_bytes
from fcfi.temporary_files import sweep, sweep_files, temporary_folder, temporary_name

LONG_AGO = time.time() - temporary_files.ABANDONED_SECONDS - 60
HOLDER = """
import sys, tempfile
from pathlib import Path
from fcfi.files import replacing
from fcfi.temporary_files import temporary_folder
tempfile.tempdir = sys.argv[1]
with temporary_folder("import") as folder, replacing(Path(sys.argv[2]) / "net.onnx") as file:
    (folder / "big").write_bytes(b"1")
    file.write_bytes(b"half")
    print(folder.parent, file, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the root of temporary folders."""
    made = tmp_path / "temporary"
    made.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(made))
    sweep_files.cache_clear()
    return made


@contextmanager
def holder(temporary_root: Path, out: Path) -> Iterator[tuple[subprocess.Popen[str], Path, Path]]:
    """Start a process that is importing and writing a file; return it with its temporary files."""
    out.mkdir(exist_ok=True)
    command = [sys.executable, "-c", HOLDER, str(temporary_root), str(out)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        folder, file = map(Path, process.stdout.readline().split())
        try:
            yield process, folder, file
        finally:
            process.kill()


def test_what_a_running_process_made_stays_and_goes_once_it_was_killed(
    temporary_root: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with holder(temporary_root, out) as (process, folder, file):
        for path in (folder, file):
            os.utime(path, (LONG_AGO, LONG_AGO))  # it may run for days
        sweep()
        write_bytes(out / "other.bin", b"1")
        assert (folder / "files" / "big").is_file()
        assert file.is_file()
        process.kill()
        process.wait()
        assert file.is_file()  # nothing cleans up after a kill
    with temporary_folder("import") as again:
        assert [path.name for path in temporary_root.iterdir()] == [again.parent.name]
    sweep_files.cache_clear()  # as in a new process
    write_bytes(out / "other.bin", b"2")
    assert sorted(path.name for path in out.iterdir()) == ["other.bin"]
    assert list(temporary_root.iterdir()) == []


def test_what_looks_alike_and_is_not_ours_stays(temporary_root: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_bytes(b"1")
    (temporary_root / "fcfi-export-linklink").symlink_to(tmp_path / "mine")
    (temporary_root / "fcfi-export-file0000").write_bytes(b"1")
    for name in ("fcfi-pictures", "fcfi-import", "other", "fcfi-import-abcdefgh-mine"):
        (temporary_root / name).mkdir()
    for path in temporary_root.iterdir():
        os.utime(path, (LONG_AGO, LONG_AGO), follow_symlinks=False)
    before = sorted(temporary_root.iterdir())
    sweep()
    assert sorted(temporary_root.iterdir()) == before
    assert (tmp_path / "mine" / "file").is_file()


def test_a_folder_without_a_lock_goes_when_it_is_old(temporary_root: Path) -> None:
    """One that was just made, or those of an earlier version."""
    for name in ("fcfi-import-abcdefg1", "fcfi-import-abcdefg2"):
        (temporary_root / name / "inside").mkdir(parents=True)
    os.utime(temporary_root / "fcfi-import-abcdefg1", (LONG_AGO, LONG_AGO))
    sweep()
    assert [path.name for path in temporary_root.iterdir()] == ["fcfi-import-abcdefg2"]


def test_a_temporary_file_of_another_machine_goes_when_it_is_old(tmp_path: Path) -> None:
    """Its lock may not be seen from here, on a disk that machines share."""
    ours = temporary_name("net.onnx")
    theirs = ours.replace(
        f".{temporary_files.HOST}", ".ffff" if temporary_files.HOST != "ffff" else ".0000"
    )
    old = theirs.replace("net", "old")
    for name in (ours, theirs, old, ".net.onnx.tmp", "net.tmp"):
        (tmp_path / name).write_bytes(b"1")
    os.utime(tmp_path / old, (LONG_AGO, LONG_AGO))
    write_bytes(tmp_path / "net.onnx", b"1")
    kept = {".net.onnx.tmp", "net.tmp", "net.onnx", theirs, "temporary"}
    assert {path.name for path in tmp_path.iterdir()} == kept


def test_two_processes_that_start_at_once_leave_each_other_alone(
    temporary_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one sweeps between the making of a folder and of its lock, and takes it away."""
    make = Path.mkdir
    taken: list[Path] = []

    def swept_before(path: Path, *arguments: Any, **options: Any) -> None:
        if path.name == temporary_files.FILES and not taken:
            taken.append(path.parent)
            shutil.rmtree(path.parent)
        make(path, *arguments, **options)

    monkeypatch.setattr(Path, "mkdir", swept_before)
    with temporary_folder("plan") as folder:
        assert folder.is_dir()
        assert folder.parent != taken[0]
    assert list(temporary_root.iterdir()) == []
