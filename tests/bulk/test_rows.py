"""Rows of a manifest: their format, their ids and their shards."""

import json
from typing import Any

import pytest

from fcfi.boxes import Box
from fcfi.bulk.rows import canonical, hash_of, parse_row, shard_of
from fcfi.errors import InputError
from fcfi.prompts.clicks import Click, Scribble


def row_of(**keys: Any) -> str:
    return canonical({"image": "a.jpg", **keys})


@pytest.mark.parametrize("sign", ["-", False, 0])
def test_a_click_off_the_object_is_written_in_three_ways(sign: object) -> None:
    row = parse_row(row_of(clicks=[[3, 4], [1, 2, sign]]))
    assert row.prompts == (Click(3, 4), Click(1, 2, positive=False))


def test_the_box_comes_first_then_prompts_then_clicks() -> None:
    scribble = {"points": [[1, 1], [5, 5]], "positive": True}
    row = parse_row(row_of(clicks=[[3, 4]], prompts=[scribble], box=[0, 0, 9, 9]))
    assert row.prompts == (Box(0, 0, 9, 9), Scribble(((1, 1), (5, 5))), Click(3, 4))


def test_the_first_look_may_be_at_a_part() -> None:
    assert parse_row(row_of(clicks=[[3, 4]], within=[0, 0, 9, 9])).within == Box(0, 0, 9, 9)
    assert parse_row(row_of(clicks=[[3, 4]])).within is None


def test_a_row_without_an_id_is_named_by_its_content() -> None:
    first, same, other = (
        parse_row(canonical(row)).id
        for row in (
            {"image": "a.jpg", "clicks": [[1, 2]]},
            {"clicks": [[1, 2]], "image": "a.jpg"},
            {"image": "a.jpg", "clicks": [[1, 3]]},
        )
    )
    assert first == same != other
    assert parse_row(row_of(id="mine", clicks=[[1, 2]])).id == "mine"
    assert parse_row(row_of(name="mine", clicks=[[1, 2]])).id == "mine"
    assert parse_row(row_of(id="mine", name="other", clicks=[[1, 2]])).id == "mine"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("a line", "expected a row as a JSON object"),
        ([1], "expected a row as a JSON object"),
        ({"clicks": [[1, 2]]}, 'expected a row with "image"'),
        ({"image": 7, "clicks": [[1, 2]]}, 'expected "image" as a text'),
        ({"image": "", "clicks": [[1, 2]]}, 'expected "image" as a text'),
        ({"image": "a" * 1001, "clicks": [[1, 2]]}, 'expected "image" as a text'),
        ({"image": "a.jpg"}, "expected a click, a box or a prompt"),
        ({"image": "a.jpg", "clicks": []}, "expected a click, a box or a prompt"),
        ({"image": "a.jpg", "clicks": 5}, 'expected "clicks" as a list'),
        ({"image": "a.jpg", "clicks": [[1]]}, "expected a click"),
        ({"image": "a.jpg", "clicks": [[1, 2.5]]}, "expected a click"),
        ({"image": "a.jpg", "clicks": [[True, 2]]}, "expected a click"),
        ({"image": "a.jpg", "clicks": [[1, 2, "?"]]}, "expected a click"),
        ({"image": "a.jpg", "clicks": [[1, 2, [3]]]}, "expected a click"),
        ({"image": "a.jpg", "clicks": [[1, 2, "-", 4]]}, "expected a click"),
        ({"image": "a.jpg", "box": [1, 2, 3]}, 'expected "box" as [left'),
        ({"image": "a.jpg", "box": [5, 5, 1, 1]}, "expected a box"),
        ({"image": "a.jpg", "clicks": [[1, 2]], "within": 4}, 'expected "within" as [left'),
        ({"image": "a.jpg", "prompts": [{}]}, "expected a prompt"),
        ({"image": "a.jpg", "clicks": [[1, 2]] * 1001}, "at most 1000 prompts of an object"),
        ({"image": "a.jpg", "clicks": [[1, 2]], "colour": 1}, "'colour'"),
        ({"image": "a.jpg", "clicks": [[1, 2]], "label": 3}, 'expected "label" as a text'),
        ({"image": "a.jpg", "clicks": [[1, 2]], "id": 3}, 'expected "id" as a text'),
        ({"image": "a.jpg", "clicks": [[1, 2]], "name": 3}, 'expected "name" as a text'),
        ({"image": "a.jpg", "clicks": [[1, 2]], "label": "\ud83d"}, 'expected "label" as a text'),
        ({"image": "\ud83d.jpg", "clicks": [[1, 2]]}, 'expected "image" as a text'),
    ],
)
def test_a_row_that_cannot_be_understood_is_refused_in_a_sentence(row: Any, problem: str) -> None:
    with pytest.raises(InputError, match=problem.replace("[", r"\[")):
        parse_row(json.dumps(row))


def test_the_shard_of_a_picture_never_changes() -> None:
    # Values of the first release: another number would send old pictures to other shards.
    assert hash_of("photos/a.jpg") == 0x58D4D8DEC171DB3F
    assert [shard_of(hash_of(f"{number}.png"), 4) for number in range(8)] == [
        0,
        2,
        0,
        3,
        2,
        3,
        0,
        0,
    ]


@pytest.mark.parametrize("shards", [1, 2, 7, 1000])
def test_shards_are_ranges_of_the_hash(shards: int) -> None:
    assert shard_of(0, shards) == 0
    assert shard_of(2**64 - 1, shards) == shards - 1
    numbers = [shard_of(number << 54, shards) for number in range(1024)]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(shards))
