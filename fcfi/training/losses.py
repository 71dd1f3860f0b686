"""The losses of the paper, all on logits, averaged over the pixels that are not ignored.

Unlike in the released code, no sigmoid is applied to a probability, and the auxiliary loss is
actually added.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from fcfi.errors import ConfigError
from fcfi.masks.truth import BACKGROUND, IGNORE, OBJECT
from fcfi.models.fcfi import Output
from fcfi.prediction.guidance import STRIDE
from fcfi.training.click_weights import click_weights, weights_of_map

ALPHA = 0.5
"""Weight of the normalised focal loss (paper)."""
GAMMA = 2.0
"""Exponent of the focal weights (paper)."""
PROBS_EPSILON = 1e-4
"""Smallest distance of probabilities from 0 and 1, so that their logits are finite."""
BORDER = 3
"""Pixels on either side of an object's edge that belong to its border."""


@dataclass(frozen=True)
class LossConfig:
    """Weights of the losses; the focal loss of the logits has weight 1.

    auxiliary: binary cross-entropy of the head's auxiliary logits.
    corrected: focal loss of the feedback after FFC, inside its window.
    fused: focal loss of the feedback after CFF.
    overlap: one minus the soft IoU of the logits (ours; 0 in the paper).
    score: binary cross-entropy of the model's estimate of its own IoU, if it has one.
    border: additional weight of pixels at the object's border in the focal loss of the logits
        (ours; 0 in the paper).
    clicks: share of `click_weights` in that loss (1 in FCA-Net, 0 in the paper).
    spread, coarse, edge: losses of outputs of CDNet and EdgeFlow.
    chosen: loss of LD's selector.
    """

    auxiliary: float = 0.4
    corrected: float = 0.2
    fused: float = 0.2
    overlap: float = 0.0
    score: float = 1.0
    border: float = 0.0
    clicks: float = 0.0
    spread: float = 0.4
    coarse: float = 0.4
    edge: float = 0.4
    chosen: float = 0.1

    def __post_init__(self) -> None:
        for name, weight in asdict(self).items():
            if weight < 0:
                raise ConfigError(
                    f"expected losses.{name} of at least 0, got {weight}: 0 leaves the loss out"
                )


@dataclass(frozen=True, eq=False)
class Goal:
    """The targets of the losses.

    truth: (B, 1, H, W) uint8, 0, 1 or 255 (ignore).  window: (B, 1, h, w) 0/1 at stride 4.
    beyond: (B,) pixels of the object outside the crop.
    cells, cell_counts: (B, 1, h, w) float 0/1, the object at stride 4 and the cells not ignored.
    logits: (B, 1, H, W) float32, the model's answer, which the score describes.
    target, counts: (B, 1, H, W) float 0/1, the object and the pixels not ignored.
    clicks: (B, K, H, W), the click maps.
    outputs: all outputs by name.
    """

    truth: Tensor
    window: Tensor
    beyond: Tensor
    cells: Tensor
    cell_counts: Tensor
    logits: Tensor
    target: Tensor
    counts: Tensor
    clicks: Tensor
    outputs: Mapping[str, Tensor]


def auxiliary_loss(output: Tensor, goal: Goal) -> Tensor:
    """Return the binary cross-entropy of logits (B, 1, h, w) over the cells not ignored."""
    entropy = functional.binary_cross_entropy_with_logits(
        output.float(), goal.cells, reduction="none"
    )
    return (entropy * goal.cell_counts).sum() / goal.cell_counts.sum().clamp_min(1)


def corrected_loss(output: Tensor, goal: Goal) -> Tensor:
    """Return the focal loss of corrected feedback (B, 1, h, w) in [0, 1], inside the window."""
    # FFC blends probabilities; this loss is on logits like all others.
    logits = output.float().clamp(PROBS_EPSILON, 1 - PROBS_EPSILON).logit()
    return normalised_focal(logits, goal.cells, goal.cell_counts * goal.window)


def fused_loss(output: Tensor, goal: Goal) -> Tensor:
    """Return the focal loss of the logits (B, 1, h, w) of fused feedback."""
    return normalised_focal(output.float(), goal.cells, goal.cell_counts)


def score_loss(output: Tensor, goal: Goal) -> Tensor:
    """Return the binary cross-entropy of the estimated IoU, logits (B, 1), with the true IoU."""
    iou = whole_iou(goal.logits, goal.truth, goal.beyond)
    return functional.binary_cross_entropy_with_logits(output[:, 0].float(), iou)


