"""`fcfi bulk` from the plan to the merged file, and its error messages."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from fcfi.cli import main
from tests.bulk.conftest import objects

Manifest = Callable[[Sequence[Any]], str]


def test_from_plan_to_merged_file(
    manifest: Manifest, network_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = manifest(objects(9)), str(tmp_path / "out")
    options = ["--shards", "2", "--part-rows", "4", "--network", str(network_file)]
    assert main(["bulk", "plan", path, "-o", out, *options]) == 0
    assert "9 objects in 2 shards" in capsys.readouterr().out
    assert main(["bulk", "status", out]) == 0
    assert "missing shards: --array=0-1" in capsys.readouterr().out
    assert main(["bulk", "run", out, "--shard", "0-1", "--workers", "1"]) == 0
    assert "9 objects, 0 failed" in capsys.readouterr().out
    assert main(["bulk", "status", out]) == 0
    assert "missing" not in capsys.readouterr().out
    assert main(["bulk", "merge", out, "-o", str(tmp_path / "all.parquet")]) == 0
    assert len(pq.read_table(tmp_path / "all.parquet")) == 9
    assert main(["bulk", "merge", out, "-o", str(tmp_path / "a.json"), "--format", "coco"]) == 0
    assert "a.json: 9 objects, 0 failed" in capsys.readouterr().out
    assert json.loads((tmp_path / "a.json").read_text())["images"]


def test_a_job_array_names_the_shard(
    manifest: Manifest,
    network_file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = str(tmp_path / "out")
    options = ["--shards", "2", "--network", str(network_file)]
    assert main(["bulk", "plan", manifest(objects(12)), "-o", out, *options]) == 0
    monkeypatch.setenv("SLURM_ARRAY_TASK_ID", "1")
    assert main(["bulk", "run", out, "--workers", "1"]) == 0
    capsys.readouterr()
    assert main(["bulk", "status", out]) == 0
    assert "missing shards: --array=0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "{out}"], "has no plan"),
        (["run", "{out}", "--shard", "0", "--all"], "got both"),
        (["plan", "none.jsonl", "-o", "{out}"], "none.jsonl"),
        (["plan", "none.jsonl", "-o", "gopher://x/y"], "gopher"),
    ],
)
def test_mistakes_are_reported_in_a_sentence(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [argument.format(out=tmp_path / "out") for argument in arguments]
    assert main(["bulk", *arguments]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert "Traceback" not in error
