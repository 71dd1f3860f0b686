"""Evaluation with a painter instead of a network, whose results are known in advance."""

import io
import json
from collections.abc import Mapping

import numpy as np
import pytest
from rich.console import Console

from fcfi.boxes import Box
from fcfi.data.broken import EMPTY, BrokenError
from fcfi.data.dataset import Dataset
from fcfi.data.lazy import LazySequence
from fcfi.data.sample import Sample
from fcfi.errors import ConfigError, DatasetError
from fcfi.evaluation import (
    ObjectResult,
    Protocol,
    Report,
    answer_of,
    choose_protocol,
    evaluate,
    evaluate_object,
    paper_protocol,
)
from fcfi.evaluation.report import record_of, show
from fcfi.evaluation.start_masks import Start
from fcfi.formats.tally import LeftOut
from fcfi.images import Image
from fcfi.masks.metrics import iou
from fcfi.masks.truth import IGNORE, OBJECT, Mask
from fcfi.prediction.prediction import CachedImage, Prediction
from fcfi.prediction.zoom import Zoom
from fcfi.prompts.clicks import Click, Clicks, Prompts, clicks_in
from fcfi.runtimes.network import NetworkInfo

SIDE = 40


class Painter:
    """Paints a square around the last click on the previous mask: white if positive, else black."""

    info = NetworkInfo("painter", "none", "", 1)
    settings: Mapping[str, float | str] = {}
    threshold = 0.5

    def __init__(self, radius: int) -> None:
        self.radius = radius
        self.calls: list[tuple[Clicks, Prediction | None]] = []

    def predict(
        self,
        image: Image | CachedImage,
        prompts: Prompts,
        previous: Prediction | None = None,
        within: Box | None = None,
    ) -> Prediction:
        assert not isinstance(image, CachedImage)
        clicks = clicks_in(prompts)
        self.calls.append((clicks, previous))
        mask = np.zeros(image.shape[:2], bool) if previous is None else previous.mask
        last = clicks[-1]
        top, left = max(0, last.y - self.radius), max(0, last.x - self.radius)
        mask[top : last.y + self.radius + 1, left : last.x + self.radius + 1] = last.positive
        return Prediction.from_mask(mask)


def sample(name: str, *boxes: tuple[int, int, int, int]) -> Sample:
    """Return a sample whose object consists of boxes (left, top, right, bottom)."""
    truth = np.zeros((SIDE, SIDE), np.uint8)
    for left, top, right, bottom in boxes:
        truth[top:bottom, left:right] = OBJECT
    return Sample(name, np.zeros((SIDE, SIDE, 3), np.uint8), truth)


ONE = sample("one", (5, 5, 12, 12))  # 7 x 7: a brush of radius 3 paints it at once
TWO = sample("two", (5, 5, 12, 12), (20, 20, 27, 27))
LARGE = sample("large", (0, 0, 40, 40))


def made(*samples: Sample) -> Dataset:
    return Dataset("made", "folder", samples, f"{len(samples)} made objects")


def test_one_click_is_enough_for_the_painter() -> None:
    result = evaluate_object(Painter(3), ONE)
    assert result.clicks == (Click(8, 8, True),)
    assert result.ious == (1.0,)
    assert result.boundary_ious == (1.0,)
    assert len(result.seconds) == 1
    assert result.start is None
    assert result.noc(0.95) == 1


def test_two_parts_take_two_clicks_in_reading_order() -> None:
    painter = Painter(3)
    result = evaluate_object(painter, TWO)
    assert result.clicks == (Click(8, 8), Click(23, 23))
    assert result.ious == (0.5, 1.0)
    assert [result.noc(target) for target in (0.4, 0.5, 0.8)] == [1, 1, 2]
    assert painter.calls[0][1] is None
    assert [len(clicks) for clicks, _ in painter.calls] == [1, 2]


def test_the_robot_goes_on_to_the_last_target_and_lower_ones_are_counted_on_the_way() -> None:
    result = evaluate_object(Painter(0), ONE, Protocol(targets=(0.15, 0.5, 0.95), limit=49))
    assert result.ious == tuple(
        number / 49 for number in range(1, 48)
    )  # 47 of 49 pixels are the first above 0.95
    assert [result.noc(target, 49) for target in (0.15, 0.5, 0.95)] == [8, 25, 47]
    assert [result.noc(target) for target in (0.15, 0.5, 0.95)] == [8, 20, 20]


def test_a_negative_click_takes_away_what_was_too_much() -> None:
    result = evaluate_object(Painter(5), ONE)  # the brush is 11 x 11, the object 7 x 7
    assert result.ious[0] == 49 / 121
    assert not result.clicks[1].positive


def test_the_limit_ends_it() -> None:
    result = evaluate_object(Painter(0), LARGE, Protocol(limit=5))
    assert len(result.ious) == len(result.clicks) == len(set(result.clicks)) == 5
    assert result.ious == tuple(number / 1600 for number in range(1, 6))
    assert result.noc(0.9, limit=5) == 5


