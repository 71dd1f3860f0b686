"""The registry of necks: modules between a body's features and its head.

A neck sees the prompts, and returns the features that the head reads and further outputs by name,
each for a loss of that name.  FCFI's own neck, `feedback`, corrects the feedback near the new click
(FFC), and then feedback and features update each other (CFF).
"""

from collections.abc import Mapping
from typing import Any, Final

from torch import Tensor, nn

from fcfi.errors import ConfigError
from fcfi.models.config import ModelConfig
from fcfi.models.diffusion import DIFFUSION
from fcfi.models.edge_flow import LATE_PROMPTS
from fcfi.models.feedback import (
    CollaborativeFusion,
    CorrectedFusion,
    EncodedCorrection,
    SimilarityCorrection,
)
from fcfi.models.first_click import FIRST
from fcfi.models.layers import resize_like
from fcfi.models.parts import Neck, NeckInputs

__all__ = ["NECKS", "Neck", "NeckInputs", "find_neck"]


def feedback_parts(
    config: ModelConfig, channels: int, pixels: int
) -> Mapping[str, nn.Module | None]:
    """Return FFC and CFF, or None for each that the configuration lacks."""
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


NECKS: Final[dict[str, Neck]] = {
    "feedback": Neck(feedback_parts, run_feedback),
    "first": FIRST,
    "diffusion": DIFFUSION,
    "late-prompts": LATE_PROMPTS,
}
"""Necks by name, the value of `model.neck` in a recipe."""


def find_neck(name: str) -> Neck:
    """Return the neck of this name.  Raises ConfigError for an unknown name."""
    if name not in NECKS:
        raise ConfigError(f"expected neck to be one of {', '.join(NECKS)}, got {name!r}")
    return NECKS[name]


def _correction(config: ModelConfig, channels: int, pixels: int) -> nn.Module | None:
    """Return the FFC module of a configuration, if it has one."""
    if config.correction == "none":
        return None
    if config.correction == "similarity":
        return SimilarityCorrection()
    return EncodedCorrection(pixels + 1 + channels, config.mid)  # one channel is the feedback


def _fusion(config: ModelConfig, channels: int) -> nn.Module | None:
    """Return the module that fuses feedback into F, or None in the baseline.

    It is CFF, or half of it with FFC alone.
    """
    if config.fusion == "collaborative":
        return CollaborativeFusion(channels, config.mid)
    return None if config.correction == "none" else CorrectedFusion(channels)
