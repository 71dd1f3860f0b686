"""Attributes: the schema in labels, the values of objects, and both in files."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fcfi.errors import InputError
from fcfi.formats import codecs
from fcfi.project import EditObject, Project, SetAttributes, Undo
from fcfi.project.attributes import Attribute
from tests.project.builders import click, opened, write_photos

SCHEMA = (
    Attribute("broken", "bool"),
    Attribute("colour", "choice", ("red", "blue")),
    Attribute("weight", "number"),
)
VALUES = {"broken": True, "colour": "blue", "weight": 2.5}


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Make a project with one cup that has a value for each attribute."""
    folder = write_photos(tmp_path / "photos", "a.png")
    with opened(folder, labels=("cup", "plate")) as made:
        made.edit_label(1, attributes=SCHEMA)
        made.act(1, 0, click(10, 10, label=1))
        made.act(1, 1, SetAttributes(1, VALUES))  # type: ignore[arg-type]
        yield made


def values(project: Project, picture: int = 1) -> list[dict[str, object]]:
    return [dict(drawn.attributes) for drawn in project.picture(picture).document.objects]


def test_attributes_are_kept_with_the_project(project: Project) -> None:
    folder = project.folder
    project.close()
    with opened(folder) as again:
        assert again.labels()[0].attributes == SCHEMA
        assert values(again) == [VALUES]


def test_another_label_takes_values_that_it_does_not_have_and_undo_brings_them_back(
    project: Project,
) -> None:
    project.edit_label(2, attributes=SCHEMA[2:])
    changed = project.act(1, 2, EditObject(1, label=2))
    assert dict(changed.document.objects[0].attributes) == {"weight": 2.5}
    project.act(1, 3, Undo())
    assert values(project) == [VALUES]


def test_values_that_a_changed_label_does_not_have_are_neither_shown_nor_exported(
    project: Project, tmp_path: Path
) -> None:
    project.edit_label(1, attributes=(Attribute("colour", "choice", ("red",)), SCHEMA[0]))
    assert values(project) == [{"broken": True}]
    project.export("coco", tmp_path / "out")
    (file,) = (tmp_path / "out").rglob("*.json")
    assert json.loads(file.read_text())["annotations"][0]["attributes"] == {"broken": True}


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ((Attribute("", "text"),), "on one line"),
        ((Attribute("a", "text"), Attribute("a", "bool")), "'a' occurs twice"),
        ((Attribute("a", "choice"),), "expected choices"),
        ((Attribute("a", "text", ("x",)),), "and for no other"),
        ((Attribute("a", "choice", ("x", "x")),), "'x' occurs twice"),
        ((Attribute("a", "date"),), "got 'date'"),  # type: ignore[arg-type]
    ],
)
def test_a_schema_that_cannot_be_used_is_refused(
    project: Project, schema: tuple[Attribute, ...], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        project.edit_label(2, attributes=schema)
    assert project.labels()[1].attributes == ()


HOLD = [name for name, codec in codecs().items() if codec.holds_attributes]


@pytest.mark.parametrize("name", HOLD)
def test_formats_that_hold_attributes_return_them(
    project: Project, tmp_path: Path, name: str
) -> None:
    project.export(name, tmp_path / "out")
    other = write_photos(tmp_path / "other", "a.png")
    with opened(other) as again:
        report = again.import_files(tmp_path / "out", name)
        assert (report.objects, report.problems) == (1, ())
        assert values(again) == [VALUES]
        kinds = {attribute.name: attribute.kind for attribute in again.labels()[0].attributes}
        # A file does not say that a text is one of a few.
        assert kinds == {"broken": "bool", "colour": "text", "weight": "number"}


def test_both_formats_that_can_hold_attributes_do() -> None:
    assert {"coco", "cvat"} <= set(HOLD)


def test_a_value_of_a_file_that_does_not_fit_is_counted_and_the_object_kept(
    project: Project, tmp_path: Path
) -> None:
    project.export("coco", tmp_path / "out")
    (file,) = (tmp_path / "out").rglob("*.json")
    content = json.loads(file.read_text())
    content["annotations"][0]["attributes"] = {"weight": "heavy", "colour": "red", "parts": [1]}
    file.write_text(json.dumps(content))
    project.act(1, 2, Undo())
    project.act(1, 3, Undo())
    report = project.import_files(tmp_path / "out")
    assert report.objects == 1
    assert values(project) == [{"colour": "red"}]
    (problem,) = report.problems
    assert problem.startswith("2 values of attributes left out, the first because")
    assert "'heavy'" in problem


def test_a_failed_import_leaves_the_schema_as_it_was(project: Project, tmp_path: Path) -> None:
    project.export("coco", tmp_path / "out")
    (file,) = (tmp_path / "out").rglob("*.json")
    file.write_text(file.read_text().replace('"weight"', '"height"'))

    def cancel(stage: str, done: int, total: int | None) -> None:
        if stage == "saving":
            raise InputError("cancelled")

    project.act(1, 2, Undo())
    project.act(1, 3, Undo())
    with pytest.raises(InputError, match="cancelled"):
        project.import_files(tmp_path / "out", progress=cancel)
    assert project.labels()[0].attributes == SCHEMA
