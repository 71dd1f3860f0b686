"""Files are written atomically."""

import os
import stat
from pathlib import Path

import pytest

from fcfi.errors import InputError
from fcfi.files import replacing, write_bytes, write_text


def test_writes_a_new_file_and_nothing_else(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a.bin", b"one")
    assert (tmp_path / "a.bin").read_bytes() == b"one"
    assert os.listdir(tmp_path) == ["a.bin"]


def test_replaces_an_old_file_and_keeps_its_rights(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(0o640)
    write_text(path, "grün")
    assert path.read_text(encoding="utf-8") == "grün"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(KeyError), replacing(path) as temporary:
        temporary.write_text("half")
        raise KeyError
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_full_disk_is_reported_in_one_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match="cannot write .*a.txt: No space left"),
        replacing(tmp_path / "a.txt"),
    ):
        raise OSError(28, "No space left on device")
    assert os.listdir(tmp_path) == []


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    write_text(tmp_path / "link.txt", "new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_a_long_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 250)
    write_text(path, "x")
    assert path.read_text() == "x"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "is a folder"),
        ("missing/a.txt", "does not exist; create it"),
        ("file/a.txt", "does not exist; create it"),
        ("a\0b", "null"),
        ("n" * 5000, "cannot write"),
    ],
)
def test_impossible_places_are_refused(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=message):
        write_bytes(f"{tmp_path}/{name}", b"x")
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.skipif(not os.path.exists("/dev/null"), reason="no device files here")
def test_a_device_is_never_replaced() -> None:
    with pytest.raises(InputError, match="device"):
        write_bytes("/dev/null", b"x")
