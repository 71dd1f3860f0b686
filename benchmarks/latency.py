"""Measuring the time of a click: all networks, runtimes and precisions, and a fixed reference.

    python -m benchmarks.latency                 write benchmarks/results/latency.json, show a table
    python -m benchmarks.latency --rounds 1      a quick look

The reference is the method as in its released demo: HRNet-18s with FCFI in PyTorch eager float32,
random weights, averaged with the mirrored image, longer side 600.  All contestants answer the same
clicks on the same large pictures, in turn at every click, so that other load slows all of them
equally.  `predict` is the time that a person waits: from the click to the mask of the whole
picture.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final

import cv2
import numpy as np
import typer
from numpy.typing import NDArray

from benchmarks.roofline import Peaks, bound_ms, gmac, measure_peaks
from benchmarks.stored import new_record, store
from benchmarks.tables import RESULTS, ROOT, latency_table
from fcfi import cli
from fcfi.boxes import Box
from fcfi.data import open_dataset
from fcfi.masks.truth import Mask
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.interface import Flip
from fcfi.prediction.prediction import CachedImage, Prediction
from fcfi.prediction.zoom import Zoom, crop_at, zoom_of
from fcfi.prompts.clicks import Clicks
from fcfi.robot import next_click
from fcfi.runtimes.choice import Choice, files_of, possible, this_machine
from fcfi.runtimes.interface import Arrays
from fcfi.runtimes.network import EncodesOnce, Network, NetworkInfo
from fcfi.runtimes.opening import OpenedNetwork, open_network
from fcfi.weights import shipped

FORMAT: Final = "fcfi-latency/1"
"""Marks a stored result of this file."""
MEGAPIXELS: Final = 12.0
"""Size of the pictures, as taken by a phone."""
CLICKS: Final = 5
"""Number of clicks on each picture."""
ROUNDS: Final = 5
STARTS: Final = 5
"""Number of process starts to measure."""
REFERENCE: Final = "HRNet-18s, PyTorch eager, flip (reference)"
REFERENCE_ZOOM: Final = Zoom(target=600)
"""Longer side of the released demo's input."""

app = typer.Typer(add_completion=False)


@dataclass(frozen=True)
class Task:
    """A click to measure.

    clicks: all clicks so far.  box, mask: state before the last click; None at the first.
    """

    picture: CachedImage
    clicks: Clicks
    box: Box | None
    mask: Mask | None


@dataclass(frozen=True)
class Timed:
    """A network that records the time of its runs."""

    network: Network
    seconds: list[float]

    @property
    def info(self) -> NetworkInfo:
        """The description of the wrapped network."""
        return self.network.info

    @classmethod
    def of(cls, network: Network) -> "Timed":
        """Return a timed network of the same kind."""
        return TimedEncoder(network, []) if isinstance(network, EncodesOnce) else cls(network, [])

    def __call__(self, inputs: Arrays, /) -> Arrays:
        """Return the outputs of the network inside."""
        began = time.perf_counter()
        outputs = self.network(inputs)
        self.seconds.append(time.perf_counter() - began)
        return outputs


@dataclass(frozen=True)
class TimedEncoder(Timed):
    """A network that encodes once; the times of both parts are recorded."""

    def encode(self, inputs: Arrays, /) -> Arrays:
        """Return the encoding of the wrapped network."""
        assert isinstance(self.network, EncodesOnce)
        began = time.perf_counter()
        encoding = self.network.encode(inputs)
        self.seconds.append(time.perf_counter() - began)
        return encoding

    def click(self, encoding: Arrays, prompts: Arrays, /) -> Arrays:
        """Return the outputs of the network inside."""
        assert isinstance(self.network, EncodesOnce)
        began = time.perf_counter()
        outputs = self.network.click(encoding, prompts)
        self.seconds.append(time.perf_counter() - began)
        return outputs


@dataclass
class Contestant:
    """One way to answer a click, with its times in seconds.

    predicts, networks: times of whole predictions and of the network alone.
    first_round: kept separately, because every size is new to the runtime there.
    further, clicks: `predict` and network time of further clicks in the same crop, for a network
        that encodes once.
    """

    name: str
    network: Timed
    zoom: Zoom
    flip: Flip
    choice: Choice | None = None
    predicts: list[float] = field(default_factory=list)
    networks: list[float] = field(default_factory=list)
    first_round: list[float] = field(default_factory=list)
    further: list[float] = field(default_factory=list)
    clicks: list[float] = field(default_factory=list)


