"""The benchmark of first looks, on development objects by size and score."""

import json
from pathlib import Path

import pytest
import torch

from benchmarks import looks
from fcfi import cli
from fcfi.models.build import build
from fcfi.models.checkpoint import save_model
from fcfi.models.config import ModelConfig
from tests.data.builders import write_shard

SMALL = looks.Answers(0.01, (0.2, 0.7, 0.5), (0.3, 0.6, 0.9), (0.05, 0.01, 0.01))
LARGE = looks.Answers(0.4, (0.8, 0.3, 0.1), (0.4, 0.5, 0.2), (0.4, 0.1, 0.1))


def test_a_small_first_mask_is_compared_and_a_large_one_kept() -> None:
    rows = {row["closer_below"]: row for row in looks.rows_of([SMALL, LARGE])}
    assert (rows[0.0]["iou"], rows[0.0]["looks"]) == (0.5, 1)
    assert (rows[0.08]["iou"], rows[0.08]["looks"]) == (0.65, 2)  # the score errs: 0.5, not 0.7
    assert (rows[1.0]["iou"], rows[1.0]["looks"]) == (0.4, 3)
    assert rows["the best look"]["iou"] == 0.75


def test_objects_by_size_and_looks_by_score() -> None:
    assert looks.of_size([SMALL, LARGE], "small") == [SMALL]
    assert looks.of_size([SMALL, LARGE], "middle") == []
    assert looks.of_size([SMALL, LARGE], "large") == [LARGE]
    bins = looks.reliability([SMALL])
    assert [(row["masks"], row["score"], row["iou"]) for row in bins] == [
        (1, 0.3, 0.2),
        (1, 0.6, 0.7),
        (1, 0.9, 0.5),
    ]


def test_the_command_stores_what_it_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.manual_seed(0)
    shard, stored = write_shard(tmp_path / "dev.tar", source="voc"), tmp_path / "out.json"
    weights = tmp_path / "model.safetensors"
    save_model(build(ModelConfig("lite0", mid=8, score=True)), weights, {"zoom_target": "64"})
    options = ["--dev", str(shard), "--count", "2", "-o", str(stored)]
    assert cli.main([str(weights), *options], looks.app, "looks") == 0
    record = json.loads(stored.read_text())
    assert record["format"] == looks.FORMAT
    assert record["objects"] == 2
    assert sum(row["masks"] for row in record["reliability"]) == 8
    assert cli.main(["lite0", *options], looks.app, "looks") == 2
    assert "expected a network with a score, got lite0" in capsys.readouterr().err
