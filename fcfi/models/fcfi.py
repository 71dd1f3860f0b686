"""FCFI on one screen: backbone, focused correction, collaborative fusion, head (paper, figure 2).

Knows the order of the parts and nothing of their insides.  The seven inputs are those of a network
file (`fcfi.prediction.guidance` makes them from clicks).
"""

from typing import NamedTuple, Protocol

import torch
from torch import Tensor, nn

from fcfi.models.config import ModelConfig
from fcfi.models.feedback import (
    CollaborativeFusion,
    CorrectedFusion,
    EncodedCorrection,
    SimilarityCorrection,
)
from fcfi.models.layers import resize_like
from fcfi.models.score import AnswerScore


class Output(NamedTuple):
    """The output of a model; all but the logits serves losses and parity checks.

    logits (B, 1, H, W): of the object at every pixel.

    aux_logits (B, 1, h, w) | None: of the head's auxiliary output.
    corrected (B, 1, h, w) in [0, 1] | None: feedback after FFC.
    fused_logits (B, 1, h, w) | None: feedback after CFF.
    score (B, 1) | None: logits of the IoU that the model expects of its mask.
    """

    logits: Tensor
    aux_logits: Tensor | None
    corrected: Tensor | None
    fused_logits: Tensor | None
    score: Tensor | None = None


class Features(NamedTuple):
    """F, and a second map for the head of the same body (for example a skip connection)."""

    fused: Tensor
    skip: Tensor


Encoding = tuple[Tensor, ...]
"""Maps of the image alone, (B, *, *, *) each; where prompts enter the stem, the image itself."""


class Body(Protocol):
    """A backbone and its head, round the two feedback modules.

    channels: of F.
    prompts: number of prompt maps: 3 (feedback, positive, negative) or 2 (positive, negative).
    mean, std: (1, 3, 1, 1), with which images in [0, 1] are normalised.
    encoding: names of the maps that `encode` returns; none if it returns the image itself.
    """

    channels: int
    prompts: int
    mean: Tensor
    std: Tensor
    encoding: tuple[str, ...]

    def encode(self, image: Tensor) -> Encoding:
        """Return the maps that need no click, of a normalised image (B, 3, H, W)."""
        ...

    def features(self, encoding: Encoding, prompts: Tensor) -> Features:
        """Return F at stride 4 from an encoding and prompt maps (B, prompts, H, W)."""
        ...

    def head(self, features: Features) -> tuple[Tensor, Tensor | None]:
        """Return logits, at stride 4 or of every pixel, and auxiliary logits at stride 4."""
        ...


class StemBody(nn.Module):
    """The base of bodies whose prompts enter the stem: every click runs the whole model."""

    encoding: tuple[str, ...] = ()

    def encode(self, image: Tensor) -> Encoding:
        """Return the image as it is."""
        return (image,)


class FCFI(nn.Module):
    """Focused and collaborative feedback integration round a backbone."""

    def __init__(self, config: ModelConfig, body: "Body") -> None:
        super().__init__()
        self.config = config
        self.body = body
        self.correction = _correction(
            config, body.channels, body.prompts if body.encoding else 3 + body.prompts
        )
        self.fusion = _fusion(config, body.channels)
        self.score = AnswerScore(body.channels) if config.score else None

    def forward(
        self,
        image: Tensor,
        feedback: Tensor,
        disks: Tensor,
        window: Tensor,
        cell: Tensor,
        label: Tensor,
        gate: Tensor,
        shown: Tensor | None = None,
    ) -> Output:
        """Answer one click.

        image (B, 3, H, W) RGB in [0, 1]; feedback (B, 1, H, W) in [0, 1], zero at a first click;
        disks (B, 2, H, W) 0/1; window (B, 1, h, w) 0/1; cell (B,) int64; label, gate (B, 1, 1, 1)
        0/1.
        shown (B, 1, 1, 1) 0/1: whether the feedback is among the prompts, too; None for always.
            Training hides it there now and then, so that correction and fusion learn to act.
        """
        return self.click(self.encode(image), feedback, disks, window, cell, label, gate, shown)

    def encode(self, image: Tensor) -> Encoding:
        """Return what further clicks need of the image (B, 3, H, W) in [0, 1]."""
        return self.body.encode((image - self.body.mean) / self.body.std)

    def click(
        self,
        encoding: Encoding,
        feedback: Tensor,
        disks: Tensor,
        window: Tensor,
        cell: Tensor,
        label: Tensor,
        gate: Tensor,
        shown: Tensor | None = None,
    ) -> Output:
        """Answer one click on an encoded image; shapes as in `forward`."""
        # A body with two prompt maps takes the disks alone: the feedback is the first of three.
        prompted = feedback if shown is None else feedback * shown
        prompts = torch.cat([prompted, disks], 1)[:, 3 - self.body.prompts :]
        features, skip = self.body.features(encoding, prompts)
        corrected = small = resize_like(feedback, features)
        if self.correction is not None:
            # An encoding has no pixels any more: only prompts are there at full size.
            pixels = prompts if self.body.encoding else torch.cat([*encoding, prompts], 1)
            corrected = self.correction(features, pixels, small, window, cell, label)
        fused_logits = None
        if self.fusion is not None:
            features, fused_logits = self.fusion(features, corrected, gate)
        logits, aux_logits = self.body.head(Features(features, skip))
        if logits.shape[-2:] != feedback.shape[-2:]:  # a fine head answers at every pixel itself
            logits = resize_like(logits, feedback)
        return Output(
            logits,
            aux_logits,
            None if self.correction is None else corrected,
            fused_logits,
            None if self.score is None else self.score(features, logits),
        )


def _correction(config: ModelConfig, channels: int, pixels: int) -> nn.Module | None:
    """Return the FFC of a configuration.

    channels: of F.  pixels: channels of the prompts, and of the image if the body keeps it.
    """
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
