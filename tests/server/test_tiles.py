"""Tiles: level 0 is exact, the levels above are means, and together they cover the picture."""

import io
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from fcfi.server.tiles import JPEG, PNG, SIDE, exists, levels, shrink, tile
from tests.generated import examples


def decoded(data: bytes) -> np.ndarray:
    return np.asarray(Pillow.open(io.BytesIO(data)))


@pytest.mark.parametrize(
    ("side", "count"),
    [(1, 1), (SIDE, 1), (SIDE + 1, 2), (2 * SIDE, 2), (2 * SIDE + 1, 3), (8 * SIDE, 4), (10000, 6)],
)
def test_the_last_level_is_the_first_that_fits_one_tile(side: int, count: int) -> None:
    assert levels(side, 1) == levels(1, side) == count
    assert exists(side, 1, count - 1, 0, 0)
    assert not exists(side, 1, count - 1, 0, 1)
    assert not exists(side, 1, count, 0, 0)


@given(
    st.integers(1, 3000),
    st.integers(1, 3000),
    st.integers(-1, 7),
    st.integers(-1, 7),
    st.integers(-1, 7),
)
def test_a_tile_exists_if_it_has_a_pixel(
    height: int, width: int, level: int, column: int, row: int
) -> None:
    step = SIDE << max(level, 0)
    inside = min(level, column, row) >= 0 and column * step < width and row * step < height
    assert exists(height, width, level, column, row) == (inside and level < levels(height, width))


def test_tiles_of_level_0_are_the_picture() -> None:
    image = np.random.default_rng(0).integers(0, 256, (700, 1100, 3), np.uint8)
    whole = np.zeros_like(image)
    for row in range(2):
        for column in range(3):
            made = tile(image, 0, column, row)
            assert made.media_type == PNG
            part = decoded(made.data)
            whole[
                row * SIDE : row * SIDE + part.shape[0],
                column * SIDE : column * SIDE + part.shape[1],
            ] = part
    np.testing.assert_array_equal(whole, image)


def test_tiles_above_are_means_of_the_pixels_below_them() -> None:
    y, x = np.mgrid[0:1000, 0:1500]
    image = np.stack([x // 6, y // 4, 255 - x // 8], axis=2).astype(np.uint8)
    made = tile(image, 1, 1, 0)
    assert made.media_type == JPEG
    part = decoded(made.data).astype(float)
    assert part.shape == (500, 238, 3)
    expected = image[:, 1024:].reshape(500, 2, 238, 2, 3).mean(axis=(1, 3))
    assert np.abs(part - expected).mean() < 2


@examples(50)
@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from([2, 4, 8]), st.integers(0, 9))
def test_shrinking_repeats_the_last_pixels_at_the_edge(
    height: int, width: int, factor: int, seed: int
) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    padded = np.pad(
        image, ((0, -height % factor), (0, -width % factor), (0, 0)), mode="edge"
    ).astype(float)
    rows, columns = padded.shape[0] // factor, padded.shape[1] // factor
    means = padded.reshape(rows, factor, columns, factor, 3).mean(axis=(1, 3))
    assert np.abs(shrink(image, factor) - means).max() <= 0.51


def test_the_smallest_tile_of_a_large_picture_needs_little_memory() -> None:
    image = np.zeros((5001, 7001, 3), np.uint8)
    tracemalloc.start()
    made = tile(image, levels(*image.shape[:2]) - 1, 0, 0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert decoded(made.data).shape == (313, 438, 3)
    assert peak < image.nbytes / 4
