"""Measuring networks on prompts like those of people.

    python -m benchmarks.prompts lite0 runs/new/model.safetensors --dev data/train/dev.tar

On development objects, for each network:

- first: the central first click: IoU, parts of the mask, share of masks that contain the click;
- box: a box alone, each side moved by up to a tenth of the object's size: IoU, and the central
  clicks after it to 90 % IoU;
- edges: the picture is cropped so that the object reaches its edge, and clicked 0, 1, 2 and 4
  pixels from there: IoU, share of masks that contain the click, by distance;
- random: sessions with clicks anywhere in the error instead of at its centre: clicks to 90 % IoU of
  both, and their ratio.

All draws are seeded, so that every network gets the same prompts.  Results are written to
benchmarks/results/prompts.json.  `--plain` leaves out the steps after a look, which shows their
effect.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import typer

from benchmarks.pairs import LIMIT, network_file, title
from benchmarks.precision import Pictures, Threads, dev_objects
from benchmarks.stored import new_record, store
from benchmarks.tables import RESULTS
from fcfi import cli
from fcfi.boxes import Box
from fcfi.data.sample import Sample
from fcfi.geometry import box_of, cut
from fcfi.masks.components import parts
from fcfi.masks.metrics import iou
from fcfi.masks.truth import OBJECT
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.interface import Predictor
from fcfi.prediction.methods import make_predictor
from fcfi.prediction.prediction import Prediction
from fcfi.prompts.clicks import Click, Clicks, Prompts
from fcfi.robot import next_click
from fcfi.runtimes.choice import RunRequest, choice_of
from fcfi.runtimes.opening import open_network

FORMAT: Final = "fcfi-prompts/1"
"""Marks a stored result of this file."""
JITTER: Final = 0.1
"""Largest shift of each side of a box, as a share of the object's width or height."""
DISTANCES: Final = (0, 1, 2, 4)
"""Pixels between a click and the picture's edge."""
GOOD: Final = 0.9

app = typer.Typer(add_completion=False)


@app.command()
def measure(
    networks: list[str],
    dev: Pictures,
    count: Annotated[int, typer.Option(help="Objects at most.")] = 150,
    output: Annotated[
        Path | None, typer.Option("-o", help="By default benchmarks/results/prompts.json.")
    ] = None,
    threads: Threads = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="Networks alone, without the steps after a look.")
    ] = False,
) -> None:
    """Measure every network on the same objects and prompts."""
    objects = [sample for sample in dev_objects(dev, count) if (sample.truth == OBJECT).any()]
    rows: list[dict[str, Any]] = []
    for name in networks:
        with network_file(name) as path:
            network = open_network(choice_of(path, RunRequest("auto", "float32", threads)))
            predictor = FCFIPredictor(network) if plain else make_predictor(network)
            row = {
                "network": title(name),
                "settings": dict(predictor.settings),
                "weights_sha256": network.info.sha256,
                "first": first_clicks(predictor, objects),
                "box": boxes(predictor, objects),
                "edges": edges(predictor, objects),
                "random": random_clicks(predictor, objects),
            }
        rows.append(row)
        typer.echo(row)
    record = new_record(FORMAT, objects=len(objects), limit=LIMIT, rows=rows)
    store(output or RESULTS / "prompts.json", record)


def first_clicks(predictor: Predictor, objects: Sequence[Sample]) -> dict[str, float]:
    """Return the mean IoU and number of parts of first masks, and the share with their click."""
    ious, counts, held = [], [], []
    for sample in objects:
        click = _central(sample)
        mask = predictor.predict(sample.image, (click,)).mask
        ious.append(iou(mask, sample.truth))
        held.append(bool(mask[click.y, click.x]))
        if mask.any():
            counts.append(parts(mask))
    return {"iou": _mean(ious), "parts": _mean(counts), "held": _mean(held)}


def boxes(predictor: Predictor, objects: Sequence[Sample], seed: int = 0) -> dict[str, float]:
    """Return the mean IoU of masks for a jittered box alone, and clicks after it to 90 % IoU."""
    rng = np.random.default_rng(seed)
    ious, clicks = [], []
    for sample in objects:
        box = jittered(sample, rng)
        boxed = predictor.predict(sample.image, (box,))
        ious.append(iou(boxed.mask, sample.truth))
        clicks.append(_clicks(predictor, sample, None, (box,), boxed))
    return {"iou": _mean(ious), "clicks": _mean(clicks)}


