"""Click maps of other methods, pixel by pixel."""

from math import hypot

import numpy as np
import pytest

from fcfi.prediction.click_maps import (
    centres,
    distances,
    first_gaussian,
    gaussians,
    superpixel_distances,
    superpixels,
)
from fcfi.prediction.guidance import CLICK_MAPS, MANY, draw_disks, encode
from fcfi.prompts.clicks import Click, Clicks

CLICKS: Clicks = (Click(0, 0, False), Click(3, 2), Click(19, 11), Click(7, 11, False))
HEIGHT, WIDTH = 12, 20


def nearest(positive: bool, clicks: Clicks = CLICKS) -> np.ndarray:
    """Return the distances to the nearest click of a sign, computed directly."""
    found = np.empty((HEIGHT, WIDTH))
    for row, column in np.ndindex(found.shape):
        found[row, column] = min(
            hypot(column - click.x, row - click.y) for click in clicks if click.positive == positive
        )
    return found


@pytest.mark.parametrize("positive", [True, False])
def test_distances_and_gaussians_are_those_written_down_pixel_by_pixel(positive: bool) -> None:
    away = nearest(positive)
    np.testing.assert_allclose(
        distances(CLICKS, HEIGHT, WIDTH, positive), 1 - away / 255, atol=1e-6
    )
    np.testing.assert_allclose(
        gaussians(CLICKS, HEIGHT, WIDTH, positive), 0.5 ** ((away / 5) ** 2), atol=1e-5
    )


def test_far_is_nothing_and_so_is_a_sign_without_clicks() -> None:
    far = distances((Click(0, 0),), 2, 300, True)
    assert far[0, 255] == far[1, 299] == 0
    assert far[0, 254] > 0
    for draw in (distances, gaussians):
        assert not draw((Click(1, 1),), 4, 4, False).any()


def test_the_first_positive_click_has_a_wide_gaussian_of_its_own() -> None:
    found = first_gaussian(CLICKS, HEIGHT, WIDTH)
    np.testing.assert_allclose(found, 0.5 ** ((nearest(True, (Click(3, 2),)) / 15) ** 2), atol=1e-5)
    assert not first_gaussian((Click(1, 1, False),), 4, 4).any()


def test_superpixels_follow_the_picture_and_cover_all_of_it() -> None:
    picture = np.zeros((3, 56, 70), np.float32)
    picture[:, :, 38:] = 1
    labels = superpixels(picture)
    assert labels.shape == (56, 70)
    assert set(np.unique(labels)) == set(range(4 * 5))
    left, right = set(np.unique(labels[:, :36])), set(np.unique(labels[:, 40:]))
    assert not left & right
    assert centres(np.array([[0, 0], [2, 2]], np.int32))[[0, 2]].tolist() == [[0, 0.5], [1, 0.5]]


def test_superpixel_distances_are_between_middles() -> None:
    rng = np.random.default_rng(0)
    pixels = rng.uniform(0, 1, (3, 40, 60)).astype(np.float32)
    clicks = (Click(5, 5), Click(50, 30))
    labels = superpixels(pixels)
    middles = centres(labels)
    found = superpixel_distances(clicks, 40, 60, True, pixels)
    for row, column in ((0, 0), (5, 5), (20, 30), (39, 59)):
        here = middles[labels[row, column]]
        away = min(np.linalg.norm(here - middles[labels[c.y, c.x]]) for c in clicks)
        assert found[row, column] == pytest.approx(1 - away / 255, abs=1e-6)
    assert found[5, 5] == 1
    assert not superpixel_distances(clicks, 40, 60, False, pixels).any()


@pytest.mark.parametrize("name", CLICK_MAPS)
def test_every_name_draws_maps_between_0_and_1_also_of_small_inputs(name: str) -> None:
    pixels = np.random.default_rng(1).uniform(0, 1, (3, 32, 32)).astype(np.float32)
    clicks = (Click(0, 0), Click(31, 31, False), Click(31, 0))
    maps = encode(clicks, 32, 32, 1.0, name, lambda: pixels).disks
    assert maps.shape == (len(CLICK_MAPS[name]), 32, 32)
    assert maps.dtype == np.float32
    assert maps.min() >= 0
    assert maps.max() <= 1
    # Clicks of another sign are seen: no map is for both.
    assert (maps[0] != maps[1]).any()


@pytest.mark.parametrize("radius", [2, 5])
def test_many_disks_are_drawn_at_once_like_each_of_them(radius: int) -> None:
    random = np.random.default_rng(2)
    clicks = tuple(
        Click(int(x), int(y), bool(sign))
        for x, y, sign in random.integers(0, (40, 30, 2), (3 * MANY, 3))
    )
    for positive in (True, False):
        each = [draw_disks((click,), 30, 40, positive, radius) for click in clicks]
        together = draw_disks(clicks, 30, 40, positive, radius)
        assert together.dtype == np.float32
        np.testing.assert_array_equal(together, np.max(each, axis=0))


def test_small_disks_are_of_two_pixels() -> None:
    small = draw_disks((Click(5, 5),), 12, 12, True, 2)
    assert small.sum() == 13
    assert draw_disks((Click(5, 5),), 12, 12, True).sum() == 81
