"""Fine-tuning on a few masks: what it leaves, what it compares, and when a network is better."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.finetune import write
from fcfi import cli
from fcfi.cli import show
from fcfi.data.shards import read_pictures
from fcfi.errors import ConfigError, InputError
from fcfi.evaluation import (
    ObjectResult,
    Protocol,
    Report,
    compare,
    paired,
    read_comparison,
)
from fcfi.evaluation.comparison import NETWORK, RESULT
from fcfi.models.build import build
from fcfi.models.checkpoint import save_model
from fcfi.models.config import ModelConfig
from fcfi.project.progress import FILE, Cancelled, read_progress
from fcfi.runtimes.network_file import read_info
from fcfi.training import finetuning
from fcfi.training.finetuning import (
    MEASURING_NEW,
    MEASURING_OLD,
    TRAINING,
    Plan,
    finetune,
    recipe_of,
)
from fcfi.training.loop import train
from fcfi.training.run_state import WEIGHTS
from fcfi.weights import checkpoint
from tests.data.builders import write_shard

QUICK = (
    "run.minutes=0",
    "run.steps=2",
    "run.batch=2",
    "run.workers=0",
    "run.sizes=[[0.0, 64, 64]]",
    "run.accelerator=cpu",
    "crops.minimum_visible=20",
)

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Return a plan for a small random network and four pictures with two objects each."""
    pictures = list(read_pictures(write_shard(tmp_path / "made.tar")))
    write(tmp_path / "learn", pictures[:2])
    write(tmp_path / "held", pictures[2:])
    save_model(
        build(ModelConfig(backbone="lite0")), tmp_path / "start.safetensors", {"zoom_target": "64"}
    )
    start = tmp_path / "start.safetensors"
    return Plan(tmp_path / "learn", tmp_path / "held", start, str(start), threads=1, changes=QUICK)


def report(*clicks: int, limit: int = 10) -> Report:
    """Return a report on objects that reach 85 % with these clicks and 90 % with the next."""
    curves = [(0.5,) * (count - 1) + (0.86, 0.91) for count in clicks]
    objects = [
        ObjectResult(f"object {number}", (), curve, curve, ())
        for number, curve in enumerate(curves)
    ]
    rules = Protocol(limit=limit, targets=(0.85, 0.90))
    return Report("made", "made", rules, None, tuple(objects))


def test_networks_are_compared_object_by_object() -> None:
    compared = compare(report(3, 5, 9, 10), report(2, 4, 8, 1))
    assert (compared.objects, compared.limit) == (4, 10)
    assert [(c.before, c.after, c.not_reached) for c in compared.clicks] == [
        (6.75, 3.75, (0, 0)),
        (7.5, 4.75, (1, 0)),
    ]
    # An object that does not reach 90 % within the limit counts as ten clicks.
    after, before = [2.5, 4.5, 8.5, 1.5], [3.5, 5.5, 9.5, 10]
    assert (compared.difference, compared.error) == paired(after, before)


def test_a_damaged_comparison_is_reported(tmp_path: Path) -> None:
    (tmp_path / RESULT).write_text('{"clicks": 1}')
    with pytest.raises(InputError, match="got other content"):
        read_comparison(tmp_path / RESULT)


@pytest.mark.parametrize(
    ("before", "after", "better"),
    [
        ((4, 4, 4), (3, 3, 3), True),
        ((4, 4, 4), (4, 4, 4), False),
        ((4, 4, 4), (5, 5, 5), False),
        ((2, 5, 5), (4, 2, 5), False),  # fewer clicks, but the objects disagree too much
        ((2, 5, 5), (3, 2, 2), True),
    ],
)
def test_a_network_is_better_if_it_needs_fewer_clicks_by_a_standard_error(
    before: Sequence[int], after: Sequence[int], better: bool
) -> None:
    assert compare(report(*before), report(*after)).is_better is better


