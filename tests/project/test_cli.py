"""`fcfi export-masks` and `fcfi import-masks` on the command line."""

from pathlib import Path

import pytest

from fcfi import cli
from tests.project.builders import click, opened, write_photos


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = write_photos(tmp_path / "photos", "a.png", "b.jpg")
    with opened(folder, labels=("cat",)) as project:
        project.act(1, 0, click(10, 10, label=1))
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = cli.main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_masks_go_out_beside_the_folder_and_into_another_one(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "export-masks", folder, "--format", "coco", "--logs")
    assert (code, err) == (0, "")
    assert "1 picture, 1 object, all kept to the pixel" in out
    assert (tmp_path / "photos-coco" / "logs" / "a.png.json").is_file()
    other = write_photos(tmp_path / "other", "a.png")
    code, out, err = run(capsys, "import-masks", other, tmp_path / "photos-coco")
    assert (code, err) == (0, "")
    assert "read as coco: 1 new object on 1 picture (1 of 1 shape of the file taken)" in out
    assert "new labels: cat" in out


def test_only_pictures_that_are_done_are_written_if_so_wanted(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(
        capsys, "export-masks", folder, "--format", "coco", "-o", tmp_path / "out", "--only-done"
    )
    assert code == 2
    assert "nothing to export" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["export-masks", "{folder}", "--format", "bmp"], "expected a format, got 'bmp'"),
        (["export-masks", "{folder}/none", "--format", "coco"], "is not a folder"),
        (
            ["export-masks", "{folder}", "--format", "png", "-o", "{folder}/out"],
            "taken for pictures",
        ),
        (["import-masks", "{folder}", "{folder}/none.json"], "does not exist"),
        (
            ["import-masks", "{folder}", "{folder}", "--format", "bmp"],
            "expected a format, got 'bmp'",
        ),
        (
            ["import-masks", "{folder}", "{folder}", "--store", "mysql://x/y"],
            "expected a store of PostgreSQL or SQLite",
        ),
    ],
)
def test_mistakes_are_reported_in_one_line(
    folder: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *(word.format(folder=folder) for word in arguments))
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert words in err


@pytest.mark.parametrize("command", ["export-masks", "import-masks"])
def test_the_commands_show_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, command, "--help")
    assert code == 0
    assert f"Example: fcfi {command}" in out
