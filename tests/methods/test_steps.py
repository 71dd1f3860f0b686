"""The steps without an own network: FocusCut's views, kept parts, pixel diffusion."""

import numpy as np
import pytest

from fcfi.boxes import Box
from fcfi.errors import ConfigError, InputError
from fcfi.methods import make_predictor
from fcfi.methods.focus_cut import FocusViews, Views, pasted, square, still_changing, view_radius
from fcfi.methods.keep_clicked import clicked_parts
from fcfi.methods.pixel_diffusion import Diffuse, affinities, diffused, neighbours
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.look_twice import LookTwice
from fcfi.prediction.looks import sigmoid
from fcfi.prediction.methods import make_for_people
from fcfi.prediction.methods import make_predictor as make_usual
from fcfi.prediction.prediction import Prediction
from fcfi.prediction.zoom import Crop, Zoom
from fcfi.prompts.clicks import Click, Clicks
from fcfi.runtimes.interface import Arrays
from fcfi.session import Session
from tests.networks import ColourNetwork

SMALL = Zoom(target=64)
CLICKS: Clicks = (Click(60, 60), Click(150, 100, False), Click(20, 30, False), Click(199, 149))


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return np.random.default_rng(5).integers(0, 256, (150, 200, 3), np.uint8)


def answers(predictor: FCFIPredictor, photo: np.ndarray) -> list[Prediction]:
    found: list[Prediction] = []
    for number in range(1, len(CLICKS) + 1):
        found.append(predictor.predict(photo, CLICKS[:number], found[-1] if found else None))
    return found


@pytest.mark.parametrize("step", [FocusViews(turns=0), Diffuse(turns=0)])
def test_switched_off_it_is_the_network_to_the_bit(
    step: FocusViews | Diffuse, photo: np.ndarray
) -> None:
    plain = answers(FCFIPredictor(ColourNetwork(), SMALL), photo)
    off = answers(FCFIPredictor(ColourNetwork(), SMALL, steps=(step,)), photo)
    assert [found.seen.tobytes() for found in off] == [found.seen.tobytes() for found in plain]
    assert [found.exact for found in off] == [None] * len(CLICKS)


# ── FocusCut ──────────────────────────────────────────────────────────────────────────────────────


def test_views_change_squares_round_later_clicks_and_nothing_else(photo: np.ndarray) -> None:
    network = ColourNetwork()
    plain = FCFIPredictor(ColourNetwork(), SMALL)
    focused = make_predictor("focus-cut", network, SMALL)
    first = focused.predict(photo, CLICKS[:1])
    alone = plain.predict(photo, CLICKS[:1])
    assert first.seen.tobytes() == alone.seen.tobytes()
    assert len(network.calls) == 1

    # A mask with a small error: the click on it opens a view, and only its square may change.
    start = np.zeros((150, 200), bool)
    start[40:120, 40:160] = True
    before = Prediction.from_mask(start)
    clicks = (Click(100, 80, False),)

    class Half(ColourNetwork):
        """Returns the previous mask without the pixels near the click."""

        def logits(self, *inputs: np.ndarray) -> np.ndarray:
            _, feedback, disks, *_ = inputs
            return np.asarray(8 * feedback - 4 - 9 * disks[:, 1:], np.float32)

    expected = FCFIPredictor(Half(), SMALL).predict(photo, clicks, before)
    found = make_predictor("focus-cut", Half(), SMALL).predict(photo, clicks, before)
    assert isinstance(found.memory, Views)
    (view,) = found.memory.views
    assert view.click == clicks[0]
    around = square(view.click, FocusViews().start * view.radius, 150, 200)
    outside = np.ones((150, 200), bool)
    outside[around.top : around.bottom, around.left : around.right] = False
    assert (found.mask == expected.mask)[outside].all()
    assert (found.mask != expected.mask).any()
    assert not found.mask[80, 100]


def test_views_are_kept_and_run_again(photo: np.ndarray) -> None:
    network = ColourNetwork()
    found = answers(make_predictor("focus-cut", network, SMALL), photo)
    counts = [len(each.memory.views) for each in found if isinstance(each.memory, Views)]
    assert counts == sorted(counts)
    assert counts[0] == 0
    # A value: what is kept answers the same again.
    again = make_predictor("focus-cut", network, SMALL).predict(photo, CLICKS, found[2])
    assert again.mask.tobytes() == found[3].mask.tobytes()
    assert again.memory == found[3].memory


