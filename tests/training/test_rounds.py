from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from fcfi.data.crop import TrainingCrop
from fcfi.errors import ConfigError
from fcfi.masks.metrics import iou
from fcfi.prediction.guidance import BOX_OBJECT, CLICK_MAPS, Pixels
from fcfi.prompts.clicks import Click, Clicks
from fcfi.training.rounds import Batch, EveryRound, LastRound, collate, make_rounds
from fcfi.training.sessions import (
    EDGE,
    CropSession,
    RoundsConfig,
    advance,
    first_click,
    next_click_of_person,
    scribble_clicks,
    spoiled,
    start_session,
    starting_clicks,
)
from fcfi.training.wrong_masks import wrong_mask

SIZE = 64


def crop() -> TrainingCrop:
    truth = np.zeros((SIZE, SIZE), np.uint8)
    truth[16:48, 16:48] = 1
    truth[:4] = 255
    others = np.zeros((SIZE, SIZE), bool)
    others[52:60, 5:30] = True
    return TrainingCrop(np.full((SIZE, SIZE, 3), 100, np.uint8), truth, others)


def seen(truth: NDArray[np.uint8]) -> TrainingCrop:
    return TrainingCrop(np.zeros((*truth.shape, 3), np.uint8), truth, np.zeros(truth.shape, bool))


def crops() -> Iterator[TrainingCrop]:
    while True:
        yield crop()


def test_starting_clicks_reach_their_largest_number_of_each_kind() -> None:
    config = RoundsConfig(start=2, start_decay=1.0)
    drawn = [starting_clicks(crop(), config, np.random.default_rng(seed)) for seed in range(60)]
    assert {sum(click.positive for click in clicks) for clicks in drawn} == {1, 2}
    assert {sum(not click.positive for click in clicks) for clicks in drawn} == {0, 1, 2}


def no_predict(batch: Batch) -> torch.Tensor:
    raise AssertionError("not needed")


@pytest.mark.parametrize("seed", range(20))
def test_starting_clicks_lie_where_they_say(seed: int) -> None:
    config = RoundsConfig(start=24, start_decay=0.8)
    clicks = starting_clicks(crop(), config, np.random.default_rng(seed))
    labels = {click: crop().truth[click.y, click.x] for click in clicks}
    assert any(click.positive for click in clicks)
    assert all(label == int(click.positive) for click, label in labels.items())
    assert sum(click.positive for click in clicks) <= 24


def test_the_number_of_starting_clicks_falls_off() -> None:
    rng = np.random.default_rng(0)
    config = RoundsConfig(start=24, start_decay=0.8)
    counts = [sum(c.positive for c in starting_clicks(crop(), config, rng)) for _ in range(400)]
    assert 0.12 < np.mean(np.array(counts) == 1) < 0.30  # 0.2 of a geometric distribution with 0.8
    assert max(counts) > 8


def test_a_session_continues_from_the_prediction_with_a_click_on_an_error() -> None:
    state = CropSession(crop(), (Click(32, 32),))
    probs = np.zeros((SIZE, SIZE), np.float32)
    probs[16:48, 16:32] = 0.9
    following = advance(state, probs, RoundsConfig(), np.random.default_rng(0))
    assert following is not None
    assert following.feedback is probs
    assert following.clicks[:1] == state.clicks
    new = following.clicks[-1]
    assert new.positive
    assert 32 <= new.x < 48


def test_a_session_ends_when_the_mask_is_right() -> None:
    exact = (crop().truth == 1).astype(np.float32)
    assert (
        advance(
            CropSession(crop(), (Click(32, 32),)), exact, RoundsConfig(), np.random.default_rng(0)
        )
        is None
    )


def test_wrong_masks_are_wrong_but_near() -> None:
    rng, target = np.random.default_rng(0), crop().truth == 1
    ious = []
    for _ in range(60):
        wrong = wrong_mask(crop().truth == 1, rng)
        ious.append((wrong & target).sum() / (wrong | target).sum())
    assert 0.3 < np.median(ious) < 0.97
    assert np.std(ious) > 0.05


def test_a_mask_is_spoiled_until_it_is_bad_enough() -> None:
    target = crop().truth == 1
    bad_enough = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        first = wrong_mask(target, rng)
        bad = spoiled(first, target, 0.6, rng)
        bad_enough.append(iou(bad, target.astype(np.uint8)) <= 0.6)
        assert spoiled(first, target, 1.0, rng) is first
    # Mistakes may undo each other, and their number is limited.
    assert sum(bad_enough) >= 15


