"""Ids of COCO categories, as many tools write them, come back from an export or are reported."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from fcfi.errors import FCFIError
from fcfi.formats.labels import MOST
from fcfi.project import Project
from tests.generated import examples
from tests.project.builders import click, opened, write_photos

Category = Mapping[str, Any]

# COCO 2017 has 80 of the ids from 1 to 90.
MISSING = (12, 26, 29, 30, 45, 66, 68, 69, 71, 83)
FORMS: dict[str, list[Category]] = {
    "from 1": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}, {"id": 3, "name": "bird"}],
    "from 0": [{"id": 0, "name": "cat"}, {"id": 1, "name": "dog"}, {"id": 2, "name": "bird"}],
    "COCO 2017": [
        {"supercategory": f"group {number // 10}", "id": number, "name": f"class {number}"}
        for number in range(1, 91)
        if number not in MISSING
    ],
    "unordered": [
        {"id": 44, "name": "cat"},
        {"id": 7, "name": "dog"},
        {"id": 18, "name": "bird"},
    ],
    "Roboflow": [
        {"id": 0, "name": "objects", "supercategory": "none"},
        {"id": 1, "name": "cat", "supercategory": "objects"},
        {"id": 2, "name": "dog", "supercategory": "objects"},
    ],
    "CVAT": [
        {"id": 1, "name": "dog", "supercategory": ""},
        {"id": 2, "name": "cat", "supercategory": ""},
    ],
    "Label Studio": [{"id": 0, "name": "Airplane"}, {"id": 1, "name": "Car"}],
    "labelme": [
        {"supercategory": None, "id": 0, "name": "_background_"},
        {"supercategory": None, "id": 1, "name": "cat"},
    ],
    "labelme2coco": [
        {"id": 0, "name": "dog", "supercategory": "dog"},
        {"id": 1, "name": "cat", "supercategory": "cat"},
    ],
    "LVIS": [
        {"id": 1203, "name": "zucchini", "synset": "zucchini.n.02", "frequency": "c"},
        {"id": 2, "name": "air_conditioner", "synset": "air_conditioner.n.01"},
    ],
    "ids as text": [{"id": "7", "name": "cat"}, {"id": "18", "name": "dog"}],
    "ids as decimals": [{"id": 7.0, "name": "cat"}, {"id": 18.0, "name": "dog"}],
    "ids of 13 digits": [{"id": 1700000000001, "name": "cat"}, {"id": MOST, "name": "dog"}],
}
UNUSED = 1
"""Every form has its first category without an object, and objects of the others."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_photos(tmp_path / "photos", "a.png")


def written(file: Path, categories: Sequence[Category], used: Sequence[Any] | None = None) -> Path:
    """Write a COCO file with an object of each category but the first, or of the ids `used`."""
    ids = [each.get("id") for each in categories[UNUSED:]] if used is None else used
    annotations = [
        {
            "id": number,
            "image_id": 1,
            "category_id": category,
            "segmentation": [[(left := 2 + number % 50), 2, left + 9, 2, left + 9, 30, left, 30]],
        }
        for number, category in enumerate(ids, 1)
    ]
    content = {
        "images": [{"id": 1, "file_name": "a.png"}],
        "annotations": annotations,
        "categories": list(categories),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content))
    return file


def exported(project: Project, folder: Path) -> Any:
    """Return the content of an export as COCO, which has nothing to report."""
    report = project.export("coco", folder)
    assert report.notes == ()
    return json.loads((folder / "annotations" / "instances_default.json").read_text())


def names_of(content: Any) -> dict[int, str]:
    return {category["id"]: category["name"] for category in content["categories"]}