@app.command()
def main(
    rounds: Annotated[int, typer.Option(min=1)] = ROUNDS,
    clicks: Annotated[int, typer.Option(min=1, help="Clicks on each picture.")] = CLICKS,
    starts: Annotated[int, typer.Option(help="Process starts to measure; 0 for none.")] = STARTS,
    megapixels: float = MEGAPIXELS,
    threads: Annotated[
        int | None, typer.Option(help="Threads of every contestant; by default its own choice.")
    ] = None,
    output: Annotated[Path, typer.Option("-o")] = RESULTS / "latency.json",
) -> None:
    """Measure, store and show the times."""
    contestants = [reference(threads), *candidates(threads)]
    tasks = make_tasks(contestants[1].network.network, megapixels, clicks)
    for number in range(rounds + 1):
        typer.echo(f"round {number} of {rounds}", err=True)
        run_round(contestants, tasks, first=number == 0)
    peaks = measure_peaks(this_machine().precisions, threads)
    rows = [row_of(entrant, contestants[0], tasks, peaks) for entrant in contestants]
    for row, entrant in zip(rows, contestants, strict=True):
        if entrant.choice is not None and starts:
            row |= starting(entrant.choice, starts, megapixels)
    content = {
        "clicks": len(tasks),
        "rounds": rounds,
        "megapixels": megapixels,
        "threads": threads,
        "peaks": {
            "gflops": {key: round(value, 1) for key, value in peaks.gflops.items()},
            "gbytes": round(peaks.gbytes, 1),
        },
        "rows": rows,
    }
    record = new_record(FORMAT, **content)
    store(output, record)
    typer.echo(latency_table(record))


# ── contestants ───────────────────────────────────────────────────────────────────────────────────


def reference(threads: int | None) -> Contestant:
    """Return the method as released, with random weights, on which the time does not depend."""
    import torch

    from fcfi.models.build import build
    from fcfi.models.config import ModelConfig
    from fcfi.runtimes.torch import Torch

    torch.set_num_threads(threads or torch.get_num_threads())
    torch.manual_seed(0)
    model = build(ModelConfig("hrnet18s", correction="encoded", mid=64, ocr_width=48)).eval()
    info = NetworkInfo("hrnet18s", "hrnet18s", "", 32, f"torch {torch.__version__} float32 cpu")
    return Contestant(
        REFERENCE, Timed(OpenedNetwork(info, Torch(model)), []), REFERENCE_ZOOM, "average"
    )


def candidates(threads: int | None) -> Iterator[Contestant]:
    """Yield every shipped network in every way that this machine supports, as in `fcfi.load`."""
    for entry in shipped():
        for choice in possible(files_of(entry), this_machine()):
            network = open_network(replace(choice, threads=threads))
            name = f"{entry.name}, {choice.runtime} {choice.precision}"
            yield Contestant(name, Timed.of(network), zoom_of(network.info), "none", choice)


# ── clicks ────────────────────────────────────────────────────────────────────────────────────────


def make_tasks(network: Network, megapixels: float, clicks: int) -> list[Task]:
    """Return the robot's clicks on the bundled photographs, enlarged, with this network's masks."""
    tasks = []
    for sample in open_dataset(ROOT / "examples"):
        scale = (megapixels * 1e6 / sample.truth.size) ** 0.5
        size = (round(sample.image.shape[1] * scale), round(sample.image.shape[0] * scale))
        picture = CachedImage(_enlarged(sample.image, size, cv2.INTER_CUBIC))
        truth = _enlarged(sample.truth, size, cv2.INTER_NEAREST)
        tasks += list(islice(_session(FCFIPredictor(network), picture, truth), clicks))
    return tasks


def run_round(contestants: Sequence[Contestant], tasks: Sequence[Task], first: bool) -> None:
    """Let every contestant do every task, in turn at each task."""
    for task in tasks:
        for entrant in contestants:
            predictor = FCFIPredictor(entrant.network, entrant.zoom, entrant.flip)
            previous = None if task.box is None else _previous(entrant, task)
            once = isinstance(entrant.network, EncodesOnce)
            # A new cache, so that the encoding of an earlier task is not reused.
            picture = CachedImage(task.picture.image) if once else task.picture
            taken = _predict(predictor, picture, task.clicks, previous)
            (entrant.first_round if first else entrant.predicts).append(taken)
            if not first:
                entrant.networks.append(sum(entrant.network.seconds))
            if once and not first:
                entrant.further.append(_predict(predictor, picture, task.clicks, previous))
                entrant.clicks.append(sum(entrant.network.seconds))


def _predict(
    predictor: FCFIPredictor, picture: CachedImage, clicks: Clicks, previous: Prediction | None
) -> float:
    """Return the seconds from a click to the mask of the whole picture."""
    assert isinstance(predictor.network, Timed)
    predictor.network.seconds.clear()
    began = time.perf_counter()
    _ = predictor.predict(picture, clicks, previous).mask
    return time.perf_counter() - began


def _session(
    predictor: FCFIPredictor, picture: CachedImage, truth: NDArray[np.uint8]
) -> Iterator[Task]:
    clicks: Clicks = ()
    mask: Mask = np.zeros(truth.shape, bool)
    previous: Prediction | None = None
    while True:
        click = next_click(truth, mask, clicks)
        if click is None:
            return
        clicks = (*clicks, click)
        yield Task(picture, clicks, previous.box if previous else None, mask if previous else None)
        previous = predictor.predict(picture, clicks, previous)
        mask = previous.mask


