"""Run lengths: round trips, and the first one counts background."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fcfi.masks.runs import flat_of, lengths_of


@pytest.mark.parametrize(
    ("flat", "lengths"),
    [([0, 0, 1, 1, 1, 0], [2, 3, 1]), ([1, 0], [0, 1, 1]), ([0], [1]), ([1, 1], [0, 2])],
)
def test_the_first_run_is_background_and_may_be_empty(flat: list[int], lengths: list[int]) -> None:
    assert lengths_of(np.array(flat, np.bool_)).tolist() == lengths


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_pixels_come_back_and_no_later_run_is_empty(flat: list[bool]) -> None:
    lengths = lengths_of(np.array(flat))
    assert flat_of(lengths).tolist() == flat
    assert (lengths[1:] > 0).all()
