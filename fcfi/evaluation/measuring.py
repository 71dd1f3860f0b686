"""The protocol of an evaluation, its loop over objects, and its results as values.

Knows nothing of files, tables or plots (report.py).
Source: the protocol of the paper; settings as released.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from fcfi.data.broken import BrokenError
from fcfi.data.dataset import Dataset
from fcfi.data.sample import Sample
from fcfi.errors import ConfigError, DatasetError, InputError
from fcfi.evaluation.published import TUNED_ZOOMS
from fcfi.evaluation.robots import CENTRE, Robot
from fcfi.evaluation.start_masks import Start
from fcfi.formats.tally import LeftOut, Tally, sentences
from fcfi.masks import metrics
from fcfi.masks.truth import Mask
from fcfi.prediction.interface import Flip, Predictor
from fcfi.prediction.methods import make_predictor
from fcfi.prediction.prediction import THRESHOLD, Prediction
from fcfi.prediction.zoom import Zoom, zoom_of
from fcfi.prompts.clicks import MOST_PROMPTS, Clicks
from fcfi.runtimes.network import Network, NetworkInfo

TARGETS: Final = (0.80, 0.85, 0.90, 0.95)
"""IoUs to count clicks to; the papers report 0.85 and 0.90."""
SLOW: Final = 95
"""Percentile of the seconds per click that is reported with the median."""
PROTOCOLS: Final = ("fixed", "paper")
OWN: Final = "own"
"""Name of the protocol of a predictor that was passed in."""


@dataclass(frozen=True)
class Protocol:
    """The rules of an evaluation.

    name:    `fixed` (one zoom for every dataset), `paper` (tuned for each, as published) or `own`
        (a predictor not made by the protocol; zoom and flip then have no meaning).
    zoom, flip, threshold: settings of the predictor.
    limit:   largest number of clicks on one object.
    targets: rising IoUs in (0, 1] to count clicks to; the robot stops at the last.
    robot:   name of the robot that clicks.
    """

    name: str = "fixed"
    zoom: Zoom = field(default_factory=Zoom)
    flip: Flip = "none"
    threshold: float = THRESHOLD
    limit: int = metrics.LIMIT
    targets: tuple[float, ...] = TARGETS
    robot: str = CENTRE.name

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MOST_PROMPTS:
            raise ConfigError(
                f"a limit of {self.limit} clicks is not possible: give 1 to {MOST_PROMPTS}"
            )
        rising = list(self.targets) == sorted(set(self.targets))
        if not self.targets or not rising or self.targets[0] <= 0 or self.targets[-1] > 1:
            raise ConfigError(
                f"target IoUs {self.targets} are not possible: "
                "give rising values above 0, at most 1"
            )

    def predictor(self, network: Network) -> Predictor:
        """Return a predictor with the settings of this protocol."""
        return make_predictor(network, self.zoom, self.flip, self.threshold)


def choose_protocol(
    name: str, dataset: str, info: NetworkInfo, flip: Flip | None = None
) -> Protocol:
    """Return the protocol with this name for a dataset and a network.

    `fixed` uses the zoom that the network file recommends for all datasets.
    flip: replaces the protocol's; None keeps it.
    Raises ConfigError for an unknown name, or if `paper` has no setting.
    """
    if name not in PROTOCOLS:
        raise ConfigError(f"protocol {name!r} is unknown: choose one of {', '.join(PROTOCOLS)}")
    rules = (
        Protocol(zoom=zoom_of(info)) if name == "fixed" else paper_protocol(dataset, info.variant)
    )
    return rules if flip is None else replace(rules, flip=flip)


def protocol_of(predictor: Predictor) -> Protocol:
    """Return the protocol of a predictor that was passed in: its threshold, the usual limits."""
    return Protocol(OWN, threshold=predictor.threshold)


def paper_protocol(dataset: str, variant: str) -> Protocol:
    """Return the protocol with flip and the zoom that the authors tuned for a dataset.

    dataset: `GrabCut`, `Berkeley`, `DAVIS` or `SBD`.
    variant: variant of the network; `resnet...` has its own settings, all others the HRNets'.

    Raises ConfigError for another dataset.
    """
    # The authors tuned one zoom for each family of backbones, not for each network.
    family = "resnet" if variant.startswith("resnet") else "hrnet"
    if (dataset, family) not in TUNED_ZOOMS:
        known = ", ".join(dict.fromkeys(name for name, _ in TUNED_ZOOMS))
        raise ConfigError(
            f"protocol 'paper' has no setting for dataset {dataset!r}, only for {known}: "
            "take protocol 'fixed', or name the folder after the dataset"
        )
    target, ratio = TUNED_ZOOMS[dataset, family]
    return Protocol("paper", Zoom(target=target, ratio=ratio), "average")


@dataclass(frozen=True)
class ObjectResult:
    """The result on one object; entry i of a tuple belongs to click i + 1.

    name:          name of the sample.
    clicks:        the robot's clicks.
    ious:          IoU after each click.
    boundary_ious: boundary IoU after each click.
    seconds:       duration of each prediction up to the full-size mask, without robot and metrics.
    start:         IoU and boundary IoU of the start mask; None without one.
    index:         index of the object in its dataset.
    """

    name: str
    clicks: Clicks
    ious: tuple[float, ...]
    boundary_ious: tuple[float, ...]
    seconds: tuple[float, ...]
    start: tuple[float, float] | None = None
    index: int = 0

    @property
    def start_iou(self) -> float | None:
        """IoU before the first click, or None without a start mask."""
        return self.start[0] if self.start else None

    def noc(self, target: float, limit: int = metrics.LIMIT) -> int:
        """Return the clicks to this IoU: `limit` if not reached, 0 if the start mask reaches it."""
        return metrics.noc(self.ious, target, limit, self.start_iou)


@dataclass(frozen=True)
class Report:
    """The evaluation of one predictor on one dataset.

    dataset: the dataset's name.  found: its description, in a sentence.
    start: name of the start masks; None without them.
    objects: results in the order of the dataset; never empty.
    left_out: items of the dataset that could not be measured, by reason.
    """

    dataset: str
    found: str
    protocol: Protocol
    start: str | None
    objects: tuple[ObjectResult, ...]
    left_out: tuple[LeftOut, ...] = ()

    def __post_init__(self) -> None:
        if not self.objects:
            why = sentences(self.left_out) or "it is empty"
            raise DatasetError(
                f"expected at least one object that can be measured in {self.dataset}, got none: "
                f"{why}"
            )

    def noc(self, target: float) -> float:
        """Return the mean clicks to this IoU; an object not reached counts as the limit."""
        return float(np.mean([result.noc(target, self.protocol.limit) for result in self.objects]))

    def not_reached(self, target: float) -> int:
        """Return the number of objects that do not reach this IoU within the limit."""
        limit = self.protocol.limit
        return sum(
            not metrics.reached(result.ious, target, limit, result.start_iou)
            for result in self.objects
        )

    def failed_as_released(self, target: float) -> int:
        """Return the failures as the released code counts them.

        There, an object that reaches the IoU exactly with the last click counts as failed.
        """
        limit = self.protocol.limit
        return sum(
            metrics.failed_as_released(result.ious, target, limit, result.start_iou)
            for result in self.objects
        )

    def mean_ious(self) -> tuple[float, ...]:
        """Return the mean IoU after each click up to the limit.

        An object that ended early keeps its last IoU.
        """
        return self._mean_curve([(result.ious, result.start_iou) for result in self.objects])

    def mean_boundary_ious(self) -> tuple[float, ...]:
        """Return the mean boundary IoU after each click up to the limit, in the same way."""
        return self._mean_curve(
            [
                (result.boundary_ious, result.start[1] if result.start else None)
                for result in self.objects
            ]
        )

    def start_iou(self) -> float | None:
        """Return the mean IoU of the start masks, or None without them."""
        ious = [result.start[0] for result in self.objects if result.start]
        return float(np.mean(ious)) if ious else None

    def iou_auc(self) -> float:
        """Return the area under the curve of mean IoU from click 1 to the limit, in [0, 1]."""
        return metrics.iou_auc(self.mean_ious())

    def seconds(self) -> tuple[float, float] | None:
        """Return the median and 95th percentile of seconds per prediction; None without clicks."""
        taken = [second for result in self.objects for second in result.seconds]
        return (float(np.median(taken)), float(np.percentile(taken, SLOW))) if taken else None

    def worst(self, count: int = 10, target: float = 0.90) -> tuple[ObjectResult, ...]:
        """Return the objects with the most clicks to this IoU; equal counts by lowest IoU first."""
        return tuple(
            sorted(
                self.objects,
                key=lambda result: (-result.noc(target, self.protocol.limit), result.ious[-1:]),
            )
        )[:count]

    def _mean_curve(
        self, curves: list[tuple[tuple[float, ...], float | None]]
    ) -> tuple[float, ...]:
        # Objects that ended early have shorter curves, which continue with their last value.
        held = [metrics.held(curve, self.protocol.limit, start) for curve, start in curves]
        return tuple(np.mean(held, axis=0).tolist())


Progress = Callable[[int, int, ObjectResult | None], None]
"""Called after each object with the number done, the total, and the result, which is None for an
object that is left out."""


def evaluate(
    predictor: Predictor,
    dataset: Sequence[Sample],
    protocol: Protocol | None = None,
    start: Start | None = None,
    progress: Progress | None = None,
    strict: bool = False,
    robot: Robot = CENTRE,
) -> Report:
    """Let the robot click on every object of a dataset and return the results.

    predictor: made by `protocol.predictor(network)`; only the protocol's limit and targets are used
        here.
    start:     wrong masks to start from; the IoU before the first click is then recorded as well.
    strict:    raise the error of an object that cannot be measured, instead of leaving it out.
    robot:     the robot that clicks; the report's protocol holds its name.

    Raises DatasetError if no object can be measured.
    """
    rules = replace(protocol or Protocol(), robot=robot.name)
    tally = Tally()
    results = []
    # Iterating by index keeps no sample: a dataset may not fit in memory.
    for index in range(len(dataset)):
        result = evaluate_item(predictor, dataset, index, rules, start, robot)
        if isinstance(result, BrokenError):
            if strict:
                raise result
            tally.leave_out_object(result.reason, result.name, result.detail)
        else:
            results.append(result)
        if progress is not None:
            measured = result if isinstance(result, ObjectResult) else None
            progress(index + 1, len(dataset), measured)
    # Any sequence of samples can be evaluated, but only a Dataset has a name.
    name, found, left_out = "objects", f"{len(dataset)} objects", tally.left_out()
    if isinstance(dataset, Dataset):
        name, found, left_out = dataset.name, dataset.found, (*dataset.left_out, *left_out)
    return Report(name, found, rules, start.name if start else None, tuple(results), left_out)


def evaluate_item(
    predictor: Predictor,
    dataset: Sequence[Sample],
    index: int,
    protocol: Protocol,
    start: Start | None,
    robot: Robot,
) -> ObjectResult | BrokenError:
    """Return the result of an object of a dataset, or why it cannot be measured."""
    try:
        result = evaluate_object(predictor, dataset[index], protocol, start, robot)
    except BrokenError as error:
        return error
    return replace(result, index=index)


def evaluate_object(
    predictor: Predictor,
    sample: Sample,
    protocol: Protocol | None = None,
    start: Start | None = None,
    robot: Robot = CENTRE,
) -> ObjectResult:
    """Click on one object and return its result.

    Ends when the IoU reaches the last target, at the limit, or when the robot has no further click.
    Raises BrokenError for an object that the robot cannot click on.
    """
    rules = protocol or Protocol()
    mask, previous = _beginning(sample, start)
    before = _measure(mask, sample) if previous is not None else None
    clicks: Clicks = ()
    after: list[tuple[float, float]] = []
    seconds: list[float] = []
    last = before[0] if before else 0.0
    # Until the last target: clicks to each target are counted in one run.
    while len(clicks) < rules.limit and last < rules.targets[-1]:
        click = robot.next_click(sample.name, sample.truth, mask, clicks)
        if click is None:
            break
        clicks = (*clicks, click)
        began = time.perf_counter()
        previous = predictor.predict(sample.image, clicks, previous)
        mask = previous.mask
        # The full-size mask is computed at its first use, and is part of a click's time.
        seconds.append(time.perf_counter() - began)
        after.append(_measure(mask, sample))
        last = after[-1][0]
    ious = tuple(iou for iou, _ in after)
    boundary_ious = tuple(boundary for _, boundary in after)
    return ObjectResult(sample.name, clicks, ious, boundary_ious, tuple(seconds), before)


def answer_of(
    predictor: Predictor, sample: Sample, result: ObjectResult, start: Start | None = None
) -> Mask:
    """Return the final mask (H, W) of an object's evaluation, predicted again from its clicks."""
    mask, previous = _beginning(sample, start)
    # Click by click as before, because each answer is the feedback of the next prediction.
    for count in range(1, len(result.clicks) + 1):
        previous = predictor.predict(sample.image, result.clicks[:count], previous)
        mask = previous.mask
    return mask


def _beginning(sample: Sample, start: Start | None) -> tuple[Mask, Prediction | None]:
    """Return the mask before the first click, and its prediction if it is a start mask."""
    if start is None:
        return np.zeros(sample.truth.shape, bool), None
    try:
        mask = start.make(sample)
    except InputError as error:
        raise DatasetError(f"{sample.name}: its start mask cannot be used: {error}") from error
    return mask, Prediction.from_mask(mask)


def _measure(mask: Mask, sample: Sample) -> tuple[float, float]:
    """Return IoU and boundary IoU."""
    return metrics.iou(mask, sample.truth), metrics.boundary_iou(mask, sample.truth)