def test_the_radius_of_a_view_follows_the_change() -> None:
    before = np.zeros((60, 80), bool)
    before[10:50, 10:70] = True
    after = before.copy()
    after[20:27, 30:45] = False
    assert view_radius(before, after, Click(31, 22), 0.2) == 13
    # Another region changed as well, which has nothing to do with the click.
    after[45:48, 60:65] = False
    assert view_radius(before, after, Click(31, 22), 0.2) == 13
    assert view_radius(before, after, Click(31, 22), 0.01) is None
    # Nothing changed there: as far as the border of the old mask.
    assert view_radius(before, before, Click(40, 30), 0.2) == 20
    assert view_radius(before, before, Click(11, 11), 0.2) == 5
    assert view_radius(np.zeros_like(before), np.zeros_like(before), Click(4, 4), 0.2) is None


def test_squares_stay_inside_the_picture() -> None:
    assert square(Click(50, 40), 10, 80, 100) == Box(40, 30, 61, 51)
    assert square(Click(0, 79), 10, 80, 100) == Box(0, 59, 21, 80)
    assert square(Click(5, 5), 500, 80, 100) == Box(0, 0, 100, 80)


def test_the_next_square_is_as_large_as_what_still_changes() -> None:
    crop = Crop(Box(0, 0, 64, 64), 64, 64)
    before, after = np.zeros((64, 64), np.float32), np.zeros((64, 64), np.float32)
    assert still_changing(before, after, crop, Click(32, 32), 0.5) is None
    after[40, 32] = 1
    assert still_changing(before, after, crop, Click(32, 32), 0.5) is None
    after[38:50, 30:35] = 1
    assert still_changing(before, after, crop, Click(32, 32), 0.5) == (48 - 32) / 32


def test_overlapping_views_count_their_mean() -> None:
    probs = np.full((4, 6), 0.5, np.float32)
    parts = [
        (Box(0, 0, 3, 4), np.ones((4, 3), np.float32)),
        (Box(2, 0, 4, 4), np.zeros((4, 2), np.float32)),
    ]
    assert pasted(probs, parts)[0].tolist() == [1, 1, 0.5, 0, 0.5, 0.5]


# ── parts that were clicked ───────────────────────────────────────────────────────────────────────


def test_parts_without_a_click_go() -> None:
    mask = np.zeros((20, 30), bool)
    mask[2:8, 2:8] = mask[12:18, 20:28] = mask[8, 8] = True
    kept = clicked_parts(mask, (Click(4, 4), Click(22, 14, False)))
    assert kept.sum() == 36
    assert kept[2:8, 2:8].all()
    assert clicked_parts(mask, (Click(0, 0),)).sum() == mask.sum()


def test_the_feedback_forgets_them_too(photo: np.ndarray) -> None:
    class Blobs(ColourNetwork):
        def logits(self, *inputs: np.ndarray) -> np.ndarray:
            found = np.full((1, 1, *inputs[0].shape[2:]), -3, np.float32)
            found[..., 4:12, 4:12] = found[..., 30:40, 40:50] = 3
            return found

    plain = FCFIPredictor(Blobs(), SMALL).predict(photo, (Click(25, 25),))
    found = make_predictor("keep-clicked", Blobs(), SMALL).predict(photo, (Click(25, 25),))
    assert found.mask[25, 25]
    assert not found.mask[82, 140]
    assert plain.mask[82, 140]
    assert found.seen[5, 5] == plain.seen[5, 5]
    assert found.seen[35, 45] < 0.49
    assert found.mask.sum() < plain.mask.sum()


# ── pixel diffusion ───────────────────────────────────────────────────────────────────────────────


def test_neighbours_are_those_of_each_distance_and_weights_sum_to_one() -> None:
    rng = np.random.default_rng(0)
    image = rng.uniform(0, 1, (3, 11, 13)).astype(np.float32)
    seen = neighbours(image)
    assert seen.shape == (32, 3, 11, 13)
    offsets = [
        (step * dy, step * dx)
        for step in (1, 2, 4, 8)
        for dy in (-1, 0, 1)
        for dx in (-1, 0, 1)
        if (dy, dx) != (0, 0)
    ]
    for number, (down, right) in enumerate(offsets):
        for row, column in ((0, 0), (5, 6), (10, 12)):
            y, x = np.clip(row + down, 0, 10), np.clip(column + right, 0, 12)
            assert (seen[number, :, row, column] == image[:, y, x]).all()
    weights = affinities(image)
    np.testing.assert_allclose(weights.sum(0), 1, atol=1e-5)
    # By hand at one pixel.
    others = seen[:, :, 5, 6].astype(float)
    middle = image[:, 5, 6].astype(float)
    spread = np.concatenate([others, middle[None]]).std(0)
    score = -(np.abs(others - middle) / (1e-8 + 0.1 * spread)).mean(1)
    expected = np.exp(score - score.max())
    np.testing.assert_allclose(weights[:, 5, 6], expected / expected.sum(), atol=1e-4)


