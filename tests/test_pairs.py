"""The comparison of networks object by object, on the same development objects."""

import json
from pathlib import Path

import pytest

from benchmarks import pairs
from fcfi import cli
from fcfi.evaluation import ObjectResult, Protocol, Report
from fcfi.prompts.clicks import Click
from tests.data.builders import write_shard


def report(*curves: tuple[float, ...]) -> Report:
    click = Click(0, 0, True)
    objects = tuple(
        ObjectResult(str(number), (click,) * len(ious), ious, ious, (0.0,) * len(ious))
        for number, ious in enumerate(curves)
    )
    return Report("made", "", Protocol(targets=pairs.TARGETS, limit=pairs.LIMIT), None, objects)


def test_a_difference_has_the_error_of_its_mean() -> None:
    first = report((0.5, 0.96), (0.5, 0.6, 0.96))
    second = report((0.96,), (0.5, 0.6, 0.96))
    row = pairs.row_of(second, first)
    assert (row["noc90"], row["noc90_differs"]) == (2.0, -0.5)
    assert row["noc90_error"] == pytest.approx(0.5 / 2**0.5, abs=1e-4)
    assert row["iou_differs"] == pytest.approx(0.046 / 2, abs=1e-4)
    assert pairs.row_of(first, first)["iou_differs"] == 0


def test_weights_of_a_run_are_called_by_its_folder() -> None:
    titles = [
        pairs.title(source) for source in ("lite0", "runs/new/model.safetensors", "some/net.onnx")
    ]
    assert titles == ["lite0", "new", "net.onnx"]


def test_a_draw_without_pictures_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shard = write_shard(tmp_path / "dev.tar", source="coco")
    assert cli.main(["lite0", "--dev", str(shard), "--draw", "crisp"], pairs.app, "pairs") == 2
    assert "expected pictures of dogcat, human" in capsys.readouterr().err


def test_the_command_stores_a_row_a_network(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shard, stored = write_shard(tmp_path / "dev.tar", source="voc"), tmp_path / "out.json"
    options = ["--dev", str(shard), "--draw", "crisp", "--count", "2", "-o", str(stored)]
    assert cli.main(["lite0", "late", *options], pairs.app, "pairs") == 0
    record = json.loads(stored.read_text())
    assert [row["network"] for row in record["rows"]] == ["lite0", "late"]
    assert (record["draw"], record["objects"], record["limit"]) == ("crisp", 2, pairs.LIMIT)
    assert record["rows"][0]["noc90_differs"] == 0
    assert all(
        1 <= row["noc85"] <= row["noc90"] <= row["noc95"] <= pairs.LIMIT for row in record["rows"]
    )
    assert cli.main(["lite9", *options], pairs.app, "pairs") == 2
    assert "lite9" in capsys.readouterr().err
