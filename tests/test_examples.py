"""The shipped default network on the bundled photographs: it works, as a person would see at once."""

import re
from pathlib import Path

import pytest

import fcfi
from fcfi import metrics, weights
from fcfi.data import open_dataset
from fcfi.evaluation import Protocol, evaluate

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not weights.shipped(), reason="this checkout ships no network"),
]

GOOD = 0.85
"""IoU; the masks were drawn by hand as polygons and are good to a pixel or two."""
CLICKS = 10
"""By which all four photographs are to get there."""


def test_a_few_clicks_cut_out_every_example(examples: Path) -> None:
    report = evaluate(fcfi.load(), open_dataset(examples), Protocol(limit=CLICKS, targets=(GOOD,)))
    assert report.not_reached(GOOD) == 0, {one.name: one.ious for one in report.objects}


def test_the_clicks_of_the_demo_give_the_astronaut(examples: Path) -> None:
    text = (examples.parent / "Makefile").read_text()
    line = next(line for line in text.splitlines() if line.startswith("DEMO_CLICKS"))
    astronaut = next(sample for sample in open_dataset(examples) if sample.name == "astronaut")
    session = fcfi.load().session(astronaut.image)
    for x, y, sign in re.findall(r"--click (\d+),(\d+)(,-)?", line):
        session.click(int(x), int(y), positive=not sign)
    assert metrics.iou(session.mask, astronaut.truth) > GOOD
