"""The picture that people look at: tint, outline, dots."""

import numpy as np

from fcfi.clicks import Click
from fcfi.overlay import NEGATIVE, POSITIVE, draw


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
    one = np.zeros((1, 1, 3), np.uint8)
    assert draw(one, np.ones((1, 1), bool), (Click(0, 0),)).shape == (1, 1, 3)
    assert (draw(one, np.zeros((1, 1), bool)) == 0).all()
