"""Metrics: every value was calculated by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fcfi.errors import InputError
from fcfi.masks.metrics import boundary_iou, failed_as_released, held, iou, iou_auc, noc, reached
from fcfi.masks.truth import IGNORE, OBJECT, Truth
from tests.generated import floats


def square(side: int = 20, first: int = 5, last: int = 15) -> Truth:
    truth = np.zeros((side, side), np.uint8)
    truth[first:last, first:last] = OBJECT
    return truth


def test_iou_of_a_half() -> None:
    mask = square() == OBJECT
    mask[:, 10:] = False
    assert iou(mask, square()) == 0.5


def test_iou_leaves_ignored_pixels_out() -> None:
    truth = square()
    truth[:, 15:] = IGNORE
    mask = square() == OBJECT
    mask[:, 15:] = True  # wrong only where it does not count
    assert iou(mask, truth) == 1.0
    truth[5:15, 5] = IGNORE
    mask[5:15, 6] = False
    assert iou(mask, truth) == 80 / 90


def test_two_empty_masks_agree() -> None:
    nothing = np.zeros((4, 4), np.uint8)
    assert iou(nothing.astype(bool), nothing) == 1.0
    assert boundary_iou(nothing.astype(bool), nothing) == 1.0


def test_sizes_must_agree() -> None:
    for metric in (iou, boundary_iou):
        with pytest.raises(InputError, match="expected a mask of the truth's size"):
            metric(np.zeros((4, 5), bool), np.zeros((5, 4), np.uint8))


def test_boundary_iou_by_hand() -> None:
    truth = square()  # diagonal 28.3: a band of one pixel, 36 of 100
    assert boundary_iou(truth == OBJECT, truth) == 1.0
    inner = (
        square(first=6, last=14) == OBJECT
    )  # its band: 28 pixels, none of them in the other band
    assert boundary_iou(inner, truth) == 0.0
    wider = (
        square(last=16) == OBJECT
    )  # 11 x 11, band 40; the two share the top row and left column: 19
    assert boundary_iou(wider, truth) == 19 / (36 + 40 - 19)


def test_boundary_iou_sees_the_image_border_as_an_edge() -> None:
    truth = square(first=0, last=10)
    mask = truth == OBJECT
    mask[0] = False
    assert boundary_iou(mask, truth) < 1.0


def test_boundary_iou_ignores_a_seam_wherever_the_mask_ends_in_it() -> None:
    truth = square(40, 10, 30)
    truth[8:12] = truth[28:32] = IGNORE
    truth[:, 8:12] = truth[:, 28:32] = IGNORE
    for first, last in ((8, 32), (9, 30), (12, 28)):
        assert boundary_iou(square(40, first, last) == OBJECT, truth) == 1.0


def test_noc_is_the_first_click_that_reaches_the_target() -> None:
    curve = (0.5, 0.86, 0.84, 0.91)
    assert [noc(curve, target) for target in (0.5, 0.85, 0.86, 0.9, 0.95)] == [1, 2, 2, 4, 20]
    assert noc(curve, 0.9, limit=3) == 3


def test_a_start_that_is_good_enough_needs_no_click() -> None:
    assert noc((0.7,), 0.8, start=0.8) == 0
    assert noc((0.9,), 0.85, start=0.8) == 1
    assert reached((), 0.8, start=0.85)
    assert not failed_as_released((), 0.8, start=0.85)


def test_both_failure_counts() -> None:
    late = (0.1,) * 19 + (0.9,)  # reaches 0.9 exactly at click 20
    assert reached(late, 0.9)
    assert failed_as_released(late, 0.9)
    early = (0.1,) * 18 + (0.9,)
    assert reached(early, 0.9)
    assert not failed_as_released(early, 0.9)
    never = (0.1,) * 20
    assert not reached(never, 0.9)
    assert failed_as_released(never, 0.9)
    assert not reached((*never, 0.99), 0.9)  # click 21 comes too late


def test_a_curve_that_ended_early_keeps_its_last_value() -> None:
    assert held((0.5, 0.96), 4).tolist() == [0.5, 0.96, 0.96, 0.96]
    assert held((), 2, start=1.0).tolist() == [1.0, 1.0]
    assert held((0.1, 0.2, 0.3), 2).tolist() == [0.1, 0.2]


def test_area_under_the_curve() -> None:
    assert iou_auc((0.0, 1.0)) == 0.5
    assert iou_auc((0.4, 0.6, 1.0)) == pytest.approx(0.65)
    assert iou_auc((0.7,)) == 0.7
    with pytest.raises(InputError, match="at least one"):
        iou_auc(())


@given(st.lists(floats(0, 1), min_size=1, max_size=25), floats(0.01, 1))
def test_counts_agree_with_each_other(curve: list[float], target: float) -> None:
    clicks = noc(curve, target)
    assert 1 <= clicks <= 20
    assert failed_as_released(curve, target) or reached(curve, target)
    assert reached(curve, target) == (held(curve) >= target).any()
    assert 0 <= iou_auc(held(curve)) <= 1
