"""Other networks with our robot: the same clicks as in their published evaluation loop.

The stand-in has the interface of the RITM family and keeps its own state.  The loop and its robot
are written from the published description, with another library's distance transform.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

import fcfi.sam
from fcfi.cli import main
from fcfi.data.sample import Sample
from fcfi.errors import InputError
from fcfi.evaluation import Protocol, evaluate, evaluate_object
from fcfi.evaluation.adapters import from_callable, from_isegm, from_sam
from fcfi.evaluation.report import read_record
from fcfi.evaluation.start_masks import starting_masks
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.zoom import Zoom
from fcfi.prompts.clicks import Click, Clicks
from tests.evaluation.test_robots import folder_of_objects
from tests.networks import ColourNetwork

RULES = Protocol("own", limit=7, targets=(0.6, 0.8))
THRESHOLD = 0.49


class Isegm:
    """A predictor with the interface and behaviour of the RITM family, without a network.

    Near the clicks it follows the colour of the clicked pixel, elsewhere the previous mask.
    """

    def __init__(self) -> None:
        self.seen: list[tuple[tuple[float, float], bool, int]] = []
        self.pictures = 0

    def set_input_image(self, image: NDArray[np.uint8]) -> None:
        self.image = image.astype(np.float32) / 255
        self.prev_prediction = np.zeros((1, 1, *image.shape[:2]), np.float32)
        self.pictures += 1

    def get_prediction(self, clicker: Any, prev_mask: Any = None) -> NDArray[np.float32]:
        clicks = clicker.get_clicks()
        assert [click.indx for click in clicks] == list(range(len(clicks)))
        last = clicks[-1]
        self.seen.append((last.coords, last.is_positive, len(clicks)))
        before = self.prev_prediction if prev_mask is None else prev_mask
        y, x = last.coords
        rows, columns = np.indices(self.image.shape[:2])
        near = np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * 12.0**2))
        alike = np.exp(-1.5 * np.abs(self.image - self.image[y, x]).mean(axis=2))
        probs = before[0, 0] + near * alike * ((1 if last.is_positive else 0) - before[0, 0])
        self.prev_prediction = probs[None, None].astype(np.float32)
        return np.asarray(probs, np.float32)


def objects() -> list[Sample]:
    """Return objects with several components, holes and ignored seams on noisy pictures."""
    made = []
    for number in range(6):
        random = np.random.default_rng(number)
        truth = np.zeros((60, 80), np.uint8)
        truth[10 + number : 40, 8 : 40 + 4 * number] = 1
        truth[20:28, 20:28] = 0
        truth[45:56, 60:75] = number % 2
        truth[10 + number, 8:40] = 255
        image = random.integers(0, 90, (60, 80, 3), np.uint8)
        image[truth == 1] += 120
        made.append(Sample(f"object {number}", image, truth))
    return made


def their_clicks(
    truth: NDArray[np.uint8], mask: NDArray[np.bool_], free: NDArray[np.bool_]
) -> tuple[int, int, bool]:
    """Return their robot's click: the deepest unclicked pixel of the deeper kind of error."""
    known = truth != 255
    depths = []
    for error in ((truth == 1) & ~mask & known, (truth != 1) & mask & known):
        padded = np.pad(error, 1)
        depths.append(distance_transform_edt(padded)[1:-1, 1:-1] * free)
    positive = bool(depths[0].max() > depths[1].max())
    depth = depths[0] if positive else depths[1]
    y, x = np.argwhere(depth == depth.max())[0]
    return int(x), int(y), positive


class TheirClick:
    """A click of their clicker."""

    def __init__(self, y: int, x: int, is_positive: bool, indx: int) -> None:
        self.coords = (y, x)
        self.is_positive = is_positive
        self.indx = indx


class TheirClicker:
    def __init__(self) -> None:
        self.items: list[TheirClick] = []

    def get_clicks(self) -> list[TheirClick]:
        return self.items


