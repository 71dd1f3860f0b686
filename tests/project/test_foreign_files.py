"""External files in an import: links are not followed, XML is UTF-8, labels are on one line."""

import json
import shutil
from pathlib import Path

import pytest

from fcfi import cli
from fcfi.errors import DatasetError, InputError
from fcfi.formats import shipped_names
from fcfi.project import Project
from tests.project.builders import click, opened, write_photos

SEPARATORS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
"""All characters at which str.splitlines ends a line."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_photos(tmp_path / "photos", "a.png")


def exported(folder: Path, name: str, target: Path) -> Path:
    with opened(folder, labels=("cat",), store=str(target.with_suffix(".sqlite"))) as project:
        project.act(1, 0, click(10, 10, label=1))
        project.export(name, target)
    return target


def objects_of(project: Project) -> int:
    return len(project.picture(1).document.objects)


# ── links ─────────────────────────────────────────────────────────────────────────────────────────


def imported(project: Project, path: Path, name: str) -> tuple[str, ...]:
    """Return the message of an import, which is a report or an error."""
    try:
        return project.import_files(path, name).problems
    except (DatasetError, InputError) as error:
        return (str(error),)


@pytest.mark.parametrize("name", shipped_names())
@pytest.mark.parametrize("how", ["auto", "named"])
def test_links_below_an_imported_folder_are_not_followed(
    folder: Path, tmp_path: Path, name: str, how: str
) -> None:
    real = exported(folder, name, tmp_path / "real")
    chosen = "auto" if how == "auto" else name
    with opened(folder) as project:
        # 1) Every file is a link to one outside of the folder.
        files = tmp_path / "files"
        for file in [file for file in real.rglob("*") if file.is_file()]:
            link = files / file.relative_to(real)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(file)
        assert any("link" in said for said in imported(project, files, chosen)) or how == "auto"
        # 2) Every folder is.
        folders = tmp_path / "folders"
        folders.mkdir()
        for entry in real.iterdir():
            (folders / entry.name).symlink_to(entry)
        imported(project, folders, chosen)
        assert objects_of(project) == 0
        # 3) What is given may be a link, and the same files are read when they are there.
        (tmp_path / "given").symlink_to(real)
        assert project.import_files(tmp_path / "given", name).objects == 1


def test_links_beside_whole_files_are_counted_and_named(folder: Path, tmp_path: Path) -> None:
    real = exported(folder, "labelme", tmp_path / "real")
    secret = tmp_path / "secret.json"
    shutil.copy(next(real.rglob("*.json")), secret)
    (real / "link.json").symlink_to(secret)
    (real / "more").symlink_to(tmp_path)
    with opened(folder) as project:
        report = project.import_files(real, "labelme")
    assert (report.objects, report.shapes) == (1, 1)
    (said,) = report.problems
    assert said.startswith("2 pictures left out: a link, which is not followed")
    assert "link.json" in said


# ── XML ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_definitions_do_not_hide_in_another_encoding(
    folder: Path, tmp_path: Path, encoding: str
) -> None:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY b "cat">]>'
        '<annotations><version>1.1</version><image id="0" name="a.png" width="64" height="48">'
        '<polygon label="&b;" points="1,1;30,1;30,30"/></image></annotations>'
    )
    (tmp_path / "a.xml").write_bytes(text.encode(encoding))
    with opened(folder) as project:
        with pytest.raises(DatasetError, match="UTF-8|cannot be read"):
            project.import_files(tmp_path / "a.xml", "cvat")
        assert objects_of(project) == 0


def test_what_xml_says_of_its_encoding_does_not_count(folder: Path, tmp_path: Path) -> None:
    """Parsers of UTF-7 and the like would see other characters than the search for definitions."""
    path = exported(folder, "cvat", tmp_path / "real") / "annotations.xml"
    path.write_text(
        path.read_text(encoding="utf-8")
        .replace('encoding="utf-8"', 'encoding="utf-16"')
        .replace("cat", "Straße"),
        encoding="utf-8",
    )
    with opened(folder) as project:
        assert project.import_files(path, "cvat").labels == ("Straße",)


# ── labels ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("separator", SEPARATORS, ids=lambda sign: f"U+{ord(sign):04X}")
def test_labels_with_line_separators_are_refused_everywhere(
    folder: Path, tmp_path: Path, separator: str, capsys: pytest.CaptureFixture[str]
) -> None:
    label = f"big{separator}cat"
    with opened(folder, labels=("dog",)) as project:
        for refused in (
            lambda: project.add_label(label),
            lambda: project.edit_label(1, name=label),
            lambda: Project.open(folder, None, labels=(label,)),
        ):
            with pytest.raises(InputError, match="on one line"):
                refused()
        assert [known.name for known in project.labels()] == ["dog"]
    assert cli.main(["annotate", str(folder), "--labels", label, "--no-browser"]) == 2
    assert "on one line" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["coco", "labelme", "cvat", "yolo"])
@pytest.mark.parametrize("separator", SEPARATORS, ids=lambda sign: f"U+{ord(sign):04X}")
def test_labels_of_imported_files_are_on_one_line(
    folder: Path, tmp_path: Path, name: str, separator: str
) -> None:
    """Files may break a label; it is joined, or its shapes are left out with a sentence."""
    real = exported(folder, name, tmp_path / "real")
    for file in real.rglob("*"):
        if file.suffix in {".json", ".xml", ".yaml", ".txt"}:
            text = file.read_text(encoding="utf-8")
            if file.suffix == ".json":
                text = text.replace('"cat"', json.dumps(f"cat{separator}fish"))
            else:
                text = text.replace("cat", f"cat{separator}fish")
            file.write_text(text, encoding="utf-8", newline="")
    with opened(folder) as project:
        imported(project, real, name)
        labels = [known.name for known in project.labels()]
    assert all(len(label.splitlines()) == 1 for label in labels), labels
