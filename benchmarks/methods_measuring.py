"""Measuring a row of the methods table: the predictor of its network, and the clicks it needs.

`benchmarks.methods` stores the results.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from benchmarks.methods_rows import SLOW_OBJECTS, Row
from fcfi.boxes import Box
from fcfi.data.sample import Sample
from fcfi.evaluation import ObjectResult, Protocol, evaluate_object
from fcfi.images import Image
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.looks import Look, LookResult, LookRunner
from fcfi.prediction.prediction import CachedImage, Prediction
from fcfi.prompts.clicks import Click, Prompts
from fcfi.runtimes.choice import RunRequest, choice_of
from fcfi.runtimes.opening import open_network
from fcfi.segmenter import Segmenter
from fcfi.training.config import Recipe

if TYPE_CHECKING:
    from torch import Tensor

    from fcfi.methods.gradients import Inputs
    from fcfi.models.fcfi import FCFI

IMPORTANCE_CROPS: Final = 100
"""Training crops on which IA measures the importance of each weight."""
THREADS: Final = 1
"""Threads of torch: with more, the times of the rows vary too much to be compared."""


class MeasuredPredictor(Segmenter):
    """A predictor that measures its clicks: their time, and whether the mask obeys them."""

    predictor: FCFIPredictor

    def __init__(self, predictor: FCFIPredictor) -> None:
        super().__init__(predictor)
        self.seconds: list[float] = []
        self.obeyed: list[bool] = []

    def predict(
        self,
        image: Image | CachedImage,
        prompts: Prompts,
        previous: Prediction | None = None,
        within: Box | None = None,
    ) -> Prediction:
        """Return the predictor's answer."""
        began = time.process_time()
        prediction = super().predict(image, prompts, previous, within)
        mask = prediction.mask
        self.seconds.append(time.process_time() - began)
        last = prompts[-1]
        assert isinstance(last, Click)
        self.obeyed.append(bool(mask[last.y, last.x]) == last.positive)
        return prediction


@dataclass
class Recording:
    """A runner that stores the last look and its result, from which SA learns."""

    inner: LookRunner
    look: Look | None = None
    result: LookResult | None = None

    @property
    def settings(self) -> Mapping[str, float | str]:
        """The settings of the runner."""
        return self.inner.settings

    def __call__(self, look: Look) -> LookResult:
        """Return the runner's result."""
        self.look, self.result = look, self.inner(look)
        return self.result


def predictor_of(row: Row, weights: Path, rules: Protocol, plan: Recipe) -> FCFIPredictor:
    """Return the predictor of a row."""
    from fcfi.methods import make_predictor
    from fcfi.methods.adaptation import IA, weighed

    network = open_network(choice_of(weights, RunRequest("torch", "float32", THREADS)))
    if row.method is None:
        return FCFIPredictor(network, rules.zoom, rules.flip, rules.threshold)
    predictor = make_predictor(row.method, network, rules.zoom, rules.flip, rules.threshold)
    if isinstance(predictor.runner, IA):
        looks = training_looks(predictor.runner.tail.model, plan, IMPORTANCE_CROPS)
        return predictor.replaced(runner=weighed(predictor.runner, looks))
    return predictor


def training_looks(model: "FCFI", plan: Recipe, count: int) -> "Iterator[tuple[Tensor, Inputs]]":
    """Yield training crops as a model's inputs, each at the start of a session."""
    from fcfi.methods.gradients import Inputs
    from fcfi.training.rounds import collate
    from fcfi.training.sessions import start_session
    from fcfi.training.stream import BrokenItems, CropStream, load_pictures

    broken = BrokenItems(plan.data.strict)
    pictures = load_pictures(plan.data, broken)
    size = plan.run.sizes[0][1:]
    crops = CropStream(pictures, plan.crops, size, 0, (plan.run.seed, 0, 0), broken)
    rng = np.random.default_rng(plan.run.seed)
    for _ in range(count):
        session = start_session(next(crops), plan.rounds, rng)
        batch = collate([session], plan.rounds, rng, model.config.click_maps)
        yield batch.image, Inputs(*batch[1:7])


def measured(
    row: Row, weights: Path, samples: Sequence[Sample], rules: Protocol, seed: int, plan: Recipe
) -> tuple[list[ObjectResult], MeasuredPredictor]:
    """Return the results of a row on objects, and the predictor with its measurements."""
    predictor = MeasuredPredictor(predictor_of(row, weights, rules, plan))
    if not row.sequence:
        return [evaluate_object(predictor, sample, rules) for sample in samples], predictor
    # In the same random order for all rows, because adaptation depends on the order.
    order = np.random.default_rng(seed).permutation(len(samples))
    results: dict[int, ObjectResult] = {}
    for index in order.tolist():
        results[index] = _in_sequence(predictor, samples[index], rules)
    return [results[index] for index in range(len(samples))], predictor


def _in_sequence(predictor: MeasuredPredictor, sample: Sample, rules: Protocol) -> ObjectResult:
    """Return the result of an object, from which the predictor then learns permanently."""
    from fcfi.methods.adaptation import IA, after_object

    plain = predictor.predictor
    assert isinstance(plain.runner, IA)
    recording = Recording(plain.runner)
    predictor.predictor = plain.replaced(runner=recording)
    result = evaluate_object(predictor, sample, rules)
    runner = plain.runner
    if recording.look is not None and recording.result is not None:
        runner = after_object(runner, recording.look, recording.result.probs > plain.threshold)
    predictor.predictor = plain.replaced(runner=runner)
    return result


def indices_of(row: Row, count: int, limit: int | None) -> list[int]:
    """Return the evenly spaced indices, out of `count` objects, on which a row is measured."""
    wanted = min(count, SLOW_OBJECTS) if row.slow else count
    if limit is not None:
        wanted = min(wanted, limit)
    return [count * index // wanted for index in range(wanted)]


def summary_of(
    results: Sequence[ObjectResult], predictor: MeasuredPredictor, indices: Sequence[int]
) -> dict[str, Any]:
    """Return the stored form of a measurement: numbers, and the curve of every object."""
    fell = [
        after < before - 0.01
        for result in results
        for before, after in zip(result.ious, result.ious[1:], strict=False)
    ]
    return {
        "weights_sha256": predictor.info.sha256,
        "settings": dict(predictor.settings),
        "runtime": predictor.info.runtime,
        "seconds": {
            "median": round(float(np.median(predictor.seconds)), 4),
            "p95": round(float(np.percentile(predictor.seconds, 95)), 4),
        },
        "obeyed": round(float(np.mean(predictor.obeyed)), 4),
        "fell": round(float(np.mean(fell)), 4) if fell else 0.0,
        "objects": [
            {
                "index": index,
                "ious": [round(iou, 4) for iou in result.ious],
                "boundary": [round(iou, 4) for iou in result.boundary_ious],
            }
            for index, result in zip(indices, results, strict=True)
        ],
    }
