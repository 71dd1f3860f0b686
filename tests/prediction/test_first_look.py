"""The first look zooms in if the first mask is small and the network scores another one higher."""

import numpy as np
import pytest

from fcfi.boxes import Box, whole
from fcfi.errors import ConfigError, NetworkError
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.first_look import alternatives, closer_below_of, closer_parts
from fcfi.prediction.interface import identity
from fcfi.prediction.zoom import Zoom
from fcfi.prompts.clicks import Click, Clicks
from fcfi.runtimes.interface import SCORE, Arrays
from tests.networks import ColourNetwork

HEIGHT, WIDTH = 300, 400
ON = Click(210, 160)
ZOOM = Zoom(target=128, ratio=1.4, minimum=50)


class ScoredNetwork(ColourNetwork):
    """Scores a mask higher the closer its share of the crop is to a target."""

    def __init__(self, wanted: float, closer_below: str = "0") -> None:
        texts = {"outputs": f"logits, {SCORE}", "closer_below": closer_below}
        super().__init__("scored", 32, **texts)
        self.wanted = wanted

    def __call__(self, inputs: Arrays, /) -> Arrays:
        outputs = super().__call__(inputs)
        share = float((outputs["logits"] > 0).mean())
        return {**outputs, SCORE: np.array([[4 - 20 * abs(share - self.wanted)]], np.float32)}


@pytest.fixture
def photo() -> np.ndarray:
    """Return a small bright disk on a dark background."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    image = np.full((HEIGHT, WIDTH, 3), 20, np.uint8)
    image[(x - ON.x) ** 2 + (y - ON.y) ** 2 < 20**2] = (220, 180, 90)
    return image


def test_nearer_parts_hold_the_click_and_keep_the_shape() -> None:
    for click in (ON, Click(0, 0), Click(WIDTH - 1, HEIGHT - 1)):
        parts = list(closer_parts(click, HEIGHT, WIDTH))
        assert [(part.width, part.height) for part in parts] == [(240, 180), (144, 108), (86, 65)]
        for part in parts:
            assert part.contains(click.x, click.y)
            assert part == part.clipped(HEIGHT, WIDTH)
    assert list(closer_parts(Click(5, 5), 20, 20)) == []


def test_the_look_that_is_scored_highest_answers(photo: np.ndarray) -> None:
    network = ScoredNetwork(wanted=0.25)
    plain = FCFIPredictor(network, ZOOM).predict(photo, (ON,))
    assert plain.box == whole(HEIGHT, WIDTH)
    assert len(network.calls) == 1

    nearer = FCFIPredictor(network, ZOOM, closer_below=0.1).predict(photo, (ON,))
    assert len(network.calls) == 5
    # The disk covers a hundredth of the picture and a quarter of the nearest part.
    assert nearer.box == list(closer_parts(ON, HEIGHT, WIDTH))[-1]
    assert (nearer.score or 0) > (plain.score or 1)


@pytest.mark.parametrize(
    ("prompts", "within"),
    [((ON, ON), None), ((Click(5, 5, positive=False),), None), ((ON,), Box(100, 100, 300, 250))],
)
def test_only_a_lone_first_click_is_looked_at_again(
    prompts: Clicks, within: Box | None, photo: np.ndarray
) -> None:
    network = ScoredNetwork(wanted=0.25)
    predictor = FCFIPredictor(network, ZOOM, closer_below=0.1)
    first = predictor.predict(photo, prompts, within=within)
    assert len(network.calls) == 1
    predictor.predict(photo, (*prompts, ON), first)
    assert len(network.calls) == 2


def test_a_large_first_mask_costs_one_look(photo: np.ndarray) -> None:
    network = ScoredNetwork(wanted=0.25)
    FCFIPredictor(network, ZOOM, closer_below=0.001).predict(photo, (ON,))
    assert len(network.calls) == 1


def test_the_file_recommends_and_the_settings_say_so() -> None:
    recommending = ScoredNetwork(0.2, closer_below="0.08")
    predictor, never = FCFIPredictor(recommending), FCFIPredictor(recommending, closer_below=0)
    assert predictor.settings["closer_below"] == 0.08
    assert "closer_below" not in never.settings
    assert identity(predictor) != identity(never)


def test_what_is_not_possible_is_refused() -> None:
    with pytest.raises(NetworkError, match="expected a network with a score, got colour"):
        FCFIPredictor(ColourNetwork(), closer_below=0.1)
    with pytest.raises(ConfigError, match="expected closer_below to be from 0"):
        FCFIPredictor(ScoredNetwork(0.2), closer_below=2)
    for text in ("much", "nan", "-1"):
        with pytest.raises(NetworkError, match="to be a number from 0 to 1, got"):
            closer_below_of(ScoredNetwork(0.2, closer_below=text).info)


def test_a_damaged_score_is_a_damaged_file(photo: np.ndarray) -> None:
    class Damaged(ScoredNetwork):
        def __call__(self, inputs: Arrays, /) -> Arrays:
            return {**super().__call__(inputs), SCORE: np.array([[np.nan]], np.float32)}

    with pytest.raises(NetworkError, match="expected one finite score"):
        FCFIPredictor(Damaged(0.2)).predict(photo, (ON,))


def test_alternatives_are_the_other_distances_best_score_first(photo: np.ndarray) -> None:
    predictor = FCFIPredictor(ScoredNetwork(wanted=0.25), ZOOM)
    usual, *others = alternatives(predictor, photo, (ON,))
    assert usual.box == whole(HEIGHT, WIDTH)
    assert {answer.box for answer in others} == set(closer_parts(ON, HEIGHT, WIDTH))
    scores = [answer.score or 0.0 for answer in others]
    assert scores == sorted(scores, reverse=True)
    assert len(alternatives(predictor, photo, (ON, ON))) == 1
