"""The whole network: sizes of every variant, the four rows of the ablation, a static graph."""

import pytest
import torch
from torch import Tensor, nn

from fcfi.models.build import build
from fcfi.models.config import Correction, Fusion, ModelConfig, variants
from fcfi.models.export import example
from fcfi.models.fcfi import FCFI, Output

ABLATION: tuple[tuple[Correction, Fusion], ...] = (
    ("none", "none"),
    ("similarity", "none"),
    ("none", "collaborative"),
    ("similarity", "collaborative"),
)
NAMES = ("image", "feedback", "disks", "window", "cell", "label", "gate")


def network(correction: Correction = "similarity", fusion: Fusion = "collaborative") -> FCFI:
    """Return a random network with normalisation statistics; see `settle`."""
    torch.manual_seed(0)
    return settle(build(ModelConfig("lite0", correction, fusion, mid=8)))


def settle(model: FCFI) -> FCFI:
    """Take all statistics from a batch: with initial ones, P3's single channel may be zero."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0
    with torch.no_grad():
        model.train()(*example(4, 64, 64, seed=9))
    return model.eval()


def answer(model: FCFI, inputs: tuple[Tensor, ...], **changes: Tensor) -> Output:
    with torch.no_grad():
        output: Output = model(
            *(changes.get(name, tensor) for name, tensor in zip(NAMES, inputs, strict=True))
        )
    return output


@pytest.mark.parametrize("name", ["lite0", "hrnet18s", "resnet50"])
def test_a_variant_answers_at_input_size(name: str) -> None:
    model = build(variants()[name]).eval()
    output = answer(model, example(2, 64, 96))
    assert output.logits.shape == (2, 1, 64, 96)
    assert output.extras["corrected"].shape == output.extras["fused"].shape == (2, 1, 16, 24)
    assert ("auxiliary" in output.extras) == name.startswith("hrnet")
    assert bool(output.logits.isfinite().all())


@pytest.mark.parametrize(
    ("name", "millions"),
    [
        ("hrnet18s", 4.441),
        ("hrnet18s-released", 10.143),
        ("hrnet18", 10.242),
        ("hrnet32", 31.222),
        ("resnet50", 39.548),
        ("resnet101", 58.541),
    ],
)
def test_number_of_parameters(name: str, millions: float) -> None:
    """As released (about 4.46, 10.2 and 58.7 million), less the dead ones of the context head."""
    with torch.device("meta"):
        model = build(variants()[name])
    assert sum(parameter.numel() for parameter in model.parameters()) / 1e6 == pytest.approx(
        millions, abs=1e-3
    )


def test_every_variant_takes_one_training_step() -> None:
    for name in ("lite0", "hrnet18s"):
        torch.manual_seed(0)
        model = build(variants()[name]).train()
        output = model(*example(2, 64, 64))
        parts = [output.logits, *output.extras.values()]
        torch.stack([part.float().square().mean() for part in parts]).sum().backward()
        without = [key for key, parameter in model.named_parameters() if parameter.grad is None]
        assert without == []


@pytest.mark.parametrize(("correction", "fusion"), ABLATION)
def test_the_ablation_is_four_configurations(correction: Correction, fusion: Fusion) -> None:
    model = network(correction, fusion)
    output = answer(model, example(1, 64, 64))
    assert ("corrected" not in output.extras) == (correction == "none")
    assert ("fused" not in output.extras) == (fusion == "none")
    assert (model.correction is None) == (correction == "none")
    assert (model.fusion is None) == (correction == fusion == "none")
    keys = set(model.state_dict())
    assert {key for key in keys if key.startswith("body.")} == {
        key for key in network().state_dict() if key.startswith("body.")
    }


@pytest.mark.parametrize("correction", ["similarity", "encoded"])
def test_correction_without_fusion_acts_on_the_answer(correction: Correction) -> None:
    inputs = example(1, 64, 64)
    model = network(correction, "none")
    closed = torch.zeros_like(inputs[NAMES.index("window")])
    assert not torch.equal(
        answer(model, inputs).logits, answer(model, inputs, window=closed).logits
    )


def test_both_forms_of_correction_fit_one_network() -> None:
    similarity, encoded = (
        set(network("similarity").state_dict()),
        set(network("encoded").state_dict()),
    )
    assert similarity < encoded
    assert all(key.startswith("correction.") for key in encoded - similarity)


@pytest.mark.parametrize("name", ["window", "label", "feedback", "gate", "disks", "image", "cell"])
def test_every_input_counts(name: str) -> None:
    inputs = example(1, 64, 64)
    model = network()
    old = inputs[NAMES.index(name)]
    changed = (old + 37) % 256 if name == "cell" else 1 - old
    assert not torch.equal(
        answer(model, inputs).logits, answer(model, inputs, **{name: changed}).logits
    )


def test_items_of_a_batch_do_not_see_each_other() -> None:
    inputs = example(3, 64, 64)
    model = network()
    together = answer(model, inputs).logits
    for item in range(3):
        alone = answer(model, tuple(tensor[item : item + 1] for tensor in inputs)).logits
        torch.testing.assert_close(
            together[item : item + 1], alone, atol=1e-3 * float(together.std()), rtol=1e-3
        )


@pytest.mark.parametrize("correction", ["similarity", "encoded"])
def test_the_graph_is_static(correction: Correction) -> None:
    """torch.export traces one graph for all clicks, so nothing may depend on values."""
    exported = torch.export.export(network(correction), example(2, 64, 64))
    inputs = example(2, 64, 64, seed=5)
    torch.testing.assert_close(
        exported.module()(*inputs).logits, answer(network(correction), inputs).logits
    )
