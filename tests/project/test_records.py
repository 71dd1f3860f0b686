"""Documents survive a round trip through JSON; records have readable texts."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fcfi.errors import InputError
from fcfi.project.actions import (
    AddClicks,
    CopyObjects,
    EditObject,
    EditObjects,
    ImportedObject,
    ImportObjects,
    MarkPicture,
    MergeObjects,
)
from fcfi.project.actions.registry import describe
from fcfi.project.document import Document, DrawnObject, Mark
from fcfi.prompts.clicks import Click
from fcfi.prompts.rounds import Round, Rounds
from tests.generated import floats
from tests.project.builders import runs

numbers = st.integers(1, 9)
texts = st.none() | st.text("0123456789abcdef", min_size=64, max_size=64)
rounds = st.builds(
    lambda given: Round(
        tuple(Click(x, y, positive) for x, y, positive, _ in given),
        tuple(time for *_, time in given),
    ),
    st.lists(st.tuples(numbers, numbers, st.booleans(), floats(0, 2e9)), min_size=1, max_size=3),
)
objects = st.builds(
    DrawnObject,
    numbers,
    st.none() | numbers,
    texts,
    st.lists(rounds, max_size=3).map(lambda parts: Rounds(tuple(parts))),
    texts,
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.none() | st.just("#00ff00"),
    texts,
    origin=st.none() | st.tuples(numbers, numbers),
)


marks = st.builds(
    Mark,
    st.sampled_from(["done", "doubtful", "checked"]),
    st.text(max_size=5),
    floats(0, 2e9),
)


@given(st.builds(Document, st.lists(objects, max_size=3).map(tuple), numbers, st.none() | marks))
def test_documents_come_back_from_json(document: Document) -> None:
    assert Document.from_json(json.loads(json.dumps(document.to_json()))) == document


@pytest.mark.parametrize(
    "data", [None, {}, {"version": 8}, {"version": 1}, {"version": 1, "objects": [{"id": 1}]}]
)
def test_a_damaged_document_is_refused(data: Any) -> None:
    with pytest.raises(InputError):
        Document.from_json(data)


def test_records_are_read_aloud() -> None:
    before = Document(next_id=4)
    assert describe(AddClicks(None, (Click(0, 0),)).record(before)) == "1 click on the new object 4"
    assert describe(AddClicks(2, (Click(0, 0),) * 3).record(before)) == "3 clicks on object 2"
    assert describe(EditObject(2, finished=False).record(before)) == "object 2 opened again"
    assert describe(EditObjects((1, 2), label=3).record(before)) == "another label for 2 objects"
    assert describe(MergeObjects(2, (1, 3)).record(before)) == "2 objects merged into object 2"
    assert describe(MarkPicture("checked").record(before)) == "picture marked as checked"
    assert describe(MarkPicture(None).record(before)) == "picture marked as not done"
    assert describe(CopyObjects(7).record(before)) == "objects copied from another picture"
    imported = ImportObjects((ImportedObject(None, runs(0, 0)),)).record(before)
    assert describe({"type": "undo", "of": imported}) == "undone: 1 object imported"
