"""The score: the model's estimate of the IoU of its own mask.

It reads the features behind the mask and never changes them, so that it can be added to a trained
model.  It is used to choose between crops at a first click, and as the score that other tools
expect.  Knows nothing of clicks, crops or runtimes.  Own design.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from fcfi.prediction.guidance import STRIDE

HIDDEN = 64
"""Channels of the hidden layers."""
SCALARS = 4
"""Count of numbers about the mask alone."""
EPSILON = 1e-4
"""Added to sums of probabilities, so that an empty mask has a mean feature (of zeros)."""


class AnswerScore(nn.Module):
    """Estimates the IoU between the mask and the intended object.

    The features are averaged over the mask, its border and the whole crop; together with the mask's
    size, its certainty and how much of the crop's edge it touches (an object may continue beyond),
    they go through two hidden layers.
    """

    def __init__(self, channels: int) -> None:
        """channels: number of channels of F."""
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(3 * channels + SCALARS, HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, 1),
        )

    def forward(self, features: Tensor, logits: Tensor) -> Tensor:
        """Return IoU logits (B, 1) for F (B, channels, h, w) and logits (B, 1, 4h, 4w).

        No gradient reaches features or logits: training the score does not change the mask.
        """
        features = features.detach().float()
        probs = functional.avg_pool2d(logits.detach().float().sigmoid(), STRIDE)
        unsure = 4 * probs * (1 - probs)
        means = [_mean(features, weight) for weight in (probs, unsure, torch.ones_like(probs))]
        described: Tensor = self.layers(torch.cat([*means, _scalars(probs, unsure)], 1))
        return described


def _mean(features: Tensor, weight: Tensor) -> Tensor:
    """Return the weighted mean (B, C) of features (B, C, h, w) with weights (B, 1, h, w)."""
    return (features * weight).sum((2, 3)) / (weight.sum((2, 3)) + EPSILON)


def _scalars(probs: Tensor, unsure: Tensor) -> Tensor:
    """Return (B, 4): the mask's size, its log, its uncertain share and its share of the edge."""
    # The log, because relative differences in size matter, for small objects as for large ones.
    area = probs.mean((2, 3))
    doubt = unsure.mean((2, 3)) / (area + EPSILON)
    sides = (probs[:, :, 0], probs[:, :, -1], probs[:, :, :, 0], probs[:, :, :, -1])
    edge = torch.stack([side.mean(2) for side in sides]).mean(0)
    return torch.cat([area, (area + EPSILON).log(), doubt, edge], 1)
