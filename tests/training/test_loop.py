import json
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from fcfi import cli
from fcfi.data.broken import UNREADABLE_PICTURE
from fcfi.data.config import CropConfig
from fcfi.errors import ConfigError, DatasetError, DivergedError, InputError
from fcfi.models.build import build
from fcfi.models.checkpoint import load_model, read_metadata
from fcfi.models.fcfi import FCFI
from fcfi.models.late import LateBody
from fcfi.training import loop
from fcfi.training.config import DataConfig, Recipe, SourceConfig, parse_recipe, read_recipe
from fcfi.training.devices import agree, make_fabric
from fcfi.training.loop import train
from fcfi.training.losses import total_loss
from fcfi.training.optimise import freeze, make_optimizer, set_rate
from fcfi.training.progress import Display
from fcfi.training.run_state import CHECKPOINT, WEIGHTS, Clock, Learner, make_learner, restore
from fcfi.training.start import first_network
from fcfi.training.stopping import forgiving_workers
from fcfi.training.stream import BrokenItems, CropStream, load_pictures
from tests.data.builders import write_coco_and_lvis, write_sbd, write_shard

RECIPES = Path(__file__).parents[2] / "recipes"
SMALL_RUN = [
    "run.batch=2",
    "run.workers=0",
    "run.sizes=[[0.0, 64, 64]]",
    "run.precision=32-true",
    "crops.minimum_visible=20",
]

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]


def small(root: Path, steps: int = 2, **run: object) -> Recipe:
    return parse_recipe(
        {
            "name": "small",
            "data": {"root": str(root)},
            "crops": {"minimum_visible": 20},
            "run": {
                "steps": steps,
                "batch": 2,
                "workers": 0,
                "sizes": [[0.0, 64, 64]],
                "accelerator": "cpu",
                **run,
            },
        }
    )


def begin(recipe: Recipe, weights: Path | None) -> FCFI:
    given = None if weights is None else load_model(weights)
    return first_network(recipe.model, recipe.run.imagenet == "package", given, str(weights))


@pytest.fixture
def shard(tmp_path: Path) -> Path:
    return write_shard(tmp_path / "train-000.tar")


def test_a_run_leaves_weights_and_a_log(shard: Path, tmp_path: Path) -> None:
    weights = train(small(shard), tmp_path / "run").weights
    assert weights == tmp_path / "run" / WEIGHTS
    load_model(weights)
    lines = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert lines[0]["loss"] > 0
    texts = read_metadata(weights)
    assert texts["training_data"] == "auto", "no path of this machine"
    assert (texts["zoom_target"], texts["zoom_ratio"], texts["steps"]) == ("384", "1.4", "2")
    assert list((tmp_path / "run" / "tensorboard").iterdir())


