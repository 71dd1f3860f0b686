"""The registry of necks: what acts between a body's features and its head.

A neck sees what was given beside the image, returns the features that the head reads, and further
outputs by name, each for a loss of that name.  FCFI's own, `feedback`, corrects the feedback near
the new click (FFC) and lets it and the features update each other (CFF).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from torch import Tensor, nn

from fcfi.errors import ConfigError
from fcfi.models.config import ModelConfig
from fcfi.models.feedback import (
    CollaborativeFusion,
    CorrectedFusion,
    EncodedCorrection,
    SimilarityCorrection,
)
from fcfi.models.layers import resize_like


class NeckInputs(NamedTuple):
    """What a neck sees beside the features F (B, C, h, w).

    pixels: (B, *, H, W), the prompt maps, and before them the normalised image if the body keeps
        it.
    feedback: (B, 1, H, W) in [0, 1].  window: (B, 1, h, w) 0/1.  cell: (B,) int64.
    label, gate: (B, 1, 1, 1) 0/1.
    """

    pixels: Tensor
    feedback: Tensor
    window: Tensor
    cell: Tensor
    label: Tensor
    gate: Tensor


@dataclass(frozen=True)
class Neck:
    """A neck.

    parts: returns its modules by name, for a configuration, the channels of F and those of
        `NeckInputs.pixels`; the network holds them under these names.
    run: returns the features for the head and further outputs, given the parts.
    """

    parts: Callable[[ModelConfig, int, int], Mapping[str, nn.Module | None]]
    run: Callable[[Mapping[str, Any], Tensor, NeckInputs], tuple[Tensor, dict[str, Tensor]]]


def feedback_parts(
    config: ModelConfig, channels: int, pixels: int
) -> Mapping[str, nn.Module | None]:
    """Return FFC and CFF, as far as the configuration has them."""
    return {
        "correction": _correction(config, channels, pixels),
        "fusion": _fusion(config, channels),
    }


def run_feedback(
    parts: Mapping[str, Any], features: Tensor, inputs: NeckInputs
) -> tuple[Tensor, dict[str, Tensor]]:
    """Return F updated by the corrected feedback, and the feedback after each of the two parts."""
    extras: dict[str, Tensor] = {}
    corrected = small = resize_like(inputs.feedback, features)
    if parts["correction"] is not None:
        corrected = parts["correction"](
            features, inputs.pixels, small, inputs.window, inputs.cell, inputs.label
        )
        extras["corrected"] = corrected
    if parts["fusion"] is not None:
        features, fused = parts["fusion"](features, corrected, inputs.gate)
        if fused is not None:
            extras["fused"] = fused
    return features, extras


NECKS: Final[dict[str, Neck]] = {"feedback": Neck(feedback_parts, run_feedback)}
"""By the name that `model.neck` in a recipe has."""


def find_neck(name: str) -> Neck:
    """Return the neck of this name.  Raises ConfigError for an unknown name."""
    if name not in NECKS:
        raise ConfigError(f"expected neck to be one of {', '.join(NECKS)}, got {name!r}")
    return NECKS[name]


def _correction(config: ModelConfig, channels: int, pixels: int) -> nn.Module | None:
    """Return the FFC of a configuration."""
    if config.correction == "none":
        return None
    if config.correction == "similarity":
        return SimilarityCorrection()
    return EncodedCorrection(pixels + 1 + channels, config.mid)  # and one of feedback


def _fusion(config: ModelConfig, channels: int) -> nn.Module | None:
    """Return what lets feedback act on F: CFF, its half with FFC alone, nothing in the baseline."""
    if config.fusion == "collaborative":
        return CollaborativeFusion(channels, config.mid)
    return None if config.correction == "none" else CorrectedFusion(channels)
