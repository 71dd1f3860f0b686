import math

import pytest
import torch

from fcfi.errors import ConfigError
from fcfi.models.fcfi import Output
from fcfi.training.click_weights import click_weights, weights_of_map
from fcfi.training.losses import (
    BORDER,
    LOSSES,
    Goal,
    LossConfig,
    border_of,
    cell_truth,
    coarse_border,
    missed_overlap,
    normalised_focal,
    soft_overlap,
    total_loss,
    whole_iou,
)


def test_normalised_focal_of_two_pixels_by_hand() -> None:
    """Pixel 1 is right with 0.5, pixel 2 with 0.9: weights 0.25 and 0.01, scaled to sum to 2."""
    logits = torch.tensor([[[[0.0, math.log(9)]]]])
    target = torch.ones(1, 1, 1, 2)
    weights = [0.25 * 2 / 0.26, 0.01 * 2 / 0.26]
    expected = 0.5 * (weights[0] * math.log(2) - weights[1] * math.log(0.9)) / 2
    assert float(normalised_focal(logits, target, torch.ones_like(target))) == pytest.approx(
        expected, rel=1e-5
    )


def test_gradient_flows_through_the_focal_weights_but_not_through_their_scale() -> None:
    """d/dx of s (1 - p)^2 (-log p) for p = sigmoid(x) and a fixed s.

    It is s p(1 - p) (2 (1 - p) log p - (1 - p)^2 / p).
    """
    logits = torch.tensor([[[[0.3, -1.0]]]], dtype=torch.float64, requires_grad=True)
    ones = torch.ones(1, 1, 1, 2, dtype=torch.float64)
    normalised_focal(logits, ones, ones).backward()
    probs = logits.detach().sigmoid()
    scale = 0.5 / (1 - probs).square().sum()
    expected = (
        scale * probs * (1 - probs) * (2 * (1 - probs) * probs.log() - (1 - probs).square() / probs)
    )
    torch.testing.assert_close(logits.grad, expected)


def test_pixels_that_do_not_count_change_nothing() -> None:
    logits, target = torch.randn(2, 1, 4, 4), torch.ones(2, 1, 4, 4)
    counts = torch.ones(2, 1, 4, 4)
    counts[..., 2:] = 0
    other = logits.clone()
    other[..., 2:] = 100
    for loss in (normalised_focal, soft_overlap):
        assert torch.allclose(loss(logits, target, counts), loss(other, target, counts))


def test_a_sample_without_counting_pixels_is_finite() -> None:
    nothing = torch.zeros(1, 1, 4, 4)
    assert torch.isfinite(normalised_focal(torch.randn(1, 1, 4, 4), nothing, nothing))


def test_a_border_lies_on_both_sides_of_an_edge() -> None:
    truth = torch.zeros(1, 1, 20, 40, dtype=torch.uint8)
    truth[..., 20:] = 1
    truth[:, :, :4] = 255
    columns = border_of(truth)[0, 0, 10].nonzero().flatten().tolist()
    assert columns == list(range(20 - BORDER, 20 + BORDER))
    assert not border_of(torch.where(truth == 0, 255, truth)).any(), (
        "ignored pixels are not another side"
    )
    assert not border_of(torch.ones(1, 1, 8, 8)).any()


def test_a_mistake_at_the_border_weighs_more_where_borders_count_more() -> None:
    truth = torch.zeros(1, 1, 32, 32, dtype=torch.uint8)
    truth[..., 16:] = 1
    wrong = 4 * (2 * truth.float() - 1)
    wrong[..., 16] *= -1
    wrong[..., 30] *= -0.25
    shares = []
    for border in (0.0, 3.0):
        logits = wrong.clone().requires_grad_()
        config = LossConfig(auxiliary=0, corrected=0, fused=0, border=border)
        total_loss(
            Output(logits, {}),
            truth,
            torch.ones(1, 1, 8, 8),
            torch.zeros(1),
            config,
        )[0].backward()
        assert logits.grad is not None
        shares.append(float(logits.grad[..., 16].abs().sum() / logits.grad[..., 30].abs().sum()))
    assert shares[1] == pytest.approx(4 * shares[0], rel=1e-4)


def test_cell_truth_are_taken_near_the_middle() -> None:
    truth = torch.zeros(1, 1, 8, 8, dtype=torch.uint8)
    truth[0, 0, 2, 6] = 1
    assert cell_truth(truth).tolist() == [[[[0, 1], [0, 0]]]]


