"""Measuring the clicks that lower precision and smaller sizes cost, and making int8 files.

    python -m benchmarks.precision make lite0 --pictures train-000.tar  write lite0.int8.onnx
    python -m benchmarks.precision measure lite0 --dev dev.tar          clicks in every precision
    python -m benchmarks.precision settings lite0 --dev dev.tar         with smaller sizes and flip
    python -m benchmarks.precision zooms lite0 --dev dev.tar            through other zooms
    python -m benchmarks.precision table                                results into the table

`make` finds ranges of values on pictures that are not used in measurements.  `measure`, `settings`
and `zooms` write benchmarks/results/NAME.precision.json and so on; `table` uses the first two, and
an int8 file only if it is honest (`fcfi.weights.LARGEST_LOSS`).  The objects are drawn like the
development objects in training, and are always the same.
"""

import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import typer

from benchmarks.ship import write_table
from benchmarks.stored import new_record, store
from benchmarks.tables import RESULTS, ROOT
from fcfi import cli
from fcfi.budget import offered
from fcfi.data.sample import Sample
from fcfi.errors import ConfigError
from fcfi.evaluation import Protocol, evaluate
from fcfi.prediction.zoom import Zoom, zoom_of
from fcfi.runtimes.choice import RunRequest, choice_of, this_machine
from fcfi.runtimes.interface import Arrays
from fcfi.runtimes.network import Network, NetworkInfo
from fcfi.runtimes.network_file import read_info
from fcfi.runtimes.opening import open_network
from fcfi.weights import Entry, File, find, honest, shipped

FORMAT: Final = "fcfi-precision/1"
"""Marks a stored result of this file."""
RECIPE: Final = ROOT / "recipes" / "lite0.toml"
"""The recipe with the settings for drawing objects."""
TARGETS: Final = (0.85, 0.90)
OBJECTS: Final = 80
"""Number of development objects, as in training (docs/models.md)."""
EXAMPLES: Final = 120
"""Number of clicks from which the ranges of an int8 file are found."""
CLICKS_EACH: Final = 4
"""Number of first clicks per object, in which predictions still change."""
CALIBRATION_SEED: Final = 1
ZOOMS: Final = ((320, 1.6), (384, 1.4), (384, 1.7), (416, 1.6), (448, 1.4), (448, 1.8))
"""Candidates for the recommended zoom: longer side of the input in pixels, and ratio."""

app = typer.Typer(add_completion=False)
Pictures = Annotated[Path, typer.Option(help="Shard or folder of shards to draw objects from.")]
Output = Annotated[Path | None, typer.Option("-o", help="By default in benchmarks/results/.")]
Threads = Annotated[int | None, typer.Option(help="Largest number of processor threads.")]


@dataclass
class Recorder:
    """A network that records its inputs."""

    network: Network
    inputs: list[Arrays]

    @property
    def info(self) -> NetworkInfo:
        """The description of the wrapped network."""
        return self.network.info

    def __call__(self, inputs: Arrays, /) -> Arrays:
        """Return the outputs of the wrapped network."""
        self.inputs.append({name: np.array(value) for name, value in inputs.items()})
        return self.network(inputs)


