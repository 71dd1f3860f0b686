"""Carrying objects through a series: how well masks follow, and when the score stops them.

    python -m benchmarks.carrying

The series are made from the bundled photographs: an object, by its true mask, moves over another
photograph, leaves it, disappears, or is covered.  Each way of carrying runs to the end of every
series; the limits at which it would have stopped are compared afterwards.  The result is written to
benchmarks/results/carrying.json.
"""

import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import cv2
import numpy as np
import typer

from benchmarks.precision import Threads
from benchmarks.stored import new_record, store
from benchmarks.tables import RESULTS, ROOT
from fcfi import cli
from fcfi.images import Image, read_image
from fcfi.mask_files import read_mask
from fcfi.masks.truth import Mask
from fcfi.motion import Displacement, displaced, displacement
from fcfi.prediction.interface import Predictor
from fcfi.prediction.methods import make_for_people
from fcfi.prediction.prediction import THRESHOLD, Prediction
from fcfi.prediction.score import score_of
from fcfi.project.states import CarryLimits
from fcfi.robot import first_click
from fcfi.runtimes.choice import RunRequest
from fcfi.runtimes.opening import open_network
from fcfi.segmenter import plan_run

FORMAT: Final = "fcfi-carrying/1"
"""Marks a stored result of this file."""
NAMES: Final = ("astronaut", "chelsea", "coffee", "rocket")
"""The bundled photographs."""
PICTURES: Final = 9
"""Pictures of a series."""
SIZE: Final = 0.6
"""The object's size on its first picture, as a share of its photograph."""
NOISE: Final = 3.0
"""Standard deviation of the noise, in grey levels."""
GOOD, BAD, VISIBLE = 0.85, 0.5, 0.5
"""IoU of a good and of a bad mask; the part of the object that counts as visible."""
SHARES: Final = (0.7, 0.75, 0.8, 0.85, 0.9, 0.95)


@dataclass(frozen=True)
class Kind:
    """The change of an object from picture to picture.

    dx, dy: its way, as a share of the picture.  grow: the factor of its size.
    gone_from: the picture from which on it is not there.  covered: the part of the picture, from
    the left, that covers it after the last picture.
    """

    name: str
    dx: float = 0
    dy: float = 0
    grow: float = 1
    gone_from: int = PICTURES
    covered: float = 0


KINDS: Final = (
    Kind("moves slowly", 0.01, 0.005),
    Kind("moves and grows", 0.025, 0, 1.02),
    Kind("moves fast and shrinks", 0.05, 0.02, 0.97),
    Kind("leaves to the right", 0.12),
    Kind("leaves downwards", 0, 0.12),
    Kind("disappears", gone_from=5),
    Kind("is covered", covered=0.9),
)


@dataclass(frozen=True)
class Step:
    """The mask on one picture: its IoU and score, and how much of the object is visible.

    doubt: with which its pixels were found.
    """

    iou: float
    score: float
    visible: float
    doubt: float


Way = Callable[[Image, Image, Mask], Displacement]
"""Returns the displacement from the picture before to this one, for the mask before."""
WAYS: Final[dict[str, Way]] = {
    "copied": lambda before, now, mask: Displacement(0, 0, 0),
    "displaced": displacement,
}

app = typer.Typer(add_completion=False)


@app.command()
def measure(
    network: Annotated[str, typer.Argument(help="A shipped network.")] = "lite0",
    threads: Threads = 1,
    output: Annotated[Path, typer.Option(help="The result.")] = RESULTS / "carrying.json",
) -> None:
    """Measure the ways of carrying, and the limits."""
    opened = open_network(plan_run(network, RunRequest(threads=threads)))
    predictor = make_for_people(opened, None, "none", THRESHOLD)
    rows = []
    for name, way in WAYS.items():
        for looks in (False, True):
            walks = [
                list(walk(predictor if looks else None, way, series(*pair, kind)))
                for pair in itertools.permutations(NAMES, 2)
                for kind in KINDS
            ]
            seen = [step.iou for steps in walks for step in steps if step.visible >= VISIBLE]
            rows.append({"start": name, "network": looks, "iou": round(float(np.mean(seen)), 3)})
            typer.echo(rows[-1])
    # The last way is the one of the package.
    limits = [
        CarryLimits(share, doubt=doubt) for share in SHARES for doubt in (1, CarryLimits().doubt)
    ]
    record = new_record(
        FORMAT,
        network=network,
        series=len(walks),
        pictures=PICTURES - 1,
        ways=rows,
        limits=[stops(walks, limit) for limit in limits],
    )
    store(output, record)


def series(name: str, ground: str, kind: Kind) -> Iterator[tuple[Image, Mask]]:
    """Yield the pictures of a series, and the true masks."""
    folder = ROOT / "examples"
    photo = read_image(folder / "images" / f"{name}.jpg")
    height, width = photo.shape[:2]
    truth = read_mask(folder / "masks" / f"{name}.png", height, width).astype(np.float32)
    back = read_image(folder / "images" / f"{ground}.jpg")
    back = cv2.resize(back, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)
    noise = np.random.default_rng(0)
    for number in range(PICTURES):
        size = SIZE * kind.grow**number
        left, top = width * (0.2 + kind.dx * number), height * (0.2 + kind.dy * number)
        way = np.array([[size, 0, left], [0, size, top]], np.float32)
        part = cv2.warpAffine(truth, way, (width, height))
        thing = cv2.warpAffine(photo, way, (width, height))
        part[:, : round(width * kind.covered * number / (PICTURES - 1))] = 0
        if number >= kind.gone_from:
            part[:] = 0
        blend = thing * part[:, :, None] + back * (1 - part[:, :, None])
        blend += noise.normal(0, NOISE, blend.shape)
        yield np.clip(blend, 0, 255).astype(np.uint8), part > BAD


def walk(
    predictor: Predictor | None, way: Way, pictures: Iterator[tuple[Image, Mask]]
) -> Iterator[Step]:
    """Yield the steps of an object through a series, until its mask is empty.

    predictor: None keeps the start mask of each picture as its mask.
    """
    before, mask = next(pictures)
    whole = mask.sum()
    for now, truth in pictures:
        found = way(before, now, mask)
        mask = displaced(mask, found.x, found.y)
        score = float(mask.any())
        click = first_click(mask)
        if predictor is not None and click is not None:
            start = Prediction.from_mask(mask, predictor.threshold)
            prediction = predictor.predict(now, (click,), start)
            mask, score = prediction.mask, score_of(prediction)
        union = (mask | truth).sum()
        yield Step(
            float((mask & truth).sum() / union) if union else 1.0,
            score,
            float(truth.sum() / whole),
            found.doubt,
        )
        if not mask.any():
            return
        before = now


def stops(walks: Sequence[Sequence[Step]], limits: CarryLimits) -> dict[str, Any]:
    """Return how many good masks the limits stop, and how many bad ones they let through.

    Only steps count that are reached: those before the first stop of their walk, and the stop.
    """
    counts = {"good": 0, "good_stopped": 0, "bad": 0, "bad_kept": 0}
    for steps in walks:
        for step in steps:
            kept = limits.allow(step.score, steps[0].score) and step.doubt <= limits.doubt
            if step.iou >= GOOD:
                counts["good"] += 1
                counts["good_stopped"] += not kept
            elif step.iou < BAD:
                counts["bad"] += 1
                counts["bad_kept"] += kept
            if not kept:
                break
    return {**asdict(limits), **counts}


if __name__ == "__main__":
    sys.exit(cli.main(program=app, name="python -m benchmarks.carrying"))
