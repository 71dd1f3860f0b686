"""The losses of the paper, all on logits, averaged over the pixels that count.

Unlike the released code no sigmoid is applied to a probability, and the auxiliary loss is really
added.
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
"""Exponent of its focus (paper)."""
PROBS_EPSILON = 1e-4
"""Distance of probabilities from 0 and 1, so that their logits are finite."""
BORDER = 3
"""Pixels to either side of an object's edge that are its border."""


@dataclass(frozen=True)
class LossConfig:
    """Weights of the losses; the focal loss of the logits has weight 1.

    auxiliary: binary cross-entropy of the head's auxiliary logits.
    corrected: focal loss of the feedback after FFC, inside its window.
    fused: focal loss of the feedback after CFF.
    overlap: one less the soft IoU of the logits (ours; 0 in the paper).
    score: binary cross-entropy of the model's estimate of its own IoU, if it has one.
    border: how much more a pixel at the object's border counts in the focal loss of the logits
        (ours; 0 in the paper).
    clicks: how far the weights of `click_weights` act in that loss (1 in FCA-Net, 0 in the paper).
    spread, coarse, edge: of outputs of CDNet and EdgeFlow.
    chosen: of LD's selector.
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
    """What outputs should be.

    truth: (B, 1, H, W) uint8, 0, 1 or 255 (ignore).  window: (B, 1, h, w) 0/1 at stride 4.
    beyond: (B,) pixels of the object outside of the crop.
    cells, cell_counts: (B, 1, h, w) float 0/1, the object at stride 4 and the cells that count.
    logits: (B, 1, H, W) float32, the model's answer, which the score describes.
    target, counts: (B, 1, H, W) float 0/1, the object and the pixels that count.
    clicks: (B, K, H, W), the maps of the clicks.
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
    """Return the binary cross-entropy of logits (B, 1, h, w) over the cells that count."""
    entropy = functional.binary_cross_entropy_with_logits(
        output.float(), goal.cells, reduction="none"
    )
    return (entropy * goal.cell_counts).sum() / goal.cell_counts.sum().clamp_min(1)


def corrected_loss(output: Tensor, goal: Goal) -> Tensor:
    """Return the focal loss of corrected feedback (B, 1, h, w) in [0, 1], inside the window."""
    # FFC blends probabilities; the loss is on logits like all others.
    logits = output.float().clamp(PROBS_EPSILON, 1 - PROBS_EPSILON).logit()
    return normalised_focal(logits, goal.cells, goal.cell_counts * goal.window)


def fused_loss(output: Tensor, goal: Goal) -> Tensor:
    """Return the focal loss of the logits (B, 1, h, w) of fused feedback."""
    return normalised_focal(output.float(), goal.cells, goal.cell_counts)


def score_loss(output: Tensor, goal: Goal) -> Tensor:
    """Return the binary cross-entropy of the expected IoU, logits (B, 1), with the true one."""
    iou = whole_iou(goal.logits, goal.truth, goal.beyond)
    return functional.binary_cross_entropy_with_logits(output[:, 0].float(), iou)


