"""Measuring bulk work: processor time compared with predictions alone, and robustness to kills.

    python -m benchmarks.bulk WORK --json benchmarks/results/bulk.json

Cuts pictures of 640 x 480 pixels from the bundled photographs, or takes those of a folder or tar
whole (`--photos`), and clicks on each several times.
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
import tarfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
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
from fcfi.errors import InputError
from fcfi.evaluation.report import machine
from fcfi.files import write_text
from fcfi.images import decode_image, read_image
from fcfi.prediction.interface import Predictor
from fcfi.prediction.prediction import CachedImage
from fcfi.runtimes.processor import cores

app = typer.Typer(add_completion=False)

EXAMPLES: Final = Path(__file__).parent.parent / "examples" / "images"
WIDTH, HEIGHT = 640, 480
OBJECTS_OF_PICTURE: Final = 4
ENDINGS: Final = (".jpg", ".webp")
"""Suffixes of photographs; the masks next to them are PNG."""
KILLS: Final = 10
SHARDS: Final = 4
PART_ROWS: Final = 64
SEED: Final = 7


@app.command()
def bulk(
    work: Annotated[Path, typer.Argument(help="A new folder for pictures and results.")],
    objects: Annotated[int, typer.Option(help="Objects in all.")] = 2000,
    photos: Annotated[
        Path | None,
        typer.Option(help="Photographs to take as they are: in a folder or tar."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--json", help="Also write the numbers to this file.")
    ] = None,
) -> None:
    """Measure bulk work."""
    make_rows(work, objects, photos)
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


def make_rows(work: Path, objects: int, photos: Path | None = None) -> None:
    """Write the pictures and the manifest."""
    random = np.random.default_rng(SEED)
    (work / "pictures").mkdir(parents=True)
    count = objects // OBJECTS_OF_PICTURE
    sizes = cut_out(work, count, random) if photos is None else take(work, count, photos)
    rows: list[dict[str, Any]] = []
    for number, (width, height) in enumerate(sizes):
        for index in range(OBJECTS_OF_PICTURE):
            x, y = int(random.integers(width)), int(random.integers(height))
            clicks = [[x, y], [(x + width // 2) % width, (y + height // 2) % height, "-"]]
            rows.append({"id": f"{number}-{index}", "image": name_of(number), "clicks": clicks})
    text = "".join(f"{json.dumps(row)}\n" for row in rows)
    write_text(work / "objects.jsonl", text)


def name_of(number: int) -> str:
    """Return the path of a picture in the folder of the work."""
    return f"pictures/{number:05d}"


def cut_out(work: Path, count: int, random: np.random.Generator) -> Iterator[tuple[int, int]]:
    """Cut pictures from the bundled photographs; yield their widths and heights."""
    from PIL import Image

    photos = [Image.open(path).convert("RGB") for path in sorted(EXAMPLES.glob("*.jpg"))]
    for number in range(count):
        photo = photos[number % len(photos)]
        side = float(random.uniform(0.5, 1))
        width, height = round(photo.width * side), round(photo.height * side)
        left = int(random.integers(0, photo.width - width + 1))
        top = int(random.integers(0, photo.height - height + 1))
        part = photo.crop((left, top, left + width, top + height)).resize((WIDTH, HEIGHT))
        part.save(work / name_of(number), "JPEG", quality=92)
        yield WIDTH, HEIGHT


def take(work: Path, count: int, photos: Path) -> Iterator[tuple[int, int]]:
    """Copy the first photographs of a folder or tar; yield their widths and heights.

    Raises InputError if there are fewer than `count`.
    """
    found = 0
    for data in islice(files_of(photos), count):
        (work / name_of(found)).write_bytes(data)
        height, width = decode_image(data).shape[:2]
        found += 1
        yield width, height
    if found < count:
        raise InputError(f"expected {count} photographs in {photos}, got {found}: ask for fewer")


def files_of(photos: Path) -> Iterator[bytes]:
    """Yield the photographs of a folder or tar, JPEG or WebP."""
    if photos.is_dir():
        yield from (
            path.read_bytes() for path in sorted(photos.iterdir()) if path.suffix in ENDINGS
        )
        return
    with tarfile.open(photos) as archive:
        for member in archive:
            if member.isfile() and member.name.endswith(ENDINGS):
                file = archive.extractfile(member)
                assert file is not None, "it is a file"
                yield file.read()


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
    longest = max(4.0, calm / cores() / KILLS)
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
