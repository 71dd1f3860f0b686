"""FCFI on one screen: backbone, focused correction, collaborative fusion, head (paper, figure 2).

Knows the order of the parts and nothing of their insides.  The seven inputs are those of a network file
(`fcfi.encoding` makes them from clicks).
"""

from typing import NamedTuple, Protocol

import torch
from torch import Tensor, nn

from fcfi.models.config import ModelConfig
from fcfi.models.feedback import CollaborativeFusion, CorrectedFusion, EncodedCorrection, SimilarityCorrection
from fcfi.models.layers import resize_like


class Output(NamedTuple):
    """What a pass gives: `logits` (B, 1, H, W) is the answer, the rest serves losses and parity checks.

    aux_logits (B, 1, h, w) | None: the head's auxiliary answer.
    corrected (B, 1, h, w) in [0, 1] | None: feedback after FFC.
    fused_logits (B, 1, h, w) | None: feedback after CFF.
    """

    logits: Tensor
    aux_logits: Tensor | None
    corrected: Tensor | None
    fused_logits: Tensor | None


class Features(NamedTuple):
    """F, and what else the head of the same network wants (for example a skip connection)."""

    fused: Tensor
    skip: Tensor


class Body(Protocol):
    """A backbone and its head, to be put round the two feedback modules.

    channels: of F.  prompts: how many prompt maps it takes: 3 (feedback, positive, negative) or 2 (positive, negative).
    mean, std: (1, 3, 1, 1), of pictures in [0, 1].
    """

    channels: int
    prompts: int
    mean: Tensor
    std: Tensor

    def features(self, image: Tensor, prompts: Tensor) -> Features:
        """F at stride 4 from a normalised image (B, 3, H, W) and prompt maps (B, prompts, H, W)."""
        ...

    def head(self, features: Features) -> tuple[Tensor, Tensor | None]:
        """Logits and auxiliary logits at stride 4."""
        ...


class FCFI(nn.Module):
    """Focused and collaborative feedback integration round a backbone."""

    def __init__(self, config: ModelConfig, body: "Body") -> None:
        super().__init__()
        self.config = config
        self.body = body
        self.correction = _correction(config, body.channels, 3 + body.prompts)
        self.fusion = _fusion(config, body.channels)

    def forward(
        self,
        image: Tensor,
        feedback: Tensor,
        disks: Tensor,
        window: Tensor,
        cell: Tensor,
        label: Tensor,
        gate: Tensor,
    ) -> Output:
        """One click.

        image (B, 3, H, W) RGB in [0, 1]; feedback (B, 1, H, W) in [0, 1], zero at a first click;
        disks (B, 2, H, W) 0/1; window (B, 1, h, w) 0/1; cell (B,) int64; label, gate (B, 1, 1, 1) 0/1.
        """
        image = (image - self.body.mean) / self.body.std
        prompts = torch.cat([feedback, disks], 1)[:, 3 - self.body.prompts :]
        features, skip = self.body.features(image, prompts)
        corrected = small = resize_like(feedback, features)
        if self.correction is not None:
            corrected = self.correction(features, torch.cat([image, prompts], 1), small, window, cell, label)
        fused_logits = None
        if self.fusion is not None:
            features, fused_logits = self.fusion(features, corrected, gate)
        logits, aux_logits = self.body.head(Features(features, skip))
        return Output(
            resize_like(logits, image), aux_logits, None if self.correction is None else corrected, fused_logits
        )


def _correction(config: ModelConfig, channels: int, pixels: int) -> nn.Module | None:
    """The FFC of a configuration; channels: of F; pixels: channels of image and prompts together."""
    if config.correction == "none":
        return None
    if config.correction == "similarity":
        return SimilarityCorrection()
    return EncodedCorrection(pixels + 1 + channels, config.mid)  # and one of feedback


def _fusion(config: ModelConfig, channels: int) -> nn.Module | None:
    """What lets feedback act on F: CFF, its half where there is FFC only, nothing in the baseline."""
    if config.fusion == "collaborative":
        return CollaborativeFusion(channels, config.mid)
    return None if config.correction == "none" else CorrectedFusion(channels)