def their_loop(predictor: Any, sample: Sample) -> tuple[Clicks, list[float]]:
    """Evaluate one object like them: click until the IoU or the limit is reached."""
    mask = np.zeros(sample.truth.shape, bool)
    free = np.ones(sample.truth.shape, bool)
    clicker, ious = TheirClicker(), []
    known, gt = sample.truth != 255, sample.truth == 1
    predictor.set_input_image(sample.image)
    for index in range(RULES.limit):
        x, y, positive = their_clicks(sample.truth, mask, free)
        free[y, x] = False
        clicker.items.append(TheirClick(y, x, positive, index))
        mask = predictor.get_prediction(clicker) > THRESHOLD
        ious.append(float((mask & gt & known).sum() / ((mask | gt) & known).sum()))
        if ious[-1] >= RULES.targets[-1]:
            break
    clicks = tuple(Click(c.coords[1], c.coords[0], c.is_positive) for c in clicker.items)
    return clicks, ious


def test_clicks_and_ious_are_those_of_their_own_loop_object_by_object() -> None:
    theirs, ours = Isegm(), Isegm()
    report = evaluate(from_isegm(ours, THRESHOLD), objects(), RULES)
    for sample, result in zip(objects(), report.objects, strict=True):
        clicks, ious = their_loop(theirs, sample)
        assert result.clicks == clicks
        assert result.ious == pytest.approx(ious, abs=1e-12)
    lengths = [len(result.clicks) for result in report.objects]
    assert len(set(lengths)) > 1, "some objects end early and some do not"
    assert any(not click.positive for result in report.objects for click in result.clicks)
    # each click was sent once, and each picture set once
    assert ours.seen == theirs.seen
    assert ours.pictures == len(report.objects)


def test_segnext_s_names_do_as_well() -> None:
    class Renamed:
        def __init__(self) -> None:
            inner = Isegm()
            self.set_image, self.predict = inner.set_input_image, inner.get_prediction

    usual = evaluate_object(from_isegm(Isegm()), objects()[0], RULES)
    renamed = evaluate_object(from_isegm(Renamed()), objects()[0], RULES)
    assert renamed.clicks == usual.clicks
    assert renamed.ious == usual.ious


def test_a_start_mask_is_their_mask_before_and_nothing_is_left_of_another_object() -> None:
    start = starting_masks("shifted")
    alone = evaluate_object(from_isegm(Isegm()), objects()[1], RULES, start)
    shared = from_isegm(Isegm())
    evaluate_object(shared, objects()[0], RULES, start)
    assert evaluate_object(shared, objects()[1], RULES, start).ious == alone.ious
    fresh = evaluate_object(from_isegm(Isegm()), objects()[1], RULES)
    assert fresh.ious != alone.ious


def test_clicks_that_are_taken_back_are_played_again() -> None:
    sample, inner = objects()[0], Isegm()
    predictor = from_isegm(inner)
    clicks = (Click(20, 15), Click(70, 50), Click(5, 5, positive=False))
    first = predictor.predict(sample.image, clicks[:1])
    predictor.predict(sample.image, clicks[:2], first)
    undone = predictor.predict(sample.image, (clicks[0], clicks[2]), first)
    expected = from_isegm(Isegm()).predict(sample.image, (clicks[0], clicks[2]))
    assert (undone.probs == expected.probs).all()
    assert inner.pictures == 2


def test_a_function_gets_picture_clicks_and_the_probabilities_before() -> None:
    calls: list[tuple[list[tuple[int, int, bool]], Any]] = []

    def function(
        image: NDArray[np.uint8], clicks: list[tuple[int, int, bool]], before: Any
    ) -> NDArray[np.float64]:
        calls.append((clicks, before))
        probs = np.zeros(image.shape[:2]) if before is None else before * 0.5
        x, y, positive = clicks[-1]
        probs[y, x] = 0.9 if positive else 0.1
        return np.asarray(probs, np.float64)

    predictor = from_callable(function, threshold=0.4)
    image = np.zeros((6, 8, 3), np.uint8)
    first = predictor.predict(image, (Click(3, 2),))
    second = predictor.predict(image, (Click(3, 2), Click(5, 4, positive=False)), first)
    assert [clicks for clicks, _ in calls] == [[(3, 2, True)], [(3, 2, True), (5, 4, False)]]
    assert calls[0][1] is None
    assert np.argwhere(first.mask).tolist() == [[2, 3]]
    assert np.argwhere(second.mask).tolist() == [[2, 3]]  # 0.45
    assert predictor.info.name == "function"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (np.zeros((3, 3)), "of shape \\(6, 8\\)"),
        (np.zeros((6, 8), np.int64), "bool or float"),
        (np.full((6, 8), 1.5), "after the sigmoid"),
        (np.full((6, 8), np.nan), "after the sigmoid"),
    ],
)
def test_answers_of_another_form_are_refused_in_a_sentence(answer: Any, message: str) -> None:
    predictor = from_callable(lambda *_: answer)
    with pytest.raises(InputError, match=message):
        predictor.predict(np.zeros((6, 8, 3), np.uint8), (Click(3, 2),))