def test_a_network_is_trained_exported_and_compared(plan: Plan, tmp_path: Path) -> None:
    calls: list[tuple[str, int, int | None]] = []
    compared = finetune(plan, tmp_path / "out", lambda *now: calls.append(now))
    assert compared.objects == 4
    assert read_comparison(tmp_path / "out" / RESULT) == compared
    assert [clicks.target for clicks in compared.clicks] == [0.85, 0.9]
    info = read_info(tmp_path / "out" / NETWORK)
    assert (info.name, info.metadata["zoom_target"]) == ("start fine-tuned", "64")
    assert list(dict.fromkeys(stage for stage, *_ in calls)) == [
        MEASURING_OLD,
        TRAINING,
        MEASURING_NEW,
    ]
    assert calls[:2] == [(MEASURING_OLD, 0, 4), (MEASURING_OLD, 1, 4)]
    assert [now for now in calls if now[0] == TRAINING] == [(TRAINING, 1, 2), (TRAINING, 2, 2)]


def test_the_progress_ends_a_run(plan: Plan, tmp_path: Path) -> None:
    def cancel(stage: str, done: int, total: int | None) -> None:
        if stage == TRAINING:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        finetune(plan, tmp_path / "out", cancel)
    assert not (tmp_path / "out" / RESULT).exists()


def test_the_recipe_is_for_the_network_of_the_weights(plan: Plan) -> None:
    small = replace(plan, start=checkpoint("late"), minutes=3, changes=())
    recipe = recipe_of(small)
    assert recipe.model.prompts == "late"
    assert recipe.run.minutes == 3
    assert (recipe.zoom.target, recipe.zoom.ratio) == (416, 1.6)
    assert recipe.data.root == plan.learn_from.as_posix()


def test_an_installation_without_the_recipe_is_reported(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finetuning, "RECIPE", tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="an installation without it: pip install -e"):
        recipe_of(plan)


def command(plan: Plan, folder: Path, *more: str) -> list[str]:
    changes = [word for change in plan.changes for word in ("--set", change)]
    words = ["finetune", str(plan.learn_from), "--held-out", str(plan.held_out), "-o", str(folder)]
    return [*words, "--from", str(plan.start), "--threads", "1", *changes, *more]


def test_the_command_prints_the_clicks_and_what_to_do(
    plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(command(plan, tmp_path / "out")) == 0
    out, err = capsys.readouterr()
    assert "4 held-out objects, at most 10 clicks on each" in out
    assert "clicks to 90%:" in out
    assert f"{tmp_path / 'out' / NETWORK}: " in out
    assert f"{MEASURING_OLD}...\n" in err


def test_a_stopped_command_resumes(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*arguments: object) -> object:
        return replace(train(*arguments), done=0.5)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(finetuning, "train", stopped)
        assert cli.main(command(plan, tmp_path / "out")) == 130
    assert (tmp_path / "out" / "run" / WEIGHTS).is_file()
    assert not (tmp_path / "out" / RESULT).exists()
    assert cli.main(command(plan, tmp_path / "out")) == 0
    assert (tmp_path / "out" / RESULT).is_file()


def test_a_child_writes_its_progress_and_ends_with_its_parent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ended(BaseException):
        """Instead of the end of this process."""

    def end(code: int) -> None:
        raise Ended

    path = tmp_path / FILE
    assert read_progress(path) is None
    progress = show.written_to(path, os.getppid())
    progress(TRAINING, 1, 600)
    progress(TRAINING, 2, 600)  # too soon after the last write
    assert read_progress(path) == (TRAINING, 1, 600)
    progress(MEASURING_NEW, 0, 8)
    assert read_progress(path) == (MEASURING_NEW, 0, 8)
    path.write_text("[")
    assert read_progress(path) is None
    monkeypatch.setattr(os, "_exit", end)
    with pytest.raises(Ended):
        show.written_to(path, os.getpid())(TRAINING, 1, 600)


@pytest.mark.slow
def test_a_run_that_makes_a_network_worse_is_not_better(plan: Plan, tmp_path: Path) -> None:
    ruined = (*QUICK, "optimizer.lr=10", "optimizer.warmup=0", "run.precision=32-true")
    shipped = replace(plan, start=checkpoint("lite0"), old="lite0", changes=ruined)
    compared = finetune(shipped, tmp_path / "out")
    assert not compared.is_better
    assert compared.difference > 0
