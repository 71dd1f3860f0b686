"""The robot: values by hand, and comparison with a simple implementation of the protocol."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fcfi.errors import InputError
from fcfi.masks.truth import IGNORE, OBJECT, Mask, Truth
from fcfi.prompts.clicks import Click
from fcfi.robot import EXACT, _depth, first_click, next_click
from tests.generated import examples


def scene(height: int = 20, width: int = 30) -> tuple[Truth, Mask]:
    """Return a 9 x 9 object with its centre at (14, 10), and an empty mask."""
    truth = np.zeros((height, width), np.uint8)
    truth[6:15, 10:19] = OBJECT
    return truth, np.zeros((height, width), bool)


def test_the_first_click_is_the_centre_of_the_object() -> None:
    truth, mask = scene()
    assert next_click(truth, mask) == Click(14, 10, True)


def test_the_first_click_on_a_mask_is_at_its_deepest_pixel() -> None:
    mask = np.zeros((9, 12), bool)
    mask[1:4, 2:5] = mask[5, 6:11] = True
    assert first_click(mask) == Click(3, 2, True)
    assert first_click(np.zeros((9, 12), bool)) is None


def test_a_mask_that_is_too_large_is_clicked_negatively() -> None:
    truth, mask = scene()
    mask[6:15, 10:30] = True  # spills over 11 columns to the right; the border is an edge
    assert next_click(truth, mask) == Click(23, 10, False)


def test_depth_decides_not_area() -> None:
    truth = np.zeros((40, 60), np.uint8)
    truth[2:4, 1:59] = OBJECT  # 116 pixels, 1 deep
    truth[20:25, 20:25] = OBJECT  # 25 pixels, 3 deep
    assert next_click(truth, np.zeros((40, 60), bool)) == Click(22, 22, True)


def test_the_image_border_is_an_edge() -> None:
    truth = np.ones((9, 9), np.uint8)
    assert next_click(truth, np.zeros((9, 9), bool)) == Click(4, 4, True)


def test_equal_errors_are_clicked_negatively_first() -> None:
    truth = np.zeros((20, 20), np.uint8)
    truth[2:7, 2:7] = OBJECT
    mask = np.zeros((20, 20), bool)
    mask[12:17, 12:17] = True
    assert next_click(truth, mask) == Click(14, 14, False)


def test_equal_depths_are_equal_to_the_bit_wherever_they_lie() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        error = rng.random((60, 70)) > 0.02
        depth = _depth(error, (), EXACT).depth
        squares = np.rint(np.square(depth, dtype=np.float64))
        assert len(np.unique(depth)) == len(np.unique(squares))


def test_the_first_of_equal_pixels_in_reading_order_is_clicked() -> None:
    truth = np.zeros((10, 20), np.uint8)
    truth[2:5, 2:12] = OBJECT
    assert next_click(truth, np.zeros((10, 20), bool)) == Click(3, 3, True)


def test_no_pixel_is_clicked_twice() -> None:
    truth, mask = scene()
    assert next_click(truth, mask, (Click(14, 10),)) != Click(14, 10)


def test_one_stubborn_pixel_is_clicked_once() -> None:
    truth, mask = np.zeros((5, 5), np.uint8), np.zeros((5, 5), bool)
    truth[2, 2] = OBJECT
    assert next_click(truth, mask) == Click(2, 2)
    assert next_click(truth, mask, (Click(2, 2),)) is None


def test_a_perfect_mask_has_no_next_click() -> None:
    truth, _ = scene()
    assert next_click(truth, truth == OBJECT) is None
    assert next_click(truth, truth == OBJECT, rng=np.random.default_rng(0)) is None


def test_ignored_pixels_are_no_error() -> None:
    truth, mask = scene()
    truth[truth == OBJECT] = IGNORE
    assert next_click(truth, mask) is None
    assert next_click(truth, truth == IGNORE) is None


def test_clicks_elsewhere_change_nothing() -> None:
    truth, mask = scene()
    assert next_click(truth, mask, (Click(-1, -1), Click(10, 99), Click(2, 2))) == Click(14, 10)


def test_sizes_must_agree() -> None:
    with pytest.raises(InputError, match="expected a mask of the truth's size"):
        next_click(np.zeros((4, 5), np.uint8), np.zeros((5, 4), bool))


def test_a_generator_makes_the_training_form_reproducible() -> None:
    truth, mask = scene()
    draws = [next_click(truth, mask, rng=np.random.default_rng(seed)) for seed in range(50)]
    again = [next_click(truth, mask, rng=np.random.default_rng(seed)) for seed in range(50)]
    assert draws == again
    assert len(set(draws)) > 5
    for click in draws:  # 9 x 9: depth 5 at the centre, so more than 2.5 leaves the inner 5 x 5
        assert click is not None
        assert click.positive
        assert max(abs(click.x - 14), abs(click.y - 10)) <= 2


labels = arrays(np.uint8, (13, 17), elements=st.sampled_from([0, 1, 1, 255]))
masks = arrays(np.bool_, (13, 17))


@examples(60)
@given(labels, masks, st.lists(st.tuples(st.integers(0, 16), st.integers(0, 12)), max_size=6))
def test_it_agrees_with_the_protocol_restated(
    truth: Truth, mask: Mask, places: list[tuple[int, int]]
) -> None:
    made = tuple(Click(x, y) for x, y in places)
    assert next_click(truth, mask, made) == restated(truth, mask, made)


@examples(60)
@given(labels, masks, st.integers(0, 9))
def test_every_click_lies_on_an_error_of_its_sign(truth: Truth, mask: Mask, seed: int) -> None:
    click = next_click(truth, mask, rng=np.random.default_rng(seed))
    wrong = (truth != IGNORE) & ((truth == OBJECT) != mask)
    if click is None:
        assert not wrong.any()
    else:
        assert wrong[click.y, click.x]
        assert click.positive == (truth[click.y, click.x] == OBJECT)


def restated(truth: Truth, mask: Mask, made: tuple[Click, ...]) -> Click | None:
    """Return the click by the protocol on whole padded maps, without the box."""
    depths = []
    for error in ((truth == 1) & ~mask, (truth == 0) & mask):
        padded = np.pad(error.astype(np.uint8), 1)
        depth = cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1].copy()
        for click in made:
            depth[click.y, click.x] = 0
        depths.append(depth)
    missed, extra = depths
    if max(missed.max(), extra.max()) == 0:
        return None
    positive = bool(missed.max() > extra.max())
    depth = missed if positive else extra
    rows, columns = np.where(depth == depth.max())
    return Click(int(columns[0]), int(rows[0]), positive)