def _previous(entrant: Contestant, task: Task) -> Prediction:
    """Return the mask before the click as this contestant's prediction, in its own size."""
    assert task.box is not None
    assert task.mask is not None
    height, width = task.mask.shape
    crop = crop_at(task.box, entrant.zoom.target, entrant.network.info.multiple)
    previous = Prediction(crop, crop.map(task.mask), height, width)
    # Reading the mask computes the object's box, which a session also knows before a click.
    _ = previous.mask
    return previous


# ── results ───────────────────────────────────────────────────────────────────────────────────────


def row_of(
    entrant: Contestant, reference: Contestant, tasks: Sequence[Task], peaks: Peaks
) -> dict[str, Any]:
    """Return the times of a contestant in milliseconds."""
    predict, network = statistics.median(entrant.predicts), statistics.median(entrant.networks)
    row: dict[str, Any] = {
        "name": entrant.name,
        "runtime": entrant.network.info.runtime,
        "zoom_target": entrant.zoom.target,
        "flip": entrant.flip,
        "predict_ms": _ms(predict),
        "predict_p95_ms": _ms(np.percentile(entrant.predicts, 95)),
        "network_ms": _ms(network),
        "network_p95_ms": _ms(np.percentile(entrant.networks, 95)),
        "first_round_p95_ms": _ms(np.percentile(entrant.first_round, 95)),
        "faster": round(statistics.median(reference.predicts) / predict, 2),
        "around": round(1 - network / predict, 3),
    }
    if entrant.further:
        further = statistics.median(entrant.further)
        row |= {
            "further_ms": _ms(further),
            "further_p95_ms": _ms(np.percentile(entrant.further, 95)),
            "further_network_ms": _ms(statistics.median(entrant.clicks)),
            "further_faster": round(statistics.median(reference.predicts) / further, 2),
        }
    if entrant.choice is not None and entrant.choice.path.suffix == ".onnx":
        row |= _distance(entrant, entrant.choice, tasks, peaks)
    return row


def _distance(
    entrant: Contestant, choice: Choice, tasks: Sequence[Task], peaks: Peaks
) -> dict[str, Any]:
    """Return how close the network is to the shortest possible time on this machine."""
    sizes = []
    for task in tasks:
        before = None if task.box is None else _previous(entrant, task)
        crop = FCFIPredictor(entrant.network, entrant.zoom).crop(
            task.clicks, before, *task.picture.image.shape[:2]
        )
        sizes.append((crop.height, crop.width))
    bounds = [
        bound_ms(choice.path, height, width, choice.precision, peaks) for height, width in sizes
    ]
    middle = sizes[int(np.argsort(bounds)[len(bounds) // 2])]
    return {
        "gmac": round(gmac(choice.path, *middle), 3),
        "bound_ms": round(statistics.median(bounds), 2),
        "of_bound": round(1e3 * statistics.median(entrant.networks) / statistics.median(bounds), 2),
    }


def starting(choice: Choice, count: int, megapixels: float) -> dict[str, Any]:
    """Return the time from process start to the first mask, and the peak memory of five clicks."""
    side = round((megapixels * 1e6 / 12) ** 0.5)
    noise = np.random.default_rng(0).integers(0, 256, (side // 16, side // 12, 3), np.uint8)
    with TemporaryDirectory() as folder:
        photo = Path(folder) / "photo.jpg"
        cv2.imwrite(
            str(photo), cv2.resize(noise, (4 * side, 3 * side), interpolation=cv2.INTER_CUBIC)
        )
        seconds, megabytes = zip(*(_start(choice, photo) for _ in range(count)), strict=True)
    return {"start_s": round(statistics.median(seconds), 3), "memory_mb": round(max(megabytes))}


_PROGRAM: Final = """
import sys
from pathlib import Path
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.runtimes.opening import open_network
from fcfi.runtimes.choice import Choice
from fcfi.images import read_image
from fcfi.session import Session
path, runtime, precision, photo = sys.argv[1:]
network = open_network(Choice(Path(path), runtime, precision))
session = Session(FCFIPredictor(network), read_image(photo))
height, width = session.image.shape[:2]
session.click(width // 2, height // 2)
print("mask", flush=True)
for number in range(4):
    session.click(width // 2 + 90 * number, height // 2, positive=number % 2 == 1)
# getrusage would count the memory of the parent, from before exec.
peak = [line.split()[1] for line in Path("/proc/self/status").open() if line.startswith("VmHWM")]
print(int(peak[0]) / 1024 if peak else 0.0, flush=True)
"""


def _start(choice: Choice, photo: Path) -> tuple[float, float]:
    """Return the seconds to the first mask, and the peak memory of the process in MiB (Linux)."""
    command = [
        sys.executable,
        "-c",
        _PROGRAM,
        str(choice.path),
        choice.runtime,
        choice.precision,
        str(photo),
    ]
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "mask\n"
        taken = time.perf_counter() - began
        megabytes = float(process.stdout.readline())
    return taken, megabytes


def _enlarged(array: NDArray[np.uint8], size: tuple[int, int], how: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(array, size, interpolation=how), np.uint8)


def _ms(seconds: float | np.floating[Any]) -> float:
    return round(1e3 * float(seconds), 2)


if __name__ == "__main__":
    sys.exit(cli.main(program=app, name="python -m benchmarks.latency"))
