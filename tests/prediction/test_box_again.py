"""Box again: the answer to a box is looked at again, with a click of its own."""

import numpy as np
import pytest

from fcfi.boxes import Box
from fcfi.prediction.box_again import BoxAgain, within
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.methods import FOR_PEOPLE, STEPS, as_recorded, make_for_people, make_predictor
from fcfi.prediction.specks import FirstSpecks
from fcfi.prediction.zoom import Crop, Zoom
from fcfi.prompts.clicks import Click, Prompts
from fcfi.robot import first_click
from fcfi.runtimes.interface import SCORE, Arrays
from tests.networks import ColourNetwork, ConstantNetwork

ZOOM = Zoom(target=96, minimum=16)
BOX = Box(30, 20, 90, 80)


@pytest.fixture
def photo() -> np.ndarray:
    """A red square on blue, with a second one beyond the box."""
    image = np.zeros((100, 120, 3), np.uint8)
    image[...] = (0, 0, 255)
    image[30:70, 40:80] = (255, 0, 0)
    image[30:70, 96:112] = (255, 0, 0)
    return image


def test_each_further_look_has_the_answer_as_feedback_and_a_click_in_its_middle(
    photo: np.ndarray,
) -> None:
    network = ColourNetwork()
    predictor = FCFIPredictor(network, ZOOM, steps=(BoxAgain(looks=2),))
    prediction = predictor.predict(photo, (BOX,))
    assert prediction.answered == 1
    assert len(network.calls) == 3
    plain = FCFIPredictor(ColourNetwork(), ZOOM).predict(photo, (BOX,))
    kept = plain.seen * within(BOX, 0.05, plain.crop)
    _, feedback, disks, _, cell, label, gate = network.calls[1]
    inside = kept > plain.threshold
    assert ((feedback[0, 0] > plain.threshold) == inside).all()
    own = first_click(inside)
    assert own is not None
    assert disks[0, 0, own.y, own.x] == 1
    assert not disks[0, 1].any()
    assert int(cell[0]) == (own.y // 4) * (plain.crop.width // 4) + own.x // 4
    assert label[0, 0, 0, 0] == gate[0, 0, 0, 0] == 1


def test_the_users_clicks_stay_the_last_ones(photo: np.ndarray) -> None:
    network = ColourNetwork()
    predictor = FCFIPredictor(network, ZOOM, steps=(BoxAgain(looks=1),))
    predictor.predict(photo, (BOX, Click(35, 25, positive=False)))
    first, again = network.calls
    assert again[4] == first[4], "the cell of the user's click"
    assert again[5][0, 0, 0, 0] == 0
    assert again[2][0, 0].any()
    assert not first[2][0, 0].any()


def test_the_mask_leaves_the_box_by_no_more_than_the_margin(photo: np.ndarray) -> None:
    everything = ConstantNetwork(3.0)
    mask = FCFIPredictor(everything, ZOOM, steps=(BoxAgain(margin=0.05),)).predict(photo, (BOX,))
    assert mask.object_box is not None
    # Three pixels of margin, and at most one for the pixels of the network.
    assert Box(26, 16, 94, 84).intersection(mask.object_box) == mask.object_box
    assert mask.object_box.intersection(BOX) == BOX
    exact = FCFIPredictor(everything, ZOOM, steps=(BoxAgain(margin=0),)).predict(photo, (BOX,))
    assert exact.object_box is not None
    assert exact.object_box.iou(BOX) > 0.94


def test_pixels_of_a_crop_are_inside_by_their_centres() -> None:
    crop = Crop(Box(10, 20, 30, 30), height=20, width=40)
    inside = within(Box(12, 22, 20, 26), 0, crop)
    assert np.flatnonzero(inside.any(axis=0)).tolist() == list(range(4, 20))
    assert np.flatnonzero(inside.any(axis=1)).tolist() == list(range(4, 12))
    wider = within(Box(12, 22, 20, 26), 0.25, crop)
    assert np.flatnonzero(wider.any(axis=0)).tolist() == list(range(24))
    assert np.flatnonzero(wider.any(axis=1)).tolist() == list(range(2, 14))


def test_an_empty_answer_is_not_looked_at_again(photo: np.ndarray) -> None:
    nothing = ConstantNetwork(-3.0)
    prediction = FCFIPredictor(nothing, ZOOM, steps=(BoxAgain(),)).predict(photo, (BOX,))
    assert prediction.object_box is None
    assert len(nothing.calls) == 1


@pytest.mark.parametrize(
    "prompts", [(Click(50, 50),), (Click(50, 50), Click(100, 50, positive=False))]
)
def test_clicks_are_answered_by_one_look_as_before(prompts: Prompts, photo: np.ndarray) -> None:
    network = ColourNetwork()
    found = FCFIPredictor(network, ZOOM, steps=(BoxAgain(),)).predict(photo, prompts)
    plain = FCFIPredictor(ColourNetwork(), ZOOM).predict(photo, prompts)
    assert found.seen.tobytes() == plain.seen.tobytes()
    assert len(network.calls) == 1


def test_a_click_after_a_box_is_answered_by_one_look(photo: np.ndarray) -> None:
    network = ColourNetwork()
    predictor = make_predictor(network, ZOOM)
    first = predictor.predict(photo, (BOX,))
    before = len(network.calls)
    second = predictor.predict(photo, (BOX, Click(100, 50)), first)
    assert len(network.calls) == before + 1
    assert second.mask[50, 100], "a click may take the mask out of the box again"


def test_a_later_box_starts_again_from_itself(photo: np.ndarray) -> None:
    predictor = make_for_people(ColourNetwork(), ZOOM, "none", 0.49)
    first = predictor.predict(photo, (Click(50, 50),))
    boxed = predictor.predict(photo, (Click(50, 50), BOX), first)
    assert boxed.object_box is not None
    assert Box(26, 16, 94, 84).intersection(boxed.object_box) == boxed.object_box


def test_the_score_is_that_of_the_last_look(photo: np.ndarray) -> None:
    class Scored(ColourNetwork):
        """Scores its masks 0.5, then higher at each call."""

        def __call__(self, inputs: Arrays, /) -> Arrays:
            outputs = super().__call__(inputs)
            return {**outputs, SCORE: np.array([[len(self.calls) - 1]], np.float32)}

    predictor = FCFIPredictor(Scored(), ZOOM, steps=(BoxAgain(looks=2),))
    assert predictor.predict(photo, (BOX,)).score == pytest.approx(1 / (1 + np.exp(-2)))


LOGGED = (
    "",
    "first-specks 0.03",
    "first-specks 0.03, look-twice 0.1 0.35",
    *(", ".join(step.name for step in steps) for steps in (STEPS, FOR_PEOPLE)),
)


@pytest.mark.parametrize("steps", LOGGED)
def test_a_log_is_replayed_with_the_steps_that_it_was_made_with(steps: str) -> None:
    usual = make_predictor(ColourNetwork(), ZOOM)
    recorded = {**usual.settings, "steps": steps} if steps else {}
    assert as_recorded(usual, recorded).settings.get("steps", "") == steps


def test_unknown_steps_and_own_ones_are_left_as_they_are() -> None:
    usual = make_predictor(ColourNetwork(), ZOOM)
    assert as_recorded(usual, {"steps": "box-again 9 0.05, first-specks 0.03"}) is usual
    own = FCFIPredictor(ColourNetwork(), ZOOM, steps=(FirstSpecks(0.1),))
    assert as_recorded(own, {"steps": "first-specks 0.03"}) is own