@pytest.mark.parametrize("form", FORMS)
def test_ids_survive_import_and_export(folder: Path, tmp_path: Path, form: str) -> None:
    categories = FORMS[form]
    file = written(tmp_path / "instances.json", categories)
    with opened(folder) as project:
        report = project.import_files(file, "coco")
        content = exported(project, tmp_path / "out")
    assert report.problems == ()
    assert names_of(content) == {int(each["id"]): each["name"] for each in categories}
    assert [each["id"] for each in content["categories"]] == sorted(names_of(content))
    assert {each["id"]: each["supercategory"] for each in content["categories"]} == {
        int(each["id"]): each.get("supercategory") or "" for each in categories
    }
    counts = [each["category_id"] for each in content["annotations"]]
    assert counts == [int(each["id"]) for each in categories[UNUSED:]]


@pytest.mark.parametrize("form", FORMS)
def test_an_export_is_imported_with_the_same_numbers(
    folder: Path, tmp_path: Path, form: str
) -> None:
    """Into its own project, and into an empty one, in each format with numbers."""
    file = written(tmp_path / "instances.json", FORMS[form])
    with opened(folder) as project:
        project.import_files(file, "coco")
        before = project.labels()
        for name in ("coco", "yolo", "voc"):
            project.export(name, tmp_path / name)
            assert project.import_files(tmp_path / name, name).problems == ()
        assert project.labels() == before
    for name in ("coco", "yolo", "voc"):
        with opened(folder, store=str(tmp_path / f"{name}.sqlite")) as project:
            assert project.import_files(tmp_path / name, name).problems == ()
            assert project.export(name, tmp_path / f"{name} again").notes == ()
        listing = {"coco": "annotations/*.json", "yolo": "data.yaml", "voc": "labelmap.txt"}[name]
        for once in (tmp_path / name).glob(listing):
            again = tmp_path / f"{name} again" / once.relative_to(tmp_path / name)
            if name == "coco":
                found = [json.loads(path.read_text())["categories"] for path in (once, again)]
                assert found[0] == found[1]
            else:
                assert once.read_text() == again.read_text()


@pytest.mark.parametrize(
    ("categories", "used", "names", "problems"),
    [
        (
            [{"id": "k1", "name": "cat"}, {"id": 2, "name": "dog"}, {"id": -1, "name": "bird"}],
            ["k1", 2, -1],
            {1: "cat", 2: "dog", 3: "bird"},
            "2 categories without a whole number up to 9007199254740991 as id, whose labels get "
            "other numbers in an export: the first has 'k1'",
        ),
        (
            [{"id": MOST + 1, "name": "cat"}],
            [MOST + 1],
            {1: "cat"},
            "1 category without a whole number up to 9007199254740991 as id, whose labels get "
            "other numbers in an export: the first has '9007199254740992'",
        ),
        # Of categories with one id, the last names its objects, as in pycocotools.
        (
            [{"id": 5, "name": "cat"}, {"id": 5, "name": "dog"}, {"id": 6, "name": "bird"}],
            [5, 6],
            {1: "cat", 5: "dog", 6: "bird"},
            "1 category with the id of another, to which its objects belong: the first, 'cat', has "
            "5 like 'dog'",
        ),
        # Roboflow repeats the only name under id 0, which has no objects.
        (
            [
                {"id": 0, "name": "Hat", "supercategory": "none"},
                {"id": 1, "name": "Hat", "supercategory": "Hat"},
            ],
            [1],
            {1: "Hat"},
            "1 name with several ids, of which an export has one: the first, 'Hat', has 0 and 1",
        ),
        (
            [{"id": 9, "name": "cat"}, {"id": 4, "name": "cat"}, {"id": 5, "name": "dog"}],
            [9, 4, 5],
            {4: "cat", 5: "dog"},
            "1 name with several ids, of which an export has one: the first, 'cat', has 4 and 9",
        ),
        (
            [
                {"id": 1, "name": "cat", "supercategory": ["animal"]},
                {"id": 2, "name": "dog", "supercategory": "a" * 201},
                {"id": 3, "name": "bird", "supercategory": " two\nlines"},
            ],
            [1, 2, 3],
            {1: "cat", 2: "dog", 3: "bird"},
            "3 categories with a supercategory that is not a text of at most 200 characters on one "
            "line, which is not kept: the first is 'cat'",
        ),
    ],
)
def test_ids_that_cannot_be_kept_are_reported(
    folder: Path,
    tmp_path: Path,
    categories: list[Category],
    used: list[Any],
    names: dict[int, str],
    problems: str,
) -> None:
    file = written(tmp_path / "instances.json", categories, used)
    with opened(folder) as project:
        report = project.import_files(file, "coco")
        assert report.problems == (problems,)
        assert len(project.picture(1).document.objects) == len(used)
        assert names_of(exported(project, tmp_path / "out")) == names


