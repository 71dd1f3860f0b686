"""A click on a given mask changes only its connected region, exactly to the pixel."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fcfi.boxes import Box
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.merge import Merge, changed_region
from fcfi.prediction.prediction import Prediction
from fcfi.prediction.zoom import Zoom
from fcfi.prompts.clicks import Click
from tests.networks import ColourNetwork

HEIGHT, WIDTH = 300, 400
ZOOM = Zoom(target=128, ratio=1.4, minimum=50)
ON = Click(200, 150)


@pytest.fixture
def photo() -> np.ndarray:
    """Return a bright disk in the middle and a bright square at the left."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    image = np.full((HEIGHT, WIDTH, 3), 20, np.uint8)
    image[(x - 200) ** 2 + (y - 150) ** 2 < 60**2] = (220, 180, 90)
    image[130:170, 20:60] = (220, 180, 90)
    return image


def start() -> np.ndarray:
    """Return a quarter of the disk, and a distant strip that no network would find."""
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[110:150, 160:200] = True
    mask[280:283, 10:390] = True
    return mask


def predictor(*steps: Merge) -> FCFIPredictor:
    return FCFIPredictor(ColourNetwork(), ZOOM, steps=steps)


def test_only_the_clicked_change_is_taken(photo: np.ndarray) -> None:
    before = Prediction.from_mask(start())
    plain = predictor().predict(photo, (ON,), before)
    merged = predictor(Merge()).predict(photo, (ON,), before)
    assert not plain.mask[281, 10:390].all(), "without the step the strip is answered anew"
    assert merged.mask[280:283, 10:390].all()
    assert merged.mask[ON.y, ON.x]
    changed = merged.mask ^ start()
    expected = changed_region(start(), plain.mask, (ON,))
    np.testing.assert_array_equal(changed, expected)
    assert merged.exact is not None


def test_the_next_look_sees_the_merged_mask_and_merges_again(photo: np.ndarray) -> None:
    merging = predictor(Merge())
    first = merging.predict(photo, (ON,), Prediction.from_mask(start()))
    second = merging.predict(photo, (ON, Click(10, 10, positive=False)), first)
    assert second.exact is not None
    assert second.mask[280:283, 10:390].all()
    crop = first.crop
    agree = (first.seen > first.threshold) == (crop.map(first.mask) > 0.5)
    # Cells on the border of the mask may fall to either side.
    assert agree.mean() > 0.98


def test_a_click_that_changes_nothing_leaves_the_mask(photo: np.ndarray) -> None:
    before = Prediction.from_mask(start())
    off = Click(390, 10, positive=False)
    answer = predictor(Merge()).predict(photo, (off,), before)
    np.testing.assert_array_equal(answer.mask, start())


def test_masks_made_from_prompts_alone_are_left(photo: np.ndarray) -> None:
    plain, merging = predictor(), predictor(Merge())
    previous: tuple[Prediction | None, Prediction | None] = None, None
    for prompts in ((ON,), (ON, Click(40, 150)), (ON, Click(40, 150), Box(100, 60, 300, 240))):
        answers = (
            plain.predict(photo, prompts, previous[0]),
            merging.predict(photo, prompts, previous[1]),
        )
        assert answers[1].exact is None
        np.testing.assert_array_equal(answers[0].seen, answers[1].seen)
        previous = answers


def test_a_new_box_means_a_whole_object(photo: np.ndarray) -> None:
    before, box = Prediction.from_mask(start()), (Box(130, 80, 270, 220),)
    np.testing.assert_array_equal(
        predictor(Merge()).predict(photo, box, before).mask,
        predictor().predict(photo, box, before).mask,
    )


masks = st.lists(st.booleans(), min_size=30, max_size=30).map(
    lambda flat: np.array(flat).reshape(5, 6)
)


@given(masks, masks, st.integers(0, 5), st.integers(0, 4))
def test_a_region_is_the_connected_change_of_its_click(
    before: np.ndarray, after: np.ndarray, x: int, y: int
) -> None:
    region = changed_region(before, after, (Click(x, y),))
    changed = before ^ after
    # By hand: grow from the click over changed neighbours, diagonal ones too.
    expected = np.zeros_like(changed)
    expected[y, x] = changed[y, x]
    for _ in range(changed.size):
        grown = np.pad(expected, 1)
        near = np.zeros_like(expected)
        for row in range(3):
            for column in range(3):
                near |= grown[row : row + 5, column : column + 6]
        expected = near & changed
    np.testing.assert_array_equal(region, expected)
