"""Runs: every row gets a mask or an error; kills and second runners do not change the bytes."""

import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pyarrow.parquet as pq
import pytest
from pycocotools import mask as coco_mask

from fcfi.bulk import processes
from fcfi.bulk.merging import merge
from fcfi.bulk.opening import open_as_planned
from fcfi.bulk.plan import Part, masks_folder, read_plan
from fcfi.bulk.planning import make_plan
from fcfi.bulk.processes import run_on_processes
from fcfi.bulk.running import array_shard, run
from fcfi.bulk.status import parse_ranges, ranges, status_of
from fcfi.bulk.storage import Pictures, Storage
from fcfi.bulk.work import Done, Job, Task, Worker, results_of
from fcfi.errors import ConfigError, InputError, NetworkError
from fcfi.images import read_image, write_png
from fcfi.mask_files import read_mask
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.session import Session
from tests.bulk.conftest import PICTURES, objects
from tests.networks import METADATA, ColourNetwork, OnceNetwork, write_onnx

# pycocotools is not up to date with NumPy
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

Manifest = Callable[[Sequence[Any]], str]


@pytest.fixture
def out(manifest: Manifest, network_file: Path, tmp_path: Path) -> Path:
    """Make a plan of 30 objects in 2 shards and several parts."""
    make_plan(manifest(objects(30)), str(tmp_path / "out"), 2, 5, str(network_file))
    return tmp_path / "out"


def make_all(folder: Path) -> None:
    """Compute all parts in this process, which is faster than starting others."""
    worker = Worker(Job(str(folder)))
    plan = read_plan(Storage(str(folder)))
    for shard in range(plan.shards):
        for part in plan.parts_of(shard):
            worker.make(Task(part), lambda image, rows: None)


def parts_in(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in (folder / "masks").rglob("*.parquet")
    }


def results(folder: Path) -> list[dict[str, Any]]:
    merge(str(folder), str(folder / "all.parquet"))
    return list(pq.read_table(folder / "all.parquet").to_pylist())


def test_every_row_gets_the_mask_of_a_session(out: Path, photos: Path) -> None:
    summary = run(str(out), workers=1)
    plan = read_plan(Storage(str(out)))
    assert (summary.rows, summary.failed, summary.parts) == (30, 0, sum(plan.parts))
    predictor = open_as_planned(plan.network)
    rows = {row["id"]: row for row in results(out)}
    assert len(rows) == 30
    for row in objects(30):
        session = Session(predictor, read_image(photos / row["image"]))
        (x, y), (u, v, _) = row["clicks"]
        session.click(x, y)
        mask = session.click(u, v, positive=False)
        found = rows[row["id"]]
        size = [found["height"], found["width"]]
        decoded = coco_mask.decode({"size": size, "counts": found["counts"]}).astype(bool)
        np.testing.assert_array_equal(decoded, mask)
        assert found["area"] == mask.sum()
        assert found["label"] == row["label"]
        assert found["bbox"] == (
            coco_mask.toBbox({"size": size, "counts": found["counts"]}).tolist()
        )


