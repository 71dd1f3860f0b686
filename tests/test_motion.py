"""Objects are found again where they have moved to, by value."""

import numpy as np
import pytest

from fcfi.masks.truth import Mask
from fcfi.motion import Displacement, displaced, displacement

GROUND = np.random.default_rng(1).integers(0, 90, (120, 160, 3), np.uint8)
THING = np.random.default_rng(2).integers(90, 256, (30, 20, 3), np.uint8)


def scene(left: int, top: int, scale: int = 1) -> tuple[np.ndarray, Mask]:
    """Return a picture with the thing at a position, beyond the border too, and its mask."""
    padded = np.pad(GROUND, ((100, 100), (100, 100), (0, 0)), mode="wrap")
    mask = np.zeros(padded.shape[:2], np.bool_)
    part = np.s_[top + 100 : top + 130, left + 100 : left + 120]
    padded[part], mask[part] = THING, True
    inside = np.s_[100:-100, 100:-100]
    image, mask = padded[inside], np.ascontiguousarray(mask[inside])
    return image.repeat(scale, 0).repeat(scale, 1), mask.repeat(scale, 0).repeat(scale, 1)


@pytest.mark.parametrize("way", [(0, 0), (7, -5), (-32, 20), (32, 32), (1, 0)])
def test_the_displacement_of_an_object_is_found(way: tuple[int, int]) -> None:
    (before, mask), (now, moved) = scene(60, 40), scene(60 + way[0], 40 + way[1])
    found = displacement(before, now, mask)
    assert (found.x, found.y) == way
    assert found.doubt < 0.001
    np.testing.assert_array_equal(displaced(mask, *way), moved)


def test_an_object_is_followed_across_the_border() -> None:
    (before, mask), (now, moved) = scene(130, 40), scene(146, 40)
    assert mask.sum() > moved.sum() > 0
    found = displacement(before, now, mask)
    assert (found.x, found.y) == (16, 0)
    np.testing.assert_array_equal(displaced(mask, 16, 0), moved)


def test_large_objects_are_compared_at_a_smaller_size() -> None:
    (before, mask), (now, _) = scene(60, 40, scale=8), scene(67, 36, scale=8)
    found = displacement(before, now, mask)
    assert abs(found.x - 56) <= 2
    assert abs(found.y + 32) <= 2


def test_the_smallest_object_has_one_pixel() -> None:
    before, now = GROUND.copy(), GROUND.copy()
    before[20, 30] = now[25, 28] = (255, 0, 255)
    mask = np.zeros(GROUND.shape[:2], np.bool_)
    mask[20, 30] = True
    assert displacement(before, now, mask) == Displacement(-2, 5, 0)


def test_the_doubt_says_whether_the_object_is_there() -> None:
    (before, mask), (there, _) = scene(60, 40), scene(70, 40)
    assert displacement(before, GROUND, mask).doubt > 0.7
    noise = np.random.default_rng(3).integers(-10, 10, there.shape)
    assert displacement(before, np.clip(there + noise, 0, 255).astype(np.uint8), mask).doubt < 0.02
    flat = np.full_like(before, 80)
    assert displacement(before, flat, mask).doubt == pytest.approx(1, abs=0.01)
    assert displacement(flat, flat, mask).doubt == 0


@pytest.mark.parametrize("way", [(160, 0), (-200, 3), (0, 120), (5, -500)])
def test_nothing_is_left_of_a_mask_beyond_the_picture(way: tuple[int, int]) -> None:
    assert not displaced(scene(60, 40)[1], *way).any()
