"""The gain at a first click from smaller crops, chosen by the network's own score.

    python -m benchmarks.looks runs/new/model.safetensors --dev data/train/dev.tar

The robot clicks each development object once; the picture is then predicted in every crop of
`fcfi.prediction.first_look`.  The result, by object size, is the IoU of the whole picture, of the
best look (chosen by the truth) and of the look chosen below each share of the picture, with the
number of looks, and the reliability of the scores.  It is written to
benchmarks/results/NETWORK.looks.json.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import typer

from benchmarks.pairs import network_file
from benchmarks.precision import Pictures, Threads, dev_objects
from benchmarks.reliability import bins_of
from benchmarks.stored import new_record, store
from benchmarks.tables import RESULTS
from fcfi import cli
from fcfi.boxes import Box
from fcfi.data.sample import Sample
from fcfi.errors import ConfigError
from fcfi.masks.metrics import iou
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.first_look import closer_parts
from fcfi.prediction.prediction import CachedImage
from fcfi.robot import next_click
from fcfi.runtimes.choice import RunRequest, choice_of
from fcfi.runtimes.interface import SCORE
from fcfi.runtimes.opening import open_network

FORMAT: Final = "fcfi-looks/1"
"""Marks a stored result of this file."""
LIMITS: Final = (0.0, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 1.0)
"""Shares of the picture below which smaller crops are tried."""
SIZES: Final = {"small": 0.03, "middle": 0.1, "large": 1.0}
"""Classes of object size, by the largest share of the picture."""

app = typer.Typer(add_completion=False)


@dataclass(frozen=True)
class Answers:
    """The results of all looks at one object, the whole picture first.

    share: share of the picture that the object covers.  ious, scores, areas: a number for each
        look; areas are shares of the picture.
    """

    share: float
    ious: tuple[float, ...]
    scores: tuple[float, ...]
    areas: tuple[float, ...]

    def chosen(self, limit: float) -> int:
        """Return the look that is chosen if masks below this share get more looks."""
        return 0 if self.areas[0] >= limit else int(np.argmax(self.scores))

    def looks(self, limit: float) -> int:
        """Return the number of looks that this takes."""
        return 1 if self.areas[0] >= limit else len(self.ious)


@app.command()
def measure(
    network: str,
    dev: Pictures,
    count: Annotated[int, typer.Option(help="Objects at most.")] = 300,
    output: Annotated[
        Path | None, typer.Option("-o", help="By default benchmarks/results/NETWORK.looks.json.")
    ] = None,
    threads: Threads = None,
) -> None:
    """Measure every look at the first click on each object."""
    objects = dev_objects(dev, count)
    with network_file(network) as path:
        opened = open_network(choice_of(path, RunRequest("auto", "float32", threads)))
        if SCORE not in opened.info.outputs:
            raise ConfigError(
                f"expected a network with a score, got {opened.info.name} without one: train one "
                "with model.score = true"
            )
        predictor = FCFIPredictor(opened, closer_below=0)
        answers = [answers_of(predictor, sample) for sample in objects]
    record = new_record(FORMAT) | {
        "network": {"name": opened.info.name, "sha256": opened.info.sha256},
        "objects": len(answers),
        "by_size": {name: rows_of(of_size(answers, name)) for name in SIZES},
        "all": rows_of(answers),
        "reliability": reliability(answers),
    }
    for row in record["all"]:
        print(row)
    for name, rows in record["by_size"].items():
        print(name, *(row["iou"] for row in rows))
    store(output or RESULTS / f"{opened.info.name}.looks.json", record)


def answers_of(predictor: FCFIPredictor, sample: Sample) -> Answers:
    """Return the results of every look at a sample's first click."""
    picture, truth = CachedImage(sample.image), sample.truth
    height, width = truth.shape
    click = next_click(truth, np.zeros((height, width), bool))
    if click is None:
        raise ConfigError(f"expected an object to click on, got an empty mask: {sample.name}")
    parts = (Box(0, 0, width, height), *closer_parts(click, height, width))
    found = [predictor.predict(picture, (click,), within=part) for part in parts]
    return Answers(
        float((truth == 1).mean()),
        tuple(iou(answer.mask, truth) for answer in found),
        tuple(answer.score or 0.0 for answer in found),
        tuple(float(answer.mask.mean()) for answer in found),
    )


def of_size(answers: Sequence[Answers], name: str) -> list[Answers]:
    """Return the answers for objects in a size class."""
    names = list(SIZES)
    low = 0.0 if name == names[0] else SIZES[names[names.index(name) - 1]]
    return [answer for answer in answers if low < answer.share <= SIZES[name]]


def rows_of(answers: Sequence[Answers]) -> list[dict[str, Any]]:
    """Return the mean IoU and number of looks at each limit, and for the best look."""
    rows = [
        {
            "closer_below": limit,
            "iou": _mean([answer.ious[answer.chosen(limit)] for answer in answers]),
            "looks": _mean([answer.looks(limit) for answer in answers]),
        }
        for limit in LIMITS
    ]
    best = {"closer_below": "the best look", "iou": _mean([max(answer.ious) for answer in answers])}
    return [*rows, best]


def reliability(answers: Sequence[Answers]) -> list[dict[str, float]]:
    """Return the mean score, mean IoU and count of all looks in bins of the score."""
    scores = np.array([score for answer in answers for score in answer.scores])
    return bins_of(scores, np.array([value for answer in answers for value in answer.ious]))


def _mean(values: Any) -> float:
    return round(float(np.mean(values)), 4) if len(values) else 0.0


if __name__ == "__main__":
    sys.exit(cli.main(program=app, name="python -m benchmarks.looks"))
