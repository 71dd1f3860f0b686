"""The paper's two modules: focused correction (FFC) and collaborative fusion (CFF) of feedback.

Both sit between the backbone's feature map F (stride 4) and the head, work on feedback as
probabilities at the size of F, and know nothing of backbones, heads or clicks.  The graph is
static: the window is a 0/1 map, not a crop.
"""

import torch
from torch import Tensor, nn

from fcfi.models.layers import conv_bn_relu, resize_like, separable_conv_bn_relu

EPSILON = 1e-6
"""Smallest length of a feature vector, so that similarity and gradient of zeros stay finite."""


def correct(feedback: Tensor, affinity: Tensor, label: Tensor, window: Tensor) -> Tensor:
    """Return the feedback, moved towards the click's sign at similar pixels in the window.

    feedback, affinity, window: (B, 1, h, w) in [0, 1].  label: (B, 1, 1, 1), 1 positive, 0
    negative.
    """
    # A map of 0 and 1 instead of a crop keeps the graph static, so that it exports and batches.
    corrected = affinity * label + (1 - affinity) * feedback
    return window * corrected + (1 - window) * feedback


def affinity(embedding: Tensor, cell: Tensor) -> Tensor:
    """Return (B, 1, h, w) in [0, 1]: cosine similarity of every cell to the clicked one.

    It is 0 where vectors point apart.

    embedding: (B, C, h, w).  cell: (B,) int64, row * w + column.
    """
    vectors = embedding.flatten(2)
    clicked = vectors.gather(2, cell[:, None, None].expand(-1, vectors.shape[1], 1))
    # Lengths in float32: squares overflow in float16, and long sums in bfloat16 are imprecise.
    dots = (clicked.transpose(1, 2) @ vectors).float()
    similarity = dots / (_lengths(vectors) * _lengths(clicked)).clamp_min(EPSILON)
    return similarity.clamp_min(0).reshape(embedding.shape[0], 1, *embedding.shape[-2:])


def _lengths(vectors: Tensor) -> Tensor:
    """Return (B, 1, N) float32: Euclidean length of every column of (B, C, N)."""
    return vectors.square().sum(1, keepdim=True, dtype=torch.float32).add(EPSILON**2).sqrt()


class SimilarityCorrection(nn.Module):
    """FFC without parameters, as on the poster: cosine similarity on F itself."""

    def forward(
        self,
        features: Tensor,
        pixels: Tensor,
        feedback: Tensor,
        window: Tensor,
        cell: Tensor,
        label: Tensor,
    ) -> Tensor:
        """Return corrected feedback, (B, 1, h, w) in [0, 1]; `pixels` is not used."""
        return correct(feedback, affinity(features, cell), label, window)


class EncodedCorrection(nn.Module):
    """FFC as in the released code: cosine similarity on a learnt encoding.

    The encoding is made of image, prompts, feedback and F.
    """

    def __init__(self, inputs: int, mid: int) -> None:
        """inputs: channels of everything that is encoded.  mid: channels of the encoding."""
        super().__init__()
        self.encoder = nn.Sequential(
            conv_bn_relu(inputs, mid, bias=True),
            separable_conv_bn_relu(mid, mid, bias=True),
            separable_conv_bn_relu(mid, mid, bias=True),
        )

    def forward(
        self,
        features: Tensor,
        pixels: Tensor,
        feedback: Tensor,
        window: Tensor,
        cell: Tensor,
        label: Tensor,
    ) -> Tensor:
        """Return corrected feedback, (B, 1, h, w) in [0, 1].

        pixels: (B, *, H, W), the normalised image and the prompts.
        """
        encoding = self.encoder(torch.cat([resize_like(pixels, features), feedback, features], 1))
        return correct(feedback, affinity(encoding, cell), label, window)


class CollaborativeFusion(nn.Module):
    """CFF: the feature map updates the feedback, then the feedback updates the feature map."""

    def __init__(self, channels: int, mid: int) -> None:
        super().__init__()
        self.features_to_feedback = conv_bn_relu(channels, mid, 1, bias=True)  # P1
        self.feedback_pathway = nn.Sequential(  # P2
            conv_bn_relu(mid + 1, mid, bias=True),
            separable_conv_bn_relu(mid, mid, bias=True),
            separable_conv_bn_relu(mid, mid, bias=True),
            nn.Conv2d(mid, 1, 3, padding=1),
        )
        # P3: a single channel, broadcast over F.
        self.feedback_to_features = conv_bn_relu(channels + 1, 1, 1, bias=True)

    def forward(self, features: Tensor, corrected: Tensor, gate: Tensor) -> tuple[Tensor, Tensor]:
        """Return fused features (B, C, h, w) and fused feedback as logits (B, 1, h, w).

        corrected: (B, 1, h, w) in [0, 1].  gate: (B, 1, 1, 1), 0 at a first click (no feedback
            yet), else 1 (w_g).
        """
        narrow = self.features_to_feedback(features)
        fused_logits = self.feedback_pathway(torch.cat([corrected, narrow], 1))
        feedback = fused_logits.sigmoid()
        return update_features(self.feedback_to_features, features, feedback, gate), fused_logits


class CorrectedFusion(nn.Module):
    """The feature pathway of CFF alone, on corrected feedback: FFC without CFF (ablation, row 2).

    The paper does not say how that row uses the corrected feedback; this is the simplest way.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.feedback_to_features = conv_bn_relu(channels + 1, 1, 1, bias=True)

    def forward(self, features: Tensor, corrected: Tensor, gate: Tensor) -> tuple[Tensor, None]:
        """Return updated features; shapes as in CollaborativeFusion."""
        return update_features(self.feedback_to_features, features, corrected, gate), None


def update_features(pathway: nn.Module, features: Tensor, feedback: Tensor, gate: Tensor) -> Tensor:
    """Return F plus one channel of `pathway`, broadcast over it, where there is feedback."""
    # Without feedback (gate 0, a first click) the backbone's features stay unchanged.
    residual: Tensor = pathway(torch.cat([features, feedback], 1))
    return features + gate * residual
