"""Undo, redo, remove, reset, replay: a mask depends only on the start mask and the clicks."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from fcfi.boxes import Box
from fcfi.errors import ConfigError, InputError
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.prediction import Prediction
from fcfi.prediction.zoom import Zoom
from fcfi.prompts.click_log import from_runs, to_runs
from fcfi.prompts.clicks import Click, Clicks, Scribble
from fcfi.session import Session
from tests.generated import examples
from tests.networks import ColourNetwork, ConstantNetwork

HEIGHT, WIDTH = 40, 60
IMAGE = (
    np.random.default_rng(0)
    .integers(0, 256, (HEIGHT // 4, WIDTH // 4, 3), np.uint8)
    .repeat(4, 0)
    .repeat(4, 1)
)
START = np.zeros((HEIGHT, WIDTH), np.bool_)
START[10:30, 20:45] = True
ZOOM = Zoom(target=64, minimum=16)
PREDICTOR = FCFIPredictor(ColourNetwork(), ZOOM)

CLICKS = st.builds(Click, st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1), st.booleans())
ROUNDS = st.lists(CLICKS, min_size=1, max_size=3).map(tuple)


def from_scratch(start: np.ndarray | None, rounds: tuple[Clicks, ...]) -> np.ndarray:
    """Return the mask for these clicks, without a session."""
    clicks: Clicks = ()
    prediction = None if start is None else Prediction.from_mask(start)
    for added in rounds:
        clicks = (*clicks, *added)
        prediction = PREDICTOR.predict(IMAGE, clicks, prediction)
    return np.zeros((HEIGHT, WIDTH), np.bool_) if prediction is None else prediction.mask


class Users(RuleBasedStateMachine):
    """Any sequence of user actions, compared with a list of states and a cursor."""

    @initialize()
    def begin(self) -> None:
        self.session = Session(PREDICTOR, IMAGE)
        self.history: list[tuple[np.ndarray | None, tuple[Clicks, ...]]] = [(None, ())]
        self.cursor = 0

    def enter(self, start: np.ndarray | None, rounds: tuple[Clicks, ...]) -> None:
        self.history = [*self.history[: self.cursor + 1], (start, rounds)]
        self.cursor += 1

    @rule(click=CLICKS)
    def click(self, click: Click) -> None:
        mask = self.session.click(click.x, click.y, click.positive)
        start, rounds = self.history[self.cursor]
        self.enter(start, (*rounds, (click,)))
        np.testing.assert_array_equal(mask, self.session.mask)

    @rule(clicks=ROUNDS)
    def click_together(self, clicks: Clicks) -> None:
        self.session.click_together(clicks)
        start, rounds = self.history[self.cursor]
        self.enter(start, (*rounds, clicks))

    @rule(count=st.integers(1, 4))
    def undo(self, count: int) -> None:
        for _ in range(count):
            self.session.undo()
        self.cursor = max(0, self.cursor - count)

    @rule(count=st.integers(1, 4))
    def redo(self, count: int) -> None:
        for _ in range(count):
            self.session.redo()
        self.cursor = min(len(self.history) - 1, self.cursor + count)

    @precondition(lambda self: self.session.clicks)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, len(self.session.clicks) - 1))
        self.session.remove(index)
        start, rounds = self.history[self.cursor]
        left, seen = [], 0
        for clicks in rounds:
            left.append(
                tuple(click for number, click in enumerate(clicks, start=seen) if number != index)
            )
            seen += len(clicks)
        self.enter(start, tuple(clicks for clicks in left if clicks))

    @rule()
    def reset(self) -> None:
        self.session.reset()
        self.enter(None, ())

    @rule(shift=st.integers(-5, 5))
    def start_from(self, shift: int) -> None:
        start = np.roll(START, shift)
        np.testing.assert_array_equal(self.session.start_from(start), start)
        self.enter(start, ())

    @rule(x=st.sampled_from([-1, WIDTH]))
    def a_failing_click_changes_nothing(self, x: int) -> None:
        with pytest.raises(InputError):
            self.session.click(x, 0)

    @rule()
    def replay(self) -> None:
        log = json.loads(json.dumps(self.session.log()))
        self.session = Session.replay(PREDICTOR, IMAGE, log)
        start, rounds = self.history[self.cursor]
        first = [] if start is None else [(start, ())]
        self.history = [(None, ()), *first, *((start, rounds[: n + 1]) for n in range(len(rounds)))]
        self.cursor = len(self.history) - 1

    @invariant()
    def the_mask_is_that_of_the_clicks_alone(self) -> None:
        start, rounds = self.history[self.cursor]
        assert self.session.clicks == tuple(click for clicks in rounds for click in clicks)
        np.testing.assert_array_equal(self.session.mask, from_scratch(start, rounds))
        assert self.session.can_undo == (self.cursor > 0)
        assert self.session.can_redo == (self.cursor < len(self.history) - 1)


TestUsers = Users.TestCase
TestUsers.settings = examples(30, stateful_step_count=15)


def test_a_new_session_has_an_empty_mask() -> None:
    session = Session(PREDICTOR, IMAGE)
    assert session.mask.shape == session.probs.shape == (HEIGHT, WIDTH)
    assert session.mask.dtype == np.bool_
    assert not session.mask.any()
    assert (session.probs == 0).all()
    assert session.clicks == ()
    assert session.prediction is None
    assert not session.undo().any()
    assert not session.redo().any()


def test_probs_and_mask_agree() -> None:
    session = Session(PREDICTOR, IMAGE)
    session.click(30, 20)
    np.testing.assert_array_equal(session.mask, session.probs > PREDICTOR.threshold)


def test_a_log_replays_to_the_same_bits() -> None:
    for flip in ("none", "average"):
        predictor = FCFIPredictor(ColourNetwork(), ZOOM, flip)
        session = Session(predictor, IMAGE, clock=iter(range(100, 200)).__next__)
        session.start_from(START)
        session.click(30, 20)
        session.click_together((Click(5, 5, False), Click(50, 35)))
        session.click(10, 30)
        session.remove(1)
        session.undo()
        session.remove(0)
        log = json.loads(json.dumps(session.log()))
        again = Session.replay(predictor, IMAGE, log)
        assert again.clicks == session.clicks == (Click(5, 5, False), Click(50, 35), Click(10, 30))
        np.testing.assert_array_equal(again.probs.view(np.uint32), session.probs.view(np.uint32))
        assert again.log() == log
        times = [[click["time"] for click in part] for part in log["rounds"]]
        assert times == [[101, 101], [102]]


def test_the_form_of_a_log() -> None:
    session = Session(PREDICTOR, IMAGE, clock=lambda: 5.5)
    session.click(30, 20)
    log = session.log()
    keys = {"format", "version", "image", "network", "settings", "start", "rounds"}
    assert set(log) == keys | {"within", "window"}
    assert log["network"] == {"name": "colour", "sha256": "sha256 of colour", "runtime": "numpy"}
    assert log["settings"]["target"] == 64
    assert log["rounds"] == [[{"x": 30, "y": 20, "positive": True, "time": 5.5}]]
    assert len(log["image"]["sha256"]) == 64


CLICK = {"x": 30, "y": 20, "positive": True, "time": 1.0}
WHOLE = {"left": 0, "top": 0, "right": 60, "bottom": 40}


def recorded() -> dict[str, Any]:
    session = Session(PREDICTOR, IMAGE)
    session.start_from(START)
    session.click(30, 20)
    log: dict[str, Any] = json.loads(json.dumps(session.log()))
    return log


def test_a_log_of_something_else_is_refused_unless_allowed() -> None:
    log = recorded()
    other = IMAGE.copy()
    other[0, 0, 0] ^= 1
    with pytest.raises(InputError, match="another picture of the same size"):
        Session.replay(PREDICTOR, other, log)
    with pytest.raises(InputError, match="picture of 60 x 40 pixels and this one has 60 x 39"):
        Session.replay(PREDICTOR, IMAGE[1:], log)
    newer = FCFIPredictor(ConstantNetwork(3), ZOOM)
    with pytest.raises(InputError, match=r"the network of the log, 'colour' .* got 'constant'"):
        Session.replay(newer, IMAGE, log)
    assert Session.replay(newer, IMAGE, log, network="any").mask.any()
    damaged = {**log, "network": {**log["network"], "sha256": "two\nlines"}}
    with pytest.raises(InputError, match="two") as refused:
        Session.replay(newer, IMAGE, damaged)
    assert "\n" not in str(refused.value)
    for predictor, key in (
        (FCFIPredictor(ColourNetwork(), Zoom(target=96, minimum=16)), "target"),
        (FCFIPredictor(ColourNetwork(), ZOOM, "average"), "flip"),
        (FCFIPredictor(ColourNetwork(), ZOOM, threshold=0.6), "threshold"),
    ):
        with pytest.raises(InputError, match=f"expected {key} = .* as in the log"):
            Session.replay(predictor, IMAGE, log)
        assert Session.replay(predictor, IMAGE, log, network="any").clicks == (Click(30, 20),)
    with pytest.raises(ConfigError, match="give same or any"):
        Session.replay(PREDICTOR, IMAGE, log, network="other")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda log: [], "expected the log of a session"),
        (lambda log: {"format": "other"}, "expected the log of a session"),
        (lambda log: {**log, "version": 9}, "a log of version 3 or older, got version 9: update"),
        (lambda log: {**log, "version": "1"}, "with a version from 1 to 3, got '1'"),
        (lambda log: {**log, "image": None}, "'image'"),
        (lambda log: {**log, "network": {"name": 3}}, "'name'"),
        (lambda log: {**log, "rounds": "none"}, "'rounds' as list, got str"),
        (lambda log: {**log, "rounds": [3]}, "expected a round as a list"),
        (lambda log: {**log, "rounds": [[]]}, "at least one prompt"),
        (lambda log: {**log, "rounds": [[{}]]}, "expected a prompt"),
        (lambda log: {**log, "rounds": [[{**CLICK, "x": "1"}]]}, "'x'"),
        (lambda log: {**log, "rounds": [[{**CLICK, "positive": 1}]]}, "'positive'"),
        (lambda log: {**log, "rounds": [[{**CLICK, "x": True}]]}, "'x' as int, got bool"),
        (lambda log: {**log, "rounds": [[{**CLICK, "x": 60}]]}, "outside the picture"),
        (lambda log: {**log, "rounds": [[{"points": [[1, 2]], "positive": True}]]}, "2 points"),
        (lambda log: {**log, "rounds": [[{"left": 1, "top": 1}]]}, "'right'"),
        (lambda log: {**log, "within": 3}, "'within' as dict, got int"),
        (lambda log: {**log, "within": {**WHOLE, "right": 0}}, "left below right"),
        (lambda log: {**log, "within": WHOLE}, "a first look only"),
        (lambda log: {**log, "window": [1, 2]}, "'window' as dict, got list"),
        (lambda log: {**log, "window": {"low": 2, "high": 1}}, "the lower one first"),
        (lambda log: {**log, "window": {"low": "1", "high": 2}}, "'low' as float, got str"),
        (lambda log: {**log, "start": [1, -1]}, "'start'"),
        (lambda log: {**log, "start": [1, 2]}, "starting mask has 3 pixels"),
        (lambda log: {**log, "start": "all"}, "'start'"),
    ],
)
def test_a_damaged_log_is_refused(change: Callable[[dict[str, Any]], Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Session.replay(PREDICTOR, IMAGE, change(recorded()))


def test_a_log_of_too_many_prompts_is_refused_before_the_first_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log, looks = recorded(), list[int]()
    monkeypatch.setattr(
        type(PREDICTOR), "predict", lambda _, image, prompts, *rest: looks.append(len(prompts))
    )
    with pytest.raises(InputError, match="at most 1000 prompts of an object, got 1001"):
        Session.replay(PREDICTOR, IMAGE, {**log, "rounds": [[CLICK]] * 1001})
    assert looks == []


def test_boxes_scribbles_and_parts_are_replayed_and_removed() -> None:
    session = Session(PREDICTOR, IMAGE)
    session.box(5, 5, 35, 30, within=Box(0, 0, 40, 35))
    session.give((Click(20, 15), Scribble(((10, 10), (15, 20)), positive=False)))
    session.click(2, 2, positive=False)
    session.scribble([(50.2, 5), (55, 9.6)])
    assert session.prompts[0] == Box(5, 5, 35, 30)
    assert session.prompts[-1] == Scribble(((50, 5), (55, 10)))
    assert session.clicks == (Click(20, 15), Click(2, 2, False))
    log = json.loads(json.dumps(session.log()))
    assert log["within"] == {"left": 0, "top": 0, "right": 40, "bottom": 35}
    again = Session.replay(PREDICTOR, IMAGE, log)
    np.testing.assert_array_equal(again.probs, session.probs)
    assert again.log() == log
    for other in (session, again):
        other.remove(2)
        other.remove(0)
    fresh = Session(PREDICTOR, IMAGE)
    fresh.click(20, 15, within=Box(0, 0, 40, 35))
    fresh.click(2, 2, positive=False)
    fresh.scribble([(50, 5), (55, 10)])
    np.testing.assert_array_equal(session.probs, fresh.probs)


def test_a_part_is_for_the_first_prompt() -> None:
    session = Session(PREDICTOR, IMAGE)
    session.click(5, 5, within=Box(0, 0, 20, 20))
    before = session.mask
    with pytest.raises(InputError, match="at the first prompt only, got one at a later"):
        session.click(6, 6, within=Box(0, 0, 20, 20))
    np.testing.assert_array_equal(session.mask, before)
    session.start_from(START)
    with pytest.raises(InputError, match="at a first look only, got one and a mask before"):
        session.click(6, 6, within=Box(0, 0, 20, 20))
    session.reset()
    session.click(6, 6, within=Box(0, 0, 20, 20))
    session.remove(0)
    session.click(30, 30)
    assert session.log()["within"] is None, "with the last prompt the part is forgotten"


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0))
def test_runs_hold_any_mask(height: int, width: int, bits: int) -> None:
    mask = np.array([bits >> bit & 1 for bit in range(height * width)], np.bool_).reshape(
        height, width
    )
    runs = to_runs(mask)
    np.testing.assert_array_equal(from_runs(runs, height, width), mask)
    assert all(run > 0 for run in runs[1:])


def test_fractions_go_to_the_nearest_pixel_and_nonsense_is_refused() -> None:
    session = Session(PREDICTOR, IMAGE)
    session.click(29.6, np.float32(20.4))  # type: ignore[arg-type]
    session.click(np.int64(3), 0)  # type: ignore[arg-type]
    assert session.clicks == (Click(30, 20), Click(3, 0))
    assert all(type(click.x) is int for click in session.clicks)
    for wrong in (float("nan"), float("inf"), "3", None, True):
        with pytest.raises(InputError, match="expected x in pixels, got "):
            session.click(wrong, 0)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"click 3 at \(60, 0\) is outside"):
        session.click(60, 0)
    with pytest.raises(InputError, match="at least one prompt, got none"):
        session.click_together(())
    assert len(session.clicks) == 2


def test_wrong_masks_and_places_are_refused() -> None:
    session = Session(PREDICTOR, IMAGE)
    with pytest.raises(InputError, match="expected a mask of 60 x 40 pixels, .* got 60 x 39"):
        session.start_from(START[1:])
    for index in (0, -1):
        with pytest.raises(InputError, match=f"below 0, got no click {index}"):
            session.remove(index)
    with pytest.raises(InputError, match="expected a picture as"):
        Session(PREDICTOR, IMAGE / 255)  # type: ignore[arg-type]
    assert not session.can_undo


def test_clicks_before_a_removed_one_are_not_predicted_again() -> None:
    network = ColourNetwork()
    session = Session(FCFIPredictor(network, ZOOM), IMAGE)
    for x in (10, 20, 30, 40):
        session.click(x, 20)
    network.calls.clear()
    session.remove(2)
    assert len(network.calls) == 1
    session.undo()
    session.redo()
    assert len(network.calls) == 1


def test_masks_of_one_pixel_and_long_pictures() -> None:
    for height, width in ((1, 1), (20, 20000)):
        session = Session(PREDICTOR, np.full((height, width, 3), 9, np.uint8))
        assert session.click(width - 1, height - 1).shape == (height, width)
        assert session.mask[height - 1, width - 1]
        replayed = Session.replay(PREDICTOR, session.image, session.log())
        np.testing.assert_array_equal(replayed.mask, session.mask)
