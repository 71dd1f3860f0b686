"""The fine-tuning benchmark: separate pictures for training and measuring, and stored results."""

import json
from pathlib import Path

import pytest

from benchmarks import finetune
from fcfi import cli
from tests.data.builders import write_shard

CHANGES = [
    "run.minutes=0",
    "run.steps=1",
    "run.batch=2",
    "run.workers=0",
    "run.sizes=[[0.0, 64, 64]]",
    "zoom.target=64",
]


def stems(folder: Path) -> set[str]:
    return {path.stem for path in folder.iterdir()}


def test_a_network_is_measured_before_and_after_on_pictures_kept_apart(tmp_path: Path) -> None:
    shard, stored = write_shard(tmp_path / "train-000.tar", count=6), tmp_path / "stored"
    arguments = [
        "--data",
        str(shard),
        "--source",
        "made",
        "-o",
        str(tmp_path / "run"),
        "--stored",
        str(stored),
    ]
    changes = [part for change in CHANGES for part in ("--set", change)]
    assert cli.main([*arguments, *changes], finetune.app, "finetune") == 0
    learnt, kept = (tmp_path / "run" / "made" / name for name in ("train", "test"))
    assert stems(kept / "images") == {"made_0", "made_3"}
    assert stems(learnt / "images") == {"made_1", "made_2", "made_4", "made_5"}
    assert "made_0#1" in stems(kept / "masks")
    before, after = (
        json.loads((stored / f"made.{when}.json").read_text()) for when in ("before", "after")
    )
    assert [done["name"] for done in before["objects"]] == [
        done["name"] for done in after["objects"]
    ]
    assert before["network"]["sha256"] != after["network"]["sha256"]
    assert str(tmp_path) not in json.dumps([before, after])
    assert (stored / "made.train.jsonl").is_file()


def test_few_objects_are_learnt_from_as_in_the_annotation_page(tmp_path: Path) -> None:
    shard, stored = write_shard(tmp_path / "train-000.tar", count=6), tmp_path / "stored"
    words = ["--data", str(shard), "--source", "made", "--few", "2", "-o", str(tmp_path / "run")]
    changes = [part for change in CHANGES for part in ("--set", change)]
    arguments = [*words, "--stored", str(stored), *changes]
    assert cli.main(arguments, finetune.app, "finetune") == 0
    record = json.loads((stored / "made.few.json").read_text())
    assert (record["learnt_from"], record["objects"], record["limit"]) == (4, 4, 10)
    assert stems(tmp_path / "run" / "made" / "train" / "images") == {"made_1", "made_2"}


def test_a_network_of_another_kind_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shard = write_shard(tmp_path / "train-000.tar")
    arguments = [
        "--data",
        str(shard),
        "--source",
        "made",
        "--network",
        "late",
        "-o",
        str(tmp_path / "run"),
    ]
    assert (
        cli.main([*arguments, "--stored", str(tmp_path / "stored")], finetune.app, "finetune") == 2
    )
    assert "as finetune.toml trains it, got another variant: late" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_source_without_pictures_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shard = write_shard(tmp_path / "train-000.tar")
    assert cli.main(["--data", str(shard)], finetune.app, "finetune") == 2
    assert "expected at least 3 pictures of 'nuclei', got 0" in capsys.readouterr().err
