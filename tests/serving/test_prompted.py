"""One more prompt costs one prediction, removing one costs none; the memory is bounded."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fcfi.boxes import Box
from fcfi.errors import InputError
from fcfi.masks.runs import RunMask
from fcfi.prediction.prediction import CachedImage, Prediction
from fcfi.prompts.clicks import Click, Prompts
from fcfi.serving.prompted import MOST_PROMPTS, Prompted
from tests.networks import ColourNetwork
from tests.serving.builders import coloured, picture

A, B, C = Click(150, 100), Click(20, 20, positive=False), Click(160, 110)
PICTURE = CachedImage(picture())


def test_each_new_prompt_is_one_look() -> None:
    network = ColourNetwork()
    prompted = Prompted(coloured(network))
    looks = []
    asked: tuple[Prompts, ...] = ((A,), (A, B), (A, B, C), (A, B), (A, C), (A,))
    for prompts in asked:
        prompted.predict("one", PICTURE, prompts)
        looks.append(len(network.calls))
        assert prompted.made == len(network.calls)
    assert looks == [1, 2, 3, 3, 4, 4]
    prompted.predict("another", PICTURE, (A,))
    assert len(network.calls) == 5


def test_the_answer_is_that_of_a_session() -> None:
    predictor = coloured()
    previous: Prediction | None = None
    for count in (1, 2, 3):
        previous = predictor.predict(PICTURE, (A, B, C)[:count], previous)
    assert previous is not None
    for limit in (0, 1 << 30):  # with memory and all but without
        prompted = Prompted(coloured(), limit, limit)
        for prompts in ((A,), (A, B), (A, B, C)):
            answer = prompted.predict("one", PICTURE, prompts)
        np.testing.assert_array_equal(answer.seen, previous.seen)


def test_a_mask_to_begin_from_is_part_of_the_question() -> None:
    network = ColourNetwork()
    prompted = Prompted(coloured(network))
    start = RunMask.of(np.ones((40, 40), bool), 130, 80)
    assert start is not None
    begun = prompted.predict("one", PICTURE, (A,), start)
    plain = prompted.predict("one", PICTURE, (A,))
    assert len(network.calls) == 2
    assert not np.array_equal(begun.seen, plain.seen)
    np.testing.assert_array_equal(
        prompted.predict("one", PICTURE, (), start).mask, start.pixels(200, 300)
    )
    assert len(network.calls) == 2


def test_the_memory_is_bounded() -> None:
    network = ColourNetwork()
    size = coloured().predict(PICTURE, (A,)).nbytes
    prompted = Prompted(coloured(network), PICTURE.image.nbytes, 3 * size)
    for number in range(10):
        prompted.predict(f"picture {number}", PICTURE, (A,))
    assert len(network.calls) == 10
    prompted.predict("picture 9", PICTURE, (A,))
    assert len(network.calls) == 10, "the last is known"
    prompted.predict("picture 0", PICTURE, (A,))
    assert len(network.calls) == 11, "the first was dropped"


def test_pictures_are_read_once() -> None:
    read = []

    def reader() -> np.ndarray:
        read.append(1)
        return picture()

    prompted = Prompted(coloured())
    for _ in range(3):
        prompted.picture("one", reader)
    assert len(read) == 1


def test_too_many_prompts_or_none_are_refused() -> None:
    prompted = Prompted(coloured())
    with pytest.raises(InputError, match="expected a click, a box or a mask, got none"):
        prompted.predict("one", PICTURE, ())
    with pytest.raises(InputError, match=f"expected at most {MOST_PROMPTS} prompts, got"):
        prompted.predict("one", PICTURE, (A,) * (MOST_PROMPTS + 1))


clicks = st.lists(
    st.builds(Click, st.integers(0, 299), st.integers(0, 199), st.booleans()),
    min_size=1,
    max_size=6,
    unique=True,
)


@given(clicks)
def test_the_order_of_two_lists_is_recovered(made: list[Click]) -> None:
    """As in CVAT: positive and negative clicks come apart, and one more each time."""
    network = ColourNetwork()
    prompted = Prompted(coloured(network))
    for count in range(1, len(made) + 1):
        apart = sorted(made[:count], key=lambda click: (not click.positive, click.x, click.y))
        ordered = prompted.in_order("one", tuple(apart))
        assert list(ordered) == made[:count]
        prompted.predict("one", PICTURE, ordered)
        assert len(network.calls) == count


def test_a_removed_click_and_another_picture_are_seen() -> None:
    prompted = Prompted(coloured())
    box = Box(90, 40, 210, 160)
    for prompts in ((B,), (B, A), (B, A, C), (box, B)):
        prompted.predict("one", PICTURE, prompts)
    assert prompted.in_order("one", (A, C, B)) == (B, A, C)
    assert prompted.in_order("one", (A, C)) == (A, C)
    assert prompted.in_order("one", (A, B)) == (B, A)
    assert prompted.in_order("one", (box, C, B)) == (box, B, C)
    assert prompted.in_order("another", (A, B)) == (A, B)