def test_it_ends_when_no_error_pixel_is_left_to_click() -> None:
    class Stubborn(Painter):
        def predict(
            self,
            image: Image | CachedImage,
            prompts: Prompts,
            previous: Prediction | None = None,
            within: Box | None = None,
        ) -> Prediction:
            assert not isinstance(image, CachedImage)
            self.calls.append((clicks_in(prompts), previous))
            return Prediction.from_mask(np.zeros(image.shape[:2], bool))

    result = evaluate_object(Stubborn(0), sample("dot", (4, 4, 6, 5)))
    assert result.clicks == (Click(4, 4), Click(5, 4))
    assert result.ious == (0.0, 0.0)
    assert result.noc(0.9) == 20


def test_ignored_pixels_count_nowhere() -> None:
    truth = ONE.truth.copy()
    truth[:, 12:] = IGNORE
    result = evaluate_object(Painter(5), Sample("seam", ONE.image, truth))
    assert result.ious[0] == 49 / (
        9 * 11
    )  # the brush covers columns 3 to 13, of which 3 to 11 count


def test_report_by_hand() -> None:
    seen: list[tuple[int, int, str]] = []
    protocol = Protocol(limit=4)
    report = evaluate(
        Painter(3),
        made(ONE, TWO, LARGE),
        protocol,
        progress=lambda number, count, result: seen.append(
            (number, count, result.name if result else "")
        ),
    )
    assert seen == [(1, 3, "one"), (2, 3, "two"), (3, 3, "large")]
    assert (report.dataset, report.found, report.start) == ("made", "3 made objects", None)
    assert report.noc(0.90) == pytest.approx((1 + 2 + 4) / 3)
    assert report.not_reached(0.90) == report.failed_as_released(0.90) == 1
    large = [49 * number / 1600 for number in range(1, 5)]
    means = [(1 + 0.5 + large[0]) / 3, *((2 + value) / 3 for value in large[1:])]
    assert report.mean_ious() == pytest.approx(means)
    assert report.iou_auc() == pytest.approx(
        (means[0] / 2 + means[1] + means[2] + means[3] / 2) / 3
    )
    assert [result.name for result in report.worst(2)] == ["large", "two"]
    assert report.start_iou() is None
    median, slow = report.seconds() or (0, 0)
    assert 0 < median <= slow


def test_both_failure_counts_differ_at_the_last_click() -> None:
    report = evaluate(Painter(3), made(ONE, TWO), Protocol(limit=2))
    assert report.noc(0.9) == 1.5
    assert report.not_reached(0.9) == 0
    assert report.failed_as_released(0.9) == 1


def test_the_report_of_a_known_curve() -> None:
    late = ObjectResult("late", (), (0.1,) * 19 + (0.91,), (0.0,) * 20, (0.5,) * 20)
    never = ObjectResult("never", (), (0.2,) * 20, (0.1,) * 20, (0.5,) * 20)
    soon = ObjectResult("soon", (), (0.86, 0.96), (0.5, 0.7), (0.5, 1.5))
    report = Report("made", "", Protocol(), None, (late, never, soon))
    assert [report.noc(target) for target in (0.8, 0.9, 0.95)] == pytest.approx(
        [41 / 3, 42 / 3, 42 / 3]
    )
    assert [report.not_reached(target) for target in (0.8, 0.9, 0.95)] == [1, 1, 2]
    assert [report.failed_as_released(target) for target in (0.8, 0.9, 0.95)] == [2, 2, 2]
    assert report.mean_ious()[-1] == pytest.approx((0.91 + 0.2 + 0.96) / 3)
    assert report.mean_boundary_ious()[-1] == pytest.approx((0.0 + 0.1 + 0.7) / 3)
    assert report.seconds() == (0.5, 0.5)
    assert [result.name for result in report.worst()] == ["never", "late", "soon"]


def test_starting_from_a_wrong_mask() -> None:
    def half(given: Sample) -> Mask:
        mask: Mask = given.truth == OBJECT
        mask[20:] = False
        return mask

    painter = Painter(3)
    report = evaluate(painter, made(TWO), start=Start("half", half))
    assert report.start == "half"
    assert report.start_iou() == 0.5
    assert report.objects[0].clicks == (Click(23, 23),)
    assert report.objects[0].ious == (1.0,)
    assert painter.calls[0][1] is not None  # the network receives the mask before the first click
    assert report.noc(0.5) == 0
    assert report.noc(0.9) == 1


def test_a_start_that_is_good_enough_needs_no_click() -> None:
    report = evaluate(
        Painter(3), made(ONE), start=Start("true", lambda given: given.truth == OBJECT)
    )
    assert report.objects[0].clicks == ()
    assert report.noc(0.95) == 0
    assert report.not_reached(0.95) == report.failed_as_released(0.95) == 0
    assert report.mean_ious() == report.mean_boundary_ious() == (1.0,) * 20
    assert report.seconds() is None


