"""Masks by replay equal those of a session, and reuse known results."""

import numpy as np
import pytest

from fcfi.errors import NetworkError
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.project.cache import ByteCache
from fcfi.project.replay import Replay
from fcfi.prompts.clicks import Click
from fcfi.prompts.rounds import Round, Rounds
from fcfi.session import Session
from tests.networks import ColourNetwork, OnceNetwork
from tests.project.builders import photo, predictor, square

ROUNDS = tuple(
    Round(clicks, (0.0,) * len(clicks))
    for clicks in ((Click(10, 10),), (Click(40, 30, positive=False), Click(5, 40)), (Click(60, 3),))
)


def masks_of(replay: Replay, rounds: tuple[Round, ...], start: str | None = None) -> np.ndarray:
    return replay.predict("photo", photo, start, lambda _: square(20, 20), Rounds(rounds)).mask


def session_after(
    predictor: FCFIPredictor, rounds: tuple[Round, ...], start: bool = False
) -> Session:
    session = Session(predictor, photo())
    if start:
        session.start_from(square(20, 20))
    for part in rounds:
        session.click_together(part.clicks)
    return session


@pytest.mark.parametrize("start", [None, "square"])
@pytest.mark.parametrize("cache_bytes", [0, 1 << 20])
def test_masks_are_those_of_a_session(start: str | None, cache_bytes: int) -> None:
    replay = Replay(predictor(), ByteCache(cache_bytes))
    for number in range(1, len(ROUNDS) + 1):
        session = session_after(predictor(), ROUNDS[:number], start is not None)
        np.testing.assert_array_equal(masks_of(replay, ROUNDS[:number], start), session.mask)


def test_only_what_is_new_is_predicted() -> None:
    network = ColourNetwork()
    replay = Replay(FCFIPredictor(network, predictor().zoom), ByteCache(1 << 20))
    calls = []
    for rounds in (ROUNDS[:1], ROUNDS[:2], ROUNDS, ROUNDS[:2], ROUNDS, (ROUNDS[0], ROUNDS[2])):
        masks_of(replay, rounds)
        calls.append(len(network.calls))
    assert calls == [1, 2, 3, 3, 3, 4]


def test_a_crop_that_stays_is_looked_at_once() -> None:
    network = OnceNetwork()
    replay = Replay(FCFIPredictor(network, predictor().zoom), ByteCache(1 << 25))
    for x in (10, 12, 14):
        masks_of(replay, (Round((Click(x, 10),), (0.0,)),))
    assert (len(network.calls), len(network.encoded)) == (3, 1)


def test_other_pixels_and_other_starts_are_not_mixed_up() -> None:
    replay = Replay(predictor(), ByteCache(1 << 20))
    plain = masks_of(replay, ROUNDS[:1])
    other = replay.predict(
        "another", lambda: photo(5), None, lambda _: square(0, 0), Rounds(ROUNDS[:1])
    ).mask
    begun = masks_of(replay, ROUNDS[:1], "square")
    assert not np.array_equal(plain, other)
    assert not np.array_equal(plain, begun)


def test_a_cache_is_shared_with_the_replay_of_another_network() -> None:
    cache = ByteCache(1 << 25)
    network = ColourNetwork("another")
    masks_of(Replay(predictor(), cache), ROUNDS)
    masks_of(Replay(FCFIPredictor(network, predictor().zoom), cache), ROUNDS)
    assert len(network.calls) == 3, "it answers every round itself"


def test_without_a_network_clicks_are_refused() -> None:
    with pytest.raises(NetworkError, match="need a network"):
        masks_of(Replay(None, ByteCache(0)), ROUNDS)
