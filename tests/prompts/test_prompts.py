"""Prompts and rounds: round trips through JSON, and removal of prompts."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fcfi.boxes import Box
from fcfi.errors import InputError
from fcfi.grey_window import GreyWindow
from fcfi.prediction.guidance import points_in
from fcfi.prompts.clicks import (
    MOST_CORNERS,
    MOST_POINTS,
    MOST_PROMPTS,
    Click,
    Prompt,
    Scribble,
    check_prompts,
    prompt_from_json,
)
from fcfi.prompts.rounds import Round, Rounds

coordinates = st.integers(0, 50)
sides = st.lists(st.integers(0, 60), min_size=2, max_size=2, unique=True).map(sorted)
boxes = st.builds(lambda x, y: Box(x[0], y[0], x[1], y[1]), sides, sides)
prompts: st.SearchStrategy[Prompt] = (
    st.builds(Click, coordinates, coordinates, st.booleans())
    | boxes
    | st.builds(
        Scribble,
        st.lists(st.tuples(coordinates, coordinates), min_size=2, max_size=4).map(tuple),
        st.booleans(),
    )
)
rounds = st.builds(
    lambda groups, within, window: Rounds(
        tuple(Round.at(float(number), tuple(group)) for number, group in enumerate(groups)),
        within,
        window,
    ),
    st.lists(st.lists(prompts, min_size=1, max_size=3), max_size=4),
    st.none() | boxes,
    st.none() | sides.map(lambda ends: GreyWindow(*ends)),
)


@given(rounds)
def test_rounds_come_back_from_json(given_rounds: Rounds) -> None:
    assert Rounds.from_json(json.loads(json.dumps(given_rounds.to_json()))) == given_rounds


@given(rounds, st.data())
def test_a_removed_prompt_leaves_all_others_in_their_rounds(
    before: Rounds, data: st.DataObject
) -> None:
    count = len(before.prompts)
    if not count:
        with pytest.raises(InputError, match="below 0, got no click 0"):
            before.without(0)
        return
    index = data.draw(st.integers(0, count - 1))
    after = before.without(index)
    assert after.prompts == before.prompts[:index] + before.prompts[index + 1 :]
    number, inside = before.locate(index)
    assert before[number].prompts[inside] is before.prompts[index]
    assert after.first(number).items == before.first(number).items or not after.items
    assert all(part.prompts for part in after)
    # Two equal prompts may have different times, so that times are compared in their order.
    kept = [time for part in after for time in part.times]
    assert (
        kept
        == [time for part in before for time in part.times][:index]
        + ([time for part in before for time in part.times][index + 1 :])
    )
    # The part that was looked at stays for a first round that lies in it.
    looked_at = before.within
    lies_in_it = (
        looked_at is not None
        and after.items
        and all(
            prompt.intersection(looked_at)
            if isinstance(prompt, Box)
            else all(looked_at.contains(point.x, point.y) for point in points_in((prompt,)))
            for prompt in after[0].prompts
        )
    )
    assert after.within == (looked_at if lies_in_it else None)
    assert after.window == before.window


def test_a_round_is_added_at_the_end_and_the_part_stays() -> None:
    part = Box(0, 0, 9, 9)
    window = GreyWindow(3, 4)
    first = Rounds(window=window).after(Round.at(1.0, (Click(1, 2),)), part)
    second = first.after(Round.at(2.0, (Click(3, 4), Click(5, 6, False))))
    assert (second.within, second.window) == (part, window)
    assert second.clicks == (Click(1, 2), Click(3, 4), Click(5, 6, False))
    assert [len(item.times) for item in second] == [1, 2]
    with pytest.raises(InputError, match="first prompt only"):
        first.after(Round.at(2.0, (Click(3, 4),)), part)


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        (Box(5, 5, 6, 6), "a single pixel at .5, 5.: give a click"),
        (Box(0, 0, 41, 20), "inside the picture of 40 x 30 pixels.*right may be at most 40"),
        (Box(-1, 0, 5, 20), "inside the picture"),
        (Box(50, 50, 60, 60), "inside the picture"),
        (Click(40, 0), r"click 1 at \(40, 0\) is outside the picture of 40 x 30"),
        (Scribble(((1, 1), (1, 30))), r"click 1 at \(1, 30\) is outside"),
    ],
)
def test_prompts_outside_of_a_picture_are_refused(prompt: Prompt, message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_prompts((prompt,), 30, 40)
    check_prompts((Box(0, 0, 40, 30), Box(3, 3, 4, 9), Scribble(((0, 0), (39, 29)))), 30, 40)


def test_the_prompts_of_an_object_and_their_points_are_bounded() -> None:
    check_prompts((Click(1, 2),) * MOST_PROMPTS, 30, 40)
    with pytest.raises(InputError, match="at most 1000 prompts of an object, got 1001: begin from"):
        check_prompts((Click(1, 2),) * (MOST_PROMPTS + 1), 30, 40)
    line = Scribble(((1, 2), (3, 4)) * (MOST_CORNERS // 2))
    check_prompts((line,) * (MOST_POINTS // MOST_CORNERS), 30, 40)
    with pytest.raises(InputError, match="at most 10000 points in the prompts of an object, got"):
        check_prompts((*(line,) * (MOST_POINTS // MOST_CORNERS), Click(1, 2)), 30, 40)
    with pytest.raises(InputError, match="at most 1000 points, got 1001: draw it in parts"):
        Scribble((*line.points, (1, 2)))


@pytest.mark.parametrize("sides", [(5, 5, 5, 9), (5, 9, 9, 9), (9, 5, 5, 9)])
def test_an_empty_box_is_refused(sides: tuple[int, int, int, int]) -> None:
    with pytest.raises(InputError, match="left below right and top below bottom, got"):
        Box(*sides)


@pytest.mark.parametrize(
    "data", [None, 3, [], {}, {"y": 3}, {"x": 3}, {"left": 1.5}, {"points": 1}]
)
def test_what_is_not_a_prompt_is_refused(data: Any) -> None:
    with pytest.raises(InputError, match="expected"):
        prompt_from_json(data)
