"""Measuring a predictor: a robot user clicks on every object of a data set, and what came of it is kept.

Deterministic: the robot draws no random numbers.  Knows nothing of files, tables or plots
    (report.py).
Source: the protocol of the paper; settings as released.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from fcfi.data.dataset import Dataset
from fcfi.data.sample import Sample
from fcfi.errors import ConfigError, DatasetError, InputError
from fcfi.masks import metrics
from fcfi.masks.truth import Mask
from fcfi.prediction.interface import Flip, Predictor
from fcfi.prediction.methods import make_predictor
from fcfi.prediction.prediction import THRESHOLD, Prediction
from fcfi.prediction.zoom import Zoom, zoom_of
from fcfi.prompts.clicks import Clicks
from fcfi.published import TUNED_ZOOMS
from fcfi.robot import next_click
from fcfi.runtimes.network import Network, NetworkInfo
from fcfi.start_masks import Start

TARGETS: Final = (0.80, 0.85, 0.90, 0.95)
"""IoUs to count clicks to; the papers give 0.85 and 0.90."""
SLOW: Final = 95
"""Percentile of the seconds per click that is given beside the median."""
PROTOCOLS: Final = ("fixed", "paper")


@dataclass(frozen=True)
class Protocol:
    """The rules of a measurement.

    name:    `fixed` (one zoom setting for every data set) or `paper` (tuned per data set, as
        published).
    zoom, flip, threshold: settings of the predictor.
    limit:   clicks, at most, on one object.
    targets: IoUs in (0, 1] to count clicks to, rising; the robot stops at the last.
    """

    name: str = "fixed"
    zoom: Zoom = field(default_factory=Zoom)
    flip: Flip = "none"
    threshold: float = THRESHOLD
    limit: int = metrics.LIMIT
    targets: tuple[float, ...] = TARGETS

    def __post_init__(self) -> None:
        if self.limit < 1:
            raise ConfigError(f"a limit of {self.limit} clicks is not possible: give at least 1")
        rising = list(self.targets) == sorted(set(self.targets))
        if not self.targets or not rising or self.targets[0] <= 0 or self.targets[-1] > 1:
            raise ConfigError(
                f"target IoUs {self.targets} are not possible: give rising values above 0, at most 1"
            )

    def predictor(self, network: Network) -> Predictor:
        """A network with the settings of this protocol."""
        return make_predictor(network, self.zoom, self.flip, self.threshold)


def choose_protocol(
    name: str, dataset: str, info: NetworkInfo, flip: Flip | None = None
) -> Protocol:
    """The protocol of this name for a data set and a network.

    `fixed` takes the zoom that the network's file recommends, for all data sets the same.
    flip: another one than the protocol's; None keeps it.
    Raises ConfigError for an unknown name, or where `paper` has no setting.
    """
    if name not in PROTOCOLS:
        raise ConfigError(f"protocol {name!r} is unknown: choose one of {', '.join(PROTOCOLS)}")
    rules = (
        Protocol(zoom=zoom_of(info)) if name == "fixed" else paper_protocol(dataset, info.variant)
    )
    return rules if flip is None else replace(rules, flip=flip)


def paper_protocol(dataset: str, variant: str) -> Protocol:
    """The zoom that the authors tuned for a data set, and the average with the mirrored image.

    dataset: `GrabCut`, `Berkeley`, `DAVIS` or `SBD`.  variant: of the network; `resnet...` has
        settings of its own, all
    others take those of the HRNets.  Raises ConfigError for another data set.
    """
    family = "resnet" if variant.startswith("resnet") else "hrnet"
    if (dataset, family) not in TUNED_ZOOMS:
        known = ", ".join(dict.fromkeys(name for name, _ in TUNED_ZOOMS))
        raise ConfigError(
            f"protocol 'paper' has no setting for data set {dataset!r}, only for {known}: "
            "take protocol 'fixed', or name the folder after the data set"
        )
    target, ratio = TUNED_ZOOMS[dataset, family]
    return Protocol("paper", Zoom(target=target, ratio=ratio), "average")


@dataclass(frozen=True)
class ObjectResult:
    """What happened on one object; entry i of a tuple belongs to click i + 1.

    name:          of the sample.
    clicks:        what the robot clicked.
    ious:          IoU after each click.
    boundary_ious: boundary IoU after each click.
    seconds:       of each prediction alone, to the full-size mask; neither robot nor metrics are in
        it.
    start:         IoU and boundary IoU of the mask that was there before the first click; None if
        there was none.
    """

    name: str
    clicks: Clicks
    ious: tuple[float, ...]
    boundary_ious: tuple[float, ...]
    seconds: tuple[float, ...]
    start: tuple[float, float] | None = None

    @property
    def start_iou(self) -> float | None:
        """IoU before the first click, if there was a mask."""
        return self.start[0] if self.start else None

    def noc(self, target: float, limit: int = metrics.LIMIT) -> int:
        """Clicks to this IoU, `limit` if it was not reached, 0 if the starting mask had it."""
        return metrics.noc(self.ious, target, limit, self.start_iou)


@dataclass(frozen=True)
class Report:
    """A measurement of one predictor on one data set.

    dataset: its name.  found: what it is, in a sentence.  start: name of the starting masks; None:
        from nothing.
    objects: in the order of the data set; never empty.
    """

    dataset: str
    found: str
    protocol: Protocol
    start: str | None
    objects: tuple[ObjectResult, ...]

    def __post_init__(self) -> None:
        if not self.objects:
            raise DatasetError(
                f"{self.dataset}: no object was measured; a data set needs at least one"
            )

    def noc(self, target: float) -> float:
        """Mean number of clicks to this IoU, an object that does not reach it counting as the limit."""
        return float(np.mean([result.noc(target, self.protocol.limit) for result in self.objects]))

    def not_reached(self, target: float) -> int:
        """Objects that do not reach this IoU within the limit."""
        limit = self.protocol.limit
        return sum(
            not metrics.reached(one.ious, target, limit, one.start_iou) for one in self.objects
        )

    def failed_as_released(self, target: float) -> int:
        """Failures as the released code counts them: getting there exactly at the last click is one, too."""
        limit = self.protocol.limit
        return sum(
            metrics.failed_as_released(one.ious, target, limit, one.start_iou)
            for one in self.objects
        )

    def mean_ious(self) -> tuple[float, ...]:
        """Mean IoU after each click up to the limit; an object that was finished early keeps its last IoU."""
        return self._mean_curve([(one.ious, one.start_iou) for one in self.objects])

    def mean_boundary_ious(self) -> tuple[float, ...]:
        """Mean boundary IoU after each click up to the limit, likewise."""
        return self._mean_curve(
            [(one.boundary_ious, one.start[1] if one.start else None) for one in self.objects]
        )

    def start_iou(self) -> float | None:
        """Mean IoU of the starting masks, or None if there were none."""
        ious = [one.start[0] for one in self.objects if one.start]
        return float(np.mean(ious)) if ious else None

    def iou_auc(self) -> float:
        """Area under the mean IoU against clicks, from the first click to the limit, in [0, 1]."""
        return metrics.iou_auc(self.mean_ious())

    def seconds(self) -> tuple[float, float] | None:
        """Median and 95th percentile of the seconds that one prediction took, or None if there was none."""
        taken = [second for one in self.objects for second in one.seconds]
        return (float(np.median(taken)), float(np.percentile(taken, SLOW))) if taken else None

    def worst(self, count: int = 10, target: float = 0.90) -> tuple[ObjectResult, ...]:
        """The objects that took the most clicks to this IoU; of equal ones those that ended lowest first."""
        return tuple(
            sorted(
                self.objects, key=lambda one: (-one.noc(target, self.protocol.limit), one.ious[-1:])
            )
        )[:count]

    def _mean_curve(
        self, curves: list[tuple[tuple[float, ...], float | None]]
    ) -> tuple[float, ...]:
        held = [metrics.held(curve, self.protocol.limit, start) for curve, start in curves]
        return tuple(np.mean(held, axis=0).tolist())


Progress = Callable[[int, int, ObjectResult], None]
"""Called after each object with how many are done, how many there are, and what came of it."""


def evaluate(
    predictor: Predictor,
    dataset: Sequence[Sample],
    protocol: Protocol | None = None,
    start: Start | None = None,
    progress: Progress | None = None,
) -> Report:
    """Let the robot click on every object of a data set.

    predictor: made by `protocol.predictor(network)`; of the protocol itself only limit and targets
        are used here.
    start:     wrong masks to begin from; IoU before the first click is then kept as well.

    Raises DatasetError where an object cannot be read; what `progress` was told until then is the
    caller's to keep.
    """
    rules = protocol or Protocol()
    results = []
    for number, sample in enumerate(_samples(dataset), start=1):
        results.append(evaluate_object(predictor, sample, rules, start))
        if progress is not None:
            progress(number, len(dataset), results[-1])
    name, found = ("objects", f"{len(dataset)} objects")
    if isinstance(dataset, Dataset):
        name, found = dataset.name, dataset.found
    return Report(name, found, rules, start.name if start else None, tuple(results))


def evaluate_object(
    predictor: Predictor,
    sample: Sample,
    protocol: Protocol | None = None,
    start: Start | None = None,
) -> ObjectResult:
    """Click on one object until its IoU reaches the last target, the limit is reached or no error pixel is left."""
    rules = protocol or Protocol()
    mask, previous = _beginning(sample, start)
    before = _measure(mask, sample) if previous is not None else None
    clicks: Clicks = ()
    after: list[tuple[float, float]] = []
    seconds: list[float] = []
    last = before[0] if before else 0.0
    while len(clicks) < rules.limit and last < rules.targets[-1]:
        click = next_click(sample.truth, mask, clicks)
        if click is None:
            break
        clicks = (*clicks, click)
        began = time.perf_counter()
        previous = predictor.predict(sample.image, clicks, previous)
        mask = previous.mask
        seconds.append(time.perf_counter() - began)
        after.append(_measure(mask, sample))
        last = after[-1][0]
    ious, boundary_ious = (tuple(pair[which] for pair in after) for which in (0, 1))
    return ObjectResult(sample.name, clicks, ious, boundary_ious, tuple(seconds), before)


def answer_of(
    predictor: Predictor, sample: Sample, result: ObjectResult, start: Start | None = None
) -> Mask:
    """(H, W) bool: the mask that a measurement of this object ended with, made again from its clicks."""
    mask, previous = _beginning(sample, start)
    for count in range(1, len(result.clicks) + 1):
        previous = predictor.predict(sample.image, result.clicks[:count], previous)
        mask = previous.mask
    return mask


def _beginning(sample: Sample, start: Start | None) -> tuple[Mask, Prediction | None]:
    """The mask that the first click looks at, and the prediction it stands for."""
    if start is None:
        return np.zeros(sample.truth.shape, bool), None
    try:
        mask = start.make(sample)
    except InputError as error:
        raise DatasetError(f"{sample.name}: its starting mask cannot be used: {error}") from error
    return mask, Prediction.from_mask(mask)


def _measure(mask: Mask, sample: Sample) -> tuple[float, float]:
    """IoU and boundary IoU."""
    return metrics.iou(mask, sample.truth), metrics.boundary_iou(mask, sample.truth)


def _samples(dataset: Sequence[Sample]) -> Iterable[Sample]:
    """The samples one by one: none is kept."""
    return (dataset[index] for index in range(len(dataset)))
