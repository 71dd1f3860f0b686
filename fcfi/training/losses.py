"""The losses of the paper, all on logits, averaged over the pixels that count.

Unlike the released code no sigmoid is applied to a probability, and the auxiliary loss is really
added.
"""

from dataclasses import asdict, dataclass

import torch
from torch import Tensor
from torch.nn import functional

from fcfi.errors import ConfigError
from fcfi.masks.truth import BACKGROUND, IGNORE, OBJECT
from fcfi.models.fcfi import Output
from fcfi.prediction.guidance import STRIDE

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
    """

    auxiliary: float = 0.4
    corrected: float = 0.2
    fused: float = 0.2
    overlap: float = 0.0
    score: float = 1.0
    border: float = 0.0

    def __post_init__(self) -> None:
        for name, weight in asdict(self).items():
            if weight < 0:
                raise ConfigError(
                    f"expected losses.{name} of at least 0, got {weight}: 0 leaves the loss out"
                )


def total_loss(
    output: Output, truth: Tensor, window: Tensor, beyond: Tensor, config: LossConfig
) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the weighted sum of the losses, and each of them for the log.

    truth: (B, 1, H, W) uint8, 0, 1 or 255 (ignore).  window: (B, 1, h, w) 0/1 at stride 4.
    beyond: (B,) pixels of the object outside of the crop.
    """
    # ── final logits, at every pixel ──────────────────────────────────────────────────────────────
    target = (truth == OBJECT).float()
    counts = (truth != IGNORE).float()
    logits = output.logits.float()
    weight = counts * (1 + config.border * border_of(truth)) if config.border else counts
    parts = {"final": normalised_focal(logits, target, weight)}
    weights = {"final": 1.0}
    if config.overlap:
        parts["overlap"] = soft_overlap(logits, target, counts)
        weights["overlap"] = config.overlap

    # ── auxiliary logits and feedback, at stride 4 ────────────────────────────────────────────────
    middle = cell_truth(truth)
    small_target = (middle == OBJECT).float()
    small_counts = (middle != IGNORE).float()
    if output.aux_logits is not None:
        entropy = functional.binary_cross_entropy_with_logits(
            output.aux_logits.float(), small_target, reduction="none"
        )
        parts["auxiliary"] = (entropy * small_counts).sum() / small_counts.sum().clamp_min(1)
        weights["auxiliary"] = config.auxiliary
    if output.corrected is not None:
        # FFC blends probabilities; the loss is on logits like all others.
        corrected_logits = output.corrected.float().clamp(PROBS_EPSILON, 1 - PROBS_EPSILON).logit()
        parts["corrected"] = normalised_focal(corrected_logits, small_target, small_counts * window)
        weights["corrected"] = config.corrected
    if output.fused_logits is not None:
        parts["fused"] = normalised_focal(output.fused_logits.float(), small_target, small_counts)
        weights["fused"] = config.fused

    # ── score ─────────────────────────────────────────────────────────────────────────────────────
    if output.score is not None:
        iou = whole_iou(logits, truth, beyond)
        parts["score"] = functional.binary_cross_entropy_with_logits(
            output.score[:, 0].float(), iou
        )
        weights["score"] = config.score
    total = torch.stack([weights[name] * part for name, part in parts.items()]).sum()
    return total, {name: part.detach() for name, part in parts.items()}


def normalised_focal(logits: Tensor, target: Tensor, counts: Tensor) -> Tensor:
    """Return the focal loss whose weights sum, in every sample, to the pixels that count (RITM).

    As there, gradient flows through the focal weights but not through the factor that scales them.
    logits, target (0/1), counts (0/1, or more where a pixel counts more): (B, 1, H, W) float32.
    """
    negative_log = functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    focus = (1 - torch.exp(-negative_log)).pow(GAMMA) * counts
    # The number of pixels cancels out in the mean over them.
    scale = ALPHA / focus.sum((1, 2, 3), keepdim=True).detach().clamp_min(1e-6)
    return (scale * focus * negative_log).sum((1, 2, 3)).mean()


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


def border_of(truth: Tensor) -> Tensor:
    """Return (B, 1, H, W) 0/1: pixels with both object and background within BORDER pixels."""
    near_object, near_background = (
        functional.max_pool2d((truth == value).float(), 2 * BORDER + 1, 1, BORDER)
        for value in (OBJECT, BACKGROUND)
    )
    return near_object * near_background


def cell_truth(truth: Tensor) -> Tensor:
    """Return the truth (B, 1, h, w) of the pixel near the middle of each cell."""
    return truth[..., STRIDE // 2 :: STRIDE, STRIDE // 2 :: STRIDE]