def test_starting_from_a_wrong_mask_opens_the_gate() -> None:
    rng = np.random.default_rng(0)
    states = [start_session(crop(), RoundsConfig(from_mask=1.0), rng) for _ in range(8)]
    batch = collate(states, RoundsConfig(), rng)
    assert batch.gate.flatten().tolist() == [float(state.feedback is not None) for state in states]
    assert batch.gate.sum() >= 6


def test_a_view_of_a_part_begins_with_a_soft_wrong_mask() -> None:
    rng = np.random.default_rng(0)
    state = start_session(replace(crop(), part=True), RoundsConfig(from_mask=0.0), rng)
    assert state.feedback is not None
    assert len(state.clicks) == 1
    assert ((state.feedback > 0.05) & (state.feedback < 0.95)).any()


def test_every_round_feeds_answers_back_and_replaces_finished_sessions() -> None:
    rounds = EveryRound(
        crops(),
        4,
        RoundsConfig(most=3, decay=1.0, from_mask=0, start=1, start_decay=0),
        np.random.default_rng(0),
    )
    gates = []
    for _ in range(6):
        batch = rounds.next_batch(no_predict)
        gates.append(batch.gate.flatten().tolist())
        rounds.observe(np.random.default_rng(1).random((4, SIZE, SIZE), np.float32))
    assert gates[0] == [0, 0, 0, 0]
    assert gates[1] == [1, 1, 1, 1]
    assert gates[2] == [1, 1, 1, 1]
    assert gates[3] == [0, 0, 0, 0], "three clicks at most, then a fresh crop"


def test_last_round_predicts_without_learning_and_never_more_than_asked() -> None:
    calls: list[float] = []

    def predict(batch: Batch) -> torch.Tensor:
        calls.append(float(batch.gate.mean()))
        return torch.rand(len(batch.image), 1, SIZE, SIZE)

    rounds = LastRound(
        crops(), 2, RoundsConfig("last", most=4, from_mask=0), np.random.default_rng(0)
    )
    lengths = []
    for _ in range(20):
        calls.clear()
        batch = rounds.next_batch(predict)
        lengths.append(len(calls))
        assert batch.gate.mean() == float(bool(calls))
    assert set(lengths) == {0, 1, 2, 3}