def test_pictures_are_shown_without_development_pictures(
    shard: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[int] = []
    monkeypatch.setattr(Display, "pictures", lambda _, step, *__: shown.append(step))
    recipe = small(shard, steps=2)
    train(replace(recipe, data=replace(recipe.data, dev_every=2)), tmp_path / "run")
    assert shown == [2]


def test_a_run_resumes_where_it_was_saved(shard: Path, tmp_path: Path) -> None:
    train(small(shard, steps=1), tmp_path / "run")
    recipe = small(shard, steps=3)
    learner = make_learner(recipe, make_fabric(recipe.run), None)
    clock, _ = restore(tmp_path / "run" / CHECKPOINT, recipe, learner)
    assert clock.step == 1
    assert learner.optimizer.state_dict()["state"], "the optimiser's moments are kept"
    train(recipe, tmp_path / "run")
    assert torch.load(tmp_path / "run" / CHECKPOINT, weights_only=True)["step"] == 3


@pytest.mark.parametrize(
    ("rounds", "workers"),
    [({"again": 0.9, "decay": 0.5, "most": 4, "from_mask": 0.5}, 0), ({"learn_from": "last"}, 1)],
)
def test_a_run_that_is_stopped_at_every_step_ends_like_one_that_is_not(
    shard: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rounds: Any, workers: int
) -> None:
    # Crops of two sizes; the pool, its hard crops, the stream and dropout are resumed.
    sizes = ((0.0, 64, 64), (0.7, 96, 64))
    recipe = small(shard, steps=4)
    recipe = replace(
        recipe,
        run=replace(recipe.run, sizes=sizes, workers=workers),
        rounds=replace(recipe.rounds, **rounds),
    )
    dropout = nn.Dropout(0.5)
    monkeypatch.setattr(loop, "total_loss", lambda *given: _dropped(dropout, *given))
    train(recipe, tmp_path / "whole")
    with monkeypatch.context() as patched:
        patched.setattr(loop, "stop_requests", lambda: nullcontext([signal.SIGTERM]))
        for step in range(1, 5):
            assert train(recipe, tmp_path / "stopped").done == step / 4
    whole, stopped = (
        torch.load(tmp_path / name / CHECKPOINT, weights_only=True) for name in ("whole", "stopped")
    )
    assert same(stopped["positions"], whole["positions"])
    for part in ("model", "average", "optimizer"):
        assert same(stopped[part], whole[part]), part


def same(first: Any, second: Any) -> bool:
    """Return whether two values of a save are identical."""
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(same(first[key], second[key]) for key in first)
    if isinstance(first, list | tuple):
        return len(first) == len(second) and all(map(same, first, second))
    return torch.equal(first, second) if isinstance(first, torch.Tensor) else first == second


def _dropped(dropout: nn.Module, *given: Any) -> Any:
    """Return the loss times a random number from torch's generator."""
    loss, parts = total_loss(*given)
    return loss * (1 + dropout(torch.ones(()))), parts


def test_a_run_on_other_data_begins_another_stream(shard: Path, tmp_path: Path) -> None:
    train(small(shard, steps=1), tmp_path / "run")
    recipe = small(shard, steps=3)
    learner = make_learner(recipe, make_fabric(recipe.run), None)
    others = (
        replace(recipe, run=replace(recipe.run, batch=3)),
        replace(recipe, crops=replace(recipe.crops, flip=0.0)),
        replace(recipe, rounds=replace(recipe.rounds, most=3)),
    )
    assert restore(tmp_path / "run" / CHECKPOINT, recipe, learner)[1] is not None
    for other in others:
        assert restore(tmp_path / "run" / CHECKPOINT, other, learner)[1] is None


def test_a_crop_is_drawn_again_by_its_index(shard: Path) -> None:
    pictures = load_pictures(DataConfig(str(shard)))
    config = CropConfig(minimum_visible=20)
    stream = CropStream(pictures, config, (64, 64), 0, (3,))
    crops = list(islice(stream, 5))
    assert [crop.index for crop in crops] == [0, 1, 2, 3, 4]
    assert stream.taken == 5
    for workers in (0, 2):  # the same crops, in whichever process they are drawn
        later = CropStream(pictures, config, (64, 64), workers, (3,), begin=2)
        for crop, expected in zip(later, crops[2:], strict=False):
            np.testing.assert_array_equal(crop.image, expected.image)
    np.testing.assert_array_equal(stream.again(1).truth, crops[1].truth)


def test_a_finished_run_is_left_as_it_is(shard: Path, tmp_path: Path) -> None:
    first = train(small(shard, steps=1), tmp_path / "run")
    before = load_model(first.weights).state_dict()
    again = train(small(shard, steps=1), tmp_path / "run")
    assert ((first.before, first.done), (again.before, again.done)) == ((0, 1), (1, 1))
    assert all(
        torch.equal(before[name], tensor)
        for name, tensor in load_model(again.weights).state_dict().items()
    )


def test_the_command_reports_the_end_of_a_run(
    shard: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = tmp_path / "small.toml"
    recipe.write_text(
        'name = "small"\n[crops]\nminimum_visible = 20\n'
        '[run]\nsteps = 2\nbatch = 2\nworkers = 0\nsizes = [[0.0, 64, 64]]\naccelerator = "cpu"\n'
    )
    arguments = ["train", str(recipe), "--data", str(shard), "-o", str(tmp_path / "run")]
    with monkeypatch.context() as patched:
        patched.setattr(loop, "stop_requests", lambda: nullcontext([signal.SIGTERM]))
        assert cli.main(arguments) == 0
    assert (
        "stopped at 50% and saved; run the same command again to resume" in capsys.readouterr().out
    )
    assert cli.main(arguments) == 0
    assert "trained; next: fcfi export" in capsys.readouterr().out
    assert cli.main(arguments) == 0
    assert "holds a finished run, which is not changed" in capsys.readouterr().out


def test_a_run_from_other_weights_is_not_resumed(shard: Path, tmp_path: Path) -> None:
    first, other = (
        train(small(shard, steps=1, seed=seed), tmp_path / f"{seed}").weights for seed in (1, 2)
    )
    train(small(shard, steps=1), tmp_path / "run", first)
    with pytest.raises(ConfigError, match="began from other weights"):
        train(small(shard, steps=2), tmp_path / "run", other)
    assert train(small(shard, steps=2), tmp_path / "run", first).before == 0.5
    assert train(small(shard, steps=3), tmp_path / "run").done == 1


def test_a_run_of_another_network_is_not_resumed(shard: Path, tmp_path: Path) -> None:
    train(small(shard, steps=1), tmp_path / "run")
    recipe = small(shard)
    other = replace(recipe, model=replace(recipe.model, correction="encoded"))
    with pytest.raises(ConfigError, match="another network"):
        train(other, tmp_path / "run")
    (tmp_path / "run" / CHECKPOINT).write_bytes(b"half a file")
    with pytest.raises(ConfigError, match="remove it to start afresh"):
        train(recipe, tmp_path / "run")


def test_a_run_with_other_frozen_weights_is_not_resumed(shard: Path, tmp_path: Path) -> None:
    train(small(shard, steps=1), tmp_path / "run")
    with pytest.raises(ConfigError, match="other frozen weights"):
        train(small(shard, freeze=["body.backbone.*"]), tmp_path / "run")


def test_a_file_where_the_runs_folder_should_be_is_reported(shard: Path, tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file")
    with pytest.raises(ConfigError, match="give another --output"):
        train(small(shard), tmp_path / "run")


@pytest.mark.parametrize("workers", [0, 1])
def test_a_picture_that_cannot_be_read_is_named_without_a_traceback(
    tmp_path: Path, workers: int
) -> None:
    root = write_sbd(tmp_path / "SBD")
    for picture in (root / "img").iterdir():
        picture.write_bytes(b"no picture")
    with pytest.raises(DatasetError, match=r"others in a row, such as .*\.jpg") as caught:
        train(small(root, workers=workers), tmp_path / "run")
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize("workers", [0, 2])
def test_crops_are_drawn_without_broken_pictures_and_each_is_counted_once(
    tmp_path: Path, workers: int
) -> None:
    root = write_sbd(tmp_path / "SBD", 3)
    (root / "img" / "2008_000001.jpg").write_bytes(b"no picture")
    (root / "train.txt").write_text("2008_000000 2008_000001 2008_000002")
    sources = (SourceConfig(layout="sbd", split="train"),)
    for strict in (False, True):
        broken = BrokenItems(strict)
        pictures = load_pictures(DataConfig(str(root), sources), broken)
        config = CropConfig(minimum_visible=20)
        crops = CropStream(pictures, config, (64, 64), workers, (0,), broken)
        if strict:
            with pytest.raises(DatasetError, match=r"2008_000001#1: .*--strict"):
                list(islice(crops, 60))
            continue
        assert len(list(islice(crops, 60))) == 60
        assert [(left.kind, left.reason, left.count, left.names) for left in broken.left_out()] == [
            ("object", UNREADABLE_PICTURE, 1, ("2008_000001#1",))
        ]


def test_a_run_says_what_its_data_lacks(tmp_path: Path) -> None:
    root = write_sbd(tmp_path / "SBD", 2)
    (root / "train.txt").write_text("2008_000000 2008_000001 2008_000099")
    recipe = small(root)
    sources = (SourceConfig(layout="sbd", split="train"),)
    recipe = replace(recipe, data=replace(recipe.data, sources=sources))
    left_out = train(recipe, tmp_path / "run").left_out
    assert [(left.kind, left.count, left.names) for left in left_out] == [
        ("picture", 1, ("2008_000099",))
    ]
    strict = replace(recipe, data=replace(recipe.data, strict=True))
    with pytest.raises(DatasetError, match=r"2008_000099.*--strict"):
        train(strict, tmp_path / "strict")


def test_two_parts_of_one_data_set_are_both_learnt_from(tmp_path: Path) -> None:
    root = write_sbd(tmp_path / "SBD", 3)
    (root / "train.txt").write_text("2008_000000 2008_000001")
    (root / "val.txt").write_text("2008_000002")
    sources = tuple(SourceConfig(layout="sbd", split=split) for split in ("train", "val"))
    pictures = load_pictures(DataConfig(str(root), sources))
    assert [picture.name for picture in pictures["SBD"]] == [
        f"2008_00000{number}.jpg" for number in range(3)
    ]


@dataclass(frozen=True)
class TwoProcesses:
    """A Fabric next to a process that has trained for 7 seconds and requests a stop."""

    world_size: int = 2
    device: str = "cpu"

    def all_reduce(self, values: torch.Tensor, reduce_op: str) -> torch.Tensor:
        assert reduce_op == "max"
        return torch.maximum(values, torch.tensor([7.0, 1.0, 0.0], dtype=values.dtype))


def test_processes_agree_on_time_stop_and_save() -> None:
    assert agree(TwoProcesses(), 5.0, halt=False, due=True) == (7.0, True, True)  # type: ignore[arg-type]
    assert agree(TwoProcesses(1), 5.0, halt=False, due=True) == (5.0, False, True)  # type: ignore[arg-type]


def test_weights_of_another_run_can_be_the_start(shard: Path, tmp_path: Path) -> None:
    first = train(small(shard, steps=1), tmp_path / "first").weights
    recipe = small(shard, steps=1)
    model = begin(recipe, first)
    assert all(
        torch.equal(a, b)
        for a, b in zip(model.parameters(), load_model(first).parameters(), strict=True)
    )
    with pytest.raises(ConfigError, match="change model.backbone or the start weights"):
        begin(replace(recipe, model=replace(recipe.model, backbone="hrnet18s")), first)


def test_modules_that_the_start_lacks_begin_at_random_and_are_named(
    shard: Path, tmp_path: Path
) -> None:
    recipe = small(shard, steps=1)
    baseline = replace(recipe, model=replace(recipe.model, correction="none", fusion="none"))
    first = train(baseline, tmp_path / "first").weights
    with pytest.warns(UserWarning, match=r"begins at random: .*fusion\.feedback_pathway"):
        model = begin(recipe, first)
    assert model.config == recipe.model
    expected, found = load_model(first).state_dict(), model.state_dict()
    assert all(torch.equal(found[name], tensor) for name, tensor in expected.items())


def test_a_network_whose_clicks_enter_late_begins_with_what_fits(
    shard: Path, tmp_path: Path
) -> None:
    first = train(small(shard, steps=1), tmp_path / "first").weights
    recipe = small(shard, steps=1)
    late = replace(recipe, model=replace(recipe.model, prompts="late"))
    with pytest.warns(UserWarning, match=r"begins at random: .*body\.path\.alike \(2\)"):
        model = begin(late, first)
    assert model.config.prompts == "late"
    assert isinstance(model.body, LateBody)
    expected = load_model(first).state_dict()
    for name, tensor in model.body.backbone.state_dict().items():
        assert torch.equal(tensor, expected[f"body.backbone.{name}"])


def test_a_run_from_before_a_new_setting_is_resumed(shard: Path, tmp_path: Path) -> None:
    train(small(shard, steps=1), tmp_path / "run")
    state = torch.load(tmp_path / "run" / CHECKPOINT, weights_only=True)
    del state["recipe"]["model"]["prompts"]
    torch.save(state, tmp_path / "run" / CHECKPOINT)
    train(small(shard, steps=2), tmp_path / "run")
    assert torch.load(tmp_path / "run" / CHECKPOINT, weights_only=True)["step"] == 2


def test_a_loss_that_is_not_a_number_stops_the_run_and_keeps_the_save(
    shard: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(small(shard, steps=1), tmp_path / "run")
    before = (tmp_path / "run" / WEIGHTS).read_bytes()
    broken = small(shard, steps=100)
    monkeypatch.setattr(
        loop, "total_loss", lambda output, *_: (output.logits.sum() * float("nan"), {})
    )
    monkeypatch.setattr(loop, "BAD_STEPS", 3)
    with pytest.raises(DivergedError, match=r"lower optimizer\.lr"):
        train(broken, tmp_path / "run")
    assert (tmp_path / "run" / WEIGHTS).read_bytes() == before


def test_a_full_disk_keeps_the_last_save(shard: Path, tmp_path: Path) -> None:
    train(small(shard, steps=1), tmp_path / "run")
    before = (tmp_path / "run" / CHECKPOINT).read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(
        resource.RLIMIT_FSIZE, (1_000_000, limits[1])
    )  # no file grows beyond a megabyte
    try:
        with pytest.raises(InputError, match="cannot write .*File too large"):
            train(small(shard, steps=2), tmp_path / "run")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (tmp_path / "run" / CHECKPOINT).read_bytes() == before
    assert not list((tmp_path / "run").glob(".*.tmp"))


def test_missing_data_is_reported_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(DatasetError):
        train(small(tmp_path / "nowhere"), tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("name", "where"), [("resnet101_sbd", "bharathh"), ("hrnet18_cocolvis", "cocodataset.org")]
)
def test_a_recipe_says_where_its_missing_data_is_published(
    name: str, where: str, tmp_path: Path
) -> None:
    recipe = read_recipe(RECIPES / f"{name}.toml", [f"data.root={tmp_path / 'nowhere'}"])
    with pytest.raises(DatasetError, match=where):
        train(recipe, tmp_path / "run")


@pytest.mark.parametrize("name", sorted(path.stem for path in RECIPES.glob("*.toml")))
def test_every_recipe_takes_a_step_on_made_data(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "data"
    if name.endswith("_sbd"):
        write_sbd(root)
    elif name.endswith("_cocolvis"):
        write_coco_and_lvis(root)
    else:
        root.mkdir()
        write_shard(root / "train-000.tar", source="voc")
    changes = [
        *SMALL_RUN,
        f"data.root={root}",
        "data.dev=",
        "run.minutes=0",
        "run.steps=1",
        "run.accelerator=cpu",
    ]
    recipe = read_recipe(
        RECIPES / f"{name}.toml", [*changes, "crops.minimum_area=60", "rounds.most=2"]
    )
    seen: list[int] = []

    def keep_nothing(
        folder: Path, recipe: Recipe, learner: Learner, clock: Clock, position: object
    ) -> None:  # a gigabyte for ResNet-101
        assert all(weight.isfinite().all() for weight in learner.average.parameters())
        seen.append(clock.step)

    monkeypatch.setattr(loop, "save", keep_nothing)
    train(recipe, tmp_path / "run")
    assert seen == [1]


def test_frozen_weights_stay_and_unknown_names_are_refused(shard: Path, tmp_path: Path) -> None:
    recipe = small(shard, freeze=["body.backbone.stem.*", "*.depthwise.weight"], imagenet="package")
    start = begin(recipe, None)
    trained = load_model(train(recipe, tmp_path / "run").weights)
    before, after = dict(start.named_parameters()), dict(trained.named_parameters())
    for name in before:
        frozen = name.startswith("body.backbone.stem.") or name.endswith("depthwise.weight")
        if frozen:
            assert torch.equal(before[name], after[name]), name
    assert not torch.equal(before["body.classifier.2.weight"], after["body.classifier.2.weight"])
    with pytest.raises(ConfigError, match="expected run.freeze to match names of weights"):
        freeze(start, ("nothing.*",))


def test_the_learning_rate_follows_its_schedule() -> None:
    recipe = small(Path())
    config = replace(recipe.optimizer, warmup=10, lr=1.0)
    optimizer = make_optimizer(build(recipe.model), config)
    assert set_rate(optimizer, config, 0, 0.0) == pytest.approx(0.1)
    assert set_rate(optimizer, config, 100, 0.5) == pytest.approx(0.5)
    assert set_rate(optimizer, config, 100, 1.0) == pytest.approx(0.0)
    assert {group["lr"] for group in optimizer.param_groups} == {0.0}
    steps = replace(config, schedule="milestones", milestones=(0.5, 0.75))
    assert set_rate(optimizer, steps, 100, 0.6) == pytest.approx(0.1)
    assert {round(group["lr"], 6) for group in optimizer.param_groups} == {0.1, 0.03}


def test_progress_is_measured_on_development_pictures(shard: Path, tmp_path: Path) -> None:
    recipe = small(shard, steps=1)
    recipe = replace(
        recipe, data=DataConfig(str(shard), dev=str(shard), dev_objects=1, dev_every=1)
    )
    train(recipe, tmp_path / "run")
    lines = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    (measured,) = [line for line in lines if "dev_noc90" in line]
    assert 1 <= measured["dev_noc90"] <= 20


@pytest.mark.slow
def test_a_run_that_is_asked_to_stop_saves_itself(shard: Path, tmp_path: Path) -> None:
    run = subprocess.Popen(_command(shard, tmp_path / "run", steps=100000), env=_environment())
    log = tmp_path / "run" / "log.jsonl"
    _wait_for(lambda: log.exists() and log.stat().st_size > 0, run)
    run.send_signal(signal.SIGTERM)
    assert run.wait(60) == 0
    assert torch.load(tmp_path / "run" / CHECKPOINT, weights_only=True)["step"] >= 1


def test_workers_that_end_with_the_run_are_not_an_error() -> None:
    def run(stop: list[int]) -> None:
        with forgiving_workers(stop):
            raise RuntimeError("DataLoader worker is killed by signal: Terminated")

    run([15])
    with pytest.raises(RuntimeError, match="killed"):
        run([])


@pytest.mark.slow
def test_two_processes_train_as_one(shard: Path, tmp_path: Path) -> None:
    launch = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--nproc-per-node=2",
        "--standalone",  # meets at any free port
    ]
    by_time = [
        "--set",
        "run.steps=0",
        "--set",
        "run.minutes=0.03",
        "--set",
        "run.save_minutes=0.005",
    ]
    command = [*launch, *_command(shard, tmp_path / "run", steps=0)[1:], *by_time]
    subprocess.run(command, env=_environment(), check=True, timeout=240)
    state = torch.load(tmp_path / "run" / CHECKPOINT, weights_only=True)
    assert state["step"] >= 1
    assert state["seconds"] >= 1.8
    assert all(np.isfinite(weight.float()).all() for weight in state["model"].values())


def _command(shard: Path, folder: Path, steps: int) -> list[str]:
    changes = [
        "run.minutes=0",
        f"run.steps={steps}",
        "run.accelerator=cpu",
        "run.imagenet=none",
        "crops.weights={}",
    ]
    options = [item for change in [*SMALL_RUN, *changes] for item in ("--set", change)]
    arguments = [
        "train",
        str(RECIPES / "lite0.toml"),
        "-o",
        str(folder),
        "--data",
        str(shard),
        *options,
    ]
    return [sys.executable, "-m", "fcfi", *arguments]


def _environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(RECIPES.parent)}


def _wait_for(condition: object, run: subprocess.Popen) -> None:
    assert callable(condition)
    until = time.monotonic() + 120
    while not condition():
        assert run.poll() is None, "the run ended early"
        assert time.monotonic() < until, "the run never began"
        time.sleep(0.2)
