"""The registry of backbones, and a backbone in a single file from training to a mask."""

import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from fcfi.errors import ConfigError
from fcfi.models import backbones as registry
from fcfi.models.backbones import Backbone, backbones, imagenet_backbones, register
from fcfi.models.build import build
from fcfi.models.checkpoint import load_model
from fcfi.models.config import ModelConfig, variants
from fcfi.models.export import example, export
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.zoom import Zoom
from fcfi.prompts.clicks import Click
from fcfi.training.config import read_recipe
from fcfi.training.loop import train
from tests.data.builders import write_shard
from tests.networks import opened

ROOT = Path(__file__).parents[2]
EXTEND = ROOT / "examples" / "extend"
GUIDE = ROOT / "docs" / "extend" / "backbone.md"


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Backbone:
    """The toy backbone, registered for one test."""
    monkeypatch.setattr(registry, "_registered", {})
    toy = runpy.run_path(str(EXTEND / "toy_backbone.py"))["TOY"]
    assert isinstance(toy, Backbone)
    return toy


@pytest.mark.parametrize("name", backbones())
def test_every_backbone_builds_a_network_that_answers_at_every_pixel(name: str) -> None:
    torch.manual_seed(0)
    model = build(ModelConfig(name)).eval()
    with torch.no_grad():
        assert model(*example(1, 64, 96)).logits.shape == (1, 1, 64, 96)
    assert any(key.startswith("body.backbone.") for key in model.state_dict())


def test_names_and_settings_of_networks_are_those_of_the_backbones() -> None:
    assert list(variants()) == [
        *("lite0", "lite0-fine", "late", "lite2"),
        *("hrnet18s", "hrnet18s-released", "hrnet18", "hrnet32", "resnet50", "resnet101"),
    ]
    assert variants()["hrnet32"] == ModelConfig("hrnet32", "encoded", mid=64, ocr_width=128)
    assert imagenet_backbones() == ["lite0", "lite1", "lite2"]


def test_a_name_that_is_taken_is_refused(toy: Backbone) -> None:
    for name in ("lite0", "toy"):
        with pytest.raises(ConfigError, match=f"got '{name}', which is taken"):
            register(Backbone(name, toy.body))


def test_a_backbone_without_imagenet_weights_says_which_have_them(
    toy: Backbone, tmp_path: Path
) -> None:
    shard = write_shard(tmp_path / "train-000.tar")
    changes = [f"data.root={shard.as_posix()}", "run.imagenet=package", "crops.minimum_visible=20"]
    recipe = read_recipe(EXTEND / "toy.toml", changes)
    with pytest.raises(ConfigError, match="weights are there for lite0, lite1, lite2"):
        train(recipe, tmp_path / "run")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_backbone_of_its_own_file_trains_exports_and_predicts(
    toy: Backbone, tmp_path: Path
) -> None:
    shard = write_shard(tmp_path / "train-000.tar")
    changes = [
        f"data.root={shard.as_posix()}",
        "crops.minimum_visible=20",
        "run.accelerator=cpu",
    ]
    trained = train(read_recipe(EXTEND / "toy.toml", changes), tmp_path / "run")
    assert trained.done == 1
    model = load_model(trained.weights)
    assert model.config == ModelConfig("toy", mid=8)
    fresh = build(model.config).state_dict()
    assert any(not torch.equal(value, fresh[key]) for key, value in model.state_dict().items())

    exported = export(trained.weights, tmp_path / "toy.onnx", "toy", training_data="", licence="")
    assert max(exported.differences.values()) < 0.005

    predictor = FCFIPredictor(opened(exported.path), Zoom(target=64))
    image = np.random.default_rng(0).integers(0, 256, (50, 70, 3), np.uint8)
    first = predictor.predict(image, (Click(20, 20),))
    second = predictor.predict(image, (Click(20, 20), Click(40, 30, False)), first)
    assert second.probs.shape == (50, 70)
    assert (first.probs != second.probs).any()


def test_the_guide_shows_the_code_of_the_example() -> None:
    example = (EXTEND / "toy_backbone.py").read_text()
    outside = GUIDE.read_text().split("## Inside the package")[0]
    blocks = re.findall(r"```python\n(.*?)```", outside, re.DOTALL)
    lines = [line.removesuffix(" ...") for block in blocks for line in block.splitlines() if line]
    assert len(lines) >= 6
    assert [line for line in lines if line not in example] == []


@pytest.mark.slow
def test_the_commands_of_the_guide_train_and_export(tmp_path: Path) -> None:
    data = tmp_path / "data" / "train"
    data.mkdir(parents=True)
    write_shard(data / "train-000.tar")
    block = re.findall(r"```bash\n(.*?)```", GUIDE.read_text(), re.DOTALL)[0]
    for line in block.splitlines()[:2]:
        words = [
            word.replace("examples/extend/", f"{EXTEND.as_posix()}/") for word in shlex.split(line)
        ]
        assert words[0] == "python"
        changes = ["--set", "crops.minimum_visible=20"] if "train" in words else []
        subprocess.run([sys.executable, *words[1:], *changes], cwd=tmp_path, check=True)
    assert opened(tmp_path / "toy.onnx").info.name == "toy"