def test_every_part_is_added_with_its_weight_and_reaches_its_output() -> None:
    truth = torch.zeros(1, 1, 16, 16, dtype=torch.uint8)
    truth[..., 4:12, 4:12] = 1
    window = torch.ones(1, 1, 4, 4)
    logits = torch.randn(1, 1, 16, 16, requires_grad=True)
    extras = {
        "auxiliary": torch.randn(1, 1, 4, 4, requires_grad=True),
        "corrected": torch.rand(1, 1, 4, 4).mul(0.8).add(0.1).requires_grad_(),
        "fused": torch.randn(1, 1, 4, 4, requires_grad=True),
    }
    config = LossConfig(auxiliary=0.4, corrected=0.2, fused=0.3, overlap=0.5)
    total, parts = total_loss(
        Output(logits, extras), truth, window, torch.zeros(len(truth)), config
    )
    by_hand = (
        parts["final"]
        + 0.4 * parts["auxiliary"]
        + 0.2 * parts["corrected"]
        + 0.3 * parts["fused"]
        + 0.5 * parts["overlap"]
    )
    assert torch.allclose(total, by_hand)
    total.backward()
    for leaf in (logits, *extras.values()):
        assert leaf.grad is not None
        assert leaf.grad.abs().sum() > 0


def test_an_output_finds_its_loss_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    truth = torch.ones(1, 1, 16, 16, dtype=torch.uint8)
    diverse = torch.full((1, 1, 16, 16), 0.5, requires_grad=True)
    output = Output(torch.zeros(1, 1, 16, 16), {"own": diverse})
    arguments = (output, truth, torch.ones(1, 1, 4, 4), torch.zeros(1), LossConfig())
    with pytest.raises(ConfigError, match="expected outputs with a loss .* got 'own'"):
        total_loss(*arguments)
    monkeypatch.setitem(LOSSES, "own", lambda output, goal: (output - goal.truth).abs().mean())
    total, parts = total_loss(*arguments)
    assert float(parts["own"]) == 0.5
    torch.testing.assert_close(total, parts["final"] + parts["own"])
    total.backward()
    assert diverse.grad is not None


def test_the_corrected_feedback_counts_inside_the_window_only() -> None:
    truth, window = torch.ones(1, 1, 16, 16, dtype=torch.uint8), torch.zeros(1, 1, 4, 4)
    window[..., :2, :2] = 1
    corrected = torch.full((1, 1, 4, 4), 0.3, requires_grad=True)
    output = Output(torch.zeros(1, 1, 16, 16), {"corrected": corrected})
    total_loss(output, truth, window, torch.zeros(len(truth)), LossConfig())[0].backward()
    assert corrected.grad is not None
    assert (corrected.grad != 0).float().equal(window)


def test_no_sigmoid_is_applied_to_a_probability() -> None:
    """Corrected feedback that is right everywhere costs almost nothing: no second sigmoid."""
    truth = torch.ones(1, 1, 16, 16, dtype=torch.uint8)
    output = Output(torch.full((1, 1, 16, 16), 20.0), {"corrected": torch.ones(1, 1, 4, 4)})
    _, parts = total_loss(output, truth, torch.ones(1, 1, 4, 4), torch.zeros(1), LossConfig())
    assert float(parts["corrected"]) < 1e-3


def test_the_score_learns_the_iou_with_the_whole_object() -> None:
    logits = torch.full((2, 1, 8, 8), -9.0)
    logits[:, :, :4] = 9.0  # 32 pixels
    truth = torch.zeros(2, 1, 8, 8, dtype=torch.uint8)
    truth[:, :, :2] = 1  # 16 of them
    truth[:, :, 3] = 255  # 8 do not count
    beyond = torch.tensor([0.0, 8.0])
    torch.testing.assert_close(whole_iou(logits, truth, beyond), torch.tensor([16 / 24, 16 / 32]))
    score = torch.zeros(2, 1, requires_grad=True)
    output = Output(logits, {"score": score})
    total, parts = total_loss(output, truth, torch.ones(2, 1, 2, 2), beyond, LossConfig())
    (gradient,) = torch.autograd.grad(total, score)
    torch.testing.assert_close(gradient[:, 0], (0.5 - torch.tensor([16 / 24, 16 / 32])) / 2)
    assert float(parts["score"]) > 0


# ── losses of other methods ───────────────────────────────────────────────────────────────────────


def goal_of(truth: torch.Tensor, clicks: torch.Tensor, **outputs: torch.Tensor) -> Goal:
    middle = cell_truth(truth)
    return Goal(
        truth=truth,
        window=torch.ones(len(truth), 1, *middle.shape[-2:]),
        beyond=torch.zeros(len(truth)),
        cells=(middle == 1).float(),
        cell_counts=(middle != 255).float(),
        logits=torch.zeros(truth.shape),
        target=(truth == 1).float(),
        counts=(truth != 255).float(),
        clicks=clicks,
        outputs=outputs,
    )


