"""Extension points for other methods: click maps, necks and outputs are registered by name."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from fcfi.errors import ConfigError, NetworkError
from fcfi.models.build import build
from fcfi.models.config import ModelConfig
from fcfi.models.export import example, export
from fcfi.models.necks import NECKS, Neck, NeckInputs
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.guidance import CLICK_MAPS, Pixels, draw_disks, encode
from fcfi.prediction.zoom import Zoom
from fcfi.prompts.clicks import Click, Clicks
from fcfi.runtimes.network import NetworkInfo
from tests.networks import ColourNetwork, opened

IMAGE = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)
CLICKS = (Click(40, 30), Click(5, 5, positive=False))


def first_click(clicks: Clicks, height: int, width: int, _: Any) -> np.ndarray:
    """Draw a disk around the first click only."""
    return draw_disks(clicks[:1], height, width, positive=True)


def brightness(clicks: Clicks, height: int, width: int, pixels: Pixels) -> np.ndarray:
    """Return a map of the pixels that are brighter than the last click."""
    assert pixels().shape == (3, height, width)
    if not clicks:
        return np.zeros((height, width), np.float32)
    grey = pixels().mean(0)
    return np.asarray(grey > grey[clicks[-1].y, clicks[-1].x], np.float32)


@pytest.fixture
def three_maps(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(CLICK_MAPS, "three", (*CLICK_MAPS["disks"], first_click))
    return "three"


def test_the_number_of_maps_follows_from_their_name(three_maps: str) -> None:
    guidance = encode(CLICKS, 64, 96, 1.0, three_maps)
    assert guidance.disks.shape == (3, 64, 96)
    np.testing.assert_array_equal(guidance.disks[:2], encode(CLICKS, 64, 96, 1.0).disks)
    np.testing.assert_array_equal(guidance.disks[2], guidance.disks[0])
    assert ModelConfig("lite0", click_maps=three_maps).prompt_count == 4
    assert ModelConfig("resnet50", click_maps=three_maps).click_count == 3


@pytest.mark.parametrize("backbone", ["lite0", "resnet50", "hrnet18s"])
def test_every_backbone_takes_the_maps(three_maps: str, backbone: str) -> None:
    torch.manual_seed(0)
    network = build(ModelConfig(backbone, mid=8, click_maps=three_maps)).eval()
    with torch.no_grad():
        assert network(*example(1, 64, 64, clicks=3)).logits.shape == (1, 1, 64, 64)


@pytest.mark.parametrize("prompts", ["stem", "late"])
def test_a_file_names_its_maps_and_a_predictor_draws_them(
    three_maps: str, prompts: Any, tmp_path: Path
) -> None:
    torch.manual_seed(0)
    network = build(ModelConfig("lite0", mid=8, click_maps=three_maps, prompts=prompts))
    path = tmp_path / "three.onnx"
    export(network, path, "three", training_data="none", licence="none")
    opened_network = opened(path, threads=1)
    assert opened_network.info.click_maps == three_maps
    predictor = FCFIPredictor(opened_network, Zoom(target=64))
    first = predictor.predict(IMAGE, CLICKS[:1])
    assert predictor.predict(IMAGE, CLICKS, first).mask.shape == (60, 80)


def test_maps_may_depend_on_the_pixels_as_they_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CLICK_MAPS, "bright", (brightness,))

    class Blind(ColourNetwork):
        def logits(self, *inputs: np.ndarray) -> np.ndarray:
            return np.zeros((1, 1, *inputs[0].shape[2:]), np.float32)

    network = Blind(click_maps="bright")
    FCFIPredictor(network, Zoom(target=64), "average").predict(IMAGE, CLICKS)
    plain, mirrored = network.calls
    np.testing.assert_array_equal(plain[2], mirrored[2][..., ::-1])
    assert plain[2].any()


def test_unknown_maps_are_refused() -> None:
    with pytest.raises(ConfigError, match="expected click_maps to be one of disks, .* got 'rings'"):
        ModelConfig("lite0", click_maps="rings")
    with pytest.raises(NetworkError, match="whose clicks are drawn as disks or .* with 'rin"):
        FCFIPredictor(ColourNetwork(click_maps="rings"))


def toy_parts(config: ModelConfig, channels: int, pixels: int) -> dict[str, nn.Module]:
    return {"mixer": nn.Conv2d(channels + 1, channels, 1)}


def run_toy(parts: Any, features: Tensor, inputs: NeckInputs) -> tuple[Tensor, dict[str, Tensor]]:
    small = nn.functional.interpolate(inputs.feedback, features.shape[-2:])
    features = parts["mixer"](torch.cat([features, small], 1))
    return features, {"diverse": features[:, :1]}


def test_another_neck_is_an_entry_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="expected neck to be one of feedback, .* got 'toy'"):
        build(ModelConfig("lite0", neck="toy"))
    monkeypatch.setitem(NECKS, "toy", Neck(toy_parts, run_toy))
    network = build(ModelConfig("lite0", neck="toy"))
    assert "mixer.weight" in network.state_dict()
    assert not [key for key in network.state_dict() if key.startswith(("correction", "fusion"))]
    output = network.eval()(*example(1, 64, 64))
    assert set(output.extras) == {"diverse"}
    assert network.config == ModelConfig.from_dict(network.config.as_dict())


def test_info_of_an_older_file_means_disks() -> None:
    assert NetworkInfo("a", "a", "", 32).click_maps == "disks"
