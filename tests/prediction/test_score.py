"""The score estimates the IoU, from the network's own estimate or from its certainty."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import score as benchmark
from benchmarks.reliability import bins_of, calibration_error
from benchmarks.tables import RESULTS
from fcfi import cli
from fcfi.prediction.prediction import Prediction, frozen
from fcfi.prediction.score import SHIPPED, Calibration, certainty_of, score_of
from tests.data.builders import write_shard


def test_the_score_follows_certainty_and_prompts() -> None:
    prediction = shown([[0.0, 0.9], [0.7, 0.2]], prompts=1)
    assert certainty_of(prediction) == pytest.approx(0.8)
    assert score_of(prediction) == pytest.approx(SHIPPED.iou(0.8, 1))
    assert score_of(replace(prediction, answered=4)) == pytest.approx(SHIPPED.iou(0.8, 4))


def test_the_network_s_own_estimate_comes_first() -> None:
    assert score_of(replace(shown([[0.9, 0.9]]), score=0.31)) == 0.31


def test_an_empty_mask_has_score_0() -> None:
    empty = shown([[0.1, 0.2]])
    assert (score_of(empty), certainty_of(empty)) == (0.0, 0.0)
    assert score_of(replace(empty, score=0.7)) == 0.0


def test_more_certain_and_later_masks_have_higher_scores_inside_0_and_1() -> None:
    certainties = (0.0, 0.5, 0.8, 0.97, 1.0)
    for prompts in (0, 1, 5, 100_000):
        scores = [SHIPPED.iou(certainty, prompts) for certainty in certainties]
        assert scores == sorted(scores)
        assert 0 < scores[0] <= scores[-1] < 1
    assert SHIPPED.iou(0.8, 5) > SHIPPED.iou(0.8, 1) == SHIPPED.iou(0.8, 0)


def test_the_formula_is_the_one_that_was_measured() -> None:
    stored = json.loads((RESULTS / "lite0.score.json").read_text(encoding="utf-8"))
    assert Calibration(**stored["fitted"]) == SHIPPED
    assert stored["checked"]["calibration_error"] < 0.05


def test_a_fit_finds_the_formula_that_made_the_masks() -> None:
    true = Calibration(-0.8, 1.3, 0.4)
    prompts = np.repeat(np.arange(1, 9), 12)
    certainty = np.tile(np.linspace(0.5, 0.97, 12), 8)
    masks = benchmark.Masks(certainty, prompts, np.zeros(certainty.size))
    found = benchmark.fit(replace(masks, iou=masks.scores(true)))
    for name in ("offset", "certainty", "prompts"):
        assert getattr(found, name) == pytest.approx(getattr(true, name), abs=0.01)


def test_bins_and_their_error() -> None:
    scores, ious = np.array([0.31, 0.35, 0.9, 1.0]), np.array([0.2, 0.4, 0.8, 0.9])
    assert bins_of(scores, ious) == [
        {"masks": 2, "score": 0.33, "iou": 0.3},
        {"masks": 2, "score": 0.95, "iou": 0.85},
    ]
    assert calibration_error(scores, ious) == pytest.approx((2 * 0.03 + 2 * 0.1) / 4)


def test_the_command_stores_and_draws_what_it_measured(tmp_path: Path) -> None:
    shard, stored, plot = write_shard(tmp_path / "dev.tar", source="voc"), "out.json", "plot.svg"
    options = ["--dev", str(shard), "--count", "4", "-o", str(tmp_path / stored)]
    arguments = ["lite0", *options, "--plot", str(tmp_path / plot)]
    assert cli.main(arguments, benchmark.app, "score") == 0
    record = json.loads((tmp_path / stored).read_text(encoding="utf-8"))
    assert record["format"] == benchmark.FORMAT
    assert record["by_shard"] == {"dev": record["checked"]}
    assert sum(row["masks"] for row in record["checked"]["bins"]) == record["checked"]["masks"] > 0
    assert "<svg" in (tmp_path / plot).read_text(encoding="utf-8")


def shown(probs: list[list[float]], prompts: int = 1) -> Prediction:
    """Return a prediction with these probabilities."""
    seen = np.array(probs, np.float32)
    whole = Prediction.from_mask(np.ones(seen.shape, bool))
    return replace(whole, seen=frozen(seen), answered=prompts)
