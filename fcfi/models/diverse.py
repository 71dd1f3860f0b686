"""Several answers to a click, which may mean several things.

LD (Li et al., CVPR 2018) gives six that differ, in an order, and a small network chooses.  CDNet
(Chen et al., ICCV 2021) learns with four heads more and drops them in use.
Differs from LD: the answers share our backbone; the selector sees the features inside each answer
    instead of the picture, and learns in the same run.
"""

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from fcfi.models.layers import conv_bn_relu, resize_like
from fcfi.models.parts import NeckInputs

ANSWERS: Final = 6
"""Of LD."""
HEADS: Final = 4
"""Of CDNet, beside the answer."""
HIDDEN: Final = 32
STRIDE: Final = 4
"""Input pixels to a cell of F."""
SELECTOR: Final = 64
EPSILON: Final = 1e-4
"""Added to sums of probabilities, so that an empty answer has mean features (of zeros)."""


class DiverseAnswers(nn.Module):
    """Six answers, of which the one with the highest score counts."""

    def __init__(self, channels: int) -> None:
        """channels: of F."""
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
        # A sum weighted with 0 and 1, not an index: the graph stays static.
        best = functional.one_hot(scores.argmax(1), ANSWERS).to(answers.dtype)
        chosen = (answers * best[:, :, None, None]).sum(1, keepdim=True)
        if not self.training:
            return chosen, {}
        return chosen, {"diverse": answers, "chosen": scores}

    def scores(self, features: Tensor, answers: Tensor) -> Tensor:
        """Return (B, ANSWERS): a score of each answer, from the features inside it and its size."""
        probs = functional.avg_pool2d(answers.sigmoid(), STRIDE)
        area = probs.mean((2, 3))[..., None]
        sums = torch.einsum("bchw,bmhw->bmc", features, probs)
        means = sums / (probs.sum((2, 3))[..., None] + EPSILON)
        described: Tensor = self.selector(torch.cat([means, area], 2))
        return described[..., 0]


class SeveralHeads(nn.Module):
    """Four heads more while learning; the answer stays that of the head."""

    def __init__(self, channels: int) -> None:
        """channels: of F."""
        super().__init__()
        self.heads = nn.Sequential(conv_bn_relu(channels, HIDDEN), nn.Conv2d(HIDDEN, HEADS, 1))

    def forward(
        self, features: Tensor, logits: Tensor, inputs: NeckInputs
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the logits as they are, and `several` (B, HEADS, H, W) while learning."""
        if not self.training:
            return logits, {}
        return logits, {"several": resize_like(self.heads(features), logits)}