def test_a_batch_has_the_shapes_of_the_network() -> None:
    rounds = make_rounds(crops(), 3, RoundsConfig(), np.random.default_rng(0))
    batch = rounds.next_batch(no_predict)
    assert batch.image.shape == (3, 3, SIZE, SIZE)
    assert batch.feedback.shape == (3, 1, SIZE, SIZE)
    assert batch.disks.shape == (3, 2, SIZE, SIZE)
    assert batch.window.shape == (3, 1, SIZE // 4, SIZE // 4)
    assert batch.cell.dtype == torch.int64
    assert batch.label.shape == batch.gate.shape == (3, 1, 1, 1)
    assert float(batch.image.max()) <= 1


@pytest.mark.parametrize("way", ["every", "last"])
def test_clicks_are_drawn_as_the_model_takes_them(
    monkeypatch: pytest.MonkeyPatch, way: Literal["every", "last"]
) -> None:
    def grey(clicks: Clicks, height: int, width: int, pixels: Pixels) -> np.ndarray:
        return np.asarray(pixels().mean(0), np.float32)

    monkeypatch.setitem(CLICK_MAPS, "with grey", (*CLICK_MAPS["disks"], grey))
    config = RoundsConfig(learn_from=way, most=1)
    rounds = make_rounds(crops(), 2, config, np.random.default_rng(0), "with grey")
    batch = rounds.next_batch(no_predict)
    assert batch.disks.shape == (2, 3, SIZE, SIZE)
    torch.testing.assert_close(batch.disks[:, 2], batch.image.mean(1))


def test_an_unknown_way_is_refused() -> None:
    with pytest.raises(ConfigError, match="to be 'every' or 'last', got 'some'"):
        RoundsConfig(learn_from="some")  # type: ignore[arg-type]


def test_a_session_from_a_box_shows_its_ellipse_and_may_have_no_click() -> None:
    config = RoundsConfig(from_mask=0.0, box=1.0)
    states = [start_session(crop(), config, np.random.default_rng(seed)) for seed in range(40)]
    assert {len(state.clicks) for state in states} == {0, 1}
    for state in states:
        assert state.feedback is not None
        assert state.feedback[32, 32] == np.float32(BOX_OBJECT)
        assert state.feedback[8, 8] == 0  # the box is at most a tenth of its sides off
    batch = collate(states[:8], config, np.random.default_rng(0))
    assert torch.all(batch.gate == 1)
    alone = torch.tensor([not state.clicks for state in states[:8]])
    assert torch.equal(batch.disks.flatten(1).any(1), ~alone)
    assert torch.equal(batch.window.flatten(1).any(1), ~alone)


def test_clicks_of_a_person_lie_anywhere_in_the_error_and_never_outside() -> None:
    truth = np.zeros((64, 64), np.uint8)
    truth[:, 20:44] = 1
    nothing = np.zeros((64, 64), bool)
    config = RoundsConfig(anywhere=1.0, noise=3.0)
    rng = np.random.default_rng(0)
    clicks = [next_click_of_person(truth, nothing, (), config, rng) for _ in range(200)]
    columns = {click.x for click in clicks if click is not None}
    assert min(columns) in (20, 21)
    assert max(columns) in (42, 43)
    inner = [next_click_of_person(truth, nothing, (), RoundsConfig(), rng) for _ in range(200)]
    assert {click.x for click in inner if click is not None} <= set(range(25, 39))


def test_a_first_click_at_the_edge_lies_there_where_the_object_reaches_it() -> None:
    truth = np.zeros((64, 64), np.uint8)
    truth[40:, 10:50] = 1
    config = RoundsConfig(edge=1.0)
    clicks = [first_click(seen(truth), config, np.random.default_rng(seed)) for seed in range(30)]
    assert all(click.y >= 64 - EDGE for click in clicks)
    truth[56:] = 0
    click = first_click(seen(truth), config, np.random.default_rng(0))
    assert truth[click.y, click.x] == 1


def test_a_scribble_stays_inside_the_object() -> None:
    target = np.zeros((64, 64), bool)
    target[8:56, 8:16] = target[8:56, 48:56] = target[48:56, 8:56] = True  # a U
    for seed in range(30):
        clicks = scribble_clicks(target, Click(10, 10), np.random.default_rng(seed))
        assert all(target[click.y, click.x] and click.positive for click in clicks)


def test_feedback_is_hidden_from_the_prompts_as_often_as_asked() -> None:
    states = [CropSession(crop(), (Click(32, 32),), np.ones((SIZE, SIZE), np.float32))] * 400
    shown = collate(states, RoundsConfig(hide=0.25), np.random.default_rng(0)).shown
    assert 0.68 < float(shown.mean()) < 0.82


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"box": 1.5}, "expected rounds.box from 0 to 1, got 1.5"),
        ({"box": 0.6, "from_mask": 0.5}, "rounds.from_mask and rounds.box"),
        ({"noise": -1.0}, "rounds.noise of at least 0 pixels, got -1.0"),
    ],
)
def test_settings_out_of_range_are_refused(values: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        RoundsConfig(**values)  # type: ignore[arg-type]


def test_a_crop_whose_session_ended_badly_comes_again_once() -> None:
    config = RoundsConfig(most=3, start=3, start_decay=1.0, decay=0.0, from_mask=0.0, again=1.0)
    fresh = iter([replace(crop(), beyond=float(number)) for number in range(200)])
    rounds = EveryRound(fresh, 1, config, np.random.default_rng(0))
    shown = []
    for _ in range(60):
        shown.append(int(rounds.next_batch(no_predict).beyond[0]))
        rounds.observe(np.zeros((1, SIZE, SIZE), np.float32))  # always wrong
    counts = {number: shown.count(number) for number in shown}
    assert set(counts.values()) == {1, 2}
    rounds = EveryRound(crops(), 1, replace(config, again=0.0), np.random.default_rng(0))
    rounds.observe(np.zeros((1, SIZE, SIZE), np.float32))
    assert not rounds._hard


def test_a_session_on_a_look_begins_with_the_click_looked_at() -> None:
    config = RoundsConfig(edge=1.0)
    for seed in range(10):
        looked = replace(crop(), point=(20, 40))
        assert first_click(looked, config, np.random.default_rng(seed)) == Click(20, 40)
    covered = replace(crop(), point=(2, 40))  # something was pasted over it
    click = first_click(covered, config, np.random.default_rng(0))
    assert covered.truth[click.y, click.x] == 1
