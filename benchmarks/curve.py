"""Plot training runs from their logs: loss and IoU over the number of clicks.

    python -m benchmarks.curve benchmarks/results/*.train.jsonl -o docs/images/training.png

A click is one crop in one step.  The IoU is that of a step's predictions, after early and late
clicks.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer
from numpy.typing import NDArray

from fcfi import cli
from fcfi.errors import InputError

BATCH: Final = 16
"""Crops per step in the recipes of these logs."""
SMOOTH: Final = 15
"""Number of log lines (half a minute each) in the median at a point of the curve."""
MINIMUM_STEP: Final = 50
"""Steps to leave out at the start, when the pool of sessions has only first clicks."""


@dataclass(frozen=True)
class Course:
    """The curves of one run.

    clicks, loss, iou: (n,), a point for each line of the log.
    """

    name: str
    clicks: NDArray[np.float64]
    loss: NDArray[np.float64]
    iou: NDArray[np.float64]


app = typer.Typer(add_completion=False)


@app.command()
def main(
    logs: list[Path],
    output: Annotated[Path, typer.Option("--output", "-o", help="PNG or SVG.")],
    batch: Annotated[int, typer.Option(help="Crops of a step.")] = BATCH,
) -> None:
    """Plot training runs."""
    draw([read_course(log, batch) for log in logs], output)


def read_course(log: Path, batch: int = BATCH) -> Course:
    """Return the curves of the run with this log.  Raises InputError for too few lines."""
    if not log.is_file():
        raise InputError(f"expected the log of a run (log.jsonl), got no file: {log}")
    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row.get("step", 0) >= MINIMUM_STEP and "loss" in row]
    if len(rows) <= SMOOTH:
        raise InputError(
            f"expected more than {SMOOTH} lines with a loss after step {MINIMUM_STEP}, "
            f"got {len(rows)} in {log}: take the log of a longer run"
        )
    columns = {
        key: smoothed(np.array([row[key] for row in rows], float))
        for key in ("step", "loss", "iou")
    }
    return Course(
        log.name.removesuffix(".train.jsonl"),
        batch * columns["step"],
        columns["loss"],
        columns["iou"],
    )


def smoothed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the running medians of SMOOTH values, (n - SMOOTH + 1,)."""
    # The median hides the first clicks at the start of a resumed run.
    middle: NDArray[np.float64] = np.median(
        np.lib.stride_tricks.sliding_window_view(values, SMOOTH), axis=-1
    )
    return middle


def draw(courses: Sequence[Course], output: Path) -> None:
    """Draw the loss on the left, the IoU on the right."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3), layout="constrained")
    done = 0.0
    for course in courses:
        clicks = (done + course.clicks) / 1000
        left.plot(clicks, course.loss, label=course.name)
        right.plot(clicks, course.iou, label=course.name)
        done += course.clicks[-1]
    for axes, what in ((left, "loss"), (right, "IoU of the predictions learnt from")):
        axes.set_xlabel("thousand clicks learnt from")
        axes.set_ylabel(what)
        axes.grid(alpha=0.3)
    left.legend()
    figure.savefig(output, dpi=110)
    pyplot.close(figure)


if __name__ == "__main__":
    sys.exit(cli.main(program=app, name="python -m benchmarks.curve"))
