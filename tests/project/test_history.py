"""Undo and redo, also after reopening, behave like a list with a cursor for any actions.

Every change has a key; repeating a request returns the first answer, whatever was done since.
"""

import shutil
import tempfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from fcfi.errors import InputError
from fcfi.project import (
    Action,
    Clean,
    DeleteObjects,
    Document,
    EditObject,
    EditObjects,
    MarkPicture,
    MergeObjects,
    MoveObject,
    PictureConflict,
    PictureState,
    Project,
    Redo,
    RemoveClick,
    ResetObject,
    SetDone,
    SetMask,
    Undo,
)
from tests.generated import examples
from tests.project.builders import HEIGHT, WIDTH, click, opened, runs, write_photos

objects = st.integers(1, 3)
labels = st.sampled_from([None, 1, 2])
xs, ys = st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1)
places = st.integers(0, 40)
actions: st.SearchStrategy[Any] = st.one_of(
    st.builds(click, xs, ys, st.none() | objects, st.booleans(), label=labels),
    st.builds(RemoveClick, objects, st.integers(0, 2)),
    st.builds(SetMask, st.none() | objects, st.none() | st.builds(runs, places, places), labels),
    st.builds(Clean, objects, st.integers(0, 30), st.integers(0, 30)),
    st.builds(ResetObject, objects),
    st.builds(EditObject, objects, label=labels, finished=st.booleans(), keep_out=st.booleans()),
    st.builds(EditObjects, st.tuples(objects), visible=st.booleans()),
    st.builds(MoveObject, objects, st.integers(0, 3)),
    st.builds(DeleteObjects, st.tuples(objects)),
    st.builds(MergeObjects, objects, st.tuples(objects)),
    st.builds(SetDone, st.booleans()),
    st.builds(MarkPicture, st.sampled_from([None, "done", "doubtful", "checked"])),
)


class History(RuleBasedStateMachine):
    """A project and its model: the documents so far, and the index of the current one."""

    @initialize()
    def begin(self) -> None:
        self.folder = write_photos(Path(tempfile.mkdtemp()), "a.png")
        self.project: Project = opened(self.folder, labels=("cat", "dog"))
        self.documents = [Document()]
        self.cursor = 0
        self.version = 0
        self.answers: list[tuple[tuple[Any, ...], PictureState]] = []

    def ask(self, action: Action) -> PictureState:
        """Apply an action with a new key, and remember the answer if something changed."""
        asked = (1, self.version, action, "Ann", str(uuid4()))
        state = self.project.act(*asked)
        if state.picture.version > self.version:
            self.answers.append((asked, state))
        return state

    @rule(data=st.data())
    @precondition(lambda self: self.answers)
    def ask_again(self, data: st.DataObject) -> None:
        asked, answer = data.draw(st.sampled_from(self.answers))
        assert self.project.act(*asked) == answer

    @rule(action=actions)
    def act(self, action: Action) -> None:
        try:
            state = self.ask(action)
        except InputError:
            return  # nothing has changed, which the invariant looks at
        if state.document == self.documents[self.cursor]:
            assert state.picture.version == self.version
            return
        self.documents[self.cursor + 1 :] = [state.document]
        self.cursor += 1
        self.version += 1

    @rule(action=actions)
    @precondition(lambda self: self.version > 0)
    def act_on_an_old_version(self, action: Action) -> None:
        with pytest.raises(PictureConflict) as refusal:
            self.project.act(1, self.version - 1, action)
        assert [change.version for change in refusal.value.changes] == [self.version]
        assert refusal.value.state.document == self.documents[self.cursor]

    @rule()
    def undo(self) -> None:
        self.move(Undo(), -1, self.cursor > 0)

    @rule()
    def redo(self) -> None:
        self.move(Redo(), 1, self.cursor < len(self.documents) - 1)

    def move(self, action: Action, by: int, possible: bool) -> None:
        if not possible:
            with pytest.raises(InputError, match="nothing"):
                self.project.act(1, self.version, action)
            return
        self.ask(action)
        self.cursor += by
        self.version += 1

    @rule()
    def reopen(self) -> None:
        self.project.close()
        self.project = opened(self.folder)

    @invariant()
    def the_project_shows_what_the_model_shows(self) -> None:
        if not hasattr(self, "project"):
            return
        state = self.project.picture(1)
        document = self.documents[self.cursor]
        assert state.document == document
        assert state.picture.version == self.version
        assert state.can_undo == (self.cursor > 0)
        assert state.can_redo == (self.cursor < len(self.documents) - 1)
        assert set(state.masks) == document.masks
        assert state.picture.objects == len(document.objects)
        mark = document.mark
        assert state.picture.state == (
            mark.state if mark is not None else "work" if document.objects else "new"
        )
        assert state.picture.marked_by == ("" if mark is None else "Ann")

    def teardown(self) -> None:
        if hasattr(self, "project"):
            self.project.close()
            shutil.rmtree(self.folder)


TestHistory = History.TestCase
TestHistory.settings = examples(25, stateful_step_count=20)