def test_pixels_near_clicks_of_their_side_weigh_more() -> None:
    clicks = torch.zeros(1, 2, 8, 160)
    clicks[0, 0, 4, 10] = clicks[0, 1, 4, 150] = 1
    target = torch.zeros(1, 1, 8, 160)
    target[..., :80] = 1
    weights = click_weights(clicks, target)[0, 0, 4]
    assert weights[[10, 150]].tolist() == [2, 2]
    assert weights[60] == pytest.approx(2 - 1.2 * 0.5, abs=0.02)
    assert weights[80] == pytest.approx(2 - 1.2 * 0.7, abs=0.02)
    assert click_weights(clicks * 0, target).unique().tolist() == pytest.approx([0.8])
    first = weights_of_map(clicks[:, :1], target)[0, 0, 4]
    assert first[10] == 2
    assert first[80:].unique().tolist() == pytest.approx([0.8])


def two_answers() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return truths of two samples, and two answers: one is right for the first, one for both."""
    truth = torch.zeros(2, 1, 16, 16, dtype=torch.uint8)
    truth[..., :8, :] = 1
    right = torch.where(truth == 1, 9.0, -9.0)
    answers = torch.cat([right, right], 1)
    answers[1, 0] = -answers[1, 0]
    clicks = torch.zeros(2, 2, 16, 16)
    clicks[:, 0, 3, 3] = 1
    return truth, answers, clicks


def test_the_best_answer_counts_in_every_sample_and_early_ones_more() -> None:
    truth, answers, clicks = two_answers()
    goal = goal_of(truth, clicks, diverse=answers)
    assert missed_overlap(answers, goal).round().tolist() == [[0, 0], [1, 0]]
    loss = LOSSES["diverse"](answers, goal)
    # Of the second sample only the first answer is wrong: twice 0.0025, and at the click by half.
    assert float(loss) == pytest.approx((0.0025 * 2 + 0.5) / 2, abs=2e-3)
    swapped = LOSSES["diverse"](answers.flip(1), goal)
    assert float(loss - swapped) == pytest.approx(0.0025 / 2, abs=1e-4)
    scores = torch.tensor([[2.0, -2.0], [-2.0, 2.0]])
    assert float(LOSSES["chosen"](scores, goal)) < 0.05 < float(LOSSES["chosen"](-scores, goal))
    several = LOSSES["several"](answers, goal)
    both_wrong = LOSSES["several"](-answers, goal)
    assert float(several) < float(both_wrong)


def test_an_edge_is_one_pixel_to_either_side_and_weighs_as_much_as_the_rest() -> None:
    truth, _, clicks = two_answers()
    goal = goal_of(truth, clicks)
    nothing = torch.full((2, 1, 16, 16), -6.0)
    right = nothing.clone()
    right[..., 7:9, :] = 6
    assert float(LOSSES["edge"](right, goal)) < 0.01
    # Two rows of sixteen are edge; weighted by eight, they are eight fifteenths of the sum.
    assert float(LOSSES["edge"](nothing, goal)) == pytest.approx(6 * 8 / 15, abs=0.02)


def test_a_refined_part_counts_inside_alone_and_more_where_coarse_masks_are_wrong() -> None:
    truth = torch.zeros(1, 1, 32, 32, dtype=torch.uint8)
    truth[..., 10:21, 3:30] = 1
    border = coarse_border((truth == 1).float())
    assert border[0, 0, 10, 16] == 1
    assert border[0, 0, 15, 16] == border[0, 0, 0, 0] == 0
    goal = goal_of(truth, torch.zeros(1, 2, 32, 32))
    output = torch.randn(1, 3, 32, 32)
    output[:, 2] = 0
    output[:, 2, :16] = 1
    changed = output.clone()
    changed[:, :2, 16:] += 5
    assert LOSSES["refined"](output, goal).equal(LOSSES["refined"](changed, goal))
    changed[:, :2, :16] += 5
    assert not LOSSES["refined"](output, goal).equal(LOSSES["refined"](changed, goal))


def test_the_branch_of_the_first_click_learns_most_near_it() -> None:
    truth = torch.ones(1, 1, 32, 256, dtype=torch.uint8)
    clicks = torch.zeros(1, 3, 32, 256)
    clicks[0, 2, 2, 2] = 1
    logits = torch.zeros(1, 1, 8, 64, requires_grad=True)
    LOSSES["first"](logits, goal_of(truth, clicks)).backward()
    assert logits.grad is not None
    near, far = logits.grad[0, 0, 0, 0], logits.grad[0, 0, 0, 60]
    assert float(near / far) == pytest.approx(2 / 0.8, rel=0.01)