def first_loss(output: Tensor, goal: Goal) -> Tensor:
    """Return FCA-Net's loss of its branch's logits (B, 1, h, w): more weight near the first click.

    The last map of the clicks is 1 at the first click.
    """
    target = goal.cells
    weights = weights_of_map(goal.clicks[:, -1:], goal.target)
    weights = weights[..., STRIDE // 2 :: STRIDE, STRIDE // 2 :: STRIDE] * goal.cell_counts
    entropy = functional.binary_cross_entropy_with_logits(output.float(), target, reduction="none")
    return (entropy * weights).sum() / goal.cell_counts.sum().clamp_min(1)


def spread_loss(output: Tensor, goal: Goal) -> Tensor:
    """Return the focal loss of CDNet's logits (B, 1, h, w) of which cells are object."""
    return normalised_focal(output.float(), goal.cells, goal.cell_counts)


def several_loss(output: Tensor, goal: Goal) -> Tensor:
    """Return CDNet's diversity loss of logits (B, M, H, W): the best counts, and all at clicks."""
    logits = output.float()
    each = [
        focal_of_samples(logits[:, number : number + 1], goal.target, goal.counts)
        for number in range(logits.shape[1])
    ]
    # Of each sample and not of the batch: what a click means differs from object to object.
    best = torch.stack(each).amin(0).mean()
    clicked = goal.clicks[:, :2].amax(1, keepdim=True) * goal.counts
    entropy = functional.binary_cross_entropy_with_logits(
        logits, goal.target.expand_as(logits), reduction="none"
    )
    return best + ((0.99 * clicked + 0.01) * entropy).mean((2, 3)).sum(1).mean()


def diverse_loss(output: Tensor, goal: Goal) -> Tensor:
    """Return LD's loss of ordered answers (B, M, H, W): the best, all in turn, and at clicks."""
    misses = missed_overlap(output.float(), goal)
    count = misses.shape[1]
    # Falling weights keep an order: early answers are to be good alone.
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
    """Return (B, M): one less the soft overlap of each of the answers (B, M, H, W)."""
    probs, target = logits.sigmoid() * goal.counts, goal.target * goal.counts
    both = (probs * target).sum((2, 3))
    either = torch.maximum(probs, target.expand_as(probs)).sum((2, 3))
    return 1 - both / either.clamp_min(1e-6)


def coarse_loss(output: Tensor, goal: Goal) -> Tensor:
    """Return the focal loss of logits (B, 1, H, W) before they were refined."""
    return normalised_focal(output.float(), goal.target, goal.counts)


def edge_loss(output: Tensor, goal: Goal) -> Tensor:
    """Return the weighted cross-entropy of logits (B, 1, H, W) of the object's edge (EdgeFlow)."""
    edge = border_of(goal.truth, 1)
    share = (edge * goal.counts).sum() / goal.counts.sum().clamp_min(1)
    # Few pixels are edge: without a weight, none at all would be found.
    more = (1 / share.clamp_min(1e-6)).clamp(1, 20)
    weight = goal.counts * (1 + (more - 1) * edge)
    entropy = functional.binary_cross_entropy_with_logits(output.float(), edge, reduction="none")
    return (entropy * weight).sum() / weight.sum().clamp_min(1)


def refined_loss(output: Tensor, goal: Goal) -> Tensor:
    """Return FocalClick's losses of a refined part: logits, logits of the border, and where it is.

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
    """Return (B, 1, H, W) 0/1: where a mask shrunk eight times and enlarged again is wrong."""
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
"""The registry of losses, by the name of the output in `Output.extras`.

A weight of the same name in LossConfig counts; a loss without one has the weight 1.
"""


def total_loss(
    output: Output,
    truth: Tensor,
    window: Tensor,
    beyond: Tensor,
    config: LossConfig,
    clicks: Tensor | None = None,
) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the weighted sum of all losses, and each of them for the log.

    truth: (B, 1, H, W) uint8, 0, 1 or 255 (ignore).  window: (B, 1, h, w) 0/1 at stride 4.
    beyond: (B,) pixels of the object outside of the crop.
    clicks: (B, K, H, W), the maps of the clicks; None for none, where no loss asks for them.
    Raises ConfigError for an output that has no loss: it would never learn.
    """
    unknown = sorted(output.extras.keys() - LOSSES.keys())
    if unknown:
        raise ConfigError(
            f"expected outputs with a loss ({', '.join(LOSSES)}), got {unknown[0]!r}: "
            "add its loss to fcfi.training.losses.LOSSES"
        )
    # In float32 whatever the network computes in: sums over a crop overflow 16 bits.
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
    # In the order of the table, so that a sum is the same to the bit whatever the model's order.
    for name, loss in LOSSES.items():
        if name in output.extras:
            parts[name] = loss(output.extras[name], goal)
            weights[name] = getattr(config, name, 1.0)
    total = torch.stack([weights[name] * part for name, part in parts.items()]).sum()
    return total, {name: part.detach() for name, part in parts.items()}


def normalised_focal(logits: Tensor, target: Tensor, counts: Tensor) -> Tensor:
    """Return the focal loss whose weights sum, in every sample, to the pixels that count (RITM).

    As there, gradient flows through the focal weights but not through the factor that scales them.
    logits, target (0/1), counts (0/1, or more where a pixel counts more): (B, 1, H, W) float32.
    """
    return focal_of_samples(logits, target, counts).mean()


def focal_of_samples(logits: Tensor, target: Tensor, counts: Tensor) -> Tensor:
    """Return the same of each sample, (B,)."""
    # From logits: a sigmoid and then a logarithm would lose small probabilities.
    negative_log = functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    focus = (1 - torch.exp(-negative_log)).pow(GAMMA) * counts
    # The number of pixels cancels out in the mean over them.
    scale = ALPHA / focus.sum((1, 2, 3), keepdim=True).detach().clamp_min(1e-6)
    return (scale * focus * negative_log).sum((1, 2, 3))


def soft_overlap(logits: Tensor, target: Tensor, counts: Tensor) -> Tensor:
    """Return one less the soft IoU, averaged over samples."""
    probs = logits.sigmoid() * counts
    target = target * counts
    both = (probs * target).sum((1, 2, 3))
    either = (probs + target).sum((1, 2, 3)) - both
    # One pixel more in both, so that an empty target has a finite loss.
    return (1 - (both + 1) / (either + 1)).mean()


def whole_iou(logits: Tensor, truth: Tensor, beyond: Tensor | float = 0.0) -> Tensor:
    """Return the IoU (B,) of masks with truths (0, 1, 255); `beyond` pixels more are missed."""
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
    """Return the truth (B, 1, h, w) of the pixel near the middle of each cell."""
    return truth[..., STRIDE // 2 :: STRIDE, STRIDE // 2 :: STRIDE]
