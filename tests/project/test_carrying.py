"""Objects are carried through a series as far as the network finds them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from fcfi.boxes import Box
from fcfi.errors import InputError, NetworkError, NotFound, PictureError
from fcfi.grey_window import GreyWindow
from fcfi.images import Image, read_image
from fcfi.masks.truth import Mask
from fcfi.motion import Displacement
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.prediction import CachedImage, Prediction
from fcfi.project import (
    AddClicks,
    CarryLimits,
    DeleteObjects,
    EditObject,
    PictureState,
    Project,
    SetMask,
    Undo,
)
from fcfi.project.actions import DuplicateObjects
from fcfi.project.progress import CARRYING, Cancelled
from fcfi.project.states import CarriedTo, CarryStop, Filter
from fcfi.prompts.clicks import Click, Prompts
from fcfi.session import Session
from tests.project.builders import HEIGHT, WIDTH, click, opened, predictor, runs, write_photos
from tests.project.test_jobs import Recorder

SIDE = 12
RED, BLUE = (250, 20, 20), (20, 20, 250)
WAY = ((8, 10), (14, 12), (20, 14), (26, 16))


class Honest(FCFIPredictor):
    """A predictor whose score is the share of red pixels in its mask."""

    def predict(
        self,
        image: Image | CachedImage,
        prompts: Prompts,
        previous: Prediction | None = None,
        within: Box | None = None,
    ) -> Prediction:
        found = super().predict(image, prompts, previous, within)
        pixels = image.image if isinstance(image, CachedImage) else image
        inside = pixels[found.mask]
        return replace(found, score=float((inside[:, 0] > 200).mean()) if len(inside) else 0.0)


def honest() -> Honest:
    usual = predictor()
    return Honest(usual.network, usual.zoom)


def paint(path: Path, *squares: tuple[int, int, tuple[int, int, int]]) -> None:
    """Write a dull picture with squares of some colours at (left, top)."""
    pixels = np.full((HEIGHT, WIDTH, 3), (90, 110, 90), np.uint8)
    pixels += np.random.default_rng(0).integers(0, 9, pixels.shape, np.uint8)
    for left, top, colour in squares:
        part = pixels[top : top + SIDE, max(0, left) : max(0, left + SIDE)]
        part[...] = colour
        part[:3] //= 2  # so that a displacement along x or y is seen
    Pillow.fromarray(pixels).save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder in which a red square moves, disappears on the sixth picture, and a blue one
    stays."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, (left, top) in enumerate(WAY, 1):
        paint(folder / f"{number}.png", (left, top, RED), (44, 4, BLUE))
    paint(folder / "5.png", (32, 18, RED), (44, 4, BLUE))
    for number in (6, 7):
        paint(folder / f"{number}.png", (44, 4, BLUE))
    return folder


def marked(project: Project) -> PictureState:
    return project.act(1, 0, click(14, 18, label=1), "Ann")


def mask_of(state: PictureState, index: int = 0) -> Mask:
    return state.masks[state.document.objects[index].mask or ""].pixels(HEIGHT, WIDTH)


def red_in(path: Path) -> Mask:
    pixels = read_image(path).astype(int)
    return np.asarray(pixels[:, :, 0] - pixels[:, :, 1] > 60)


def counts(project: Project) -> list[int]:
    return [row.objects for row in project.pictures().items]


def test_an_object_is_carried_until_it_is_gone(folder: Path) -> None:
    with Project.open(folder, honest(), ("cup",)) as project:
        marked(project)
        report = project.carry(1, 6, author="Ben")
        assert [(picture.id, picture.name) for picture in report.pictures] == [
            (number, f"{number}.png") for number in (2, 3, 4, 5)
        ]
        assert [picture.objects[0].score for picture in report.pictures] == [
            pytest.approx(1, abs=0.25)
        ] * 4
        ((source, name, score),) = [
            (stop.source, stop.picture, stop.score) for stop in report.stops
        ]
        assert (source, name, score) == (1, "6.png", None), "its pixels are not found"
        assert report.ended is None
        assert counts(project) == [1, 1, 1, 1, 1, 0, 0]
        for number in (2, 3, 4, 5):
            state = project.picture(number)
            (drawn,) = state.document.objects
            red = red_in(folder / f"{number}.png")
            mask = mask_of(state)
            assert (mask & red).sum() / (mask | red).sum() > 0.8
            assert (drawn.label, len(drawn.rounds.prompts), drawn.finished) == (1, 1, False)
            assert state.undo_text == "1 object carried from the picture before"


def test_the_score_stops_an_object_that_the_network_does_not_find(folder: Path) -> None:
    with Project.open(folder, honest()) as project:
        marked_without_label(project)
        report = project.carry(1, 6, limits=CarryLimits(doubt=1))
        assert len(report.pictures) == 4
        assert report.stops == (CarryStop(1, "6.png", 0.0),)


def test_what_was_carried_replays_and_is_undone(folder: Path) -> None:
    with Project.open(folder, honest(), ("cup",)) as project:
        marked(project)
        project.carry(1, 2)
        state = project.picture(3)
        (log,) = project.logs(3)
        again = Session.replay(
            predictor(), read_image(folder / "3.png"), json.loads(json.dumps(log["log"]))
        )
        np.testing.assert_array_equal(again.mask, mask_of(state))
        # It is corrected like any mask, and the change of each picture is undone alone.
        project.act(3, 1, click(40, 40, object=1, positive=False))
        assert len(project.picture(3).document.objects[0].rounds) == 2
        project.act(3, 2, Undo())
        back = project.act(3, 3, Undo())
        assert back.document.objects == ()
        assert counts(project)[:4] == [1, 1, 0, 0]


def test_carrying_again_changes_nothing_and_respects_corrections(folder: Path) -> None:
    with Project.open(folder, honest(), ("cup",)) as project:
        marked(project)
        first = project.carry(1, 3)
        again = project.carry(1, 3)
        assert [picture.name for picture in again.pictures] == ["2.png", "3.png", "4.png"]
        assert {picture.objects for picture in again.pictures} == {(CarriedTo(1, 1, None),)}
        assert None not in {picture.objects[0].score for picture in first.pictures}
        versions = [row.version for row in project.pictures().items]
        corrected = project.act(4, 1, click(40, 40, object=1, positive=False))
        assert project.carry(1, 3) == again
        assert project.picture(4).document == corrected.document
        assert versions == [1, 1, 1, 1, 0, 0, 0]
        # Without it, the object is made again.
        project.act(3, 1, DeleteObjects((1,)))
        project.carry(1, 3)
        assert [drawn.id for drawn in project.picture(3).document.objects] == [2]


def test_a_changed_object_is_not_carried_a_second_time(folder: Path) -> None:
    """The copies stay, and the series continues behind them; a copy leads to the same series."""
    with Project.open(folder, honest(), ("cup",)) as project:
        marked(project)
        project.carry(1, 2)
        project.act(1, 1, click(16, 20, object=1))
        project.act(2, 1, SetMask(1, runs(14, 12, SIDE), label=1))
        report = project.carry(1, 6)
        assert [picture.objects[0].score is None for picture in report.pictures] == [
            True,
            True,
            False,
            False,
        ]
        assert [stop.picture for stop in report.stops] == ["6.png"]
        assert counts(project) == [1, 1, 1, 1, 1, 0, 0]
        assert project.carry(2, 6).pictures == tuple(
            replace(picture, objects=(CarriedTo(1, 1, None),)) for picture in report.pictures[1:]
        )
        # The original counts as well, where the order of the list leads back to it.
        project.act(2, 2, SetMask(None, runs(40, 20, 4)))
        back = project.carry(2, 2, [1], which=Filter(order="most_objects"))
        assert [picture.name for picture in back.pictures] == ["1.png", "3.png"]
        assert counts(project) == [1, 2, 1, 1, 1, 0, 0]


def test_the_first_score_of_a_series_counts_also_if_its_object_is_there(folder: Path) -> None:
    with Project.open(folder, honest()) as project:
        marked_without_label(project)
        project.carry(1, 4)
        # Without the first score, the score of 0 on the sixth picture would be enough.
        limits = CarryLimits(0.9, 0, doubt=1)
        assert [stop.score for stop in project.carry(1, 6, limits=limits).stops] == [0.0]


def test_a_copy_of_a_carried_object_is_an_object_of_its_own(folder: Path) -> None:
    with Project.open(folder, honest()) as project:
        marked_without_label(project)
        project.carry(1, 1)
        project.act(2, 1, DuplicateObjects((1,)))
        report = project.carry(2, 1, limits=CarryLimits(0, 0))
        assert [carried.source for carried in report.pictures[0].objects] == [1, 2]
        assert counts(project)[:3] == [1, 2, 2]


def test_each_object_stops_alone(folder: Path) -> None:
    with opened(folder, labels=("cup",)) as project:
        project.act(1, 0, SetMask(None, runs(8, 10, SIDE), label=1))
        project.act(1, 1, SetMask(None, runs(44, 4, SIDE)))
        project.act(1, 2, EditObject(2, finished=True, keep_out=False))
    with Project.open(folder, honest()) as project:
        # The second object is blue: its score is 0 from the start.
        report = project.carry(1, 2)
        assert report.stops == (CarryStop(2, "2.png", 0.0),)
        assert [len(picture.objects) for picture in report.pictures] == [1, 1]
        both = project.carry(1, 1, limits=CarryLimits(0, 0))
        assert [carried.source for carried in both.pictures[0].objects] == [1, 2]
        only = project.carry(1, 1, [2], limits=CarryLimits(0, 0))
        assert [carried.source for carried in only.pictures[0].objects] == [2]


def test_the_limits_are_a_share_of_the_first_score_and_a_number(folder: Path) -> None:
    scores = iter((0.8, 0.75, 0.7, 0.65))

    class Falling(FCFIPredictor):
        def predict(self, *arguments: Any) -> Prediction:
            return replace(super().predict(*arguments), score=next(scores))

    usual = predictor()
    falling = Falling(usual.network, usual.zoom)
    with opened(folder) as project:
        project.act(1, 0, SetMask(None, runs(8, 10, SIDE)))
    with Project.open(folder, falling) as project:
        report = project.carry(1, 6, limits=CarryLimits(0.85, 0.5))
        assert [picture.objects[0].score for picture in report.pictures] == [0.8, 0.75, 0.7]
        assert report.stops == (CarryStop(1, "5.png", 0.65),)
    scores = iter((0.4,))
    with Project.open(folder, falling) as project:
        project.act(1, 1, DeleteObjects((1,)))
        project.act(1, 2, SetMask(None, runs(8, 10, SIDE)))
        assert project.carry(1, 6, limits=CarryLimits(0.85, 0.45)).stops[0].score == 0.4


def test_an_object_that_leaves_the_picture_stops(folder: Path) -> None:
    for number, left in enumerate((2, -4, -10, -20), 1):
        paint(folder / f"{number}.png", (left, 18, RED))
    with Project.open(folder, honest()) as project:
        project.act(1, 0, click(8, 26))
        report = project.carry(1, 6, limits=CarryLimits(0, 0))
        assert report.pictures[0].objects[0].object == 1
        mask = mask_of(project.picture(2))
        red = red_in(folder / "2.png")
        assert (mask & red).sum() / (mask | red).sum() > 0.6


def test_a_mask_beyond_the_border_has_left(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fcfi.project.carrying.displacement", lambda *_: Displacement(WIDTH, 0, 0))
    with Project.open(folder, honest()) as project:
        marked_without_label(project)
        report = project.carry(1, 3)
        assert (report.pictures, report.stops) == ((), (CarryStop(1, "2.png", None),))


def marked_without_label(project: Project) -> None:
    project.act(1, 0, click(14, 18))


def test_pictures_of_another_size_end_the_series_with_a_sentence(folder: Path) -> None:
    Pillow.new("RGB", (WIDTH + 2, HEIGHT)).save(folder / "3.png")
    with Project.open(folder, honest()) as project:
        marked_without_label(project)
        report = project.carry(1, 6)
        assert [picture.name for picture in report.pictures] == ["2.png"]
        assert report.ended == (
            "expected 64 x 48 pixels as 2.png has, got 66 x 48 in 3.png: carry objects through "
            "pictures of one size"
        )
        with pytest.raises(InputError, match="expected 64 x 48 pixels"):
            project.carry(2, 6)


def test_a_broken_picture_ends_the_series_with_its_sentence(folder: Path) -> None:
    with Project.open(folder, honest()) as project:
        marked_without_label(project)
        (folder / "3.png").unlink()
        report = project.carry(1, 6)
        assert [picture.name for picture in report.pictures] == ["2.png"]
        assert report.ended is not None
        assert report.ended.startswith("3.png has vanished")
        with pytest.raises(PictureError, match="vanished"):
            project.carry(2, 6)


def test_a_cancelled_series_keeps_what_was_carried(folder: Path) -> None:
    with Project.open(folder, honest()) as project:
        marked_without_label(project)
        recorder = Recorder((CARRYING, 2))
        report = project.carry(1, 6, progress=recorder)
        assert [picture.name for picture in report.pictures] == ["2.png", "3.png"]
        assert report.ended == "cancelled"
        assert recorder.calls == [(CARRYING, number, 6) for number in range(3)]
        with pytest.raises(Cancelled):
            project.carry(3, 2, progress=Recorder((CARRYING, 0)))
        assert counts(project) == [1, 1, 1, 0, 0, 0, 0]


def test_the_series_is_that_of_the_list(folder: Path) -> None:
    write_photos(folder, "25.png")
    with Project.open(folder, honest()) as project:
        ids = {row.name: row.id for row in project.pictures().items}
        project.act(ids["1.png"], 0, click(14, 18))
        report = project.carry(ids["1.png"], 2)
        assert [picture.name for picture in report.pictures] == ["2.png", "3.png"]
        backwards = project.carry(ids["3.png"], 2, which=Filter(order="most_objects"))
        assert [picture.name for picture in backwards.pictures] == ["4.png", "5.png"]
        with pytest.raises(InputError, match=r"a list with a picture after 3\.png"):
            project.carry(ids["3.png"], 2, state="done")
        with pytest.raises(InputError, match=r"a list with a picture after 3\.png"):
            project.carry(ids["3.png"], 2, search="3")


@pytest.mark.parametrize("count", [0, 501])
def test_the_number_of_pictures_is_limited(folder: Path, count: int) -> None:
    with opened(folder) as project, pytest.raises(InputError, match="1 to 500 pictures"):
        project.carry(1, count)


@pytest.mark.parametrize(
    "limits", [CarryLimits(1.5, 0), CarryLimits(0.5, -0.1), CarryLimits(doubt=2)]
)
def test_limits_are_scores(folder: Path, limits: CarryLimits) -> None:
    with opened(folder) as project, pytest.raises(InputError, match="limits from 0 to 1, got"):
        project.carry(1, 2, limits=limits)


def test_there_must_be_an_object_a_picture_and_a_network(folder: Path) -> None:
    with opened(folder) as project:
        for objects in (None, [1]):
            with pytest.raises(InputError, match=r"an object with a mask on 1\.png to carry"):
                project.carry(1, 2, objects)
        with pytest.raises(NotFound):
            project.carry(99, 2)
        project.act(1, 0, SetMask(None, runs(8, 10)))
        with pytest.raises(InputError, match="an object with a mask"):
            project.carry(1, 2, [7])
    with Project.open(folder, None) as project, pytest.raises(NetworkError, match="need a network"):
        project.carry(1, 2)


def test_deep_pictures_are_seen_through_the_window_of_the_object(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in (1, 2):
        values = np.full((HEIGHT, WIDTH), 1000, np.uint16)
        values[0] = np.linspace(0, 4095, WIDTH).astype(np.uint16)
        left = 8 + 6 * number
        values[16:28, left : left + 12] = 1006
        values[16:18, left : left + 12] = 1004
        Pillow.fromarray(values).save(folder / f"{number}.png")
    window = GreyWindow(999, 1007)
    with opened(folder) as project:
        project.act(1, 0, AddClicks(None, (Click(20, 24),), window=window))
        report = project.carry(1, 1, limits=CarryLimits(0, 0))
        (drawn,) = project.picture(2).document.objects
        assert (drawn.rounds.window, len(report.pictures)) == (window, 1)
        assert 20 <= drawn.rounds.clicks[0].x < 32, "where the structure is now"
