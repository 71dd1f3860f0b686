"""Necks and answers of other methods: their initial behaviour, and their parts by value."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn import functional

from fcfi.errors import ConfigError
from fcfi.models.answers import ANSWERS
from fcfi.models.build import build
from fcfi.models.checkpoint import fill
from fcfi.models.config import ModelConfig
from fcfi.models.diffusion import FeatureDiffusion, diffuse
from fcfi.models.diverse import ANSWERS as SIX
from fcfi.models.diverse import DiverseAnswers
from fcfi.models.edge_flow import edge_of, warp
from fcfi.models.export import example, export
from fcfi.models.fcfi import FCFI
from fcfi.models.first_click import FirstClickBranch
from fcfi.models.necks import NeckInputs
from fcfi.models.refiner import SMALLEST, Refiner, learning_boxes
from fcfi.training.losses import LOSSES, LossConfig, total_loss

PLAIN = {"correction": "none", "fusion": "none", "mid": 8}
VARIANTS: dict[str, dict[str, Any]] = {
    "FCA-Net": {"neck": "first", "click_maps": "gaussians+first", "prompt_maps": "clicks"},
    "CDNet": {"neck": "diffusion", "answers": "several", "prompt_maps": "clicks"},
    "LD": {"answers": "diverse", "click_maps": "distances+disks", "prompt_maps": "clicks"},
    "EdgeFlow": {"neck": "late-prompts", "answers": "edge", "prompt_maps": "edge"},
    "FocalClick": {"answers": "refiner"},
}
LEARNT: dict[str, set[str]] = {
    "FCA-Net": {"first"},
    "CDNet": {"spread", "several"},
    "LD": {"diverse", "chosen"},
    "EdgeFlow": {"coarse", "edge"},
    "FocalClick": {"refined"},
}


def network_of(**settings: Any) -> FCFI:
    torch.manual_seed(0)
    return build(ModelConfig("lite0", **{**PLAIN, **settings}))


def inputs_for(network: FCFI) -> tuple[torch.Tensor, ...]:
    torch.manual_seed(1)
    return tuple(example(2, 64, 96, clicks=network.config.click_count))


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("name", VARIANTS)
def test_every_output_has_a_loss_and_every_part_learns(name: str, precision: str) -> None:
    network = network_of(**VARIANTS[name]).train()
    inputs = inputs_for(network)
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
        output = network(*inputs)
    assert output.logits.shape == (2, 1, 64, 96)
    assert set(output.extras) == LEARNT[name] <= LOSSES.keys()
    truth = torch.zeros(2, 1, 64, 96, dtype=torch.uint8)
    truth[:, :, 20:44, 30:60] = 1
    config = LossConfig(clicks=1)
    window = torch.ones(2, 1, 16, 24)
    total, parts = total_loss(output, truth, window, torch.zeros(2), config, inputs[2])
    assert all(torch.isfinite(part) for part in parts.values())
    total.backward()
    still = [
        name
        for name, weight in network.named_parameters()
        if weight.grad is None and "body" not in name
    ]
    assert still == []


@pytest.mark.parametrize("name", [*VARIANTS])
def test_what_is_added_begins_without_effect_or_with_the_first_answer(name: str) -> None:
    settings = VARIANTS[name]
    network = network_of(**settings).eval()
    plain = {key: value for key, value in settings.items() if key not in ("neck", "answers")}
    base = network_of(**plain).eval()
    fill(base, network)
    inputs = inputs_for(network)
    with torch.no_grad():
        expected, output = base(*inputs), network(*inputs)
    assert output.extras.keys() <= {"first", "spread"}
    if name == "LD":  # its selector chooses, at random in the beginning
        assert output.logits.shape == expected.logits.shape
        return
    torch.testing.assert_close(output.logits, expected.logits, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", ["CDNet", "LD", "EdgeFlow"])
def test_a_variant_is_a_static_graph(name: str, tmp_path: Path) -> None:
    network = network_of(**VARIANTS[name]).eval()
    found = export(network, tmp_path / "network.onnx", name, training_data="none", licence="none")
    assert max(found.differences.values()) < 0.005


def test_unknown_names_and_other_places_of_prompts_are_refused() -> None:
    with pytest.raises(ConfigError, match="expected answers to be one of plain, diverse"):
        network_of(answers="wrong")
    for name, value in (("neck", "first"), ("answers", "refiner")):
        with pytest.raises(ConfigError, match=f"expected {name} = .* with prompts = 'late'"):
            ModelConfig("lite0", prompts="late", **{name: value})  # type: ignore[arg-type]
    assert "plain" in ANSWERS
    with pytest.raises(ConfigError, match=r"click_maps = 'gaussians\+first' with neck = 'first'"):
        network_of(neck="first")
    with pytest.raises(ConfigError, match="click_maps = 'disks' with neck = 'diffusion', got 'gau"):
        network_of(neck="diffusion", click_maps="gaussians")


# ── CDNet ─────────────────────────────────────────────────────────────────────────────────────────


def test_with_open_gates_diffusion_is_plain_attention() -> None:
    torch.manual_seed(0)
    query, key, value = torch.randn(3, 2, 4, 6).unbind()
    open_ = torch.ones(2, 1, 6)
    expected = functional.scaled_dot_product_attention(
        query.transpose(1, 2), key.transpose(1, 2), value.transpose(1, 2), scale=1.0
    ).transpose(1, 2)
    torch.testing.assert_close(diffuse(query, key, value, open_, open_), expected)
    gate = torch.rand(2, 1, 6)
    torch.testing.assert_close(diffuse(query, key, value, gate, open_), expected * gate)
    # Where no cell is in the mask, all scores are 0 and the mean is taken.
    nothing = diffuse(query, key, value, open_, torch.zeros(2, 1, 6))
    torch.testing.assert_close(nothing, value.mean(2, keepdim=True).expand_as(value))


def test_features_spread_from_clicks_of_their_sign() -> None:
    torch.manual_seed(0)
    diffusion = FeatureDiffusion(8).eval()
    for layers in diffusion.back:
        torch.nn.init.ones_(layers[1].weight)  # type: ignore[index]
    features = torch.randn(1, 8, 16, 16)
    clicks = torch.zeros(1, 2, 64, 64)
    nothing, _ = diffusion(features, clicks)
    clicks[0, 0, 30, 30] = 1
    found, logits = diffusion(features, clicks)
    assert (found != nothing).any()
    assert logits.shape == (1, 1, 16, 16)
    # A positive click moves what the positive way returns; the negative way has no new click.
    assert (logits == diffusion(features, clicks * 0)[1]).all()


# ── FCA-Net ───────────────────────────────────────────────────────────────────────────────────────


def test_the_branch_sees_the_first_click_at_stride_16() -> None:
    torch.manual_seed(0)
    branch = FirstClickBranch(8).eval()
    features, first = torch.randn(1, 8, 16, 24), torch.zeros(1, 1, 64, 96)
    updated, nothing = branch(features, first)
    assert updated.equal(features)
    first[..., 32, 48] = 1
    updated, logits = branch(features, first)
    assert updated.equal(features)
    assert not logits.equal(nothing)
    assert logits.shape == (1, 1, 16, 24)
    assert branch.layers(torch.randn(1, 9, 16, 24)).shape == (1, 96, 4, 6)


# ── LD ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_answer_with_the_highest_score_counts() -> None:
    torch.manual_seed(0)
    answers = DiverseAnswers(8)
    features, logits = torch.randn(3, 8, 8, 8), torch.randn(3, 1, 32, 32)
    inputs = NeckInputs(*(torch.zeros(1) for _ in range(6)))
    chosen, extras = answers.train()(features, logits, inputs)
    assert extras["diverse"].shape == (3, SIX, 32, 32)
    assert extras["diverse"][:, :1].equal(logits)
    best = extras["chosen"].argmax(1)
    for sample, index in enumerate(best.tolist()):
        assert chosen[sample, 0].equal(extras["diverse"][sample, index])


# ── EdgeFlow ──────────────────────────────────────────────────────────────────────────────────────


def test_an_edge_lies_at_the_border_of_a_mask() -> None:
    probs = torch.zeros(1, 1, 8, 8)
    probs[..., 4:] = 0.8
    edge = edge_of(probs)[0, 0, 3]
    assert edge.tolist() == pytest.approx([0, 0, 0, 0.8, 0.8, 0, 0, 0])
    assert not edge_of(torch.full((1, 1, 8, 8), 0.6)).any()


def test_a_flow_moves_maps_by_whole_and_half_cells() -> None:
    maps = torch.arange(24.0).reshape(1, 1, 4, 6)
    flow = torch.zeros(1, 2, 4, 6)
    torch.testing.assert_close(warp(maps, flow), maps, atol=1e-4, rtol=0)
    wide = torch.linspace(0, 1, 400).expand(1, 1, 2, 400)
    half = torch.zeros(1, 2, 2, 400, dtype=torch.bfloat16)
    assert warp(wide.bfloat16(), half).equal(wide.bfloat16())
    flow[:, 0] = 1  # one to the right
    torch.testing.assert_close(warp(maps, flow)[..., :5], maps[..., 1:], atol=1e-4, rtol=0)
    flow[:, 0], flow[:, 1] = 0.5, 1
    found = warp(maps, flow)[0, 0, :3, :5]
    torch.testing.assert_close(found, maps[0, 0, 1:, :5] + 0.5, atol=1e-4, rtol=0)


# ── FocalClick ────────────────────────────────────────────────────────────────────────────────────


def test_parts_to_learn_from_lie_inside_in_whole_cells_and_meet_the_object() -> None:
    torch.manual_seed(0)
    coarse = torch.full((40, 1, 128, 160), -1.0)
    coarse[:-1, :, 50:70, 90:130] = 1
    for index, (top, bottom, left, right) in enumerate(learning_boxes(coarse)):
        assert all(side % 4 == 0 for side in (top, bottom, left, right))
        assert 0 <= top < bottom <= 128
        assert 0 <= left < right <= 160
        assert min(bottom - top, right - left) >= SMALLEST
        if index < 39:
            assert (coarse[index, 0, top:bottom, left:right] > 0).any()
    assert learning_boxes(coarse)[-1] == (0, 128, 0, 160)


def test_a_refiner_that_trusts_nothing_returns_the_coarse_answer() -> None:
    torch.manual_seed(0)
    refiner = Refiner(8, 2).eval()
    assert refiner.border.bias is not None
    torch.nn.init.zeros_(refiner.border.weight)
    torch.nn.init.constant_(refiner.border.bias, -50)
    coarse = torch.randn(1, 1, 64, 64)
    arguments = (torch.rand(1, 3, 64, 64), torch.zeros(1, 2, 64, 64), coarse)
    refined, border = refiner.refine(*arguments, torch.randn(1, 8, 9, 7))
    torch.testing.assert_close(refined, coarse)
    torch.nn.init.constant_(refiner.border.bias, 50)
    trusted, _ = refiner.refine(*arguments, torch.randn(1, 8, 9, 7))
    assert not torch.allclose(trusted, coarse)
    assert border.shape == coarse.shape