def test_it_can_be_done_again() -> None:
    first, second = (evaluate(Painter(2), made(ONE, TWO, LARGE)) for _ in range(2))
    assert [(result.clicks, result.ious) for result in first.objects] == [
        (result.clicks, result.ious) for result in second.objects
    ]


def test_a_plain_sequence_of_samples_will_do() -> None:
    assert evaluate(Painter(3), [ONE]).dataset == "objects"
    with pytest.raises(DatasetError, match="at least one"):
        evaluate(Painter(3), [])


@pytest.mark.parametrize(
    ("dataset", "variant", "target", "ratio"),
    [
        ("GrabCut", "hrnet18s", 700, 3.0),
        ("Berkeley", "resnet101", 720, 2.5),
        ("DAVIS", "lite0", 720, 3.5),
        ("SBD", "resnet50", 480, 2.3),
    ],
)
def test_the_papers_settings(dataset: str, variant: str, target: int, ratio: float) -> None:
    protocol = paper_protocol(dataset, variant)
    assert (protocol.zoom.target, protocol.zoom.ratio, protocol.flip) == (target, ratio, "average")


def test_protocols_by_name() -> None:
    info = NetworkInfo(
        "tiny", "lite0", "0" * 64, 32, metadata={"zoom_target": "448", "zoom_ratio": "1.6"}
    )
    fixed = choose_protocol("fixed", "anything", info)
    assert fixed.zoom == Zoom(target=448, ratio=1.6)
    assert choose_protocol("paper", "DAVIS", info).name == "paper"
    assert (fixed.flip, choose_protocol("fixed", "anything", info, "average").flip) == (
        "none",
        "average",
    )
    assert choose_protocol("paper", "DAVIS", info, "none").flip == "none"
    with pytest.raises(ConfigError, match="only for GrabCut, Berkeley, DAVIS, SBD"):
        choose_protocol("paper", "mine", info)
    with pytest.raises(ConfigError, match="'best' is unknown"):
        choose_protocol("best", "DAVIS", info)


@pytest.mark.parametrize("targets", [(), (0.9, 0.8), (0.0, 0.5), (0.5, 1.1), (0.5, 0.5)])
def test_impossible_rules_are_refused(targets: tuple[float, ...]) -> None:
    with pytest.raises(ConfigError, match="rising"):
        Protocol(targets=targets)
    for limit in (0, 1001):
        with pytest.raises(ConfigError, match="give 1 to 1000"):
            Protocol(limit=limit)


@pytest.mark.parametrize(
    "start", [None, Start("half", lambda sample: sample.truth.astype(bool) & (np.arange(SIDE) < 9))]
)
def test_the_last_answer_is_made_again_from_the_clicks(start: Start | None) -> None:
    result = evaluate_object(Painter(3), TWO, start=start)
    assert len(result.clicks) > 1
    assert iou(answer_of(Painter(3), TWO, result, start), TWO.truth) == result.ious[-1]


# ── what cannot be measured ───────────────────────────────────────────────────────────────────────


class Broken(LazySequence[Sample]):
    """Samples, some of which cannot be read."""

    def __init__(self, *samples: Sample | BrokenError) -> None:
        self._samples = samples

    def __len__(self) -> int:
        return len(self._samples)

    def read(self, index: int) -> Sample:
        sample = self._samples[index]
        if isinstance(sample, BrokenError):
            raise sample
        return sample


def test_what_cannot_be_read_is_counted_and_the_rest_is_measured() -> None:
    bad = BrokenError("bad", EMPTY, "expected a mask with an object, got an empty one")
    worse = BrokenError("worse", EMPTY, "another sentence")
    seen: list[int] = []
    dataset = Broken(ONE, bad, TWO, worse)
    report = evaluate(
        Painter(3), dataset, Protocol(limit=4), progress=lambda done, *_: seen.append(done)
    )
    assert seen == [1, 2, 3, 4]
    assert [(result.name, result.index) for result in report.objects] == [("one", 0), ("two", 2)]
    assert report.left_out == (LeftOut("object", EMPTY, 2, ("bad", "worse"), bad.detail),)
    record = json.loads(json.dumps(record_of(report, Painter(3).info)))
    assert record["left_out"] == [report.left_out[0].to_json()]
    text = io.StringIO()
    Console(width=200, file=text).print(show(record))
    assert "2 objects left out: its mask shows no object (bad; worse)" in text.getvalue()


def test_a_strict_evaluation_ends_at_the_first_broken_object() -> None:
    bad = BrokenError("bad", EMPTY, "expected a mask with an object, got an empty one")
    with pytest.raises(BrokenError, match="bad: expected a mask"):
        evaluate(Painter(3), Broken(ONE, bad), strict=True)


def test_without_any_whole_object_the_reasons_are_the_error() -> None:
    bad = BrokenError("bad", EMPTY, "expected a mask with an object, got an empty one")
    with pytest.raises(DatasetError, match=r"got none: 1 object left out: .*\(bad\); the first: "):
        evaluate(Painter(3), Broken(bad))