def test_a_picture_of_one_colour_keeps_its_mask() -> None:
    begin = np.full((40, 40), -1, np.float32)
    begin[10:30, 10:30] = 1
    labels = diffused(begin, np.full((3, 40, 40), 0.5, np.float32), 5) > 0
    assert (labels == (begin > 0)).all()


def test_labels_spread_up_to_an_edge_of_the_picture() -> None:
    image = np.zeros((3, 40, 40), np.float32)
    image[:, :, 20:] = 1
    begin = np.zeros((40, 40), np.float32)
    begin[18:22, 3:17] = 1
    begin[18:22, 23:37] = -1
    labels = diffused(begin, image, 5)
    assert (labels[10:30, :20] > 0).all()
    assert (labels[10:30, 20:] < 0).all()


def test_a_clicked_pixel_wins(photo: np.ndarray) -> None:
    predictor = make_predictor("pixel-diffusion", ColourNetwork(), SMALL)
    for number, found in enumerate(answers(predictor, np.zeros_like(photo)), start=1):
        assert [bool(found.mask[c.y, c.x]) for c in CLICKS[:number]] == [
            c.positive for c in CLICKS[:number]
        ]
    with pytest.raises(ConfigError, match="turns of at least 0"):
        Diffuse(-1)


# ── looking twice ─────────────────────────────────────────────────────────────────────────────────


class Fixed:
    """A network whose looks answer what they are given, one after another."""

    def __init__(self, *answers: np.ndarray) -> None:
        self.answers = list(answers)
        self.info = ColourNetwork().info

    def __call__(self, inputs: Arrays, /) -> Arrays:
        return {"logits": self.answers.pop(0)[None, None]}


def block(first: int, end: int) -> np.ndarray:
    """Logits of 64 x 64 cells: rows of object."""
    logits = np.full((64, 64), -4, np.float32)
    logits[first:end] = 4
    return logits


def test_a_large_correction_is_weighed_with_a_second_look_and_the_mask_before() -> None:
    picture = np.zeros((64, 64, 3), np.uint8)
    clicks = (Click(32, 5), Click(32, 40))
    unsure = block(0, 20)
    unsure[20:60] = 0.2  # a spill, at a probability of 0.55
    surer = block(0, 20)
    surer[30:50] = 4
    network = Fixed(block(0, 20), unsure, surer)
    predictor = make_predictor("look-twice", network, SMALL)
    first = predictor.predict(picture, clicks[:1])
    assert [first.mask[row].all() for row in (5, 40)] == [True, False]
    found = predictor.predict(picture, clicks, first)
    assert network.answers == []
    # Both looks agree on rows 30 to 50; elsewhere the spill was a chance.
    assert [bool(found.mask[row].all()) for row in (5, 25, 40, 55)] == [True, False, True, False]
    weighed = 0.325 * (1 / (1 + np.exp(-0.2)) + 1 / (1 + np.exp(-4))) + 0.35 / (1 + np.exp(4))
    assert found.seen[40, 32] == pytest.approx(weighed, abs=1e-5)
    assert found.answered == 2


def test_small_corrections_first_looks_and_boxes_cost_one_look() -> None:
    picture = np.zeros((64, 64, 3), np.uint8)
    network = Fixed(block(0, 20), block(0, 21), block(30, 60))
    predictor = FCFIPredictor(network, SMALL, steps=(LookTwice(),))
    first = predictor.predict(picture, (Click(32, 5),))
    second = predictor.predict(picture, (Click(32, 5), Click(32, 20)), first)
    assert second.seen.tobytes() == sigmoid(block(0, 21)).tobytes()
    box = Box(0, 30, 64, 60)
    third = predictor.predict(picture, (Click(32, 5), Click(32, 20), box), second)
    assert third.seen.tobytes() == sigmoid(block(30, 60)).tobytes()


def test_what_people_clicked_replays_with_any_usual_predictor_and_not_without_steps(
    photo: np.ndarray,
) -> None:
    network = ColourNetwork()
    session = Session(make_for_people(network, SMALL, "none", 0.49), photo)
    for click in CLICKS:
        session.click(click.x, click.y, click.positive)
    log = session.log()
    steps = "box-again 2 0.05, first-specks 0.03, look-twice 0.1 0.35"
    assert log["settings"]["steps"] == steps
    for usual in (
        make_predictor("look-twice", network, SMALL, "none", 0.49),
        make_usual(network, SMALL, "none", 0.49),
    ):
        again = Session.replay(usual, photo, log)
        assert again.probs.tobytes() == session.probs.tobytes()
    with pytest.raises(InputError, match=f"expected steps = '{steps}' as in the log"):
        Session.replay(FCFIPredictor(network, SMALL, threshold=0.49), photo, log)
