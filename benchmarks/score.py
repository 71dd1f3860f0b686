"""The score of a mask: fits its formula to development objects, and compares it with the IoU.

    python -m benchmarks.score lite0 --dev data/dev/dev.tar --dev data/dev/dev-extra.tar

The robot clicks each object up to eight times.  The formula of `fcfi.prediction.score` is fitted to
the masks of every second object; the others show how reliable it is: the mean score and mean IoU of
their masks in ten bins of the score, and the mean distance of both over all masks (expected
calibration error).  The result is written to benchmarks/results/NETWORK.score.json and, with
`--plot`, drawn.
"""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import typer
from numpy.typing import NDArray

from benchmarks.pairs import network_file
from benchmarks.precision import Threads, dev_objects
from benchmarks.reliability import bins_of, calibration_error
from benchmarks.stored import new_record, store
from benchmarks.tables import RESULTS
from fcfi import cli
from fcfi.boxes import Box
from fcfi.data.sample import Sample
from fcfi.evaluation import Protocol, evaluate_object
from fcfi.images import Image
from fcfi.prediction.interface import Predictor
from fcfi.prediction.methods import make_predictor
from fcfi.prediction.prediction import CachedImage, Prediction
from fcfi.prediction.score import Calibration, certainty_of, logit_of
from fcfi.prompts.clicks import Prompts
from fcfi.runtimes.choice import RunRequest, choice_of
from fcfi.runtimes.opening import open_network
from fcfi.segmenter import Segmenter

FORMAT: Final = "fcfi-score/1"
"""Marks a stored result of this file."""
CLICKS: Final = 8
"""Largest number of clicks on an object."""
DIGITS: Final = 3
"""Decimals of a fitted weight."""

app = typer.Typer(add_completion=False)


@dataclass(frozen=True)
class Masks:
    """Measurements of masks: every array has an entry for each.

    certainty, iou: float.  prompts: number of prompts, int.
    """

    certainty: NDArray[np.float64]
    prompts: NDArray[np.int64]
    iou: NDArray[np.float64]

    def scores(self, calibration: Calibration) -> NDArray[np.float64]:
        """Return the score of each mask."""
        pairs = zip(self.certainty, self.prompts, strict=True)
        return np.array([calibration.iou(certainty, prompts) for certainty, prompts in pairs])


class Recorder(Segmenter):
    """A predictor that records the certainty of its masks."""

    def __init__(self, predictor: Predictor) -> None:
        super().__init__(predictor)
        self.certainties: list[float] = []

    def predict(
        self,
        image: Image | CachedImage,
        prompts: Prompts,
        previous: Prediction | None = None,
        within: Box | None = None,
    ) -> Prediction:
        """Return the predictor's answer."""
        prediction = super().predict(image, prompts, previous, within)
        self.certainties.append(certainty_of(prediction))
        return prediction


@app.command()
def measure(
    network: str,
    dev: Annotated[
        list[Path], typer.Option(help="Shard to draw objects from; may be given again.")
    ],
    count: Annotated[int, typer.Option(help="Objects of each shard at most.")] = 300,
    output: Annotated[
        Path | None, typer.Option("-o", help="By default benchmarks/results/NETWORK.score.json.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Draw the reliability diagram: PNG or SVG.")
    ] = None,
    threads: Threads = None,
) -> None:
    """Fit the formula to half of the objects and check it on the others."""
    with network_file(network) as path:
        opened = open_network(choice_of(path, RunRequest("auto", "float32", threads)))
        predictor = make_predictor(opened)
        fitted_to: list[Masks] = []
        checked_on: dict[str, Masks] = {}
        for shard in dev:
            objects = dev_objects(shard, count)
            fitted_to.append(masks_of(predictor, objects[::2]))
            checked_on[shard.stem] = masks_of(predictor, objects[1::2])
    calibration = fit(joined(fitted_to))
    record = new_record(FORMAT) | {
        "network": {"name": opened.info.name, "sha256": opened.info.sha256},
        "fitted": asdict(calibration),
        "fitted_to_masks": sum(masks.iou.size for masks in fitted_to),
        "checked": summary(joined([*checked_on.values()]), calibration),
        "by_shard": {name: summary(masks, calibration) for name, masks in checked_on.items()},
    }
    typer.echo(f"fitted: {calibration}")
    for row in record["checked"]["bins"]:
        typer.echo(row)
    store(output or RESULTS / f"{opened.info.name}.score.json", record)
    if plot is not None:
        draw(record["checked"], plot)


def masks_of(predictor: Predictor, objects: Sequence[Sample]) -> Masks:
    """Return what is known of every mask while the robot clicks the objects."""
    recorder = Recorder(predictor)
    rules = Protocol(targets=(1.0,), limit=CLICKS)
    results = [evaluate_object(recorder, sample, rules) for sample in objects]
    return Masks(
        np.array(recorder.certainties),
        np.array([index + 1 for result in results for index in range(len(result.ious))]),
        np.array([iou for result in results for iou in result.ious]),
    )


def joined(parts: Sequence[Masks]) -> Masks:
    """Return the masks of several parts."""
    return Masks(
        np.concatenate([masks.certainty for masks in parts]),
        np.concatenate([masks.prompts for masks in parts]),
        np.concatenate([masks.iou for masks in parts]),
    )


def fit(masks: Masks) -> Calibration:
    """Return the calibration with the lowest cross-entropy between score and IoU."""
    from scipy.optimize import minimize

    logits = np.array([logit_of(certainty) for certainty in masks.certainty])
    columns = np.stack([np.ones_like(logits), logits, np.log(masks.prompts)], axis=1)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        raw = columns @ weights
        # The cross-entropy of sigmoid(raw) and the IoU, without an overflow.
        value = np.logaddexp(0, raw) - masks.iou * raw
        return float(value.mean()), columns.T @ (1 / (1 + np.exp(-raw)) - masks.iou) / raw.size

    found = minimize(loss, np.zeros(columns.shape[1]), jac=True, method="BFGS").x
    return Calibration(*(round(float(weight), DIGITS) for weight in found))


def summary(masks: Masks, calibration: Calibration) -> dict[str, Any]:
    """Return the reliability of the scores, and of those of first masks."""
    scores, first = masks.scores(calibration), masks.prompts == 1
    return {
        "masks": int(masks.iou.size),
        "correlation": round(float(np.corrcoef(scores, masks.iou)[0, 1]), 4),
        "calibration_error": calibration_error(scores, masks.iou),
        "calibration_error_of_certainty": calibration_error(masks.certainty, masks.iou),
        "calibration_error_of_first": calibration_error(scores[first], masks.iou[first]),
        "bins": bins_of(scores, masks.iou),
    }


def draw(shown: dict[str, Any], output: Path) -> None:
    """Draw the mean IoU over the mean score of each bin, and how many masks it holds."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(4.5, 4), layout="constrained")
    scores = [row["score"] for row in shown["bins"]]
    ious = [row["iou"] for row in shown["bins"]]
    sizes = [row["masks"] for row in shown["bins"]]
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1, label="a perfect score")
    axes.plot(scores, ious, marker="o", label="masks in a bin")
    for score, iou, size in zip(scores, ious, sizes, strict=True):
        axes.annotate(str(size), (score, iou), (4, -12), textcoords="offset points", fontsize=8)
    axes.set_xlabel("mean score")
    axes.set_ylabel("mean IoU")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(output, dpi=110)
    pyplot.close(figure)


if __name__ == "__main__":
    sys.exit(cli.main(program=app, name="python -m benchmarks.score"))