def jittered(sample: Sample, rng: np.random.Generator) -> Box:
    """Return the box of an object with each side shifted, inside the picture and not empty."""
    height, width = sample.truth.shape
    box = box_of(sample.truth == OBJECT)
    assert box is not None, "objects without a pixel are left out"
    reach = np.array([box.width, box.height, box.width, box.height]) * JITTER
    moves = np.rint(rng.uniform(-reach, reach)).astype(int)
    left = int(np.clip(box.left + moves[0], 0, width - 1))
    top = int(np.clip(box.top + moves[1], 0, height - 1))
    right = int(np.clip(box.right + moves[2], left + 1, width))
    bottom = int(np.clip(box.bottom + moves[3], top + 1, height))
    return Box(left, top, right, bottom)


def edges(predictor: Predictor, objects: Sequence[Sample], seed: int = 0) -> dict[str, Any]:
    """Return the mean IoU and the share of masks with their click, by distance from the edge."""
    rng = np.random.default_rng(seed)
    found: dict[int, list[tuple[float, bool]]] = {distance: [] for distance in DISTANCES}
    for sample in objects:
        for distance in DISTANCES:
            at_edge = clicked_at_edge(sample, distance, rng)
            if at_edge is None:
                continue
            cropped, click = at_edge
            mask = predictor.predict(cropped.image, (click,)).mask
            found[distance].append((iou(mask, cropped.truth), bool(mask[click.y, click.x])))
    by_distance = {
        str(distance): {
            "clicks": len(pairs),
            "iou": _mean([value for value, _ in pairs]),
            "held": _mean([held for _, held in pairs]),
        }
        for distance, pairs in found.items()
    }
    everything = [held for pairs in found.values() for _, held in pairs]
    return {"clicks": len(everything), "held": _mean(everything), "by_distance": by_distance}


def clicked_at_edge(
    sample: Sample, distance: int, rng: np.random.Generator
) -> tuple[Sample, Click] | None:
    """Return a sample cut through its object at a random side, and a click near the cut.

    distance: pixels between click and cut.  None if the object is too small.
    """
    height, width = sample.truth.shape
    box = box_of(sample.truth == OBJECT)
    assert box is not None, "objects without a pixel are left out"
    side = int(rng.integers(4))
    # Keep between a quarter and three quarters of the object.
    share = float(rng.uniform(0.25, 0.75))
    part = [0, 0, width, height]
    low, size = (box.left, box.width) if side % 2 == 0 else (box.top, box.height)
    part[side] = low + round(share * size)
    if part[0] + 2 * distance + 8 > part[2] or part[1] + 2 * distance + 8 > part[3]:
        return None
    kept = Box(*part)
    truth = np.ascontiguousarray(cut(sample.truth, kept))
    columns = side % 2 == 0  # the cut is along a column, else along a row
    length = kept.width if columns else kept.height
    index = distance if side < 2 else length - 1 - distance
    along = np.flatnonzero((truth[:, index] if columns else truth[index]) == OBJECT)
    if along.size == 0:
        return None
    position = int(rng.choice(along))
    click = Click(index, position) if columns else Click(position, index)
    image = np.ascontiguousarray(cut(sample.image, kept))
    return replace(sample, image=image, truth=truth), click


def random_clicks(
    predictor: Predictor, objects: Sequence[Sample], seed: int = 0
) -> dict[str, float]:
    """Return the mean clicks to 90 % IoU with central and random clicks, and their ratio."""
    central = _mean([_clicks(predictor, sample, None) for sample in objects])
    anywhere = _mean(
        [
            _clicks(predictor, sample, np.random.default_rng([seed, number]))
            for number, sample in enumerate(objects)
        ]
    )
    return {"central": central, "random": anywhere, "ratio": round(anywhere / central, 4)}


def _clicks(
    predictor: Predictor,
    sample: Sample,
    rng: np.random.Generator | None,
    prompts: Prompts = (),
    previous: Prediction | None = None,
) -> int:
    """Return the clicks to 90 % IoU, or LIMIT.

    prompts, previous: the prompts before the first click and their prediction, if there are any;
        then no click may be needed.
    """
    mask = np.zeros(sample.truth.shape, np.bool_) if previous is None else previous.mask
    clicks: Clicks = ()
    while iou(mask, sample.truth) < GOOD:
        more = len(clicks) < LIMIT
        click = next_click(sample.truth, mask, clicks, rng, inner=0) if more else None
        if click is None:
            return LIMIT
        clicks, prompts = (*clicks, click), (*prompts, click)
        previous = predictor.predict(sample.image, prompts, previous)
        mask = previous.mask
    return len(clicks)


def _central(sample: Sample) -> Click:
    """Return the robot's first click."""
    click = next_click(sample.truth, np.zeros(sample.truth.shape, np.bool_))
    assert click is not None, "objects without a pixel are left out"
    return click


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4) if values else 0.0


if __name__ == "__main__":
    sys.exit(cli.main(program=app, name="python -m benchmarks.prompts"))