def test_what_is_not_such_a_predictor_is_refused() -> None:
    with pytest.raises(InputError, match="give the predictor, not its network"):
        from_isegm(object())
    with pytest.raises(InputError, match="between 0 and 1"):
        from_callable(lambda *_: np.zeros((1, 1)), threshold=1)
    with pytest.raises(InputError, match="--start-from"):
        evaluate_object(from_sam(sam()), objects()[0], RULES, starting_masks("shifted"))


def sam() -> fcfi.sam.SamPredictor:
    network = FCFIPredictor(ColourNetwork(), Zoom(target=64, minimum=16), threshold=0.5)
    return fcfi.sam.SamPredictor(fcfi.sam.SamModel(network))


@pytest.mark.parametrize("kind", [fcfi.sam.SamPredictor, fcfi.sam.SAM2ImagePredictor])
def test_our_network_behind_sam_s_interface_needs_the_same_clicks(kind: Any) -> None:
    """The logits that go back stand for the prediction itself: nothing is lost on the way."""
    network = FCFIPredictor(ColourNetwork(), Zoom(target=64, minimum=16), threshold=0.5)
    wrapped = from_sam(kind(fcfi.sam.SamModel(network)))
    direct = evaluate(network, objects(), RULES)
    through = evaluate(wrapped, objects(), RULES)
    for ours, theirs in zip(direct.objects, through.objects, strict=True):
        assert theirs.clicks == ours.clicks
        assert theirs.ious == pytest.approx(ours.ious)


MODULE = """
import numpy as np
from fcfi.evaluation.adapters import from_callable

def bright():
    return from_callable(lambda image, clicks, before: image[..., 0] > 128, name="bright")

def wrong():
    return 3
"""


def test_the_command_line_measures_a_predictor_of_your_own_with_any_robot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = folder_of_objects(tmp_path / "data")
    (tmp_path / "own_for_test.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    measure = ["evaluate", "--data", str(data), "--predictor", "own_for_test:bright"]
    assert main([*measure, "--json", "a.json"]) == 0
    record = read_record("a.json")
    assert record["network"]["name"] == "bright"
    assert record["network"]["settings"] == {"threshold": 0.5}
    assert record["protocol"]["name"] == "own"
    assert record["protocol"]["robot"] == "centre"
    assert record["results"]["noc"]["90"] == 1

    assert main([*measure, "--robot", "random", "--seed", "5", "--json", "b.json"]) == 0
    assert read_record("b.json")["protocol"]["robot"] == "random, seed 5"
    assert main([*measure, "--robot", "b.json", "--json", "c.json"]) == 0
    clicks = [
        [row["clicks"] for row in read_record(name)["objects"]] for name in ("b.json", "c.json")
    ]
    assert clicks[0] == clicks[1]

    # shards of different robots are not mixed
    assert main([*measure, "--shard", "1/2", "--json", "1.jsonl"]) == 0
    other = [*measure, "--robot", "random"]
    assert main([*other, "--shard", "2/2", "--json", "2.jsonl"]) == 0
    capsys.readouterr()
    assert main(["evaluate", "--merge", "1.jsonl", "--merge", "2.jsonl"]) == 2
    assert "robot" in capsys.readouterr().err
    assert main([*other, "--shard", "1/2", "--json", "1.jsonl"]) == 2
    for wrong, reason in (
        ("own_for_test", "as module:function"),
        ("own_for_test:missing", "cannot be used"),
        ("no_such_module:a", "cannot be used"),
        ("own_for_test:wrong", "without info"),
    ):
        capsys.readouterr()
        assert main(["evaluate", "--data", str(data), "--predictor", wrong]) == 2
        assert reason in " ".join(capsys.readouterr().err.split())
