"""The graph cut compared with the minimum over all labellings, and as a step after a network."""

from itertools import product

import numpy as np
import pytest

from fcfi.errors import ConfigError
from fcfi.methods import make_predictor
from fcfi.methods.graph_cut import GraphCut, bound_pixels, cut_labels
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.steps import on_side
from fcfi.prediction.zoom import Zoom
from fcfi.prompts.clicks import Click
from tests.networks import ColourNetwork

pytest.importorskip("scipy")

THRESHOLD = 0.49
SHAPE = (3, 4)


def energy(
    labels: np.ndarray, probs: np.ndarray, grey: np.ndarray, weight: float, sigma: float
) -> float:
    """Return the cost of a labelling, added up pixel by pixel."""
    total = 0.0
    even = np.log(THRESHOLD / (1 - THRESHOLD))
    for row, column in np.ndindex(SHAPE):
        p = float(probs[row, column])
        odds = np.log(p / (1 - p)) - even
        side = odds if labels[row, column] else -odds
        total += max(0.0, -side)
        for down, right in ((1, 0), (0, 1)):
            other = (row + down, column + right)
            if other[0] < SHAPE[0] and other[1] < SHAPE[1]:
                difference = float(grey[row, column] - grey[other])
                if labels[row, column] != labels[other]:
                    total += weight * np.exp(-(difference**2) / (2 * sigma**2))
    return total


@pytest.mark.parametrize("seed", range(6))
def test_no_labelling_costs_less(seed: int) -> None:
    rng = np.random.default_rng(seed)
    probs = rng.uniform(0.05, 0.95, SHAPE).astype(np.float32)
    # Two pixels are sure: they stay, and their neighbours feel them.
    probs[0, 0], probs[2, 3] = 0.995, 0.005
    grey = rng.uniform(0, 255, SHAPE).astype(np.float32)
    how = GraphCut(weight=1.5, sigma=60)
    cut = cut_labels(probs, grey, np.zeros(SHAPE, np.int8), THRESHOLD, how)
    assert cut[0, 0]
    assert not cut[2, 3]
    free = [index for index in np.ndindex(SHAPE) if index not in ((0, 0), (2, 3))]
    least = np.inf
    for choice in product((False, True), repeat=len(free)):
        labels = np.zeros(SHAPE, bool)
        labels[0, 0] = True
        labels[tuple(zip(*free, strict=True))] = choice
        least = min(least, energy(labels, probs, grey, 1.5, 60))
    # Capacities are rounded to thousandths, of which a cut goes through some dozen at most.
    assert energy(cut, probs, grey, 1.5, 60) == pytest.approx(least, abs=0.02)


def test_a_pixel_among_others_follows_them_and_an_edge_of_the_picture_holds() -> None:
    probs = np.full((3, 5), 0.8, np.float32)
    probs[1, 2] = 0.4
    grey = np.full((3, 5), 100, np.float32)
    free = np.zeros((3, 5), np.int8)
    assert cut_labels(probs, grey, free, THRESHOLD, GraphCut())[1, 2]
    grey[1, 2] = 255  # it looks different, and stays what the network says
    assert not cut_labels(probs, grey, free, THRESHOLD, GraphCut(sigma=20))[1, 2]


def test_clicks_bind_their_disks_also_at_the_rim() -> None:
    bound = bound_pixels((Click(0, 0), Click(9, 5, False)), 8, 10, 2)
    assert bound[0, 2] == bound[2, 0] == 1
    assert bound[2, 2] == 0
    assert bound[5, 7] == bound[7, 9] == -1
    probs = np.full((8, 10), 0.3, np.float32)
    cut = cut_labels(probs, np.zeros((8, 10), np.float32), bound, THRESHOLD, GraphCut(0.01))
    assert cut.sum() == (bound == 1).sum()


def test_pixels_change_sides_and_no_others() -> None:
    probs = np.array([[0.1, 0.9, 0.495, 0.485, 0.49]], np.float32)
    labels = np.array([[True, False, False, True, False]])
    moved = on_side(probs, labels, THRESHOLD)
    assert ((moved > THRESHOLD) == labels).all()
    assert moved[0, :2].tolist() == pytest.approx([0.9, 0.1])
    assert on_side(probs, probs > THRESHOLD, THRESHOLD).tobytes() == probs.tobytes()


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (60, 80, 3), np.uint8)


def test_switched_off_it_is_the_network_to_the_bit(photo: np.ndarray) -> None:
    zoom, clicks = Zoom(target=64), (Click(30, 20), Click(50, 40, False))
    plain = FCFIPredictor(ColourNetwork(), zoom)
    off = FCFIPredictor(ColourNetwork(), zoom, steps=(GraphCut(weight=0, radius=-1),))
    on = make_predictor("graph-cut", ColourNetwork(), zoom)
    first, second = plain.predict(photo, clicks[:1]), off.predict(photo, clicks[:1])
    assert first.seen.tobytes() == second.seen.tobytes()
    expected, same = plain.predict(photo, clicks, first), off.predict(photo, clicks, second)
    assert expected.seen.tobytes() == same.seen.tobytes()
    cut = on.predict(photo, clicks, first)
    assert (cut.seen != expected.seen).any()
    assert cut.mask[20, 30]
    assert not cut.mask[40, 50]
    assert on.settings["steps"] == "graph-cut 1 50 5"


def test_a_weight_below_zero_is_refused() -> None:
    with pytest.raises(ConfigError, match="expected a weight of at least 0"):
        GraphCut(weight=-1)
