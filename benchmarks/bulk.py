"""Measuring bulk work: processor time compared with predictions alone, and robustness to kills.

    python -m benchmarks.bulk WORK --json benchmarks/results/bulk.json

Cuts pictures of 640 x 480 pixels from the bundled photographs and clicks on each several times.
*Alone*: one process only predicts all objects of decoded pictures.  *Steady*: a running worker
computes the same parts (read, decode, predict, encode, write), alternating with the predictions
alone, so that other load slows both.  *Calm*: one undisturbed `fcfi bulk run`, including the start
of processes.  *Stormy*: runs that are killed with all their processes at random moments, then two
runners at once on one shard, then one for the rest; the results must have the same bytes.  Times
are processor times including children, because other work may share the machine.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import typer

from fcfi import cli
from fcfi.bulk.merging import merge
from fcfi.bulk.opening import open_as_planned
from fcfi.bulk.plan import Plan
from fcfi.bulk.planning import make_plan
from fcfi.bulk.rows import Row, parse_row
from fcfi.bulk.storage import Storage
from fcfi.bulk.work import Job, Task, Worker, read_rows
from fcfi.files import write_text
from fcfi.images import read_image
from fcfi.prediction.interface import Predictor
from fcfi.prediction.prediction import CachedImage
from fcfi.report import machine

app = typer.Typer(add_completion=False)

EXAMPLES: Final = Path(__file__).parent.parent / "examples" / "images"
WIDTH, HEIGHT = 640, 480
OBJECTS_OF_PICTURE: Final = 4
KILLS: Final = 10
SHARDS: Final = 4
PART_ROWS: Final = 64
SEED: Final = 7


@app.command()
def bulk(
    work: Annotated[Path, typer.Argument(help="A new folder for pictures and results.")],
    objects: Annotated[int, typer.Option(help="Objects in all.")] = 2000,
    output: Annotated[
        Path | None, typer.Option("--json", help="Also write the numbers to this file.")
    ] = None,
) -> None:
    """Measure bulk work."""
    make_rows(work, objects)
    plans = [
        make_plan(str(work / "objects.jsonl"), str(work / name), SHARDS, PART_ROWS)
        for name in ("calm", "stormy", "steady")
    ]
    alone, steady = in_turn(work, plans[2])
    before = seconds_of_children()
    start(work / "calm").wait()
    calm = seconds_of_children() - before
    killed = storm(work / "stormy", calm)
    files = []
    for name in ("calm", "stormy"):
        merge(str(work / name), str(work / f"{name}.parquet"))
        files.append((work / f"{name}.parquet").read_bytes())
    numbers = {
        "objects": objects,
        "pictures": objects // OBJECTS_OF_PICTURE,
        "parts": sum(plans[0].parts),
        "seconds_alone": round(alone, 1),
        "seconds_steady": round(steady, 1),
        "seconds_calm": round(calm, 1),
        "throughput_steady": round(alone / steady, 3),
        "throughput_with_start": round(alone / calm, 3),
        "kills": killed,
        "same_bytes": files[0] == files[1],
        "machine": machine(),
    }
    typer.echo(json.dumps(numbers, indent=1))
    if output is not None:
        write_text(output, json.dumps(numbers, indent=1) + "\n")


def make_rows(work: Path, objects: int) -> None:
    """Write the pictures and the manifest."""
    from PIL import Image

    random = np.random.default_rng(SEED)
    photos = [Image.open(path).convert("RGB") for path in sorted(EXAMPLES.glob("*.jpg"))]
    (work / "pictures").mkdir(parents=True)
    rows: list[dict[str, Any]] = []
    for number in range(objects // OBJECTS_OF_PICTURE):
        photo = photos[number % len(photos)]
        side = float(random.uniform(0.5, 1))
        width, height = round(photo.width * side), round(photo.height * side)
        left = int(random.integers(0, photo.width - width + 1))
        top = int(random.integers(0, photo.height - height + 1))
        part = photo.crop((left, top, left + width, top + height)).resize((WIDTH, HEIGHT))
        name = f"pictures/{number:05d}.jpg"
        part.save(work / name, quality=92)
        for index in range(OBJECTS_OF_PICTURE):
            x, y = int(random.integers(WIDTH)), int(random.integers(HEIGHT))
            clicks = [[x, y], [(x + WIDTH // 2) % WIDTH, (y + HEIGHT // 2) % HEIGHT, "-"]]
            rows.append({"id": f"{number}-{index}", "image": name, "clicks": clicks})
    text = "".join(f"{json.dumps(row)}\n" for row in rows)
    write_text(work / "objects.jsonl", text)


def in_turn(work: Path, plan: Plan) -> tuple[float, float]:
    """Return the processor seconds of predictions alone, and of a worker's parts without its start.

    plan: the plan in the folder `steady`, whose parts are computed here.
    """
    job = Job(str(work / "steady"))
    worker, predictor = Worker(job), open_as_planned(plan.network)
    alone = steady = 0.0
    for shard in range(plan.shards):
        for part in plan.parts_of(shard):
            rows = [parse_row(text) for text in read_rows(Storage(job.url), part)]
            alone += predict_alone(work, rows, predictor)
            began = time.process_time()
            worker.make(Task(part), lambda image, done: None)
            steady += time.process_time() - began
    return alone, steady


def predict_alone(work: Path, rows: Sequence[Row], predictor: Predictor) -> float:
    """Return the processor seconds of predictions and masks alone."""
    images = {row.image: read_image(work / row.image) for row in rows}
    began = time.process_time()
    for row in rows:
        picture = CachedImage(images[row.image])
        prediction = None
        for count in range(1, len(row.prompts) + 1):
            prediction = predictor.predict(picture, row.prompts[:count], prediction)
        assert prediction is not None
        _ = prediction.mask
    return time.process_time() - began


def storm(folder: Path, calm: float) -> int:
    """Run a plan with kills, then two runners at once; return the kills that interrupted work."""
    random = np.random.default_rng(SEED)
    killed = 0
    # Times in which all cores do about a tenth of the work of one run.
    longest = max(4.0, calm / (os.cpu_count() or 1) / KILLS)
    for _ in range(KILLS):
        runner = start(folder)
        time.sleep(float(random.uniform(1, 1 + 2 * longest)))
        killed += runner.poll() is None
        os.killpg(runner.pid, signal.SIGKILL)
        runner.wait()
    both = [start(folder, "--shard", "0"), start(folder, "--shard", "0")]
    for runner in both:
        runner.wait()
    start(folder).wait()
    return killed


def start(folder: Path, *options: str) -> "subprocess.Popen[bytes]":
    """Start a run in a new process group."""
    command = [sys.executable, "-m", "fcfi", "bulk", "run", str(folder), *options]
    return subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)


def seconds_of_children() -> float:
    """Return the processor seconds of all ended children and their children."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(cli.main(program=app, name="python -m benchmarks.bulk"))
