"""A log of version 0.1 replays to the same mask; a damaged one is refused with a sentence."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fcfi.errors import InputError
from fcfi.images import read_image
from fcfi.mask_files import read_mask
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.zoom import Zoom
from fcfi.prompts.click_log import ClickLog
from fcfi.session import Session
from tests.networks import ColourNetwork

FIXTURE = Path(__file__).parent / "version1"


def old_log() -> dict[str, Any]:
    log: dict[str, Any] = json.loads((FIXTURE / "log.json").read_text())
    return log


def test_an_old_log_replays_to_the_same_mask() -> None:
    image = read_image(FIXTURE / "photo.png")
    session = Session.replay(FCFIPredictor(ColourNetwork(), Zoom(target=128)), image, old_log())
    np.testing.assert_array_equal(session.mask, read_mask(FIXTURE / "mask.png", *image.shape[:2]))
    assert [len(part["clicks"]) for part in [old_log()]] == [len(session.clicks)]
    again = Session.replay(session.predictor, image, json.loads(json.dumps(session.log())))
    np.testing.assert_array_equal(again.mask, session.mask)


def test_clicks_of_one_number_are_a_round() -> None:
    log = old_log()
    rounds = ClickLog.from_json(log).rounds
    numbers = [row["round"] for row in log["clicks"]]
    assert [len(part.clicks) for part in rounds] == [
        numbers.count(number) for number in sorted(set(numbers))
    ]
    assert [click.to_json() for click in rounds.clicks] == [
        {key: row[key] for key in ("x", "y", "positive")} for row in log["clicks"]
    ]
    assert [time for part in rounds for time in part.times] == [
        row["time"] for row in log["clicks"]
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda log: {**log, "clicks": "none"}, "'clicks' as list, got str"),
        (lambda log: {**log, "clicks": [3]}, "'clicks' as a list of objects"),
        (lambda log: {**log, "clicks": [{**log["clicks"][0], "x": "1"}]}, "'x' as int, got str"),
        (lambda log: {**log, "clicks": [{**log["clicks"][0], "round": "1"}]}, "'round'"),
        (
            lambda log: {**log, "clicks": [{**log["clicks"][0], "round": n} for n in (1, 0)]},
            "in the order of their rounds",
        ),
    ],
)
def test_a_damaged_old_log_is_refused(
    change: Callable[[dict[str, Any]], Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        ClickLog.from_json(change(old_log()))
