"""The benchmark of prompts: drawn with a seed, measured on development objects."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import prompts
from benchmarks.pairs import LIMIT
from fcfi import cli
from fcfi.boxes import Box
from fcfi.data.sample import Sample
from fcfi.geometry import box_of
from fcfi.prediction.fcfi import FCFIPredictor
from tests.data.builders import write_shard
from tests.networks import ConstantNetwork


def made() -> Sample:
    """Return a sample with an object of 40 x 20 pixels in a picture of 100 x 80."""
    truth = np.zeros((80, 100), np.uint8)
    truth[30:50, 20:60] = 1
    return Sample("made", np.zeros((80, 100, 3), np.uint8), truth)


def test_boxes_are_moved_by_a_tenth_at_most_and_alike_for_every_network() -> None:
    sample, rng = made(), np.random.default_rng(0)
    drawn = [prompts.jittered(sample, rng) for _ in range(50)]
    for box in drawn:
        assert abs(box.left - 20) <= 4
        assert abs(box.right - 60) <= 4
        assert abs(box.top - 30) <= 2
        assert abs(box.bottom - 50) <= 2
    assert len(set(drawn)) > 10
    again = np.random.default_rng(0)
    assert [prompts.jittered(sample, again) for _ in range(50)] == drawn


def test_a_box_of_a_pixel_at_the_corner_stays_a_box() -> None:
    truth = np.zeros((8, 8), np.uint8)
    truth[7, 7] = 1
    sample = Sample("corner", np.zeros((8, 8, 3), np.uint8), truth)
    assert prompts.jittered(sample, np.random.default_rng(1)) == Box(7, 7, 8, 8)


@pytest.mark.parametrize("distance", prompts.DISTANCES)
def test_an_object_is_cut_and_clicked_near_the_cut(distance: int) -> None:
    rng, sides = np.random.default_rng(0), set()
    for _ in range(40):
        drawn = prompts.clicked_at_edge(made(), distance, rng)
        assert drawn is not None
        sample, click = drawn
        height, width = sample.truth.shape
        assert sample.image.shape == (height, width, 3)
        assert sample.truth[click.y, click.x] == 1
        gaps = click.x, click.y, width - 1 - click.x, height - 1 - click.y
        box = box_of(sample.truth == 1)
        assert box is not None
        reached = box.left == 0, box.top == 0, box.right == width, box.bottom == height
        cut = [side for side in range(4) if reached[side] and gaps[side] == distance]
        assert cut, "the click lies at the edge through the object"
        sides.update(cut)
    assert sides == {0, 1, 2, 3}


def test_an_object_too_small_for_the_distance_is_left_out() -> None:
    truth = np.zeros((9, 9), np.uint8)
    truth[4, 4] = 1
    sample = Sample("small", np.zeros((9, 9, 3), np.uint8), truth)
    assert prompts.clicked_at_edge(sample, 4, np.random.default_rng(0)) is None


def test_the_command_stores_a_row_a_network(tmp_path: Path) -> None:
    shard, stored = write_shard(tmp_path / "dev.tar", source="voc"), tmp_path / "out.json"
    options = ["--dev", str(shard), "--count", "2", "-o", str(stored)]
    assert cli.main(["lite0", *options], prompts.app, "prompts") == 0
    record = json.loads(stored.read_text())
    (row,) = record["rows"]
    assert row["network"] == "lite0"
    assert record["objects"] == 2
    assert 0 <= row["first"]["held"] <= 1
    assert row["edges"]["clicks"] <= 2 * len(prompts.DISTANCES)
    assert row["random"]["ratio"] == round(row["random"]["random"] / row["random"]["central"], 4)
    assert row["settings"]["steps"] == "box-again 2 0.05, first-specks 0.03"
    assert 0 <= row["box"]["iou"] <= 1
    assert 0 <= row["box"]["clicks"] <= LIMIT
    assert cli.main(["lite0", *options, "--plain"], prompts.app, "prompts") == 0
    (alone,) = json.loads(stored.read_text())["rows"]
    assert "steps" not in alone["settings"]


@pytest.mark.parametrize(("logit", "iou", "clicks"), [(3.0, 1.0, 0), (-3.0, 0.0, LIMIT)])
def test_clicks_after_a_box_count_from_none_to_the_limit(
    logit: float, iou: float, clicks: int
) -> None:
    everything = Sample("all", np.zeros((80, 100, 3), np.uint8), np.ones((80, 100), np.uint8))
    predictor = FCFIPredictor(ConstantNetwork(logit))
    assert prompts.boxes(predictor, [everything]) == {"iou": iou, "clicks": clicks}
