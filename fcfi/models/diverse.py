"""Several answers to one click, for clicks that are ambiguous.

LD (Li et al., CVPR 2018) returns six different answers in order, and a small network chooses one.
CDNet (Chen et al., ICCV 2021) trains with four more heads and drops them at inference.
Differs from LD: the answers share our backbone; the selector sees the features inside each answer
    instead of the picture, and is trained in the same run.
"""

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from fcfi.models.layers import conv_bn_relu, resize_like
from fcfi.models.parts import NeckInputs

ANSWERS: Final = 6
"""Number of LD's answers."""
HEADS: Final = 4
"""Number of CDNet's further heads."""
HIDDEN: Final = 32
STRIDE: Final = 4
"""Input pixels per cell of F."""
SELECTOR: Final = 64
EPSILON: Final = 1e-4
"""Added to sums of probabilities, so that an empty answer has mean features (of zeros)."""


class DiverseAnswers(nn.Module):
    """Six answers; the one with the highest score is returned."""

    def __init__(self, channels: int) -> None:
        """channels: number of channels of F."""
        super().__init__()
        self.others = nn.Sequential(
            conv_bn_relu(channels, HIDDEN), nn.Conv2d(HIDDEN, ANSWERS - 1, 1)
        )
        self.selector = nn.Sequential(
            nn.Linear(channels + 1, SELECTOR),
            nn.ReLU(),
            nn.Linear(SELECTOR, SELECTOR),
            nn.ReLU(),
            nn.Linear(SELECTOR, 1),
        )

    def forward(
        self, features: Tensor, logits: Tensor, inputs: NeckInputs
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the chosen logits (B, 1, H, W), and `diverse` and `chosen` to learn from.

        The head's logits are the first answer.
        """
        answers = torch.cat([logits, resize_like(self.others(features), logits)], 1)
        scores = self.scores(features.detach(), answers.detach())
        # A sum weighted by 0 and 1, not an index, so that the graph stays static.
        best = functional.one_hot(scores.argmax(1), ANSWERS).to(answers.dtype)
        chosen = (answers * best[:, :, None, None]).sum(1, keepdim=True)
        if not self.training:
            return chosen, {}
        return chosen, {"diverse": answers, "chosen": scores}

    def scores(self, features: Tensor, answers: Tensor) -> Tensor:
        """Return a score for each answer (B, ANSWERS), from its features and its size."""
        probs = functional.avg_pool2d(answers.sigmoid(), STRIDE)
        area = probs.mean((2, 3))[..., None]
        sums = torch.einsum("bchw,bmhw->bmc", features, probs)
        means = sums / (probs.sum((2, 3))[..., None] + EPSILON)
        described: Tensor = self.selector(torch.cat([means, area], 2))
        return described[..., 0]


class SeveralHeads(nn.Module):
    """Four more heads in training; the answer is still the head's."""

    def __init__(self, channels: int) -> None:
        """channels: number of channels of F."""
        super().__init__()
        self.heads = nn.Sequential(conv_bn_relu(channels, HIDDEN), nn.Conv2d(HIDDEN, HEADS, 1))

    def forward(
        self, features: Tensor, logits: Tensor, inputs: NeckInputs
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the logits unchanged, and `several` (B, HEADS, H, W) in training."""
        if not self.training:
            return logits, {}
        return logits, {"several": resize_like(self.heads(features), logits)}
