"""Places, next pictures and counts of labels, without reading the whole project."""

import zipfile
from pathlib import Path

import pytest

from fcfi.errors import InputError, NotFound
from fcfi.project import DeleteObjects, EditObject, Project, Redo, SetDone, Undo
from tests.project.builders import click, opened, write_photos

NAMES = ("a.png", "b 2.png", "b 10.png", "c.png")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_photos(tmp_path / "photos", *NAMES)


def ids(project: Project) -> dict[str, int]:
    return {row.name: row.id for row in project.pictures().items}


def act(project: Project, picture: int, *actions: object) -> None:
    for action in actions:
        project.act(picture, project.picture(picture).picture.version, action)  # type: ignore[arg-type]


def test_places_are_those_of_the_list(folder: Path) -> None:
    with opened(folder) as project:
        known = ids(project)
        listed = [row.id for row in project.pictures().items]
        assert [project.index_of(identity) for identity in listed] == [0, 1, 2, 3]
        act(project, known["b 2.png"], SetDone(True))
        assert project.index_of(known["b 10.png"], "new") == 1
        assert project.index_of(known["b 2.png"], "new") is None
        assert project.index_of(known["b 10.png"], None, "B ") == 1
        with pytest.raises(NotFound):
            project.index_of(999)


def test_the_next_picture_is_the_first_open_one_behind_and_then_from_the_start(
    folder: Path,
) -> None:
    with opened(folder) as project:
        known = ids(project)
        assert project.following().name == "a.png"  # type: ignore[union-attr]
        act(project, known["b 10.png"], SetDone(True))
        after = project.following(known["b 2.png"])
        assert after is not None
        assert after.name == "c.png"
        around = project.following(known["c.png"])
        assert around is not None
        assert around.name == "a.png"
        found = project.following(known["a.png"], search="C.")
        assert found is not None
        assert found.name == "c.png"
        assert project.following(known["a.png"], search="b 10") is None  # it is done
        for identity in known.values():
            if project.row(identity).state != "done":
                act(project, identity, SetDone(True))
        assert project.following(known["a.png"]) is None


def test_counts_of_labels_follow_every_change_undo_and_redo(folder: Path) -> None:
    with opened(folder, labels=["cat"]) as project:
        picture = ids(project)["a.png"]
        (label,) = project.labels()
        act(project, picture, click(20, 20), EditObject(1, label=label.id))
        refused = "'cat' is used by 1 object"
        for action, used in (
            (None, True),
            (DeleteObjects((1,)), False),
            (Undo(), True),
            (Redo(), False),
            (Undo(), True),
        ):
            if action is not None:
                act(project, picture, action)
            if used:
                with pytest.raises(InputError, match=refused):
                    project.remove_label(label.id)
        act(project, picture, DeleteObjects((1,)))
        project.remove_label(label.id)
        assert project.labels() == ()


def test_an_old_project_counts_the_labels_that_it_has(tmp_path: Path) -> None:
    with zipfile.ZipFile(Path(__file__).parent / "version1" / "project.zip") as archive:
        archive.extractall(tmp_path / "photos")
    with opened(tmp_path / "photos") as project:
        used = {
            drawn.label
            for row in project.pictures().items
            for drawn in project.picture(row.id).document.objects
            if drawn.label is not None
        }
        assert used
        for label in project.labels():
            if label.id in used:
                with pytest.raises(InputError, match="is used by"):
                    project.remove_label(label.id)
