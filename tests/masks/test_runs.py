"""RunMask: exact and unique for every mask; anything else is refused."""

import json
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fcfi.errors import InputError
from fcfi.masks.components import drop_specks, fill_holes
from fcfi.masks.runs import RunMask, masks_in
from tests.formats.builders import masks, special


@given(masks)
def test_any_mask_comes_back_from_runs_json_and_bytes(mask: np.ndarray) -> None:
    found = RunMask.of(mask)
    assert found is not None
    height, width = mask.shape
    np.testing.assert_array_equal(found.pixels(height, width), mask)
    assert found.area == np.count_nonzero(mask)
    assert RunMask.from_json(json.loads(json.dumps(found.to_json()))) == found
    assert RunMask.unpack(found.left, found.top, found.width, found.height, found.pack()) == found


@pytest.mark.parametrize(
    ("lengths", "message"),
    [
        ([0, 5], "do not fill the box"),
        ([0, 7], "do not fill the box"),
        ([0, 2, 0xFFFFFFFF, 5], "do not fill the box"),
        ([1] * 8, "more runs than pixels"),
        ([0] * 1_000_000, "more runs than pixels"),
    ],
)
def test_packed_runs_that_do_not_fill_their_box_are_refused(
    lengths: list[int], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        RunMask.unpack(0, 0, 3, 2, zlib.compress(np.array(lengths, "<u4").tobytes()))


@given(masks, masks)
def test_the_sha256_is_that_of_the_pixels(pixels: np.ndarray, other_pixels: np.ndarray) -> None:
    first, second = RunMask.of(pixels), RunMask.of(other_pixels)
    assert first is not None
    assert second is not None
    assert (first.sha256 == second.sha256) == (first == second)
    loose = RunMask.from_lengths(0, 0, pixels.shape[1], pixels.shape[0], np.diff(edges(pixels)))
    assert RunMask.of(loose.pixels(*pixels.shape)) == first


def edges(mask: np.ndarray) -> np.ndarray:
    """Return where the runs of the whole mask begin and end."""
    flat = np.concatenate([[False], mask.ravel()])
    return np.concatenate([[0], np.flatnonzero(flat[1:] != flat[:-1]), [mask.size]])


@given(
    arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 4))
)
def test_the_masks_in_a_map_are_those_of_its_numbers(numbers: np.ndarray) -> None:
    found = dict(masks_in(numbers))
    assert list(found) == [number for number in range(1, 5) if (numbers == number).any()]
    for number, mask in found.items():
        assert mask == RunMask.of(numbers == number)


@given(masks)
def test_runs_of_rows_are_those_of_the_picture(mask: np.ndarray) -> None:
    found = RunMask.of(mask)
    assert found is not None
    flat = np.zeros(mask.size, bool)
    for start, stop in zip(*found.row_runs(mask.shape[1]), strict=True):
        assert start // mask.shape[1] == (stop - 1) // mask.shape[1]
        flat[start:stop] = True
    np.testing.assert_array_equal(flat.reshape(mask.shape), mask)


def test_nothing_has_no_runs() -> None:
    assert RunMask.of(np.zeros((4, 5), bool)) is None


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"left": 0, "top": 0, "width": 2, "height": 2},
        {"left": 0, "top": 0, "width": 2, "height": 2, "runs": [1, 2]},
        {"left": -1, "top": 0, "width": 2, "height": 2, "runs": [0, 4]},
        {"left": 0, "top": 0, "width": 2, "height": 2, "runs": [5, -1]},
        {"left": 0, "top": 0, "width": 2, "height": 2, "runs": [0, 4.0]},
        {"left": 0, "top": 0, "width": 2, "height": 2, "runs": [False, 4]},
        {"left": 0, "top": 0, "width": 0, "height": 2, "runs": []},
        {"left": None, "top": 0, "width": 2, "height": 2, "runs": [0, 4]},
    ],
)
def test_what_is_no_mask_is_refused(data: Any) -> None:
    with pytest.raises(InputError):
        RunMask.from_json(data)


def test_a_mask_that_leaves_the_picture_is_refused_before_memory_is_taken() -> None:
    huge = RunMask.from_lengths(0, 0, 10**9, 10**9, (0, 10**9))
    with pytest.raises(InputError, match="inside the picture"):
        huge.pixels(48, 64)


def test_holes_up_to_an_area_are_filled_and_the_border_is_no_hole() -> None:
    ring = special()["ring"]  # its hole has 6 x 12 pixels
    assert np.array_equal(fill_holes(ring, 71), ring)
    assert np.count_nonzero(fill_holes(ring, 72)) == np.count_nonzero(ring) + 72
    bay = np.ones((6, 6), bool)
    bay[0, 2] = False
    assert np.array_equal(fill_holes(bay, 100), bay)


def test_pieces_below_an_area_are_dropped_and_corners_join() -> None:
    parts = special()["parts"]  # of 20 and of 144 pixels
    assert np.array_equal(drop_specks(parts, 20), parts)
    assert np.count_nonzero(drop_specks(parts, 21)) == 144
    assert not drop_specks(parts, 1000).any()
    diagonal = special()["diagonal"]
    assert np.array_equal(drop_specks(diagonal, 20), diagonal)


def test_cleaning_leaves_the_mask_that_it_is_given_as_it_was() -> None:
    ring = special()["island"]
    before = ring.copy()
    fill_holes(ring, 1000)
    drop_specks(ring, 1000)
    assert np.array_equal(ring, before)


@given(masks, masks)
def test_union_subtract_and_iou_are_those_of_the_pixels(
    first: np.ndarray, second: np.ndarray
) -> None:
    height = max(first.shape[0], second.shape[0]) + 3
    width = max(first.shape[1], second.shape[1]) + 5
    canvas = np.zeros((2, height, width), bool)
    canvas[0, : first.shape[0], : first.shape[1]] = first
    canvas[1, 3 : 3 + second.shape[0], 5 : 5 + second.shape[1]] = second
    mask, other = RunMask.of(canvas[0]), RunMask.of(canvas[1])
    assert mask is not None
    assert other is not None
    both, either = canvas[0] & canvas[1], canvas[0] | canvas[1]
    assert mask.union([other]) == RunMask.of(either)
    assert mask.subtract([other]) == RunMask.of(canvas[0] & ~canvas[1])
    assert mask.intersection_area(other) == np.count_nonzero(both)
    assert mask.iou(other) == np.count_nonzero(both) / np.count_nonzero(either)


def test_a_mask_without_neighbours_in_its_box_stays_the_same_value() -> None:
    near = RunMask.from_lengths(0, 0, 2, 2, [0, 4])
    far = RunMask.from_lengths(50, 50, 2, 2, [0, 4])
    assert near.subtract([far]) is near
    assert near.subtract([near]) is None
    assert near != far
    assert len({near, far, RunMask.from_lengths(0, 0, 2, 2, [0, 4])}) == 2
