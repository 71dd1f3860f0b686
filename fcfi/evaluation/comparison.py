"""Two networks on the same objects: the clicks of each, and whether the difference is chance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fcfi.evaluation.measuring import Report


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
