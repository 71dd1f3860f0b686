"""Specks: small parts without a click are left out of a first mask, and of no other."""

import numpy as np
import pytest

from fcfi.boxes import Box
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.methods import as_recorded, make_predictor
from fcfi.prediction.specks import FirstSpecks, without_specks
from fcfi.prediction.zoom import Zoom
from fcfi.prompts.clicks import Click
from tests.networks import ColourNetwork

ZOOM = Zoom(target=100, minimum=16)


def spotted() -> np.ndarray:
    """Return a mask with parts of 100, 9 and 2 pixels; those of the last touch at a corner."""
    mask = np.zeros((20, 30), np.bool_)
    mask[2:12, 2:12] = True
    mask[15, 20], mask[16, 21] = True, True
    mask[5:8, 25:28] = True
    return mask


def test_parts_under_the_share_of_the_clicked_part_are_specks() -> None:
    mask = spotted()
    kept = without_specks(mask, (Click(5, 5),), 0.03)
    assert kept.sum() == 109
    assert not kept[15, 20]
    assert without_specks(mask, (Click(5, 5),), 0.02).sum() == 111
    assert without_specks(mask, (Click(5, 5),), 0.1).sum() == 100


def test_a_clicked_part_is_never_a_speck_and_is_what_others_are_compared_with() -> None:
    mask = spotted()
    clicks = (Click(5, 5), Click(20, 15))
    assert without_specks(mask, clicks, 0.5).sum() == 102
    # Beside a small clicked part, larger ones stay: the click may have meant its neighbour.
    assert without_specks(mask, (Click(20, 15),), 0.5).sum() == 111
    # A negative click, or one beside the mask, chooses no part.
    for click in (Click(26, 6, positive=False), Click(0, 19)):
        assert without_specks(mask, (click,), 0.5).sum() == 100


def test_an_empty_mask_stays_empty() -> None:
    empty = np.zeros((4, 5), np.bool_)
    assert not without_specks(empty, (Click(1, 1),), 0.03).any()


@pytest.fixture
def photo() -> np.ndarray:
    """A picture of a red square and a red speck on blue, which `ColourNetwork` takes as objects."""
    image = np.zeros((100, 100, 3), np.uint8)
    image[...] = (0, 0, 255)
    image[20:60, 20:60] = (255, 0, 0)
    image[80:84, 80:84] = (255, 0, 0)
    return image


def test_the_first_mask_has_no_specks_and_the_next_may_have_them(photo: np.ndarray) -> None:
    network = ColourNetwork()
    usual, plain = make_predictor(network, ZOOM), FCFIPredictor(network, ZOOM)
    first, click = usual.predict(photo, (Click(40, 40),)), Click(30, 30)
    found = plain.predict(photo, (Click(40, 40),))
    assert found.mask[80:84, 80:84].any()
    assert not first.mask[62:, 62:].any()
    np.testing.assert_array_equal(first.mask[:62, :62], found.mask[:62, :62])
    assert not (first.probs[62:, 62:] > first.threshold).any()
    assert first.object_box == Box(20, 20, 60, 60)
    assert first.nbytes == found.nbytes + found.seen.nbytes
    # The next look sees what the network found, and is where it would be without the step.
    assert first.feedback_box == found.object_box
    both = (Click(40, 40), click)
    again = usual.predict(photo, both, first)
    assert again.shown is None
    np.testing.assert_array_equal(again.mask, plain.predict(photo, both, found).mask)


def test_a_log_without_steps_is_of_a_predictor_without_the_step() -> None:
    usual = make_predictor(ColourNetwork(), ZOOM, "average", 0.6)
    assert usual.settings["steps"] == "box-again 2 0.05, first-specks 0.03"
    old = {name: value for name, value in usual.settings.items() if name != "steps"}
    assert dict(as_recorded(usual, old).settings) == old
    assert as_recorded(usual, usual.settings) is usual
    other = FCFIPredictor(ColourNetwork(), ZOOM, steps=(FirstSpecks(0.1),))
    assert as_recorded(other, old) is other
