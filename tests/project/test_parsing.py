"""Actions come over the wire as JSON; documents go through it; records can be read aloud."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fcfi.clicks import Click
from fcfi.errors import InputError
from fcfi.log import Round
from fcfi.project.actions import (
    KEEP,
    AddClicks,
    EditObject,
    EditObjects,
    ImportedObject,
    ImportObjects,
    Redo,
    RemoveClick,
    SetMask,
    Undo,
)
from fcfi.project.document import Document, DrawnObject
from fcfi.project.parsing import PARSED, describe, parse_action, record
from tests.project.made import runs

numbers = st.integers(1, 9)
texts = st.none() | st.text("0123456789abcdef", min_size=64, max_size=64)
rounds = st.builds(
    lambda given: Round(tuple(Click(x, y, positive) for x, y, positive, _ in given), tuple(time for *_, time in given)),
    st.lists(st.tuples(numbers, numbers, st.booleans(), st.floats(0, 2e9)), min_size=1, max_size=3),
)
objects = st.builds(
    DrawnObject,
    numbers,
    st.none() | numbers,
    texts,
    st.lists(rounds, max_size=3).map(tuple),
    texts,
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.none() | st.just("#00ff00"),
    texts,
)


@given(st.builds(Document, st.lists(objects, max_size=3).map(tuple), numbers, st.booleans()))
def test_documents_come_back_from_json(document: Document) -> None:
    assert Document.from_json(json.loads(json.dumps(document.to_json()))) == document


@pytest.mark.parametrize("data", [None, {}, {"version": 2}, {"version": 1}, {"version": 1, "objects": [{"id": 1}]}])
def test_a_damaged_document_is_refused(data: Any) -> None:
    with pytest.raises(InputError):
        Document.from_json(data)


@pytest.mark.parametrize(
    ("data", "action"),
    [
        (
            {"type": "click", "object": None, "clicks": [{"x": 1, "y": 2}, {"x": 3, "y": 4, "positive": False}]},
            AddClicks(None, (Click(1, 2), Click(3, 4, positive=False))),
        ),
        ({"type": "remove_click", "object": 1, "index": 0}, RemoveClick(1, 0)),
        ({"type": "set_mask", "object": 2, "mask": runs(1, 2).to_json()}, SetMask(2, runs(1, 2))),
        ({"type": "set_mask", "object": 2, "mask": None}, SetMask(2, None)),
        ({"type": "edit_object", "object": 2, "label": None}, EditObject(2, label=None)),
        ({"type": "edit_object", "object": 2, "finished": True}, EditObject(2, finished=True)),
        ({"type": "edit_objects", "objects": [1, 2], "visible": False}, EditObjects((1, 2), visible=False)),
        ({"type": "undo"}, Undo()),
        ({"type": "redo"}, Redo()),
    ],
)
def test_actions_are_read(data: Any, action: object) -> None:
    assert parse_action(data) == action


def test_an_absent_key_leaves_a_property_as_it_is() -> None:
    action = parse_action({"type": "edit_object", "object": 2, "label": None})
    assert isinstance(action, EditObject)
    assert (action.label, action.colour) == (None, KEEP)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "no action"),
        ([], "no action"),
        ({"type": "nonsense"}, "no action"),
        ({"type": "import_objects", "objects": []}, "no action"),
        ({"type": "click", "clicks": [{"x": 1, "y": 1}]}, "without 'object'"),
        ({"type": "click", "object": "1", "clicks": []}, "whole number"),
        ({"type": "click", "object": 1, "clicks": [1]}, "x, y and positive"),
        ({"type": "click", "object": 1, "clicks": [{"x": 1.5, "y": 1}]}, "whole number"),
        ({"type": "click", "object": 1, "clicks": [{"x": 2**40, "y": 1}]}, "whole number"),
        ({"type": "click", "object": 1, "clicks": [{"x": 1, "y": 1, "positive": 1}]}, "true or false"),
        ({"type": "edit_object", "object": 1, "visible": None}, "true or false"),
        ({"type": "edit_object", "object": 1, "size": 3}, "knows no 'size'"),
        ({"type": "edit_object", "object": 1, "colour": 3}, "text"),
        ({"type": "delete_objects", "objects": []}, "list of whole numbers"),
        ({"type": "set_mask", "object": 1, "mask": {"runs": 1}}, "runs"),
        ({"type": "undo", "object": 1}, "knows no 'object'"),
    ],
)
def test_anything_else_is_refused_in_one_sentence(data: Any, words: str) -> None:
    with pytest.raises(InputError, match=words) as refusal:
        parse_action(data)
    assert "\n" not in str(refusal.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
keys = st.sampled_from(["object", "clicks", "label", "index", "mask", "objects", "place", "done", "colour", "visible"])


@given(st.sampled_from([*PARSED, "other"]), st.dictionaries(keys, json_values, max_size=4))
def test_whatever_comes_is_an_action_or_refused(kind: str, data: dict[str, Any]) -> None:
    try:
        action = parse_action({**data, "type": kind})
    except InputError:
        return
    assert json.loads(json.dumps(record(action, Document())))["type"] == kind
    assert describe(record(action, Document()))


def test_records_are_read_aloud() -> None:
    before = Document(next_id=4)
    assert describe(record(AddClicks(None, (Click(0, 0),)), before)) == "1 click on the new object 4"
    assert describe(record(AddClicks(2, (Click(0, 0),) * 3), before)) == "3 clicks on object 2"
    assert describe(record(EditObject(2, finished=False), before)) == "object 2 opened again"
    assert describe(record(EditObjects((1, 2), label=3), before)) == "another label for 2 objects"
    imported = record(ImportObjects((ImportedObject(None, runs(0, 0)),)), before)
    assert describe({"type": "undo", "of": imported}) == "undone: 1 object imported"
