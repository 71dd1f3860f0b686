"""The paper's two modules: values by hand, invariants, gradients."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from fcfi.models.feedback import (
    CollaborativeFusion,
    EncodedCorrection,
    SimilarityCorrection,
    affinity,
    correct,
)
from tests.generated import examples, floats


def scalar(value: float) -> Tensor:
    return torch.full((1, 1, 1, 1), float(value))


def maps(*rows: list[float]) -> Tensor:
    """(1, 1, h, w)."""
    return torch.tensor(rows)[None, None]


def test_correction_pulls_towards_the_label_inside_the_window() -> None:
    feedback, alike, window = maps([0.2, 0.2, 0.2]), maps([1.0, 0.5, 1.0]), maps([1.0, 1.0, 0.0])
    torch.testing.assert_close(correct(feedback, alike, scalar(1), window), maps([1.0, 0.6, 0.2]))
    torch.testing.assert_close(correct(feedback, alike, scalar(0), window), maps([0.0, 0.1, 0.2]))


@examples(50)
@given(st.lists(floats(0, 1, width=32), min_size=4, max_size=4), st.integers(0, 1))
def test_corrected_feedback_lies_between_feedback_and_label(
    numbers: list[float], label: int
) -> None:
    feedback, alike = maps(numbers[:2]), maps(numbers[2:])
    corrected = correct(feedback, alike, scalar(label), torch.ones(1, 1, 1, 2))
    low, high = torch.minimum(feedback, scalar(label)), torch.maximum(feedback, scalar(label))
    assert bool(((corrected >= low - 1e-6) & (corrected <= high + 1e-6)).all())


def test_affinity_is_the_cosine_to_the_clicked_cell_and_never_negative() -> None:
    embedding = torch.tensor(
        [[[[3.0, 0.0], [4.0, -6.0]], [[4.0, 2.0], [3.0, -8.0]]]]
    )  # vectors (3,4) (0,2) (4,3) (-6,-8)
    expected = torch.tensor([[[[1.0, 0.8], [24 / 25, 0.0]]]])
    torch.testing.assert_close(affinity(embedding, torch.tensor([0])), expected, atol=1e-6, rtol=0)


def test_every_item_of_a_batch_has_its_own_click() -> None:
    embedding = torch.randn(3, 5, 4, 6, generator=torch.Generator().manual_seed(0))
    cells = torch.tensor([0, 7, 23])
    together = affinity(embedding, cells)
    for item, cell in enumerate(cells):
        torch.testing.assert_close(
            together[item : item + 1], affinity(embedding[item : item + 1], cell[None])
        )
        assert together[item].flatten()[cell] == pytest.approx(1, abs=1e-5)


def test_length_of_a_feature_vector_does_not_matter() -> None:
    embedding = torch.rand(1, 8, 5, 5) + 0.1
    scale = torch.rand(1, 1, 5, 5) * 9 + 1
    torch.testing.assert_close(
        affinity(embedding * scale, torch.tensor([12])), affinity(embedding, torch.tensor([12]))
    )


def test_vectors_of_zeros_give_no_similarity_and_finite_gradients() -> None:
    embedding = torch.zeros(1, 4, 3, 3, requires_grad=True)
    alike = affinity(embedding, torch.tensor([4]))
    alike.sum().backward()
    assert bool((alike == 0).all())
    assert embedding.grad is not None
    assert bool(embedding.grad.isfinite().all())


def test_similarity_correction_has_no_parameters_and_teaches_the_features() -> None:
    module = SimilarityCorrection()
    assert not list(module.parameters())
    features = torch.rand(2, 6, 4, 4, requires_grad=True)
    window = torch.zeros(2, 1, 4, 4)
    window[:, :, :2] = 1
    label = torch.tensor([1.0, 0.0]).reshape(2, 1, 1, 1)
    corrected = module(
        features,
        torch.rand(2, 6, 16, 16),
        torch.full((2, 1, 4, 4), 0.5),
        window,
        torch.tensor([1, 2]),
        label,
    )
    assert bool((corrected[:, :, 2:] == 0.5).all())
    corrected.sum().backward()
    assert features.grad is not None
    assert float(features.grad[:, :, :2].abs().sum()) > 0
    assert float(features.grad[:, :, 2:].abs().sum()) == 0


def test_encoded_correction_reads_pixels_feedback_and_features() -> None:
    torch.manual_seed(0)
    module = EncodedCorrection(inputs=6 + 1 + 8, mid=4)
    features, pixels = (
        torch.rand(2, 8, 8, 8, requires_grad=True),
        torch.rand(2, 6, 32, 32, requires_grad=True),
    )
    feedback = torch.rand(2, 1, 8, 8, requires_grad=True)
    cell, window = torch.tensor([9, 60]), torch.ones(2, 1, 8, 8)
    corrected = module(features, pixels, feedback, window, cell, torch.ones(2, 1, 1, 1))
    assert corrected.shape == (2, 1, 8, 8)
    (corrected * torch.rand_like(corrected)).sum().backward()
    for tensor in (features, pixels, feedback):
        assert tensor.grad is not None
        assert float(tensor.grad.abs().sum()) > 0


def by_hand(module: nn.Module) -> None:
    """All kernels 1, all biases 0, normalisation off (a running variance of 1, no epsilon)."""
    for part in module.modules():
        if isinstance(part, nn.Conv2d):
            nn.init.ones_(part.weight)
            assert part.bias is not None
            nn.init.zeros_(part.bias)
        if isinstance(part, nn.BatchNorm2d):
            part.eps = 0.0
    module.eval()


def test_fusion_by_hand() -> None:
    """One channel, one cell, kernels of ones (of a 3 x 3 kernel only the centre counts)."""
    module = CollaborativeFusion(channels=1, mid=1)
    by_hand(module)
    with torch.no_grad():
        fused, logits = module(scalar(2.0), scalar(0.5), scalar(1.0))
    probability = 1 / (1 + math.exp(-2.5))  # M_u = sigmoid(0.5 + 2)
    assert float(logits) == pytest.approx(2.5)
    assert float(fused) == pytest.approx(2 + 2 + probability, rel=1e-6)  # F + P3(F, M_u)


def test_a_closed_gate_leaves_the_features_alone() -> None:
    torch.manual_seed(0)
    module = CollaborativeFusion(8, 4)
    features, corrected = torch.rand(2, 8, 6, 6), torch.zeros(2, 1, 6, 6)
    gate = torch.tensor([0.0, 1.0]).reshape(2, 1, 1, 1)
    with torch.no_grad():
        fused, logits = module(features, corrected, gate)
    assert logits.shape == (2, 1, 6, 6)
    assert torch.equal(fused[0], features[0])
    added = (fused - features)[1]
    assert float(added.abs().sum()) > 0
    torch.testing.assert_close(added, added[:1].expand_as(added))  # one channel, broadcast over F
