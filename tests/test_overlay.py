"""Drawing masks over pictures: tint, outline and dots."""

import numpy as np

from fcfi.masks.truth import IGNORE, OBJECT
from fcfi.overlay import EXCESS, MISSING, NEGATIVE, POSITIVE, compare, draw
from fcfi.prompts.clicks import Click


def photograph() -> np.ndarray:
    return np.full((60, 80, 3), 100, np.uint8)


def square() -> np.ndarray:
    mask = np.zeros((60, 80), bool)
    mask[20:40, 30:60] = True
    return mask


def test_tints_the_object_and_leaves_the_rest_and_the_inputs_alone() -> None:
    image, mask = photograph(), square()
    picture = draw(image, mask)
    assert picture.shape == (60, 80, 3)
    assert picture.dtype == np.uint8
    assert (picture[30, 45] != 100).any()
    assert (picture[:15] == 100).all()
    assert (image == 100).all()
    assert mask.sum() == 600


def test_clicks_are_dots_in_the_colour_of_their_sign() -> None:
    picture = draw(photograph(), square(), (Click(45, 30), Click(10, 50, positive=False)))
    assert tuple(picture[30, 45]) == POSITIVE
    assert tuple(picture[50, 10]) == NEGATIVE


def test_a_picture_of_one_pixel_and_an_empty_mask_can_be_drawn() -> None:
    picture = np.zeros((1, 1, 3), np.uint8)
    assert draw(picture, np.ones((1, 1), bool), (Click(0, 0),)).shape == (1, 1, 3)
    assert (draw(picture, np.zeros((1, 1), bool)) == 0).all()


def test_errors_are_tinted_beside_the_label_and_what_is_ignored_is_none() -> None:
    truth = np.zeros((60, 80), np.uint8)
    truth[20:40, 10:40] = OBJECT
    truth[20:40, 60:80] = IGNORE
    mask = np.zeros((60, 80), bool)
    mask[20:40, 25:80] = True
    picture = compare(photograph(), truth, mask)
    assert picture.shape == (60, 160, 3)
    assert (picture[:, :80] == draw(photograph(), truth == OBJECT)).all()
    missing, excess, ignored = picture[30, 80 + 15], picture[30, 80 + 50], picture[30, 80 + 70]
    right = draw(photograph(), mask)[30, 30]
    assert (picture[30, 80 + 33] == right).all()
    assert (ignored == right).all()
    assert np.argmax(missing) == np.argmax(MISSING)
    assert np.argmax(excess) == np.argmax(EXCESS)
