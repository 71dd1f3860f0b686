"""The ablation command: every row is trained and measured once, and finished work is kept."""

import json
import signal
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import cv2
import pytest
import typer

from benchmarks import ablation
from benchmarks.stored import new_record
from fcfi import cli
from fcfi.training import loop
from fcfi.training.config import read_recipe
from tests.data.builders import picture, write_shard

CHANGES = [
    "run.steps=1",
    "run.batch=2",
    "run.workers=0",
    "run.imagenet=none",
    "run.precision=32-true",
    "run.accelerator=cpu",
    "run.sizes=[[0.0, 64, 64]]",
    "crops.weights={}",
    "crops.minimum_visible=20",
    "zoom.target=64",
]


@pytest.mark.filterwarnings("ignore:not in .*, begins at random")
def test_every_row_is_trained_and_measured_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shard, pictures, stored = (
        write_shard(tmp_path / "train-000.tar"),
        tmp_path / "made",
        tmp_path / "ablation.json",
    )
    image, ids = picture(0)
    for folder, array in (("images", image[..., ::-1]), ("masks", (ids == 1) * 255)):
        (pictures / folder).mkdir(parents=True)
        cv2.imwrite(str(pictures / folder / "made.png"), array)

    def run() -> None:
        ablation.run(
            shard,
            [pictures],
            seeds=1,
            trunk=1,
            folder=tmp_path / "runs",
            stored=stored,
            change=CHANGES,
        )

    run()
    record = json.loads(stored.read_text())
    assert [result["row"] for result in record["results"]] == list(ablation.ROWS)
    assert all(0 < result["noc90"] <= 20 for result in record["results"])
    assert str(tmp_path) not in stored.read_text()
    table = capsys.readouterr().out
    assert all(f"| {row} |" in table for row in ablation.ROWS)
    assert "| + FFC + CFF | 2.84 | 6.48 | 1.96 | 5.16 |" in table, "the paper's own"
    run()
    assert json.loads(stored.read_text()) == record


def test_a_row_that_was_stopped_is_not_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shard = write_shard(tmp_path / "train-000.tar")
    monkeypatch.setattr(loop, "stop_requests", lambda: nullcontext([signal.SIGTERM]))
    with pytest.raises(typer.Exit):
        ablation.run(
            shard,
            [],
            trunk=2,
            folder=tmp_path / "runs",
            stored=tmp_path / "ablation.json",
            change=CHANGES,
        )
    assert "stopped and saved; give the same command again to resume" in capsys.readouterr().out
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["trunk"]


def test_without_a_trunk_a_chosen_row_begins_by_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shard, changes = write_shard(tmp_path / "train-000.tar"), [*CHANGES, "model.prompt_maps=clicks"]
    stored = tmp_path / "ablation.json"
    ablation.run(
        shard, [shard], 1, 0, tmp_path / "runs", stored=stored, change=changes, only=["+ FFC + CFF"]
    )
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["+FFC+CFF-0"]
    record = json.loads(stored.read_text())
    assert [result["row"] for result in record["results"]] == ["+ FFC + CFF"]
    assert record["recipe"]["model"]["prompt_maps"] == "clicks"
    assert "From ImageNet's weights, 1 steps of 2 crops a row." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["run", "--data", "x", "--eval", "y", "--row", "FFC"],
            "--row 'FFC' is unknown: use one of 'baseline', '+ FFC'",
        ),
        (["table", "--stored", "other.json"], "got another file: other.json"),
        (
            ["run", "--data", "x", "--eval", "y", "--stored", "old.json"],
            "got another in old.json",
        ),
    ],
)
def test_a_mistake_is_reported_in_a_line(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("other.json").write_text('{"format": "abacus"}')
    recipe = ablation.shared(read_recipe(ablation.RECIPE, ["run.steps=7"]))
    old = new_record(ablation.FORMAT, recipe=recipe, trunk_steps=2800)
    Path("old.json").write_text(json.dumps(old))
    assert cli.main(arguments, ablation.app, "ablation") == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_the_rows_are_those_of_the_paper() -> None:
    plan = read_recipe(ablation.RECIPE)
    rows = [ablation.row_of(plan, model, 3) for model in ablation.ROWS.values()]
    assert rows[0].model == plan.model
    assert len({row.model for row in rows}) == len(rows)
    assert {row.run.seed for row in rows} == {3}
    assert all(replace(row, model=plan.model, run=plan.run) == plan for row in rows)


def test_a_table_shows_mean_and_spread() -> None:
    results = [
        {"row": "baseline", "seed": 0, "data": "GrabCut", "noc90": 4.0},
        {"row": "baseline", "seed": 1, "data": "GrabCut", "noc90": 5.0},
        {"row": "+ FFC", "seed": 0, "data": "GrabCut", "noc90": 3.5},
    ]
    recipe = {"run": {"steps": 10, "batch": 2}}
    text = ablation.markdown({"results": results, "recipe": recipe, "trunk_steps": 5})
    assert "| baseline | 4.50 (4.00 to 5.00) |" in text
    assert "| + FFC | 3.50 |" in text
