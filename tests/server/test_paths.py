"""No path in a request leaves its folder."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fcfi.errors import InputError
from fcfi.server.paths import MAX_NAME, file_name, inside


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("secret")
    pictures = tmp_path / "pictures"
    (pictures / "labels").mkdir(parents=True)
    (pictures / "labels" / "a.json").write_text("{}")
    (pictures / "out").symlink_to(tmp_path / "secret.txt")
    (pictures / "round").symlink_to(pictures / "round")
    (pictures / "in").symlink_to(pictures / "labels")
    return pictures


def test_files_and_folders_inside_are_found(folder: Path) -> None:
    assert inside(folder, "labels/a.json") == (folder / "labels/a.json").resolve()
    assert inside(folder, "labels/../labels") == (folder / "labels").resolve()
    assert inside(folder, "in/a.json") == (folder / "labels/a.json").resolve()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "../secret.txt",
        "labels/../../secret.txt",
        "/etc/passwd",
        "out",
        "round",
        "..",
        "a\0b",
        "..\\secret.txt",
        "x" * 5000,
        "\ud800",
        "//secret.txt",
    ],
)
def test_paths_that_lead_out_are_refused(folder: Path, path: str) -> None:
    with pytest.raises(InputError):
        inside(folder, path)


def test_a_missing_file_is_reported_by_its_name(folder: Path) -> None:
    with pytest.raises(InputError, match=r"'labels/b\.json'"):
        inside(folder, "labels/b.json")


@given(st.text())
def test_names_of_sent_files_are_names(given: str) -> None:
    try:
        name = file_name(given)
    except InputError:
        return
    assert Path(name).name == name
    assert name not in (".", "..")
    assert 0 < len(name.encode()) <= MAX_NAME


def test_a_sent_file_keeps_its_name_and_ending() -> None:
    assert file_name("C:\\labels\\instances.json") == "instances.json"
    assert file_name("../../cat.png") == "cat.png"
    assert file_name("x" * 500 + ".json").endswith("x.json")
    assert file_name("\u732b" * 200 + ".json").endswith("\u732b.json")
    for given_name in (None, "", "..", "a/", "///"):
        with pytest.raises(InputError, match="expected a file with a name"):
            file_name(given_name)
