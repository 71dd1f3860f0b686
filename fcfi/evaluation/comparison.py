"""Two networks on the same objects: the clicks of each, and whether the difference is chance."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from fcfi.errors import InputError, guard
from fcfi.evaluation.measuring import Report
from fcfi.files import write_text

RESULT: Final = "result.json"
"""Name of the file with the comparison, in the folder of a fine-tuning run."""
NETWORK: Final = "network.onnx"
"""Name of the new network's file there."""


@dataclass(frozen=True)
class Clicks:
    """The mean clicks to an IoU, before and after a change; an unreached one counts as the limit.

    not_reached: the number of objects that did not reach it, before and after.
    """

    target: float
    before: float
    after: float
    not_reached: tuple[int, int]


@dataclass(frozen=True)
class Comparison:
    """Two networks on the same objects.

    objects: their number.  limit: the most clicks on an object.  clicks: for each IoU.
    difference: the clicks after minus those before, as a mean over the IoUs and the objects.
    error: its standard error.
    """

    objects: int
    limit: int
    clicks: tuple[Clicks, ...]
    difference: float
    error: float

    @property
    def is_better(self) -> bool:
        """Whether fewer clicks are needed, by at least one standard error."""
        return self.difference < 0 and self.difference <= -self.error


def write_comparison(path: Path, comparison: Comparison) -> None:
    """Write a comparison as JSON, atomically."""
    write_text(path, json.dumps(asdict(comparison), indent=1) + "\n")


def read_comparison(path: Path) -> Comparison:
    """Return the comparison in a file.  Raises InputError if it is damaged."""
    with guard(InputError, f"expected a comparison in {path}, got other content", "run it again"):
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        clicks = [
            Clicks(**{**row, "not_reached": tuple(row["not_reached"])}) for row in found["clicks"]
        ]
        return Comparison(**{**found, "clicks": tuple(clicks)})


def compare(before: Report, after: Report) -> Comparison:
    """Return the comparison of two reports on the same objects, with the same protocol."""
    limit, targets = before.protocol.limit, before.protocol.targets
    # Over all targets: if the masks of a project are rough, no network reaches the highest.
    means = [
        [
            float(np.mean([result.noc(target, limit) for target in targets]))
            for result in report.objects
        ]
        for report in (after, before)
    ]
    difference, error = paired(*means)
    clicks = tuple(
        Clicks(
            target,
            before.noc(target),
            after.noc(target),
            (before.not_reached(target), after.not_reached(target)),
        )
        for target in targets
    )
    return Comparison(len(before.objects), limit, clicks, difference, error)


def paired(values: Sequence[float], others: Sequence[float]) -> tuple[float, float]:
    """Return the mean of values minus others, object by object, and its standard error.

    >>> paired([1, 3], [2, 2])
    (0.0, 0.7071067811865475)
    """
    differences = np.subtract(values, others)
    return float(differences.mean()), float(differences.std() / np.sqrt(len(differences)))
