"""Seams are closed at the picture's edges; wide regions and labels stay unchanged."""

import numpy as np
import pytest
from numpy.typing import NDArray

from fcfi.data.config import CropConfig
from fcfi.data.pictures import IGNORE_ID, Labelling, Picture
from fcfi.data.sampler import CropSampler
from fcfi.data.seams import close_seams
from fcfi.errors import ConfigError

EDGE, LEFT, RIGHT = 52, 50, 55
"""The colour changes at column EDGE; the labels leave out the columns from LEFT to RIGHT."""


@pytest.fixture
def image() -> NDArray[np.uint8]:
    image = np.random.default_rng(0).integers(0, 12, (80, 100, 3), np.uint8)
    image[:, EDGE:] += 150
    return image


@pytest.fixture
def ids() -> NDArray[np.uint16]:
    ids = np.zeros((80, 100), np.uint16)
    ids[:, :LEFT] = 3
    ids[:, LEFT:RIGHT] = IGNORE_ID
    return ids


def test_a_seam_is_closed_along_the_edge_of_the_picture(
    image: NDArray[np.uint8], ids: NDArray[np.uint16]
) -> None:
    closed = close_seams(image, ids, 8)[1:-1]
    assert (closed[:, : EDGE - 1] == 3).all()
    assert (closed[:, EDGE + 1 :] == 0).all()
    assert ((closed == IGNORE_ID).sum(1) <= 1).all()


def test_labels_and_wide_unknown_parts_are_left_alone(
    image: NDArray[np.uint8], ids: NDArray[np.uint16]
) -> None:
    ids[20:50, 60:90] = IGNORE_ID
    before = ids.copy()
    closed = close_seams(image, ids, 8)
    assert (ids == before).all()
    assert (closed[22:48, 62:88] == IGNORE_ID).all()
    known = ids != IGNORE_ID
    assert (closed[known] == ids[known]).all()


@pytest.mark.parametrize("widest", [4, 5])
def test_a_wide_unknown_part_loses_its_corners_at_most(
    image: NDArray[np.uint8], widest: int
) -> None:
    ids = np.zeros((80, 100), np.uint16)
    ids[20:40, 60:80] = IGNORE_ID
    closed = close_seams(image, ids, widest)
    assert np.count_nonzero(closed != ids) <= 24
    assert (closed[20, 65:75] == IGNORE_ID).all()
    assert (closed[39, 65:75] == IGNORE_ID).all()


def test_crops_show_the_closed_seam(image: NDArray[np.uint8], ids: NDArray[np.uint16]) -> None:
    pictures = {"made": [Picture("one", "made", image, (Labelling(ids),))]}

    def unknown(seam: int) -> int:
        config = CropConfig(seam=seam, close=0.0, wide_ratio=(1.0, 1.0), stretch=1.0, paste=0.0)
        crop = CropSampler(pictures, config).draw(80, 100, np.random.default_rng(1))
        return int((crop.truth == 255).sum())

    assert unknown(8) < unknown(0) / 2


def test_a_width_below_zero_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"crops\.seam"):
        CropConfig(seam=-1)
