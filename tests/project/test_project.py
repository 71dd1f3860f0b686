"""A folder of pictures as a project: list, pictures, labels, settings, logs and errors."""

import hashlib
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

import fcfi
from fcfi.errors import InputError, NetworkError, NotFound, PictureError
from fcfi.images import read_image
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.interface import Predictor, identity
from fcfi.prediction.zoom import Zoom
from fcfi.project import (
    AddClicks,
    CopyObjects,
    EditObject,
    PictureConflict,
    Project,
    Redo,
    RemoveClick,
    SetDone,
    SetMask,
    Undo,
)
from fcfi.prompts.click_log import ClickLog
from fcfi.session import Session
from tests.networks import ColourNetwork
from tests.project.builders import (
    HEIGHT,
    WIDTH,
    click,
    opened,
    photo,
    predictor,
    runs,
    write_photos,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_photos(tmp_path / "photos", "a.png", "b 10.jpg", "b 9.jpg", "sub/ünï.png")


def names(project: Project, **asked: object) -> list[str]:
    return [row.name for row in project.pictures(**asked).items]  # type: ignore[arg-type]


def id_of(project: Project, name: str) -> int:
    return next(row.id for row in project.pictures().items if row.name == name)


# ── the list ──────────────────────────────────────────────────────────────────────────────────────


def test_pictures_come_in_the_order_of_their_names_and_numbers(folder: Path) -> None:
    with opened(folder) as project:
        assert names(project) == ["a.png", "b 9.jpg", "b 10.jpg", "sub/ünï.png"]
        assert names(project, offset=1, limit=2) == ["b 9.jpg", "b 10.jpg"]


def test_the_list_is_searched_and_counted_by_state(folder: Path) -> None:
    with opened(folder) as project:
        project.act(id_of(project, "a.png"), 0, SetDone(True))
        project.act(id_of(project, "b 9.jpg"), 0, click(1, 1))
        assert names(project, state="work") == ["b 9.jpg"]
        assert names(project, search="B ") == ["b 9.jpg", "b 10.jpg"]
        assert names(project, search="%") == []
        assert names(project, search="ÜN") == ["sub/ünï.png"]
        found = project.pictures(search="b ", state="new")
        assert found.total == 1
        assert (found.counts.all, found.counts.new, found.counts.work, found.counts.done) == (
            4,
            2,
            1,
            1,
        )


def test_a_picture_that_is_undone_to_the_beginning_is_new_again(folder: Path) -> None:
    with opened(folder) as project:
        project.act(1, 0, click(1, 1))
        assert project.act(1, 1, Undo()).picture.state == "new"


def test_what_is_not_there_is_not_found(folder: Path) -> None:
    with opened(folder) as project:
        for ask in (project.picture, project.image, project.logs, project.row, project.path):
            with pytest.raises(NotFound, match="not have a picture 99"):
                ask(99)
        with pytest.raises(NotFound):
            project.act(99, 0, Undo())


def test_a_folder_is_wanted(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a folder"):
        opened(tmp_path / "missing")


# ── work ──────────────────────────────────────────────────────────────────────────────────────────


def test_clicks_make_the_masks_of_a_session(folder: Path) -> None:
    with opened(folder) as project:
        project.act(1, 0, click(10, 10))
        state = project.act(1, 1, click(40, 30, object=1, positive=False))
        session = Session(predictor(), read_image(folder / "a.png"))
        session.click(10, 10)
        session.click(40, 30, positive=False)
        (drawn,) = state.document.objects
        np.testing.assert_array_equal(
            state.masks[drawn.mask or ""].pixels(HEIGHT, WIDTH), session.mask
        )


def test_after_a_restart_clicks_go_on_as_if_nothing_had_been(folder: Path) -> None:
    with opened(folder) as project:
        project.act(1, 0, SetMask(None, runs(20, 20)))
        project.act(1, 1, click(10, 10, object=1))
        straight = project.act(1, 2, click(50, 40, object=1)).document.objects[0].mask
        project.act(1, 3, Undo())
    with opened(folder) as project:
        assert project.act(1, 4, click(50, 40, object=1)).document.objects[0].mask == straight


def test_a_late_change_is_refused_with_what_was_done_meanwhile(folder: Path) -> None:
    with opened(folder) as project:
        project.act(1, 0, click(10, 10), "Ann")
        project.act(1, 1, EditObject(1, finished=True), "Ann")
        with pytest.raises(PictureConflict, match="changed meanwhile") as refusal:
            project.act(1, 0, SetDone(True), "Bob")
        assert [(change.author, change.text) for change in refusal.value.changes] == [
            ("Ann", "1 click on the new object 1"),
            ("Ann", "object 1 finished"),
        ]
        assert refusal.value.state == project.picture(1)
        assert not project.picture(1).document.done


def test_of_many_threads_on_one_version_one_wins_and_nothing_is_lost(folder: Path) -> None:
    with opened(folder) as project:
        results: list[str] = []

        def act(number: int) -> None:
            try:
                project.act(1, 0, click(number, number), f"user {number}")
                results.append("saved")
            except PictureConflict:
                results.append("refused")

        run_together([lambda number=number: act(number) for number in range(8)])  # type: ignore[misc]
        assert sorted(results) == ["refused"] * 7 + ["saved"]
        assert project.picture(1).picture.version == 1


def test_twenty_users_on_twenty_pictures_at_once_get_what_they_get_in_turn(tmp_path: Path) -> None:
    numbers = range(1, 21)
    folder = write_photos(tmp_path, *(f"{number}.png" for number in numbers))

    def work(project: Project, number: int) -> None:
        for version, point in enumerate(((number, 5), (40, number), (60, 40))):
            project.act(number, version, click(*point, object=1 if version else None))

    with opened(folder) as together, opened(folder, store=str(tmp_path / "turn.sqlite")) as turn:
        run_together([lambda number=number: work(together, number) for number in numbers])  # type: ignore[misc]
        for number in numbers:
            work(turn, number)
            found, expected = (
                together.picture(number).document.objects,
                turn.picture(number).document.objects,
            )
            assert [part.mask for part in found] == [part.mask for part in expected]
            assert [part.clicks for part in found] == [part.clicks for part in expected]


def run_together(jobs: list[Callable[[], None]]) -> None:
    errors: list[BaseException] = []

    def run(job: Callable[[], None]) -> None:
        try:
            job()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_what_changes_nothing_is_no_change(folder: Path) -> None:
    with opened(folder) as project:
        project.act(1, 0, click(10, 10))
        assert project.act(1, 1, EditObject(1, visible=True)).picture.version == 1


def test_what_is_refused_leaves_the_picture_as_it_was(folder: Path) -> None:
    with opened(folder) as project:
        before = project.act(1, 0, click(10, 10))
        for action in (
            click(64, 0),
            click(0, 0, object=7),
            RemoveClick(1, 5),
            EditObject(1, label=4),
            Redo(),
        ):
            with pytest.raises(InputError):
                project.act(1, 1, action)
        with pytest.raises(InputError, match="author"):
            project.act(1, 1, Undo(), "x" * 101)
        assert project.picture(1) == before


def test_undo_says_what_it_would_take_back(folder: Path) -> None:
    with opened(folder) as project:
        project.act(1, 0, click(10, 10))
        state = project.act(1, 1, EditObject(1, finished=True))
        assert (state.undo_text, state.redo_text) == ("object 1 finished", None)
        state = project.act(1, 2, Undo())
        assert (state.undo_text, state.redo_text) == (
            "1 click on the new object 1",
            "object 1 finished",
        )


def test_without_a_network_the_work_is_seen_and_edited_but_not_clicked(folder: Path) -> None:
    with opened(folder) as project:
        project.act(1, 0, click(10, 10))
    with Project.open(folder, None) as project:
        with pytest.raises(fcfi.FCFIError, match="need a network"):
            project.act(1, 1, click(10, 10, object=1))
        assert project.act(1, 1, EditObject(1, finished=True)).document.objects[0].finished
        assert project.act(1, 2, Undo()).masks


# ── pictures as files ─────────────────────────────────────────────────────────────────────────────


def test_pictures_are_never_written_to(folder: Path) -> None:
    def stamps() -> dict[str, tuple[int, str]]:
        return {
            path.as_posix(): (
                path.stat().st_mtime_ns,
                hashlib.sha256(path.read_bytes()).hexdigest(),
            )
            for path in folder.rglob("*")
            if path.is_file() and ".fcfi" not in path.parts
        }

    before = stamps()
    with opened(folder, labels=("cat",)) as project:
        for row in project.pictures().items:
            project.act(row.id, 0, click(10, 10, label=1))
            project.act(row.id, 1, SetDone(True))
        project.export("coco", folder.parent / "out")
        project.import_files(folder.parent / "out")
        project.scan()
    assert stamps() == before


def test_of_pictures_larger_than_the_memory_the_last_one_is_held(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[str] = []

    def counted(path: Path, **options: Any) -> Any:
        decoded.append(path.name)
        return read_image(path, **options)

    monkeypatch.setattr("fcfi.project.pictures.read_image", counted)
    with opened(folder, cache_bytes=100) as project:
        for name in ("a.png", "a.png", "b 9.jpg", "b 9.jpg", "a.png"):
            project.image(id_of(project, name))
    assert decoded == ["a.png", "b 9.jpg", "a.png"]


def test_open_pictures_never_take_more_memory_than_they_may(tmp_path: Path) -> None:
    each, count = HEIGHT * WIDTH * 3, 200
    folder = write_photos(tmp_path, *(f"{number}.png" for number in range(count)))
    with opened(folder, cache_bytes=20 * each) as project:
        for row in project.pictures(limit=count).items:
            project.act(row.id, 0, click(10, 10))
            project.image(row.id)
            assert project.cache.nbytes <= 20 * each
        assert project.cache.nbytes > 15 * each
        state = project.act(1, 1, click(30, 30, object=1))  # long forgotten, made again
        session = Session(predictor(), project.image(1))
        session.click(10, 10)
        session.click(30, 30)
        np.testing.assert_array_equal(
            state.masks[state.document.objects[0].mask or ""].pixels(HEIGHT, WIDTH), session.mask
        )


def test_a_decoded_picture_may_not_be_changed(folder: Path) -> None:
    with opened(folder) as project, pytest.raises(ValueError, match="read-only"):
        project.image(1)[0, 0] = 0


def test_a_picture_that_vanishes_while_open_is_reported_and_its_work_is_kept(folder: Path) -> None:
    with opened(folder) as project:
        project.act(1, 0, click(10, 10))
        kept = (folder / "a.png").rename(folder.parent / "kept.png")
        with pytest.raises(PictureError, match=r"a\.png has vanished"):
            project.act(1, 1, click(20, 20, object=1))
        with pytest.raises(PictureError, match="vanished"):
            project.image(1)
        assert "vanished" in (project.picture(1).picture.problem or "")
        assert (
            project.act(1, 1, EditObject(1, finished=True)).picture.version == 2
        )  # needs no pixels
        project.scan()
        assert "vanished" in (project.picture(1).picture.problem or "")
        kept.rename(folder / "a.png")
        project.scan()
        assert project.picture(1).picture.problem is None
        assert project.act(1, 2, click(20, 20, object=1)).picture.version == 3


def test_a_picture_without_work_leaves_the_list_when_its_file_goes(folder: Path) -> None:
    with opened(folder) as project:
        (folder / "a.png").unlink()
        project.scan()
        assert "a.png" not in names(project)


def test_other_pixels_of_the_same_size_are_taken_up(folder: Path) -> None:
    with opened(folder) as project:
        before = project.image(1)
        rewrite(folder / "a.png", photo(77))
        after = project.image(1)
        assert not np.array_equal(before, after)
        np.testing.assert_array_equal(after, photo(77))


def test_another_size_is_refused_once_there_is_work(folder: Path) -> None:
    with opened(folder) as project:
        project.act(1, 0, click(10, 10))
        rewrite(folder / "a.png", photo(1, 16, 24))
        rewrite(folder / "b 9.jpg", photo(1, 16, 24))
        with pytest.raises(PictureError, match="24 x 16 pixels now and had 64 x 48"):
            project.act(1, 1, click(5, 5, object=1))
        project.scan()
        assert "had 64 x 48" in (project.row(1).problem or "")
        assert (project.row(1).width, project.row(1).height) == (64, 48)
        assert project.image(id_of(project, "b 9.jpg")).shape == (16, 24, 3)
        rewrite(folder / "a.png", photo())
        assert project.act(1, 1, click(5, 5, object=1)).picture.problem is None


def rewrite(path: Path, pixels: np.ndarray) -> None:
    """Write other content, with a time that differs even on a coarse clock."""
    before = path.stat().st_mtime_ns
    Pillow.fromarray(pixels).save(path)
    os.utime(path, ns=(before + 10**9, before + 10**9))


def test_a_picture_that_turns_out_to_be_damaged_says_so_in_the_list(folder: Path) -> None:
    whole = (folder / "sub" / "ünï.png").read_bytes()
    middle = len(whole) // 2
    (folder / "sub" / "ünï.png").write_bytes(whole[:middle] + bytes(20) + whole[middle + 20 :])
    with opened(folder) as project:
        identity = id_of(project, "sub/ünï.png")
        assert project.row(identity).problem is None  # the header is whole
        with pytest.raises(PictureError, match=r"sub/ünï\.png is damaged"):
            project.image(identity)
        assert "damaged" in (project.row(identity).problem or "")
        with pytest.raises(PictureError):
            project.act(identity, 0, click(1, 1))


def test_a_link_that_is_put_in_a_pictures_place_does_not_lead_out(
    folder: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.png"
    Pillow.fromarray(photo(9)).save(secret)
    with opened(folder) as project:
        (folder / "a.png").unlink()
        (folder / "a.png").symlink_to(secret)
        for ask in (project.image, project.path):
            with pytest.raises(PictureError, match="leads out"):
                ask(1)


# ── labels and settings ───────────────────────────────────────────────────────────────────────────


def test_labels_are_added_once_in_order_with_colours_of_their_own(folder: Path) -> None:
    with opened(folder, labels=("cat", "dog", "cat")) as project:
        assert [(label.name, label.index) for label in project.labels()] == [("cat", 0), ("dog", 1)]
        assert len({label.colour for label in project.labels()}) == 2
    with opened(folder, labels=("dog", "bird")) as project:
        assert [label.name for label in project.labels()] == ["cat", "dog", "bird"]


def test_labels_are_renamed_coloured_and_moved(folder: Path) -> None:
    with opened(folder, labels=("cat", "dog", "bird")) as project:
        project.edit_label(3, name="Vogel", colour="#123456", index=0)
        assert [(label.name, label.index) for label in project.labels()] == [
            ("Vogel", 0),
            ("cat", 1),
            ("dog", 2),
        ]
        assert project.labels()[0].colour == "#123456"


@pytest.mark.parametrize("name", ["", " cat", "two\nlines", "cat", "x" * 201])
def test_unusable_and_taken_names_of_labels_are_refused(folder: Path, name: str) -> None:
    with opened(folder, labels=("cat", "dog")) as project:
        with pytest.raises(InputError):
            project.add_label(name)
        with pytest.raises(InputError):
            project.edit_label(2, name=name)
        with pytest.raises(InputError, match="#rrggbb"):
            project.add_label("new", "blue")
        assert [label.name for label in project.labels()] == ["cat", "dog"]


def test_a_label_in_use_is_not_removed(folder: Path) -> None:
    with opened(folder, labels=("cat", "dog")) as project:
        project.act(1, 0, click(1, 1, label=1))
        with pytest.raises(InputError, match="'cat' is used by 1 object:"):
            project.remove_label(1)
        assert [label.name for label in project.remove_label(2)] == ["cat"]
        with pytest.raises(NotFound):
            project.remove_label(2)
        project.act(1, 1, Undo())
        assert project.remove_label(1) == ()
        assert project.act(1, 2, Redo()).document.objects[0].label is None


def test_a_merged_label_is_followed_through_undo_and_further_merges(folder: Path) -> None:
    with opened(folder, labels=("cat", "kitten", "animal")) as project:
        project.act(1, 0, click(1, 1, label=2))
        project.act(1, 1, EditObject(1, label=None))
        project.merge_label(2, 1)
        project.merge_label(1, 3)
        assert project.act(1, 2, Undo()).document.objects[0].label == 3
        assert [label.name for label in project.add_label("kitten")] == ["animal", "kitten"]
        with pytest.raises(InputError, match="is used by"):
            project.remove_label(3)
        with pytest.raises(InputError, match="the same"):
            project.merge_label(3, 3)
        with pytest.raises(NotFound):
            project.merge_label(2, 3)


def test_settings_are_kept_and_bounded(folder: Path) -> None:
    with opened(folder) as project:
        assert project.settings() == {}
        project.set_settings({"theme": "dark", "keys": {"undo": "z"}})
        for wrong in ({"x": "y" * 70_000}, {"x": object()}, {"x": float("nan")}):
            with pytest.raises(InputError):
                project.set_settings(wrong)
    with opened(folder) as project:
        assert project.settings() == {"theme": "dark", "keys": {"undo": "z"}}
        assert project.settings("Ann") == project.settings(), "until she changes something"
        project.set_settings({"theme": "light"}, "Ann")
        assert project.settings("Ann") == {"theme": "light"}
        assert project.settings("Ann" * 33)["theme"] == project.settings()["theme"] == "dark"


# ── logs ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_log_makes_the_mask_again_bit_for_bit(folder: Path) -> None:
    with opened(folder, labels=("cat",)) as project:
        project.act(1, 0, SetMask(None, runs(20, 20), label=1))
        project.act(1, 1, AddClicks(1, click(10, 10).clicks))
        state = project.act(1, 2, click(50, 40, object=1, positive=False))
        project.act(1, 3, SetMask(None, runs(1, 1)))
        (log,) = project.logs(1)
        assert (log["object"], log["label"]) == (1, "cat")
        again = Session.replay(
            predictor(), read_image(folder / "a.png"), json.loads(json.dumps(log["log"]))
        )
        np.testing.assert_array_equal(
            again.mask, state.masks[state.document.objects[0].mask or ""].pixels(HEIGHT, WIDTH)
        )
        assert all(
            time > 1.7e9 for part in ClickLog.from_json(log["log"]).rounds for time in part.times
        )


def test_a_log_names_the_network_that_was_used_even_after_another_one(folder: Path) -> None:
    with opened(folder) as project:
        project.act(1, 0, click(10, 10))
    with Project.open(folder, predictor("newer")) as project:
        assert project.logs(1)[0]["log"]["network"]["name"] == "colour"
        project.act(1, 1, click(20, 10, object=1))
        assert project.logs(1)[0]["log"]["network"]["name"] == "newer"


def test_a_mask_that_is_made_anew_names_its_network(folder: Path) -> None:
    with opened(folder) as project:
        project.act(1, 0, click(10, 10))
        project.act(1, 1, click(40, 30, object=1))
    with Project.open(folder, predictor("newer")) as project:
        project.act(1, 2, RemoveClick(1, 0))
        assert project.logs(1)[0]["log"]["network"]["name"] == "newer"


@pytest.mark.slow
def test_the_shipped_network_marks_an_object_and_remembers_it(
    examples: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "coffee.jpg").write_bytes((examples / "images" / "coffee.jpg").read_bytes())
    segmenter: Predictor = fcfi.load()
    with Project.open(folder, segmenter) as project:
        state = project.act(1, 0, click(290, 130))
        assert 0.02 < state.masks[state.document.objects[0].mask or ""].area / (400 * 600) < 0.9
    with Project.open(folder, None) as project:
        assert project.picture(1) == state


# ── another network, another picture ──────────────────────────────────────────────────────────────


def test_undo_brings_back_exactly_what_another_network_made(folder: Path) -> None:
    with opened(folder) as project:
        project.act(1, 0, click(10, 10))
        old = project.act(1, 1, click(40, 30, object=1, positive=False))
    with Project.open(folder, predictor("other")) as project:
        assert project.picture(1) == old, "nothing changes by itself"
        now = project.act(1, 2, click(50, 10, object=1))
        (drawn,) = now.document.objects
        assert (drawn.start, len(drawn.clicks), drawn.network) == (
            old.document.objects[0].mask,
            1,
            identity(predictor("other")),
        )
        back = project.act(1, 3, Undo())
        assert (back.document, back.masks) == (old.document, old.masks)
    with opened(folder) as project:
        assert len(project.act(1, 4, click(50, 10, object=1)).document.objects[0].clicks) == 3


def test_another_network_answers_in_an_open_project_and_changes_no_mask(folder: Path) -> None:
    with opened(folder) as project:
        old = project.act(1, 0, click(10, 10))
        project.use(predictor("other"))
        assert project.picture(1) == old, "nothing changes by itself"
        (drawn,) = project.act(1, 1, click(40, 30, object=1, positive=False)).document.objects
        assert (drawn.start, len(drawn.clicks)) == (old.document.objects[0].mask, 1)
        assert drawn.network == identity(predictor("other"))
        project.use(predictor())
        assert project.act(1, 2, Undo()).document == old.document
        (log,) = project.logs(1)
        assert log["log"]["network"]["sha256"] == "sha256 of colour"
        project.use(None)
        with pytest.raises(NetworkError, match="without one"):
            project.act(1, 3, click(40, 30, object=1))


@pytest.mark.parametrize(
    "settings",
    [{"zoom": Zoom(target=96)}, {"flip": "average"}, {"threshold": 0.6}, {"zoom": Zoom()}],
)
def test_the_same_weights_with_other_settings_are_another_predictor(
    folder: Path, settings: dict[str, Any]
) -> None:
    """The clicks made before would be answered by another rule, and the mask would change."""
    with opened(folder) as project:
        project.act(1, 0, click(10, 10))
        old = project.act(1, 1, click(40, 30, object=1, positive=False))
        logs = project.logs(1)
    other = FCFIPredictor(ColourNetwork(), **{"zoom": Zoom(target=64), **settings})
    with Project.open(folder, other) as project:
        (drawn,) = project.act(1, 2, click(50, 10, object=1)).document.objects
        assert (drawn.start, len(drawn.clicks)) == (old.document.objects[0].mask, 1)
        assert drawn.network == identity(other)
        (log,) = project.logs(1)
        assert log["log"]["settings"] == other.settings
        project.act(1, 3, Undo())
        assert project.logs(1) == logs, "the settings of the first predictor are still known"


def test_objects_are_copied_between_pictures_of_one_size_as_one_step(folder: Path) -> None:
    write_photos(folder, "c.png")
    Pillow.fromarray(photo(3, 80, 80)).save(folder / "other.png")
    with opened(folder, labels=("cat",)) as project:
        source, target = id_of(project, "a.png"), id_of(project, "c.png")
        project.act(source, 0, click(10, 10, label=1))
        given = project.act(source, 1, SetMask(None, runs(20, 20)))
        copied = project.act(target, 0, CopyObjects(source))
        assert [(drawn.label, drawn.mask) for drawn in copied.document.objects] == [
            (drawn.label, drawn.mask) for drawn in given.document.objects
        ]
        assert copied.masks == given.masks
        assert project.act(target, 1, click(50, 40, object=1)).document.objects[0].clicks
        assert project.act(target, 2, Undo()).document == copied.document
        assert project.act(target, 3, Undo()).document.objects == ()
        with pytest.raises(InputError, match="80 x 80.*same size"):
            project.act(source, 2, CopyObjects(id_of(project, "other.png")))
        with pytest.raises(NotFound):
            project.act(source, 2, CopyObjects(99))