def test_what_is_there_is_not_made_again(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_all(out)
    lost = next((out / "masks").rglob("*.parquet"))
    content = lost.read_bytes()
    lost.unlink()
    assert status_of(str(out)).missing == (int(lost.parent.name[-5:]),)
    made: list[Part] = []
    real = processes.run_on_processes

    def watched(job: Job, parts: Iterator[Part], count: int) -> Iterator[int | Done]:
        kept = list(parts)
        made.extend(kept)
        return real(job, iter(kept), count)

    monkeypatch.setattr(processes, "run_on_processes", watched)
    summary = run(str(out))
    assert [part.name for part in made] == [lost.name]
    assert summary.parts == 1
    assert lost.read_bytes() == content


def test_shards_can_be_run_alone_and_missing_ones_are_named(out: Path) -> None:
    run(str(out), shards=[1], workers=1)
    found = status_of(str(out))
    assert found.missing == (0,)
    assert 0 < found.parts_done < found.parts
    with pytest.raises(InputError, match="shards 0: run them first"):
        merge(str(out), str(out / "all.parquet"))
    with pytest.raises(InputError, match="expected a shard from 0 to 1, got 2"):
        run(str(out), shards=[2])


def test_failures_are_rows_with_a_sentence(
    manifest: Manifest, photos: Path, network_file: Path, tmp_path: Path
) -> None:
    (photos / "broken.png").write_bytes((photos / "0.png").read_bytes()[:60])
    write_png(photos / "mask.png", np.zeros((5, 5), bool))
    click = [[1, 2]]
    rows = [
        {"id": "good", "image": "0.png", "clicks": click, "group": "g"},
        {"id": "absent", "image": "none.png", "clicks": click, "group": "g"},
        {"id": "broken", "image": "broken.png", "clicks": click},
        {"id": "outside", "image": "0.png", "clicks": [[1000, 2]]},
        {"id": "size", "image": "0.png", "clicks": click, "mask": "mask.png"},
        {"id": "far", "image": "http://localhost/a.png", "clicks": click},
        {"id": "none", "image": "0.png"},
        {"id": "half", "image": "\ud83d.png", "clicks": click},
        {"id": "pipe", "image": "pipe", "clicks": click},
        {"id": "first", "image": "0.png", "clicks": click, "mask": "0.png", "within": [0, 0, 9, 9]},
        "not json",
    ]
    os.mkfifo(photos / "pipe")
    out = tmp_path / "out"
    make_plan(manifest(rows), str(out), network=str(network_file))
    make_all(out)
    found = {row["id"]: row["error"] for row in results(out)}
    assert len(found) == 11
    assert found.pop("good") is None
    for name, words in {
        "absent": "does not exist",
        "broken": "damaged or cut off|damaged or truncated",
        "outside": "outside the picture",
        "size": "expected a mask of 80 x 60 pixels",
        "far": "expected a picture in storage of the kind file://",
        "none": "expected a click",
        "half": 'expected "image" as a text',
        "pipe": "is a folder, device or pipe",
        "first": "at a first look only",
    }.items():
        assert re.search(words, found.pop(name))
    assert "expected a row as a JSON object" in next(iter(found.values()))
    assert status_of(str(out)).failed == 10
    groups = {row["id"]: row["group"] for row in results(out)}
    assert groups["good"] == groups["absent"] == "g"


def test_rows_that_failed_can_be_made_again(
    manifest: Manifest, photos: Path, network_file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    hidden = (photos / "3.png").read_bytes()
    (photos / "3.png").unlink()
    make_plan(manifest(objects(12)), str(out), 1, 2, str(network_file))
    make_all(out)
    assert status_of(str(out)).failed == 2
    (photos / "3.png").write_bytes(hidden)
    assert run(str(out)).parts == 0
    assert run(str(out), retry_errors=True, workers=1).parts == 1
    assert status_of(str(out)).failed == 0


def test_a_picture_is_read_and_encoded_once_for_its_objects(
    photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    real = Pictures.read

    def counted(self: Pictures, name: str) -> bytes:
        read.append(name)
        return real(self, name)

    monkeypatch.setattr(Pictures, "read", counted)
    network = OnceNetwork()
    rows = [
        json.dumps({"id": f"{number}", "image": "0.png", "clicks": [[number, 5]]})
        for number in range(10)
    ]
    found = list(results_of(rows, FCFIPredictor(network), Pictures(str(photos))))
    assert [row.error for row in found] == [None] * 10
    assert read == ["0.png"]
    assert len(network.encoded) == 1


def test_a_fault_of_ours_is_a_row_too(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = ColourNetwork()

    def fail(*_: Any) -> Any:
        raise ZeroDivisionError("by chance")

    monkeypatch.setattr(network, "logits", fail)
    row = json.dumps({"id": "a", "image": "0.png", "clicks": [[1, 1]]})
    (found,) = results_of([row], FCFIPredictor(network), Pictures(str(photos)))
    assert found.error == (
        "0.png cannot be segmented (ZeroDivisionError: by chance): leave it out, and please report "
        "it"
    )


def test_another_network_is_refused(out: Path, tmp_path: Path) -> None:
    other = write_onnx(tmp_path / "other.onnx", {**METADATA, "weights_sha256": "cd" * 32})
    with pytest.raises((NetworkError, InputError), match="expected the network of the plan"):
        run(str(out), network=str(other), workers=1)


@pytest.mark.parametrize(
    ("settings", "words"), [({"runner": "cloud"}, "runner"), ({"workers": 0}, "worker")]
)
def test_settings_that_do_not_exist_are_refused(
    out: Path, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        run(str(out), **settings)


def test_folders_without_a_plan_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no plan"):
        run(str(tmp_path))
    (tmp_path / "plan.json").write_text("{")
    with pytest.raises(InputError, match="not JSON"):
        status_of(str(tmp_path))
    (tmp_path / "plan.json").write_text('{"format": "fcfi bulk plan", "version": 99}')
    with pytest.raises(InputError, match="update fcfi"):
        status_of(str(tmp_path))


def test_a_damaged_part_is_named(out: Path) -> None:
    make_all(out)
    part = next((out / "masks").rglob("*.parquet"))
    part.write_bytes(b"PAR1 nothing")
    with pytest.raises(InputError, match="is damaged"):
        status_of(str(out))
    with pytest.raises(InputError, match="is damaged"):
        merge(str(out), str(out / "all.parquet"))
    assert not (out / "all.parquet").exists()


def test_plans_and_results_may_lie_in_other_storage(
    photos: Path, manifest: Manifest, network_file: Path, tmp_path: Path, out: Path
) -> None:
    system = fsspec.filesystem("memory")
    for path in photos.iterdir():
        system.pipe_file(f"/bucket/work/{path.name}", path.read_bytes())
    system.pipe_file("/bucket/work/objects.jsonl", Path(manifest(objects(30))).read_bytes())
    far = "memory://bucket/out"
    make_plan("memory://bucket/work/objects.jsonl", far, 2, 5, str(network_file))
    worker = Worker(Job(far))
    plan = read_plan(Storage(far))
    for shard in range(plan.shards):
        for part in plan.parts_of(shard):
            worker.make(Task(part), lambda image, rows: None)
    assert status_of(far).missing == ()
    make_all(out)
    merge(far, str(tmp_path / "far.parquet"))
    merge(str(out), str(tmp_path / "near.parquet"))
    assert (tmp_path / "far.parquet").read_bytes() == (tmp_path / "near.parquet").read_bytes()


def test_coco_and_png_hold_the_same_masks(out: Path, tmp_path: Path) -> None:
    make_all(out)
    assert merge(str(out), str(tmp_path / "coco.json"), "coco") == 30
    merge(str(out), str(tmp_path / "png"), "png")
    coco = json.loads((tmp_path / "coco.json").read_text())
    assert len(coco["images"]) == PICTURES
    assert {row["name"] for row in coco["categories"]} == {"label 0", "label 1", "label 2"}
    names = {row["id"]: row["file_name"] for row in coco["images"]}
    originals = {row["id"]: row["image"] for row in objects(30)}
    filled = [row for row in results(out) if row["area"]]
    assert len(coco["annotations"]) == len(filled) > 20
    for row in coco["annotations"]:
        assert names[row["image_id"]] == originals[row["object_id"]]
        (png,) = (tmp_path / "png").rglob(f"{row['object_id']}.png")
        np.testing.assert_array_equal(
            read_mask(png, 60, 80), coco_mask.decode(row["segmentation"]).astype(bool)
        )
    with pytest.raises(ConfigError, match="format"):
        merge(str(out), str(tmp_path / "x"), "tar")


def test_ids_never_lead_out_of_the_folder(
    manifest: Manifest, network_file: Path, tmp_path: Path
) -> None:
    rows = objects(4)
    for row, name in zip(rows, ("../../up", "/etc/name", "..", "a" * 900), strict=True):
        row["id"] = name
    make_plan(manifest(rows), str(tmp_path / "out"), network=str(network_file))
    make_all(tmp_path / "out")
    merge(str(tmp_path / "out"), str(tmp_path / "inside" / "png"), "png")
    written = sorted((tmp_path / "inside").rglob("*.png"))
    assert len(written) == 4
    assert all(len(path.stem) == 64 for path in written)


# ── processes that die ────────────────────────────────────────────────────────────────────────────


def _killing(connection: Any, job: Job) -> None:
    """Serve like the real process, but die at one picture, as if it needed too much memory."""
    real = processes.Started

    def started(image: str, rows: int) -> Any:
        connection.send(real(image, rows))
        if image == "3.png":
            os.kill(os.getpid(), signal.SIGKILL)
        return real(image, rows)

    worker = Worker(job)
    while True:
        task = connection.recv()

        def note(image: str, rows: int, task: Task = task) -> None:
            if image in task.killers:
                connection.send(real(image, rows))
            else:
                started(image, rows)

        connection.send(worker.make(task, note))


@pytest.mark.slow
def test_a_picture_that_kills_processes_becomes_errors(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_serve", _killing)
    advanced: list[int] = []
    summary = run(str(out), workers=2, progress=advanced.append)
    assert summary.rows == sum(advanced) == 30
    rows = results(out)
    killed = {row["id"] for row in rows if row["error"]}
    assert killed == {row["id"] for row in objects(30) if row["image"] == "3.png"}
    assert all("died 3 times" in row["error"] for row in rows if row["error"])


def _dying(connection: Any, job: Job) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_processes_that_cannot_start_end_the_run(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_serve", _dying)
    with pytest.raises(InputError, match="died 3 times before its first picture"):
        run(str(out), workers=1)


def test_no_process_stays_behind(out: Path) -> None:
    plan = read_plan(Storage(str(out)))
    events = run_on_processes(Job(str(out)), plan.parts_of(0), 2)
    next(events)
    assert multiprocessing.active_children()
    events.close()  # type: ignore[attr-defined]
    assert not multiprocessing.active_children()


@pytest.mark.slow
def test_kills_and_second_runners_change_no_byte(
    manifest: Manifest, network_file: Path, tmp_path: Path
) -> None:
    """Ten runs are killed with all their processes at random moments, two run one shard at once."""
    for name in ("calm", "stormy"):
        make_plan(manifest(objects(240)), str(tmp_path / name), 3, 8, str(network_file))
    make_all(tmp_path / "calm")
    random = np.random.default_rng(5)
    stormy = tmp_path / "stormy"
    for _ in range(10):
        with started(stormy, "--workers", "2") as runner:
            threading.Event().wait(random.uniform(0.5, 4))
            os.killpg(runner.pid, signal.SIGKILL)
            runner.wait()
    with started(stormy, "--shard", "0") as first, started(stormy, "--shard", "0") as second:
        assert (first.wait(), second.wait()) == (0, 0)
    with started(stormy, "--all") as last:
        assert last.wait() == 0
    assert parts_in(stormy) == parts_in(tmp_path / "calm")
    for name in ("calm", "stormy"):
        merge(str(tmp_path / name), str(tmp_path / f"{name}.parquet"))
    assert (tmp_path / "calm.parquet").read_bytes() == (tmp_path / "stormy.parquet").read_bytes()


def started(folder: Path, *options: str) -> "subprocess.Popen[bytes]":
    """Start the command in a separate process group, so that all of it can be killed at once."""
    command = [sys.executable, "-m", "fcfi", "bulk", "run", str(folder), *options]
    return subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


# ── job arrays ────────────────────────────────────────────────────────────────────────────────────


def test_ranges_are_written_as_job_arrays_take_them() -> None:
    assert ranges([0, 1, 2, 3, 7, 9, 10]) == "0-3,7,9-10"
    assert parse_ranges("0-3,7, 9-10") == [0, 1, 2, 3, 7, 9, 10]
    assert ranges([]) == ""
    for text in ("", "a", "1-", "-1", "1,,2"):
        with pytest.raises(InputError, match="expected shards"):
            parse_ranges(text)


@pytest.mark.parametrize(
    "name", ["SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX", "AWS_BATCH_JOB_ARRAY_INDEX"]
)
def test_the_scheduler_numbers_the_shard(name: str) -> None:
    assert array_shard({name: "17"}) == 17
    assert array_shard({name: "none"}) is None
    assert array_shard({}) is None


def test_names_of_parts_follow_from_the_plan(out: Path) -> None:
    plan = read_plan(Storage(str(out)))
    names = [part.name for shard in range(2) for part in plan.parts_of(shard)]
    assert len(set(names)) == len(names) == sum(plan.parts)
    make_all(out)
    found = {
        f"{masks_folder(part.shard)}/{part.name}" for s in range(2) for part in plan.parts_of(s)
    }
    assert set(parts_in(out)) == found
