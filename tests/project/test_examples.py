"""The finished objects of a project as datasets to learn from and to measure on."""

from pathlib import Path

import numpy as np
import pytest

from fcfi.data import open_dataset
from fcfi.errors import InputError
from fcfi.masks.truth import OBJECT
from fcfi.project import EditObject, MarkPicture, Project, SetMask
from fcfi.project import examples as module
from fcfi.project.examples import Example, count, split
from fcfi.project.progress import PACKING
from fcfi.project.states import PictureRow
from tests.project.builders import HEIGHT, WIDTH, click, opened, runs, write_photos


def example(number: int, objects: int) -> Example:
    row = PictureRow(number, f"{number}.png", 8, 8, 0, 0, "work", objects, 1, None)
    return Example(row, tuple(f"{number} {index}" for index in range(objects)))


def drawn(project: Project, picture: int, count: int) -> None:
    """Draw squares on a picture, each as an object of its own."""
    for index in range(count):
        version = project.row(picture).version
        project.act(picture, version, SetMask(None, runs(4 + 10 * index, 4 + picture)))


def act(project: Project, picture: int, action: object) -> None:
    project.act(picture, project.row(picture).version, action)  # type: ignore[arg-type]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return opened(write_photos(tmp_path / "photos", "a.png", "b.png", "c.png", "d.png"))


def test_finished_objects_and_all_of_done_pictures_are_examples(project: Project) -> None:
    with project:
        for picture in (1, 2, 3, 4):
            drawn(project, picture, 3)
        act(project, 1, EditObject(2, finished=True))
        act(project, 2, MarkPicture("done"))
        act(project, 3, MarkPicture("doubtful"))
        act(project, 4, MarkPicture("checked"))
        found = {example.row.name: len(example.masks) for example in project.examples()}
        assert found == {"a.png": 1, "b.png": 3, "d.png": 3}
        assert count(project.examples()) == 7


def test_pictures_that_an_import_alone_has_changed_come_last(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with project:
        for picture in (1, 2, 3):
            drawn(project, picture, 1)
        act(project, 4, click(20, 20))
        for picture in (1, 4):
            act(project, picture, EditObject(1, finished=True))
        monkeypatch.setattr(module, "MOST_READ", 2)
        assert sorted(found.row.name for found in project.examples()) == ["a.png", "d.png"]
        monkeypatch.setattr(module, "MOST_PICTURES", 1)
        monkeypatch.setattr(module, "BATCH", 1)
        assert len(project.examples()) == 1


def test_examples_are_divided_by_picture() -> None:
    parts = split([example(number, 4) for number in range(20)])
    assert [found.row.id for found in parts.held_out] == [0, 1, 2, 3]
    assert [found.row.id for found in parts.learn_from] == list(range(4, 20))


def test_few_objects_are_divided_so_that_enough_can_be_measured() -> None:
    parts = split([example(number, 1) for number in range(30)])
    assert (count(parts.held_out), count(parts.learn_from)) == (8, 22)


def test_a_picture_with_most_objects_is_learnt_from() -> None:
    parts = split([example(0, 20), *(example(number, 1) for number in range(1, 13))])
    assert count(parts.held_out) == 8
    assert parts.learn_from[0].row.id == 0


def test_many_objects_are_measured_on_many_pictures() -> None:
    parts = split([example(number, 20) for number in range(60)])
    assert [len(found.masks) for found in parts.held_out] == [3] * 12
    assert count(split([example(number, 1) for number in range(500)]).held_out) == 40


@pytest.mark.parametrize(
    ("objects", "sentence"),
    [
        ((10, 10, 9), "at least 30 finished objects to learn from, got 29"),
        ((40,), "kept apart for measuring, got 0: finish objects on more pictures"),
        ((40, 3, 4), "kept apart for measuring, got 7"),
    ],
)
def test_too_few_objects_or_pictures_are_reported(objects: tuple[int, ...], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        split([example(number, found) for number, found in enumerate(objects)])


def test_examples_are_written_as_a_dataset(project: Project, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int | None]] = []
    with project:
        drawn(project, 2, 2)
        act(project, 2, MarkPicture("done"))
        project.write_examples(project.examples(), tmp_path / "out", lambda *now: seen.append(now))
        image = project.image(2)
    samples = open_dataset(tmp_path / "out")
    assert [sample.name for sample in samples] == ["2#1", "2#2"]
    np.testing.assert_array_equal(samples[0].image, image)
    squares = [runs(4, 6), runs(14, 6)]
    for sample, square in zip(samples, squares, strict=True):
        np.testing.assert_array_equal(sample.truth == OBJECT, square.pixels(HEIGHT, WIDTH))
    assert seen == [(PACKING, 0, 1), (PACKING, 1, 1)]


def test_large_pictures_are_shrunk_with_their_masks(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_PIXELS", HEIGHT * WIDTH // 4)
    with project:
        drawn(project, 1, 1)
        act(project, 1, MarkPicture("done"))
        project.write_examples(project.examples(), tmp_path / "out")
    (sample,) = open_dataset(tmp_path / "out")
    assert sample.image.shape == (HEIGHT // 2, WIDTH // 2, 3)
    rows, columns = np.nonzero(sample.truth == OBJECT)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (3, 5, 2, 5)


def test_pictures_that_cannot_be_read_are_left_out(project: Project, tmp_path: Path) -> None:
    with project:
        for picture in (1, 2, 3):
            drawn(project, picture, 1)
            act(project, picture, MarkPicture("done"))
        found = project.examples()
        (project.folder / "a.png").write_bytes(b"no picture")
        write_photos(project.folder.parent / "other", "x.png")
        large = project.folder.parent / "other" / "x.png"
        (project.folder / "b.png").write_bytes(large.read_bytes()[:60])
        project.write_examples(found, tmp_path / "out")
        assert [sample.name for sample in open_dataset(tmp_path / "out")] == ["3#1"]
        with pytest.raises(InputError, match="cannot write"):
            project.write_examples(found, tmp_path / "out")