@examples(20)
@given(
    listed=st.lists(
        st.tuples(st.integers(0, MOST), st.text("abcxyz äé", min_size=1, max_size=5)),
        min_size=1,
        max_size=8,
        unique_by=(lambda pair: pair[0], lambda pair: " ".join(pair[1].split())),
    ).filter(lambda drawn: all(name.strip() for _, name in drawn))
)
def test_any_ids_survive(
    listed: list[tuple[int, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("any")
    photos = write_photos(root / "photos", "a.png")
    categories = [{"id": number, "name": name} for number, name in listed]
    file = written(root / "instances.json", categories, [number for number, _ in listed])
    with opened(photos) as project:
        assert project.import_files(file, "coco").problems == ()
        content = exported(project, root / "out")
    assert names_of(content) == {number: " ".join(name.split()) for number, name in listed}


def four(file: Path, **changes: Any) -> Path:
    """Write the ids 7, 18 and 44, the last without objects."""
    return written(
        file,
        changes.get(
            "categories",
            [{"id": 7, "name": "a"}, {"id": 18, "name": "b"}, {"id": 44, "name": "c"}],
        ),
        changes.get("used", [18, 7]),
    )


def test_yolo_counts_in_the_order_of_the_ids_and_reports_it(folder: Path, tmp_path: Path) -> None:
    with opened(folder) as project:
        assert project.import_files(four(tmp_path / "a.json"), "coco").problems == ()
        report = project.export("yolo", tmp_path / "yolo")
    sentence = (
        "3 labels have another number in an export than in the imported file: "
        "'a' 0 instead of 7, 'b' 1 instead of 18, 'c' 2 instead of 44"
    )
    assert report.notes == (sentence,)
    assert report.text().splitlines()[-1] == sentence
    listed = yaml.safe_load((tmp_path / "yolo" / "data.yaml").read_text())["names"]
    assert listed == {0: "a", 1: "b", 2: "c"}
    lines = (tmp_path / "yolo" / "labels" / "a.txt").read_text().splitlines()
    assert [line.split()[0] for line in lines] == ["1", "0"]


def test_pixels_of_voc_have_the_ids(folder: Path, tmp_path: Path) -> None:
    with opened(folder) as project:
        project.import_files(four(tmp_path / "a.json"), "coco")
        assert project.export("voc", tmp_path / "voc").notes == ()
        project.import_files(
            four(tmp_path / "b.json", categories=[{"id": 300, "name": "d"}], used=[300])
        )
        report = project.export("voc", tmp_path / "again")
    assert report.notes == (
        "1 label has another number in an export than in the imported file: 'd' 1 instead of 300",
    )
    pixels = [
        np.unique(np.array(Pillow.open(tmp_path / name / "SegmentationClass" / "a.png"))).tolist()
        for name in ("voc", "again")
    ]
    assert pixels == [[0, 7, 18], [0, 1, 7]]


def test_yolo_keeps_its_own_gaps(folder: Path, tmp_path: Path) -> None:
    files = tmp_path / "files"
    (files / "labels").mkdir(parents=True)
    (files / "data.yaml").write_text("names:\n  5: dog\n  0: cat\n")
    (files / "labels" / "a.txt").write_text("5 0.1 0.1 0.5 0.1 0.5 0.5\n")
    with opened(folder) as project:
        assert project.import_files(files, "yolo").problems == ()
        assert project.export("yolo", tmp_path / "out").notes == ()
        assert names_of(exported(project, tmp_path / "coco")) == {1: "cat", 6: "dog"}
    assert yaml.safe_load((tmp_path / "out" / "data.yaml").read_text())["names"] == {
        0: "cat",
        5: "dog",
    }


def test_other_numbers_of_a_second_file_are_reported_at_import_and_export(
    folder: Path, tmp_path: Path
) -> None:
    second = [{"id": 9, "name": "a"}, {"id": 7, "name": "new"}, {"id": 44, "name": "c"}]
    with opened(folder) as project:
        project.import_files(four(tmp_path / "a.json"), "coco")
        report = project.import_files(
            four(tmp_path / "b.json", categories=second, used=[9, 7]), "coco"
        )
        # In the order of the file, and in that of the project.
        start = "2 labels have another number in an export than in the imported file: "
        assert report.problems == (f"{start}'new' 1 instead of 7, 'a' 7 instead of 9",)
        made = project.export("coco", tmp_path / "out")
        assert made.notes == (f"{start}'a' 7 instead of 9, 'new' 1 instead of 7",)
        content = json.loads((tmp_path / "out" / "annotations/instances_default.json").read_text())
        assert names_of(content) == {7: "a", 18: "b", 44: "c", 1: "new"}


def test_files_of_one_import_may_differ(folder: Path, tmp_path: Path) -> None:
    four(tmp_path / "files" / "train" / "instances.json")
    other = [{"id": 8, "name": "a"}, {"id": 18, "name": "b"}]
    four(tmp_path / "files" / "valid" / "instances.json", categories=other, used=[8])
    with opened(folder) as project:
        report = project.import_files(tmp_path / "files", "coco")
    assert report.problems == (
        "1 label has another number in an export than in the imported file: 'a' 7 instead of 8",
    )


def test_labels_keep_their_numbers_when_others_change(folder: Path, tmp_path: Path) -> None:
    with opened(folder) as project:
        project.add_label("x")
        project.import_files(four(tmp_path / "a.json"), "coco")
        ids = {label.name: label.id for label in project.labels()}
        project.edit_label(ids["b"], name="bee", index=0)
        project.remove_label(ids["c"])
        project.add_label("y")
        assert names_of(exported(project, tmp_path / "1")) == {1: "x", 2: "y", 7: "a", 18: "bee"}
        # A label without a number takes that of a label that is merged into it.
        project.merge_label(ids["b"], ids["x"])
        assert names_of(exported(project, tmp_path / "2")) == {1: "y", 7: "a", 18: "x"}
        project.merge_label(ids["a"], ids["x"])
        assert names_of(exported(project, tmp_path / "3")) == {1: "y", 18: "x"}


def test_supercategories_of_a_second_file_are_reported(folder: Path, tmp_path: Path) -> None:
    above = [{"id": 7, "name": "a", "supercategory": "animal"}, {"id": 18, "name": "b"}]
    other = [
        {"id": 7, "name": "a", "supercategory": "pet"},
        {"id": 18, "name": "b", "supercategory": "pet"},
    ]
    with opened(folder) as project:
        project.import_files(four(tmp_path / "a.json", categories=above), "coco")
        report = project.import_files(four(tmp_path / "b.json", categories=other), "coco")
        assert [label.supercategory for label in project.labels()] == ["animal", "pet"]
    assert report.problems == (
        "1 label keeps its earlier supercategory: the first, 'a' is in 'animal' and not in 'pet'",
    )


def test_object_is_a_label_if_its_id_says_so(folder: Path, tmp_path: Path) -> None:
    """An export lists objects without a label as "object", with the number that is free."""
    with opened(folder) as project:
        named = [{"id": 5, "name": "object"}, {"id": 6, "name": "cat"}]
        file = four(tmp_path / "a.json", categories=named, used=[5])
        assert project.import_files(file, "coco").problems == ()
        assert names_of(exported(project, tmp_path / "1")) == {5: "object", 6: "cat"}
    with opened(folder, store=str(tmp_path / "other.sqlite")) as project:
        named[0] = {"id": 1, "name": "object"}
        file = four(tmp_path / "b.json", categories=named, used=[1])
        assert project.import_files(file, "coco").problems == ()
        assert [label.name for label in project.labels()] == ["cat"]
        assert names_of(exported(project, tmp_path / "2")) == {1: "object", 6: "cat"}
        project.add_label("dog")
        assert project.import_files(file, "coco").problems == (
            "1 label has another number in an export than in the imported file: "
            "'object' 2 instead of 1",
        )
    with opened(folder, store=str(tmp_path / "third.sqlite")) as project:
        named[0] = {"id": 1, "name": "object", "supercategory": "thing"}
        file = four(tmp_path / "c.json", categories=named, used=[1])
        assert project.import_files(file, "coco").problems == ()
        assert exported(project, tmp_path / "3")["categories"][0] == named[0]


def test_an_unused_category_object_is_a_label(folder: Path, tmp_path: Path) -> None:
    """An export lists "object" only if an object has no label."""
    categories = [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}, {"id": 3, "name": "object"}]
    with opened(folder) as project:
        file = four(tmp_path / "a.json", categories=categories, used=[1, 2])
        assert project.import_files(file, "coco").problems == ()
        assert [label.name for label in project.labels()] == ["cat", "dog", "object"]
        assert names_of(exported(project, tmp_path / "1")) == {1: "cat", 2: "dog", 3: "object"}


def test_a_failed_import_leaves_the_numbers_as_they_were(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise FCFIError("stopped")

    with opened(folder, labels=("a", "x")) as project:
        before = project.labels()
        monkeypatch.setattr("fcfi.project.receiving.ProjectReceiver.save", fails)
        with pytest.raises(FCFIError, match="stopped"):
            project.import_files(four(tmp_path / "a.json"), "coco")
        assert project.labels() == before
        monkeypatch.undo()
        project.import_files(four(tmp_path / "a.json"), "coco")
        assert [label.number for label in project.labels()] == [7, None, 18, 44]


def test_a_file_of_numbers_alone_is_read_by_the_numbers_of_the_project(
    folder: Path, tmp_path: Path
) -> None:
    file = four(tmp_path / "a.json", used=[18])
    with opened(folder) as project:
        project.import_files(file, "coco")
        content = json.loads(file.read_text())
        del content["categories"]
        content["annotations"][0]["category_id"] = 44
        file.write_text(json.dumps(content))
        assert project.import_files(file, "coco").problems == ()
        (tmp_path / "labels").mkdir()
        (tmp_path / "labels" / "a.txt").write_text("0 0.1 0.1 0.5 0.1 0.5 0.5\n")
        assert project.import_files(tmp_path / "labels", "yolo").problems == ()
        names = {label.id: label.name for label in project.labels()}
        drawn = project.picture(1).document.objects
        assert [names[each.label or 0] for each in drawn] == ["b", "c", "a"]


def test_damaged_numbers_in_the_store_are_an_error(folder: Path, tmp_path: Path) -> None:
    import sqlite3

    store = tmp_path / "project.sqlite"
    with opened(folder, labels=("a",), store=str(store)) as project:
        project.act(1, 0, click(10, 10, label=1))
    with sqlite3.connect(store) as connection:
        connection.execute("UPDATE label SET number = 'seven'")
    connection.close()
    with (
        pytest.raises(FCFIError, match="the labels in the store are damaged"),
        opened(folder, store=str(store)) as project,
    ):
        project.labels()
