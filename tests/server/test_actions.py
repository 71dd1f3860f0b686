"""JSON in requests becomes one of the project's actions, or is refused with one sentence."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from fcfi.boxes import Box
from fcfi.errors import InputError
from fcfi.grey_window import GreyWindow
from fcfi.project.actions import (
    KEEP,
    Action,
    AddClicks,
    AddPrompts,
    CopyObjects,
    EditObject,
    EditObjects,
    Redo,
    RemoveClick,
    SetMask,
    Undo,
    actions,
)
from fcfi.project.actions.registry import describe
from fcfi.project.document import Document
from fcfi.prompts.clicks import Click, Scribble
from fcfi.server.actions import any_action
from fcfi.server.problems import sentence_of
from tests.project.builders import runs

TAKER: TypeAdapter[Any] = TypeAdapter(any_action())


def taken(data: Any) -> Action:
    made: Action = TAKER.validate_python(data).made()
    return made


@pytest.mark.parametrize(
    ("data", "action"),
    [
        (
            {
                "type": "click",
                "object": None,
                "clicks": [{"x": 1, "y": 2}, {"x": 3, "y": 4, "positive": False}],
            },
            AddClicks(None, (Click(1, 2), Click(3, 4, positive=False))),
        ),
        (
            {
                "type": "click",
                "object": None,
                "clicks": [{"x": 1, "y": 2}],
                "within": {"left": 0, "top": 1, "right": 9, "bottom": 8},
                "tidy": 12,
                "window": {"low": 1000, "high": 1200.5},
            },
            AddClicks(
                None,
                (Click(1, 2),),
                tidy=12,
                within=Box(0, 1, 9, 8),
                window=GreyWindow(1000, 1200.5),
            ),
        ),
        (
            {
                "type": "prompt",
                "object": 3,
                "prompts": [
                    {"left": 0, "top": 1, "right": 9, "bottom": 8},
                    {"x": 1, "y": 2, "positive": False},
                    {"points": [[1, 2], [3, 4]], "positive": False},
                ],
            },
            AddPrompts(
                3,
                (
                    Box(0, 1, 9, 8),
                    Click(1, 2, positive=False),
                    Scribble(((1, 2), (3, 4)), positive=False),
                ),
            ),
        ),
        ({"type": "copy_objects", "picture": 2, "objects": [1]}, CopyObjects(2, (1,))),
        ({"type": "remove_click", "object": 1, "index": 0}, RemoveClick(1, 0)),
        ({"type": "set_mask", "object": 2, "mask": runs(1, 2).to_json()}, SetMask(2, runs(1, 2))),
        ({"type": "set_mask", "object": 2, "mask": None}, SetMask(2, None)),
        ({"type": "edit_object", "object": 2, "label": None}, EditObject(2, label=None)),
        ({"type": "edit_object", "object": 2, "finished": True}, EditObject(2, finished=True)),
        (
            {"type": "edit_objects", "objects": [1, 2], "visible": False},
            EditObjects((1, 2), visible=False),
        ),
        ({"type": "undo"}, Undo()),
        ({"type": "redo"}, Redo()),
    ],
)
def test_actions_are_read(data: Any, action: object) -> None:
    assert taken(data) == action


def test_an_absent_key_leaves_a_property_as_it_is() -> None:
    action = taken({"type": "edit_object", "object": 2, "label": None})
    assert isinstance(action, EditObject)
    assert (action.label, action.colour) == (None, KEEP)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "dictionary or object"),
        ({"type": "nonsense"}, "'nonsense'.*does not match"),
        ({"type": "import_objects", "objects": []}, "does not match"),
        ({"type": "click", "clicks": [{"x": 1, "y": 1}]}, "object: field required"),
        ({"type": "click", "object": "1", "clicks": []}, "valid integer"),
        ({"type": "click", "object": 1, "clicks": [1]}, "clicks.*valid dictionary"),
        ({"type": "click", "object": 1, "clicks": [{"x": 1.5, "y": 1}]}, "valid integer"),
        ({"type": "click", "object": 1, "clicks": [{"x": 2**40, "y": 1}]}, "less than or equal"),
        (
            {"type": "click", "object": 1, "clicks": [{"x": 1, "y": 1, "positive": 1}]},
            "valid boolean",
        ),
        (
            {"type": "click", "object": 1, "clicks": [{"x": 1, "y": 1}], "window": {"low": 1}},
            "window.high: field required",
        ),
        ({"type": "edit_object", "object": 1, "visible": None}, "valid boolean"),
        ({"type": "edit_object", "object": 1, "size": 3}, "size: extra"),
        ({"type": "edit_object", "object": 1, "colour": 3}, "valid string"),
        ({"type": "delete_objects", "objects": []}, "at least 1 item"),
        ({"type": "set_mask", "object": 1, "mask": {"runs": 1}}, "mask"),
        ({"type": "undo", "object": 1}, "object: extra"),
        ({"type": "prompt", "object": 1, "prompts": [{"points": [[1, 2]]}]}, "at least 2 items"),
        ({"type": "prompt", "object": 1, "prompts": [{"left": 1}]}, "field required"),
    ],
)
def test_anything_else_is_refused_in_one_sentence(data: Any, words: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        taken(data)
    sentence = sentence_of(
        [{**error, "loc": ("body", *error["loc"])} for error in refusal.value.errors()]
    )
    assert "\n" not in sentence
    assert re.search(words, sentence)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_subnormal=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
keys = st.sampled_from(
    [
        "object",
        "clicks",
        "prompts",
        "within",
        "window",
        "tidy",
        "label",
        "index",
        "mask",
        "objects",
        "done",
        "colour",
        "visible",
    ]
)


@given(
    st.sampled_from([*actions(), "other"]),
    st.dictionaries(keys, json_values, max_size=4),
)
def test_whatever_comes_is_an_action_or_refused(kind: str, data: dict[str, Any]) -> None:
    try:
        action = taken({**data, "type": kind})
    except (ValidationError, InputError):
        return
    assert json.loads(json.dumps(action.record(Document())))["type"] == kind
    assert describe(action.record(Document()))
