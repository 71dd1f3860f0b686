"""Comparing networks on the same development objects, with the standard error.

    python -m benchmarks.pairs lite0 runs/new/model.safetensors --dev data/train/dev.tar
    python -m benchmarks.pairs lite0 new.onnx --dev data/train/dev.tar --draw crisp

A network is the name of a shipped network, a network file or a checkpoint.  Each is compared with
the first, object by object, which shows how much of a difference is chance.  Results are written to
benchmarks/results/DRAW.pairs.json.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import numpy as np
import typer

from benchmarks.precision import Pictures, Threads, dev_objects
from benchmarks.stored import new_record, store
from benchmarks.tables import RESULTS
from fcfi import cli
from fcfi.evaluation import Protocol, Report, evaluate, paired
from fcfi.masks.metrics import held
from fcfi.prediction.interface import Flip
from fcfi.prediction.zoom import zoom_of
from fcfi.runtimes.choice import RunRequest, choice_of
from fcfi.runtimes.opening import open_network
from fcfi.weights import find

if TYPE_CHECKING:
    from fcfi.models.fcfi import FCFI

FORMAT: Final = "fcfi-pairs/1"
"""Marks a stored result of this file."""
DRAWS: Final[Mapping[str, tuple[str, ...]]] = {
    "usual": (),
    "crisp": ("dogcat", "human", "persons", "pets", "voc", "vocval"),
}
"""Sources of objects: all datasets, as in training, or those with pixel-accurate labels."""
TARGETS: Final = (0.85, 0.90, 0.95)
LIMIT: Final = 10
"""Largest number of clicks on an object: later clicks mostly correct errors of the truth."""

app = typer.Typer(add_completion=False)


@app.command()
def compare(
    networks: list[str],
    dev: Pictures,
    draw: Annotated[Literal["usual", "crisp"], typer.Option(help="Which objects.")] = "usual",
    count: Annotated[int, typer.Option(help="Objects at most.")] = 220,
    flip: Annotated[Flip, typer.Option(help="average: with the mirrored picture.")] = "none",
    precision: Annotated[
        str, typer.Option(help="float32, or bfloat16 for twice the speed.")
    ] = "float32",
    output: Annotated[
        Path | None, typer.Option("-o", help="By default benchmarks/results/DRAW.pairs.json.")
    ] = None,
    threads: Threads = None,
) -> None:
    """Measure every network on the same objects and compare it with the first."""
    objects = dev_objects(dev, count, sources=DRAWS[draw])
    rows: list[dict[str, Any]] = []
    first: Report | None = None
    for name in networks:
        with network_file(name) as path:
            network = open_network(choice_of(path, RunRequest("auto", precision, threads)))
            rules = Protocol(zoom=zoom_of(network.info), flip=flip, targets=TARGETS, limit=LIMIT)
            report = evaluate(rules.predictor(network), objects, rules)
        first = first or report
        row = {
            "network": title(name),
            "weights_sha256": network.info.sha256,
            **row_of(report, first),
        }
        rows.append(row)
        typer.echo(row)
    content = {
        "draw": draw,
        "objects": len(objects),
        "limit": LIMIT,
        "flip": flip,
        "precision": precision,
        "rows": rows,
    }
    store(output or RESULTS / f"{draw}.pairs.json", new_record(FORMAT, **content))


def title(source: str) -> str:
    """Return a network's name in results; for weights of a run, the name of its folder."""
    from fcfi.training.run_state import WEIGHTS

    path = Path(source)
    return path.resolve().parent.name if path.name == WEIGHTS else path.name


@contextmanager
def network_file(source: str | Path) -> Iterator[Path]:
    """Yield the network file for a shipped name or a checkpoint, or the file itself."""
    path = Path(source)
    if path.suffix == ".onnx":
        yield path
    elif path.suffix == ".safetensors":
        with exported(path) as file:
            yield file
    else:
        yield find(str(source)).path


@contextmanager
def exported(model: "FCFI | Path", metadata: Mapping[str, str] | None = None) -> Iterator[Path]:
    """Export a model or a checkpoint to a temporary network file, and yield its path."""
    from fcfi.models.export import export

    with TemporaryDirectory() as temporary:
        file = Path(temporary) / "network.onnx"
        export(model, file, "network", training_data="", licence="not stated", metadata=metadata)
        yield file


def row_of(report: Report, first: Report) -> dict[str, float]:
    """Return clicks to each IoU, the mean IoU over all clicks, and the differences from the first.

    `..._differs` is the mean over objects of this network minus the first, and `..._error` the
    standard error of that mean.
    """
    row = {f"noc{round(100 * target)}": report.noc(target) for target in TARGETS}
    row["iou"] = float(np.mean(_ious(report)))
    for name, values in {"noc90": _clicks, "iou": _ious}.items():
        row[f"{name}_differs"], row[f"{name}_error"] = paired(values(report), values(first))
    return {key: round(value, 4) for key, value in row.items()}


def _clicks(report: Report) -> Sequence[int]:
    """Return the clicks to an IoU of 0.90 for each object."""
    return [result.noc(0.90, LIMIT) for result in report.objects]


def _ious(report: Report) -> Sequence[float]:
    """Return the mean IoU over all clicks for each object; a finished one keeps its last IoU."""
    return [float(np.mean(held(result.ious, LIMIT, result.start_iou))) for result in report.objects]


if __name__ == "__main__":
    sys.exit(cli.main(program=app, name="python -m benchmarks.pairs"))
