"""FocalClick: the part that is refined, its features, and the pixels that stay unchanged."""

from pathlib import Path

import numpy as np
import pytest

from fcfi.boxes import Box
from fcfi.errors import ConfigError
from fcfi.methods import make_predictor
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.prediction import Prediction
from fcfi.prediction.zoom import Crop, Zoom
from fcfi.prompts.clicks import Click
from fcfi.runtimes.opening import OpenedNetwork
from tests.networks import opened

torch = pytest.importorskip("torch")

SMALL = Zoom(target=64)
CLICKS = (Click(30, 20), Click(50, 40, False))


def checkpoint(folder: Path, answers: str) -> OpenedNetwork:
    from fcfi.models.build import build
    from fcfi.models.checkpoint import save_model
    from fcfi.models.config import ModelConfig

    torch.manual_seed(0)
    config = ModelConfig("lite0", correction="none", fusion="none", answers=answers)
    path = folder / f"{answers}.safetensors"
    save_model(build(config), path)
    return opened(path)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> OpenedNetwork:
    return checkpoint(tmp_path_factory.mktemp("focal"), "refiner")


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (100, 140, 3), np.uint8)


def test_switched_off_it_is_the_network_to_the_bit_and_the_coarse_look_too(
    network: OpenedNetwork, photo: np.ndarray
) -> None:
    from fcfi.methods.focal_click import CoarseRunner, make
    from fcfi.runtimes.torch import Torch

    plain = FCFIPredictor(network, SMALL)
    off = make(network, SMALL, size=0)
    first = plain.predict(photo, CLICKS[:1])
    assert off.predict(photo, CLICKS[:1]).seen.tobytes() == first.seen.tobytes()
    expected = plain.predict(photo, CLICKS, first)
    assert off.predict(photo, CLICKS, first).seen.tobytes() == expected.seen.tobytes()
    assert isinstance(network.runtime, Torch)
    coarse = FCFIPredictor(network, SMALL, runner=CoarseRunner(network, network.runtime.model))
    np.testing.assert_allclose(coarse.predict(photo, CLICKS, first).seen, expected.seen, atol=1e-6)


def test_a_part_is_refined_and_the_rest_stays(network: OpenedNetwork, photo: np.ndarray) -> None:
    from fcfi.methods.focal_click import Refine
    from fcfi.runtimes.torch import Torch

    start = np.zeros((100, 140), bool)
    start[20:80, 20:120] = True
    before = Prediction.from_mask(start)
    assert isinstance(network.runtime, Torch)
    step = Refine(network.runtime.model, 64)
    predictor = make_predictor("focal-click", network, SMALL)
    coarse = FCFIPredictor(network, SMALL).predict(photo, CLICKS[1:], before)
    found = predictor.predict(photo, CLICKS[1:], before)
    box = step.focus_box(start, coarse, CLICKS[1:])
    assert found.memory is None
    outside = np.ones((100, 140), bool)
    if box is not None:
        outside[box.top : box.bottom, box.left : box.right] = False
    assert (found.mask == coarse.mask)[outside].all()
    assert predictor.settings["method"] == "focal-click"
    assert str(predictor.settings["steps"]).startswith("focal-click 256 1.4")


def answered(mask: np.ndarray) -> Prediction:
    return Prediction.from_mask(mask)


def test_the_focus_box_lies_round_what_the_click_changed(network: OpenedNetwork) -> None:
    from fcfi.methods.focal_click import Refine
    from fcfi.runtimes.torch import Torch

    assert isinstance(network.runtime, Torch)
    step = Refine(network.runtime.model, ratio=1.0)
    before = np.zeros((100, 140), bool)
    before[20:80, 20:120] = True
    # Nothing before: round all of the object.
    assert step.focus_box(None, answered(before), CLICKS) == Box(20, 20, 120, 80)
    # A large change: its box, though another region changed as well.
    after = before.copy()
    after[20:80, 20:70] = False
    after[85:90, 130:135] = True
    found = step.focus_box(before, answered(after), (Click(40, 50, False),))
    assert found == Box(20, 20, 70, 80)
    # A small one: a square of 0.2 of the mask's longer side to each side of the click.
    after = before.copy()
    after[50:55, 60:66] = False
    found = step.focus_box(before, answered(after), (Click(62, 52, False),))
    assert found == Box(42, 32, 83, 73)
    # A click that changes nothing refines nothing, and so does an empty mask.
    assert step.focus_box(before, answered(before), (Click(62, 52),)) is None
    nothing = np.zeros_like(before)
    assert step.focus_box(before, answered(nothing), (Click(62, 52, False),)) is None


def test_features_of_a_part_are_those_of_its_cells() -> None:
    from fcfi.methods.focal_click import part_of

    features = torch.arange(8.0).expand(3, 8, 8)
    outer = Crop(Box(0, 0, 80, 80), 32, 32)
    same = part_of(features, outer, outer)
    torch.testing.assert_close(same[0], features, atol=1e-5, rtol=0)
    half = part_of(features, outer, Crop(Box(40, 0, 80, 40), 32, 32))[0, 0, 0]
    # Centres of the part's cells lie every half cell, from 4 to 8 less a quarter.
    expected = torch.clamp(4 + (torch.arange(8) + 0.5) / 2 - 0.5, max=7)
    torch.testing.assert_close(half, expected, atol=1e-5, rtol=0)


def test_a_network_without_a_refiner_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="a refiner for --method focal-click, got .*'plain'"):
        make_predictor("focal-click", checkpoint(tmp_path, "plain"))
