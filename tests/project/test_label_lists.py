"""Labels that a file lists: their order and the unused ones are kept, or a sentence says so."""

import json
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from fcfi.project import Project
from fcfi.project.database import Database
from fcfi.project.labelling import MAX_LABELS
from tests.project.builders import click, opened, write_photos

LABELS = ("dog", "cat", "unused", "bird")
"""Neither in the order of the alphabet, nor in that of the objects below."""
USED = ("bird", "cat", "dog")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_photos(tmp_path / "photos", "a.png")


def exported(folder: Path, name: str, target: Path) -> Path:
    """Return an export whose objects have the labels in another order than the list."""
    with opened(folder, labels=LABELS, store=str(target.with_suffix(".sqlite"))) as project:
        for count, label in enumerate(USED):
            project.act(1, count, click(10 * count + 5, 10, label=LABELS.index(label) + 1))
        project.export(name, target)
    return target


def names_of(project: Project) -> list[str]:
    return [label.name for label in project.labels()]


@pytest.mark.parametrize("name", ["coco", "yolo", "voc", "cvat"])
def test_labels_keep_their_order_and_the_unused_ones(
    folder: Path, tmp_path: Path, name: str
) -> None:
    files = exported(folder, name, tmp_path / "files")
    with opened(folder) as project:
        report = project.import_files(files, name)
        assert names_of(project) == list(LABELS)
        assert tuple(report.labels) == LABELS
        assert not [said for said in report.problems if "number" in said]
        project.export(name, tmp_path / "again")
    listing = {"coco": "annotations/*.json", "yolo": "data.yaml", "voc": "labelmap.txt"}
    for file in files.glob(listing.get(name, "none")):
        again = tmp_path / "again" / file.relative_to(files)
        if name == "coco":
            kept = [json.loads(path.read_text())["categories"] for path in (file, again)]
            assert kept[0] == kept[1]
        else:
            assert again.read_text() == file.read_text()


def test_labels_of_the_project_take_the_numbers_of_a_file(folder: Path, tmp_path: Path) -> None:
    files = exported(folder, "coco", tmp_path / "files")
    with opened(folder, labels=("cat", "other")) as project:
        report = project.import_files(files, "coco")
        assert names_of(project) == ["cat", "other", "dog", "unused", "bird"]
        assert report.problems == ()
        assert [label.number for label in project.labels()] == [2, None, 1, 3, 4]
        project.export("coco", tmp_path / "again")
    (file,) = (tmp_path / "again").glob("annotations/*.json")
    listed = [category["name"] for category in json.loads(file.read_text())["categories"]]
    assert listed == [*LABELS, "other"]


def test_a_format_without_numbers_says_nothing_of_them(folder: Path, tmp_path: Path) -> None:
    files = exported(folder, "cvat", tmp_path / "files")
    with opened(folder, labels=("cat",)) as project:
        report = project.import_files(files, "cvat")
        assert names_of(project) == ["cat", "dog", "unused", "bird"]
    assert report.problems == ()


def coco(folder: Path, **changes: Any) -> Path:
    """Return a COCO file of one object, with changes to its categories or its object."""
    record = {
        "id": 1,
        "image_id": 1,
        "category_id": 18,
        "segmentation": [[2, 2, 20, 2, 20, 20, 2, 20]],
        **changes.get("record", {}),
    }
    content = {
        "images": [{"id": 1, "file_name": "a.png"}],
        "annotations": [record],
        "categories": changes.get("categories", [{"id": 18, "name": "cat"}]),
    }
    file = folder / "instances.json"
    file.write_text(json.dumps(content))
    return file


def test_scores_that_are_not_kept_are_said(folder: Path, tmp_path: Path) -> None:
    categories = [{"id": 44, "name": "dog"}, {"id": 18, "name": "cat"}]
    file = coco(tmp_path, categories=categories, record={"score": 0.9})
    with opened(folder) as project:
        report = project.import_files(file, "coco")
        # The order of the ids, not of the list.
        assert names_of(project) == ["cat", "dog"]
    assert report.problems == ("the scores of the objects are not kept",)


@pytest.mark.parametrize(
    ("categories", "names"),
    [
        # An id that is not a number, no name, an unusable name, a very long id.
        ([{"id": 18, "name": "cat"}, {"id": "x", "name": "dog"}], ["cat", "dog"]),
        ([{"id": 18, "name": "cat"}, {"id": 2}], ["cat"]),
        ([{"id": 18, "name": "cat"}, {"id": 2, "name": "a" * 10_000}], ["cat"]),
        ([{"id": 18, "name": "cat"}, {"id": "9" * 5000, "name": "dog"}], ["cat", "dog"]),
    ],
)
def test_odd_categories_end_no_import(
    folder: Path, tmp_path: Path, categories: list[dict[str, Any]], names: list[str]
) -> None:
    with opened(folder) as project:
        report = project.import_files(coco(tmp_path, categories=categories), "coco")
        assert (report.objects, names_of(project)) == (1, names)


def test_a_long_list_is_added_at_once_as_far_as_there_is_room(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = [{"id": number, "name": f"label {number}"} for number in range(1, MAX_LABELS + 50)]
    listed.insert(3, {"id": 2 * MAX_LABELS, "name": "two\nlines"})
    calls: list[int] = []
    writing = Database.writing

    def counted(self: Database) -> AbstractContextManager[Connection]:
        calls.append(1)
        return writing(self)

    monkeypatch.setattr(Database, "writing", counted)
    with opened(folder) as project:
        assert project.import_files(coco(tmp_path, categories=listed), "coco").objects == 1
        assert len(names_of(project)) == MAX_LABELS
    assert len(calls) <= 20, "a name at a time takes a transaction each"


def test_an_object_without_a_label_comes_back_without_one(folder: Path, tmp_path: Path) -> None:
    with opened(folder) as project:
        project.act(1, 0, click(10, 10))
        for name in ("coco", "yolo", "voc", "cvat"):
            project.export(name, tmp_path / name)
            report = project.import_files(tmp_path / name, name)
            assert (report.labels, names_of(project)) == ((), [])


def test_an_import_that_finds_no_picture_adds_no_label(folder: Path, tmp_path: Path) -> None:
    file = coco(tmp_path)
    file.write_text(file.read_text().replace("a.png", "other.png"))
    with opened(folder) as project:
        with pytest.raises(Exception, match="other.png"):
            project.import_files(file, "coco")
        assert names_of(project) == []
