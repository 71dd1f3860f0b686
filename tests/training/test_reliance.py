"""Closing a feedback path: no feedback reaches the logits on it, and the other path stays open."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks import reliance
from fcfi import cli
from fcfi.errors import ConfigError
from fcfi.models.build import build
from fcfi.models.config import ModelConfig
from fcfi.models.export import example
from fcfi.models.fcfi import FCFI
from fcfi.runtimes.interface import LOGITS, Arrays
from fcfi.runtimes.network import Network, NetworkInfo
from tests.data.builders import write_shard
from tests.networks import logits_of

INPUTS = example(1, 64, 64)
WEIGHTS = Path(reliance.__file__).parents[1] / "fcfi" / "weights" / "lite0.safetensors"


class InTorch:
    """A model in torch as a network."""

    info = NetworkInfo("made", "made", "", 32)

    def __init__(self, model: FCFI) -> None:
        self.model = model

    def __call__(self, inputs: Arrays, /) -> Arrays:
        tensors = {name: torch.from_numpy(value) for name, value in inputs.items()}
        with torch.no_grad():
            return {LOGITS: self.model(**tensors).logits.numpy()}


@pytest.fixture
def model() -> FCFI:
    torch.manual_seed(0)
    model = build(ModelConfig())
    for (
        name,
        parameter,
    ) in model.named_parameters():  # fresh biases leave the modules' last ReLU shut at places
        if name.startswith("fusion") and name.endswith("bias"):
            torch.nn.init.constant_(parameter, 0.5)
    return model.eval()


def depends_on_feedback(network: Network, gate: float) -> bool:
    image, feedback, disks, window, cell, label, _ = (tensor.numpy() for tensor in INPUTS)
    open_or_not = np.full((1, 1, 1, 1), gate, np.float32)
    answers = [
        logits_of(network, (image, values, disks, window, cell, label, open_or_not))
        for values in (feedback, 1 - feedback)
    ]
    return bool((answers[0] != answers[1]).any())


def test_with_both_ways_closed_the_feedback_is_not_seen(model: FCFI) -> None:
    ways = {closed: wrap(InTorch(of)) for closed, (of, wrap) in reliance.ways(model).items()}
    assert all(depends_on_feedback(network, 1) for network in ways.values())
    assert not depends_on_feedback(reliance.GateClosed(ways["prompt"]), 1)
    assert not depends_on_feedback(ways["prompt"], 0)
    assert depends_on_feedback(ways["nothing"], 0)


def test_what_was_given_is_left_as_it_was(model: FCFI) -> None:
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    reliance.ways(model)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())


@pytest.mark.parametrize("config", [ModelConfig(prompts="late"), ModelConfig(prompt_maps="clicks")])
def test_a_network_with_one_way_only_is_refused(config: ModelConfig) -> None:
    with pytest.raises(ConfigError, match="expected a network on lite0"):
        reliance.ways(build(config))


def test_the_command_stores_a_row_a_way(tmp_path: Path) -> None:
    shard, stored = write_shard(tmp_path / "made.tar", count=1), tmp_path / "out.json"
    arguments = [str(WEIGHTS), "--eval", str(shard), "-o", str(stored)]
    assert cli.main(arguments, reliance.app, "reliance") == 0
    record = json.loads(stored.read_text())
    assert [row["closed"] for row in record["rows"]] == ["nothing", "FFC", "FFC and CFF", "prompt"]
    assert str(tmp_path) not in stored.read_text()
