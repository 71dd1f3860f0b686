"""Shapes are drawn in their box, and equal shapes drawn on the whole picture."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from pycocotools import mask as coco_masks

from fcfi.masks.polygons import fill_edges, fill_line, fill_polygon
from fcfi.masks.runs import pixels_of
from fcfi.masks.shapes import ellipse
from tests.generated import examples, floats

HEIGHT, WIDTH = 33, 47
loops = arrays(
    np.float64, st.tuples(st.integers(3, 9), st.just(2)), elements=floats(-30, 80, width=32)
)


@examples(300)
@given(loops)
def test_a_polygon_with_its_line_is_that_of_opencv(loop: NDArray[np.float64]) -> None:
    expected = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.fillPoly(expected, [np.rint(loop).astype(np.int32).reshape(-1, 1, 2)], 1)
    found = pixels_of(fill_line(loop, HEIGHT, WIDTH), HEIGHT, WIDTH)
    np.testing.assert_array_equal(found, expected > 0)


@examples(200)
@given(st.lists(loops, min_size=1, max_size=3))
def test_polygons_are_joined_as_on_the_whole_picture(loops: list[NDArray[np.float64]]) -> None:
    expected = np.zeros((HEIGHT, WIDTH), bool)
    for loop in loops:
        expected |= pixels_of(fill_polygon(loop, HEIGHT, WIDTH), HEIGHT, WIDTH)
    found = pixels_of(fill_edges(loops, HEIGHT, WIDTH), HEIGHT, WIDTH)
    np.testing.assert_array_equal(found, expected)


# The oracle is built for an older NumPy.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@examples(300)
@given(st.lists(st.tuples(st.integers(0, WIDTH), st.integers(0, HEIGHT)), min_size=2, max_size=12))
def test_a_polygon_along_the_pixels_edges_is_that_of_pycocotools(
    turns: list[tuple[int, int]],
) -> None:
    # Paths that cross and touch themselves, and go there and back along one line.
    corners = [
        corner
        for (x, y), (_, after) in zip(turns, turns[1:] + turns[:1], strict=True)
        for corner in ((x, y), (x, after))
    ]
    loop = np.array(corners, np.float64)
    encoded = coco_masks.frPyObjects([loop.ravel().tolist()], HEIGHT, WIDTH)
    expected = coco_masks.decode(coco_masks.merge(encoded)).astype(bool)
    found = pixels_of(fill_polygon(loop, HEIGHT, WIDTH), HEIGHT, WIDTH)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("centre", [(20.3, 11.0), (-3.0, 30.0), (46.0, 2.5), (200.0, 200.0)])
def test_an_ellipse_holds_the_centres_of_its_pixels(centre: tuple[float, float]) -> None:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    turned = np.radians(30)
    aside, below = x + 0.5 - centre[0], y + 0.5 - centre[1]
    along = (aside * np.cos(turned) + below * np.sin(turned)) / 14
    across = (below * np.cos(turned) - aside * np.sin(turned)) / 6
    found = pixels_of(ellipse(*centre, 14, 6, 30, HEIGHT, WIDTH), HEIGHT, WIDTH)
    np.testing.assert_array_equal(found, along**2 + across**2 <= 1)


def test_a_small_shape_on_a_large_picture_is_small_work() -> None:
    # On the whole picture this would need 10 GB.
    square = np.array([[7.0, 7], [9, 7], [9, 9], [7, 9]])
    assert fill_line(square, 100_000, 100_000) is not None
    assert fill_edges([square], 100_000, 100_000) is not None
