"""COCO's outlines: by hand, round trips, and compared with pycocotools if it is installed."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from fcfi.errors import DatasetError
from fcfi.masks import coco as forms
from fcfi.masks.coco import counts_of, read_counts, write_counts
from fcfi.masks.polygons import fill_polygon
from fcfi.masks.runs import RunMask, pixels_of
from fcfi.masks.truth import Mask
from tests.generated import examples, floats


def decode(segmentation: object, height: int, width: int) -> Mask:
    return pixels_of(forms.decode(segmentation, height, width), height, width)


def runs(mask: Mask) -> list[int]:
    """Return the run lengths of a mask by columns, background first, implemented independently."""
    flat = mask.T.ravel()
    changes = np.flatnonzero(np.diff(flat)) + 1
    lengths = np.diff([0, *changes.tolist(), flat.size]).tolist()
    return [0, *lengths] if flat[0] else lengths


def test_a_rectangle_covers_its_pixels() -> None:
    mask = decode([[2, 1, 6, 1, 6, 4, 2, 4]], 6, 8)
    expected = np.zeros((6, 8), bool)
    expected[1:4, 2:6] = True
    assert (mask == expected).all()


def test_two_polygons_are_joined() -> None:
    mask = decode([[0, 0, 2, 0, 2, 2, 0, 2], [1, 1, 4, 1, 4, 3, 1, 3]], 4, 5)
    assert mask.sum() == 4 + 6 - 1


def test_run_lengths_go_down_the_columns() -> None:
    mask = decode({"size": [2, 3], "counts": [1, 2, 3]}, 2, 3)
    assert mask.tolist() == [[False, True, False], [True, False, False]]


def test_the_string_form_by_hand() -> None:
    assert read_counts("12") == [1, 2]
    assert read_counts("O") == [-1]  # 31: the sign bit of five
    assert read_counts("P1") == [32]  # a low part of 0 with the mark "goes on", then 1
    assert read_counts(b"1234") == [1, 2, 3, 6]  # the fourth is the second plus 4


@examples(50)
@given(arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12))))
def test_run_lengths_come_back(mask: Mask) -> None:
    assert (decode({"size": list(mask.shape), "counts": runs(mask)}, *mask.shape) == mask).all()


@examples(50)
@given(arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12))))
def test_run_lengths_of_a_run_mask_are_those_of_its_pixels(mask: Mask) -> None:
    found = RunMask.of(mask)
    if found is not None:
        assert counts_of(found, *mask.shape).tolist() == runs(mask)
        assert read_counts(write_counts(counts_of(found, *mask.shape))) == runs(mask)


@pytest.mark.parametrize(
    ("segmentation", "message"),
    [
        ("polygon", "expected a list of polygons"),
        ([[1, 2, 3, 4]], "at least 3 corners"),
        ([[1, 2, 3, 4, 5, float("nan")]], "corners within"),
        ([["a", "b"]], "expected numbers"),
        ([[0, 0, 9e6, 0, 9e6, 9e6]], "pixels long"),
        ([[1e308, 0, -1e308, 0, 5, 5]], "corners within"),
        ([[1e300, 1e300] * 3], "corners within"),
        ({"size": [2, 2]}, "counts"),
        ({"size": [2, 3], "counts": [6]}, "the picture is"),
        ({"size": [2, 2], "counts": [3]}, "add up to 3 pixels"),
        ({"size": [2, 2], "counts": [5, -1]}, "add up"),
        ({"size": [2, 2], "counts": "é"}, "counts"),
    ],
)
def test_what_is_no_outline_is_refused(segmentation: object, message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        decode(segmentation, 2, 2)


corners = arrays(
    np.float64, st.tuples(st.integers(3, 12), st.just(2)), elements=floats(-5, 45, width=32)
)


@pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"
)  # inside pycocotools
@examples(200)
@given(corners, st.integers(1, 40), st.integers(1, 40))
def test_polygons_agree_with_pycocotools(
    polygon: NDArray[np.float64], height: int, width: int
) -> None:
    coco = pytest.importorskip("pycocotools.mask")
    expected: NDArray[Any] = coco.decode(
        coco.frPyObjects([polygon.ravel().tolist()], height, width)
    )[..., 0]
    found = pixels_of(fill_polygon(polygon, height, width), height, width)
    assert (found == expected).all()


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@examples(100)
@given(arrays(np.bool_, st.tuples(st.integers(1, 40), st.integers(1, 40))))
def test_strings_agree_with_pycocotools(mask: Mask) -> None:
    coco = pytest.importorskip("pycocotools.mask")
    encoded = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    assert (decode(encoded, *mask.shape) == mask).all()
    assert (decode({**encoded, "counts": encoded["counts"].decode()}, *mask.shape) == mask).all()
