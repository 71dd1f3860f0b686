import torch

from fcfi.models.build import build
from fcfi.models.config import ModelConfig
from fcfi.models.export import example
from fcfi.models.score import AnswerScore


def test_the_score_changes_no_answer_and_teaches_the_network_nothing() -> None:
    torch.manual_seed(0)
    plain = build(ModelConfig("lite0"))
    scored = build(ModelConfig("lite0", score=True))
    scored.load_state_dict(plain.state_dict(), strict=False)
    inputs = example(2, 64, 96)
    with torch.no_grad():
        expected, answer = plain.eval()(*inputs), scored.eval()(*inputs)
    assert torch.equal(answer.logits, expected.logits)
    assert "score" not in expected.extras
    assert answer.extras["score"].shape == (2, 1)
    answer = scored.train()(*inputs)
    answer.extras["score"].sum().backward()
    assert scored.score is not None
    assert all(parameter.grad is not None for parameter in scored.score.parameters())
    assert all(parameter.grad is None for parameter in scored.body.parameters())  # type: ignore[attr-defined]


def test_the_score_sees_whether_a_mask_leaves_the_crop() -> None:
    torch.manual_seed(0)
    score = AnswerScore(8).eval()
    features = torch.zeros(1, 8, 16, 16)
    logits = torch.full((2, 1, 64, 64), -12.0)
    logits[0, :, 16:48, 16:48] = 12.0
    logits[1, :, :32, :32] = 12.0
    with torch.no_grad():
        inside, leaving = score(features.expand(2, -1, -1, -1), logits)[:, 0]
    assert inside != leaving


def test_an_empty_mask_has_a_finite_score() -> None:
    score = AnswerScore(8)
    answer = score(torch.randn(1, 8, 8, 8), torch.full((1, 1, 32, 32), -100.0))
    assert bool(torch.isfinite(answer).all())