def first_loss(output: Tensor, goal: Goal) -> Tensor:
    """Return FCA-Net's loss of its branch's logits (B, 1, h, w), weighted by the first click.

    The last click map is 1 at the first click.
    """
    target = goal.cells
    weights = weights_of_map(goal.clicks[:, -1:], goal.target)
    weights = weights[..., STRIDE // 2 :: STRIDE, STRIDE // 2 :: STRIDE] * goal.cell_counts
    entropy = functional.binary_cross_entropy_with_logits(output.float(), target, reduction="none")
    return (entropy * weights).sum() / goal.cell_counts.sum().clamp_min(1)


def spread_loss(output: Tensor, goal: Goal) -> Tensor:
    """Return the focal loss of CDNet's object logits (B, 1, h, w)."""
    return normalised_focal(output.float(), goal.cells, goal.cell_counts)


def several_loss(output: Tensor, goal: Goal) -> Tensor:
    """Return CDNet's diversity loss of logits (B, M, H, W): of the best, and of all at clicks."""
    logits = output.float()
    each = [
        focal_of_samples(logits[:, number : number + 1], goal.target, goal.counts)
        for number in range(logits.shape[1])
    ]
    # The best of each sample, not of the batch: the meaning of a click differs between objects.
    best = torch.stack(each).amin(0).mean()
    clicked = goal.clicks[:, :2].amax(1, keepdim=True) * goal.counts
    entropy = functional.binary_cross_entropy_with_logits(
        logits, goal.target.expand_as(logits), reduction="none"
    )
    return best + ((0.99 * clicked + 0.01) * entropy).mean((2, 3)).sum(1).mean()


def diverse_loss(output: Tensor, goal: Goal) -> Tensor:
    """Return LD's loss of ordered answers (B, M, H, W): of the best, of all, and at clicks."""
    misses = missed_overlap(output.float(), goal)
    count = misses.shape[1]
    # Decreasing weights impose an order: early answers must be good on their own.
    order = 2.0 ** torch.arange(count - 1, -1, -1, device=misses.device)
    clicked = (goal.clicks[:, :2].amax(1, keepdim=True) >= 1) * goal.counts
    wrong = (output.float().sigmoid() - goal.target).abs() * clicked
    at_clicks = wrong.sum((1, 2, 3)) / (count * clicked.sum((1, 2, 3))).clamp_min(1)
    return (misses.amin(1) + 0.0025 * (misses * order).sum(1) + at_clicks).mean()


def chosen_loss(output: Tensor, goal: Goal) -> Tensor:
    """Return the cross-entropy of scores (B, M) with the best of LD's answers."""
    best = missed_overlap(goal.outputs["diverse"].detach().float(), goal).argmin(1)
    return functional.cross_entropy(output.float(), best)


def missed_overlap(logits: Tensor, goal: Goal) -> Tensor:
    """Return (B, M): one minus the soft overlap of each of the answers (B, M, H, W)."""
    probs, target = logits.sigmoid() * goal.counts, goal.target * goal.counts
    both = (probs * target).sum((2, 3))
    either = torch.maximum(probs, target.expand_as(probs)).sum((2, 3))
    return 1 - both / either.clamp_min(1e-6)


def coarse_loss(output: Tensor, goal: Goal) -> Tensor:
    """Return the focal loss of logits (B, 1, H, W) before refinement."""
    return normalised_focal(output.float(), goal.target, goal.counts)


def edge_loss(output: Tensor, goal: Goal) -> Tensor:
    """Return the weighted cross-entropy of edge logits (B, 1, H, W) (EdgeFlow)."""
    edge = border_of(goal.truth, 1)
    share = (edge * goal.counts).sum() / goal.counts.sum().clamp_min(1)
    # Few pixels are edges: without weights, none would be found.
    more = (1 / share.clamp_min(1e-6)).clamp(1, 20)
    weight = goal.counts * (1 + (more - 1) * edge)
    entropy = functional.binary_cross_entropy_with_logits(output.float(), edge, reduction="none")
    return (entropy * weight).sum() / weight.sum().clamp_min(1)


def refined_loss(output: Tensor, goal: Goal) -> Tensor:
    """Return FocalClick's losses of a refined part: of its logits and of its border logits.

    output: (B, 3, H, W).
    """
    logits, border, inside = (output.float()[:, part : part + 1] for part in range(3))
    counts = goal.counts * inside
    edge = coarse_border(goal.target)
    refined = normalised_focal(logits, goal.target, counts * (0.5 + 0.5 * edge))
    entropy = functional.binary_cross_entropy_with_logits(border, edge, reduction="none")
    bordering: Tensor = (entropy * counts).sum() / counts.sum().clamp_min(1)
    return refined + bordering


def coarse_border(target: Tensor) -> Tensor:
    """Return (B, 1, H, W) 0/1: where a mask is wrong after shrinking it eight times and back."""
    small = functional.avg_pool2d(target, 8)
    back = (
        functional.interpolate(small, target.shape[-2:], mode="bilinear", align_corners=False) > 0.5
    )
    wrong = (back != (target > 0.5)).float()
    return functional.max_pool2d(wrong, 5, 1, 2)


Loss = Callable[[Tensor, Goal], Tensor]
LOSSES: Final[dict[str, Loss]] = {
    "auxiliary": auxiliary_loss,
    "corrected": corrected_loss,
    "fused": fused_loss,
    "score": score_loss,
    "first": first_loss,
    "spread": spread_loss,
    "several": several_loss,
    "diverse": diverse_loss,
    "chosen": chosen_loss,
    "coarse": coarse_loss,
    "edge": edge_loss,
    "refined": refined_loss,
}
"""The registry of losses, by the name of an output in `Output.extras`.

Its weight is the field of LossConfig with the same name, or else 1.
"""


def total_loss(
    output: Output,
    truth: Tensor,
    window: Tensor,
    beyond: Tensor,
    config: LossConfig,
    clicks: Tensor | None = None,
) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the weighted sum of all losses, and each loss for the log.

    truth: (B, 1, H, W) uint8, 0, 1 or 255 (ignore).  window: (B, 1, h, w) 0/1 at stride 4.
    beyond: (B,) pixels of the object outside the crop.
    clicks: (B, K, H, W), the click maps; None if no loss needs them.
    Raises ConfigError for an output without a loss, which would never be trained.
    """
    unknown = sorted(output.extras.keys() - LOSSES.keys())
    if unknown:
        raise ConfigError(
            f"expected outputs with a loss ({', '.join(LOSSES)}), got {unknown[0]!r}: "
            "add its loss to fcfi.training.losses.LOSSES"
        )
    # In float32 whatever the network's precision: sums over a crop overflow 16 bits.
    target, counts = (truth == OBJECT).float(), (truth != IGNORE).float()
    middle = cell_truth(truth)
    logits = output.logits.float()
    goal = Goal(
        truth=truth,
        window=window,
        beyond=beyond,
        cells=(middle == OBJECT).float(),
        cell_counts=(middle != IGNORE).float(),
        logits=logits,
        target=target,
        counts=counts,
        clicks=logits.new_zeros(len(truth), 2, *truth.shape[-2:]) if clicks is None else clicks,
        outputs=output.extras,
    )
    weight = counts * (1 + config.border * border_of(truth)) if config.border else counts
    if config.clicks:
        weight = weight * (1 + config.clicks * (click_weights(goal.clicks, target) - 1))
    parts = {"final": normalised_focal(logits, target, weight)}
    weights = {"final": 1.0}
    if config.overlap:
        parts["overlap"] = soft_overlap(logits, target, counts)
        weights["overlap"] = config.overlap
    # In the order of the table, so that the sum is identical whatever the model's order.
    for name, loss in LOSSES.items():
        if name in output.extras:
            parts[name] = loss(output.extras[name], goal)
            weights[name] = getattr(config, name, 1.0)
    total = torch.stack([weights[name] * part for name, part in parts.items()]).sum()
    return total, {name: part.detach() for name, part in parts.items()}


def normalised_focal(logits: Tensor, target: Tensor, counts: Tensor) -> Tensor:
    """Return the focal loss, normalised per sample to the pixels not ignored (RITM).

    As there, gradients flow through the focal weights but not through their scale.
    logits, target (0/1), counts (0/1, or larger for more weight): (B, 1, H, W) float32.
    """
    return focal_of_samples(logits, target, counts).mean()


def focal_of_samples(logits: Tensor, target: Tensor, counts: Tensor) -> Tensor:
    """Return the normalised focal loss of each sample (B,)."""
    # From logits: a sigmoid followed by a logarithm would lose small probabilities.
    negative_log = functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    focus = (1 - torch.exp(-negative_log)).pow(GAMMA) * counts
    # The number of pixels cancels out in their mean.
    scale = ALPHA / focus.sum((1, 2, 3), keepdim=True).detach().clamp_min(1e-6)
    return (scale * focus * negative_log).sum((1, 2, 3))


def soft_overlap(logits: Tensor, target: Tensor, counts: Tensor) -> Tensor:
    """Return one minus the soft IoU, averaged over samples."""
    probs = logits.sigmoid() * counts
    target = target * counts
    both = (probs * target).sum((1, 2, 3))
    either = (probs + target).sum((1, 2, 3)) - both
    # One pixel is added to both, so that an empty target has a finite loss.
    return (1 - (both + 1) / (either + 1)).mean()


def whole_iou(logits: Tensor, truth: Tensor, beyond: Tensor | float = 0.0) -> Tensor:
    """Return the IoU (B,) of masks with truths (0, 1, 255); `beyond` more pixels are missed."""
    mask = logits.detach() > 0
    target = truth == OBJECT
    both = (mask & target).sum((1, 2, 3)).float()
    either = ((mask | target) & (truth != IGNORE)).sum((1, 2, 3)).float() + beyond
    return both / either.clamp_min(1)


def border_of(truth: Tensor, width: int = BORDER) -> Tensor:
    """Return (B, 1, H, W) 0/1: pixels with both object and background within `width` pixels."""
    near_object, near_background = (
        functional.max_pool2d((truth == value).float(), 2 * width + 1, 1, width)
        for value in (OBJECT, BACKGROUND)
    )
    return near_object * near_background


def cell_truth(truth: Tensor) -> Tensor:
    """Return the truth (B, 1, h, w) of the pixel near the centre of each cell."""
    return truth[..., STRIDE // 2 :: STRIDE, STRIDE // 2 :: STRIDE]