@app.command()
def make(
    name: str,
    pictures: Pictures,
    output: Annotated[
        Path | None, typer.Option("-o", help="By default next to the float file.")
    ] = None,
    close: Annotated[
        float | None, typer.Option(help="Target for the mean difference of probabilities.")
    ] = None,
    threads: Threads = None,
) -> None:
    """Write the int8 file of a shipped network or of a network file."""
    from fcfi.models.quantise import CLOSE, quantise

    source = _source(name)
    examples = examples_of(source, dev_objects(pictures, EXAMPLES // 2, CALIBRATION_SEED), threads)
    done = quantise(
        source,
        output or source.with_suffix(".int8.onnx"),
        examples,
        CLOSE if close is None else close,
    )
    typer.echo(
        f"{done.path}: {done.bytes / 1e6:.1f} MB, in float {', '.join(done.kept) or 'nothing'}, "
        f"probabilities off by {done.difference:.4f}"
    )


@app.command()
def measure(
    name: str,
    dev: Pictures,
    int8: Annotated[Path | None, typer.Option(help="By default next to the float file.")] = None,
    count: int = OBJECTS,
    output: Output = None,
    threads: Threads = None,
) -> None:
    """Count clicks in float32, and in bfloat16 and int8 if processor and files support them."""
    source = _source(name)
    small = int8 or source.with_suffix(".int8.onnx")
    objects = dev_objects(dev, count)
    ways = {"float32": source}
    ways |= {"bfloat16": source} if "bfloat16" in this_machine().precisions else {}
    ways |= {"int8": small} if small.is_file() else {}
    rows = {}
    for precision, path in ways.items():
        network = open_unlisted(path, precision, threads)
        rows[precision] = clicks(
            network, objects, Protocol(zoom=zoom_of(network.info), targets=TARGETS)
        )
        typer.echo(f"{precision}: {rows[precision]}")
    record = _record(source, objects, rows)
    if "int8" in rows:
        record["int8_sha256"] = hashlib.sha256(small.read_bytes()).hexdigest()
        record["kept_in_float"] = read_info(small).metadata.get("kept_in_float", "")
    store(output or RESULTS / f"{read_info(source).name}.precision.json", record)


@app.command()
def settings(
    name: str, dev: Pictures, count: int = OBJECTS, output: Output = None, threads: Threads = None
) -> None:
    """Count clicks in float32 at smaller sizes and with flip, for the choices of `--budget`."""

    def rules(info: NetworkInfo) -> Iterator[tuple[str, Protocol]]:
        zoom = zoom_of(info)
        for target, flip in offered(zoom, info.multiple):
            yield (
                f"{target} {flip}",
                Protocol("fixed", replace(zoom, target=target), flip, targets=TARGETS),
            )

    _compare("settings", name, dev_objects(dev, count), rules, output, threads)


@app.command()
def zooms(
    name: str, dev: Pictures, count: int = OBJECTS, output: Output = None, threads: Threads = None
) -> None:
    """Count clicks in float32 with other zooms, to choose the recommended zoom."""

    def rules(info: NetworkInfo) -> Iterator[tuple[str, Protocol]]:
        for target, ratio in ZOOMS:
            yield f"{target} {ratio}", Protocol(zoom=Zoom(target, ratio), targets=TARGETS)

    _compare("zooms", name, dev_objects(dev, count), rules, output, threads)


@app.command()
def table() -> None:
    """Write the results of all shipped networks and honest int8 files into the table."""
    write_table([with_results(entry) for entry in shipped()], find().name)
    for entry in shipped():
        typer.echo(
            f"{entry.name}: {dict(entry.dev) or 'not measured'}, "
            f"int8 {'yes' if entry.int8 else 'no'}"
        )


# ── parts of the commands ─────────────────────────────────────────────────────────────────────────


def examples_of(
    source: Path, objects: Sequence[Sample], threads: int | None = None
) -> list[Arrays]:
    """Return at most EXAMPLES inputs of a network while the robot clicks on these objects."""
    recorder = Recorder(open_network(choice_of(source, RunRequest("auto", "float32", threads))), [])
    rules = Protocol(zoom=zoom_of(recorder.info), limit=CLICKS_EACH, targets=TARGETS)
    for sample in objects:
        evaluate(rules.predictor(recorder), [sample], rules)
        if len(recorder.inputs) >= EXAMPLES:
            break
    return recorder.inputs[:EXAMPLES]


def _compare(
    kind: str,
    name: str,
    objects: Sequence[Sample],
    rules: Callable[[NetworkInfo], Iterable[tuple[str, Protocol]]],
    output: Path | None,
    threads: int | None,
) -> None:
    """Count clicks in float32 with several named protocols, and store them."""
    source = _source(name)
    network = open_network(choice_of(source, RunRequest("auto", "float32", threads)))
    rows = {}
    for title, protocol in rules(network.info):
        rows[title] = clicks(network, objects, protocol)
        typer.echo(f"{title}: {rows[title]}")
    store(output or RESULTS / f"{network.info.name}.{kind}.json", _record(source, objects, rows))


def open_unlisted(path: Path, precision: str, threads: int | None) -> Network:
    """Open a network file, also one that is newer than the table of shipped files.

    In the table's folder, a file with other bytes than the table's would be called damaged.
    """
    with tempfile.TemporaryDirectory() as folder:
        copied = shutil.copy(path, folder)
        return open_network(choice_of(Path(copied), RunRequest("auto", precision, threads)))


def clicks(network: Network, objects: Sequence[Sample], rules: Protocol) -> dict[str, float]:
    """Return NoC@85, NoC@90 and the mean IoU after one and three clicks."""
    report = evaluate(rules.predictor(network), objects, rules)
    ious = report.mean_ious()
    found = {
        "noc85": report.noc(0.85),
        "noc90": report.noc(0.90),
        "iou_at_1": ious[0],
        "iou_at_3": ious[2],
    }
    return {key: round(value, 4) for key, value in found.items()}


def with_results(entry: Entry, folder: Path = RESULTS) -> Entry:
    """Return the entry with the stored results of its weights.

    Its int8 file is kept only if it is honest and the one that was measured.
    """
    sha256 = read_info(entry.path).sha256
    precisions, sizes = (
        _stored(folder / f"{entry.name}.{kind}.json", sha256) for kind in ("precision", "settings")
    )
    measured = replace(
        entry,
        dev={key: row["noc90"] for key, row in precisions.get("rows", {}).items()},
        settings={key: row["noc90"] for key, row in sizes.get("rows", {}).items()},
        int8=None,
    )
    path = entry.path.with_suffix(".int8.onnx")
    if not path.is_file() or not honest(measured, "int8"):
        return measured
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    same = digest == precisions["int8_sha256"]
    return replace(measured, int8=File(path, digest, len(data))) if same else measured


def _stored(path: Path, weights_sha256: str) -> dict[str, Any]:
    """Return the stored results of these weights, or empty ones."""
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return (
        record
        if record.get("weights_sha256") == weights_sha256 and record.get("format") == FORMAT
        else {}
    )


def _record(
    source: Path, objects: Sequence[Sample], rows: dict[str, dict[str, float]]
) -> dict[str, Any]:
    info = read_info(source)
    zoom = [zoom_of(info).target, zoom_of(info).ratio]
    content = {
        "network": info.name,
        "weights_sha256": info.sha256,
        "objects": len(objects),
        "zoom": zoom,
        "rows": rows,
    }
    return new_record(FORMAT, **content)


def dev_objects(
    pictures: Path, count: int, seed: int = 0, sources: Collection[str] = ()
) -> list[Sample]:
    """Return objects, drawn like the development objects in training.

    sources: datasets to draw from; if empty, all.
    """
    from fcfi.training.config import read_recipe
    from fcfi.training.stream import read_by_source
    from fcfi.training.validate import choose_objects

    found, crops = read_by_source(pictures), read_recipe(RECIPE).crops
    requested = found.keys() & (sources or found)
    weights = {name: weight for name, weight in crops.weights.items() if name in requested}
    if not weights:
        raise ConfigError(
            f"expected pictures of {', '.join(sources or crops.weights)}, got "
            f"{', '.join(sorted(found))} in {pictures}: take other shards"
        )
    return choose_objects(found, replace(crops, weights=weights), count, seed)


def _source(name: str) -> Path:
    """Return the float file of a shipped network, or the file itself."""
    return Path(name) if Path(name).suffix == ".onnx" else find(name).path


if __name__ == "__main__":
    sys.exit(cli.main(program=app, name="python -m benchmarks.precision"))
