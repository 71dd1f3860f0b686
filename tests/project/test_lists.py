"""Indexes of pictures, next pictures and label counts, without reading the whole project."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fcfi.errors import InputError, NotFound
from fcfi.project import (
    DeleteObjects,
    EditObject,
    Filter,
    MarkPicture,
    Project,
    Redo,
    SetDone,
    Undo,
)
from fcfi.project.states import PersonWork, State
from fcfi.project.store import labels as store_labels
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
        assert project.label_counts() == {label.id: 1}
        act(project, picture, DeleteObjects((1,)))
        assert project.label_counts() == {}
        project.remove_label(label.id)
        assert project.labels() == ()
        # Undo shows an object whose label was removed: it counts as one without a label.
        act(project, picture, Undo())
        assert project.label_counts() == {0: 1}


@pytest.fixture
def sorted_out(folder: Path) -> Iterator[Project]:
    """Make a project with 2, 1, 0 and 1 objects, two labels, and marks by two people."""
    clock = iter(range(1, 100))
    with opened(folder, labels=["cat", "dog"]) as project:
        project._editing._clock = lambda: float(next(clock))
        known, (cat, dog) = ids(project), project.labels()
        act(project, known["a.png"], click(20, 20, label=cat.id), click(40, 40, label=dog.id))
        act(project, known["b 2.png"], click(20, 20))
        act(project, known["c.png"], click(20, 20, label=dog.id))
        for name, mark, author in (
            ("c.png", "checked", "Ann"),
            ("b 2.png", "doubtful", "Bob"),
            ("b 10.png", "done", "Ann"),
        ):
            row = project.row(known[name])
            project.act(row.id, row.version, MarkPicture(mark), author)  # type: ignore[arg-type]
        yield project


@pytest.mark.parametrize("rare", [1, 1000], ids=["frequent labels", "rare labels"])
@pytest.mark.parametrize(
    ("state", "which", "names"),
    [
        (None, Filter(label=1), ["a.png"]),
        (None, Filter(label=2), ["a.png", "c.png"]),
        (None, Filter(label=0), ["b 2.png"]),
        (None, Filter(most=0), ["b 10.png"]),
        (None, Filter(least=1, most=1), ["b 2.png", "c.png"]),
        ("checked", Filter(label=2), ["c.png"]),
        (None, Filter(label=2, least=2, order="most_objects"), ["a.png"]),
        (None, Filter(order="most_objects"), ["a.png", "b 2.png", "c.png", "b 10.png"]),
        (None, Filter(order="fewest_objects"), ["b 10.png", "b 2.png", "c.png", "a.png"]),
        (None, Filter(order="last_marked"), ["b 10.png", "b 2.png", "c.png", "a.png"]),
    ],
)
def test_a_list_is_filtered_and_sorted_and_its_indices_and_next_pictures_follow(
    sorted_out: Project,
    state: State | None,
    which: Filter,
    names: list[str],
    rare: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(store_labels, "RARE", rare)
    listed = sorted_out.pictures(state, which=which)
    assert [row.name for row in listed.items] == names
    for offset, limit in ((0, 500), (0, 0), (0, len(names)), (len(names) - 1, 2), (99, 2)):
        part = sorted_out.pictures(state, offset=offset, limit=limit, which=which)
        assert part.total == len(names)
        assert part.items == listed.items[offset : offset + limit]
    states: tuple[State, ...] = () if state is None else (state,)
    for index, row in enumerate(listed.items):
        assert sorted_out.index_of(row.id, state, which=which) == index
        following = sorted_out.following(row.id, states, which=which)
        assert following == listed.items[(index + 1) % len(names)]
    left_out = {row.id for row in sorted_out.pictures().items} - {row.id for row in listed.items}
    assert all(sorted_out.index_of(row, state, which=which) is None for row in left_out)


def test_a_merged_label_is_found_under_the_other_one(sorted_out: Project) -> None:
    cat, dog = sorted_out.labels()
    assert sorted_out.label_counts() == {0: 1, cat.id: 1, dog.id: 2}
    sorted_out.merge_label(cat.id, dog.id)
    assert sorted_out.pictures(which=Filter(label=dog.id)).total == 2
    assert sorted_out.label_counts() == {0: 1, dog.id: 3}


def test_rows_and_counts_say_who_marked_what(sorted_out: Project) -> None:
    counts = sorted_out.pictures().counts
    assert (counts.work, counts.done, counts.doubtful, counts.checked) == (1, 1, 1, 1)
    row = sorted_out.row(ids(sorted_out)["c.png"])
    assert (row.state, row.marked_by) == ("checked", "Ann")
    assert row.marked_at > 0
    # An undone mark is not there any more.
    act(sorted_out, row.id, Undo())
    row = sorted_out.row(row.id)
    assert (row.state, row.marked_by, row.marked_at) == ("work", "", 0.0)


def test_the_next_picture_to_do_is_not_one_in_doubt(sorted_out: Project) -> None:
    found = sorted_out.following(ids(sorted_out)["a.png"])
    assert found is not None
    assert found.name == "a.png"


def test_exports_of_done_and_of_checked_pictures(sorted_out: Project, tmp_path: Path) -> None:
    assert sorted_out.export("coco", tmp_path / "all").pictures == 4
    assert sorted_out.export("coco", tmp_path / "done", only_done=True).pictures == 2
    checked = sorted_out.export("coco", tmp_path / "checked", only_checked=True)
    assert (checked.pictures, len(checked.objects)) == (1, 1)


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
        assert {label for label in project.label_counts() if label} == used
        for label in project.labels():
            if label.id in used:
                with pytest.raises(InputError, match="is used by"):
                    project.remove_label(label.id)


def test_a_list_is_divided_among_people_in_runs_of_neighbours(sorted_out: Project) -> None:
    def given() -> dict[str, str]:
        return {row.name: row.assigned for row in sorted_out.pictures().items}

    assert sorted_out.assign(["Ann", "Ben"], which=Filter(least=1)) == 3
    assert given() == {"a.png": "Ann", "b 2.png": "Ben", "b 10.png": "", "c.png": "Ben"}
    assert [row.name for row in sorted_out.pictures(which=Filter(assigned="Ben")).items] == [
        "b 2.png",
        "c.png",
    ]
    assert sorted_out.work_of_people() == (
        PersonWork("", 1, 1),
        PersonWork("Ann", 1, 0),
        PersonWork("Ben", 2, 1),
    )
    # The next one is in a person's own list; nothing that was drawn or marked has changed.
    ben = ids(sorted_out)["b 2.png"]
    checked: tuple[State, ...] = ("checked",)
    following = sorted_out.following(ben, checked, which=Filter(assigned="Ben"))
    assert following is not None
    assert following.name == "c.png"
    assert sorted_out.assign([], search="c.png") == 1
    assert given()["c.png"] == ""
    assert sorted_out.assign(["Ann"], search="no such name") == 0


@pytest.mark.parametrize("names", [[""], ["  "], ["Ann", "Ann"], ["x" * 101]])
def test_pictures_are_not_given_to_impossible_people(sorted_out: Project, names: list[str]) -> None:
    with pytest.raises(InputError, match="give each person once"):
        sorted_out.assign(names)
