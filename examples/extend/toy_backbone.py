"""Your own backbone in one file, with a command line that knows it.

    python examples/extend/toy_backbone.py train examples/extend/toy.toml --data data/train

Copy this file, replace the three convolutions, and change the names.
"""

import sys
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from fcfi.models.backbones import Backbone, register
from fcfi.models.config import ModelConfig
from fcfi.models.fcfi import Encoding, Features, StemBody

CHANNELS = 32
"""Channels of the feature map F, on which correction and fusion work."""


class ToyBody(StemBody):
    """Three convolutions, and a head with one more."""

    mean: Tensor
    std: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.channels = CHANNELS
        self.prompts = config.prompt_count  # feedback, positive clicks, negative clicks
        # Images are in [0, 1]; FCFI normalises them with these values before they reach the body.
        self.register_buffer("mean", torch.full((1, 3, 1, 1), 0.5), persistent=False)
        self.register_buffer("std", torch.full((1, 3, 1, 1), 0.25), persistent=False)
        # `backbone` is trained at optimizer.backbone_factor times the learning rate of the rest.
        self.backbone = nn.Sequential(
            nn.Conv2d(3 + self.prompts, 16, 3, stride=2, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(16, CHANNELS, 3, stride=2, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1),
        )
        self.classifier = nn.Conv2d(CHANNELS, 1, 1)

    def features(self, encoding: Encoding, prompts: Tensor) -> Features:
        """Return F (B, CHANNELS, H/4, W/4) for an image (B, 3, H, W) and its prompt maps."""
        (image,) = encoding
        fused = self.backbone(torch.cat([image, prompts], 1))
        return Features(fused, fused)

    def head(self, features: Features) -> tuple[Tensor, Mapping[str, Tensor]]:
        """Return logits (B, 1, H/4, W/4) and no further outputs."""
        return self.classifier(features.fused), {}


TOY = register(Backbone("toy", ToyBody))

if __name__ == "__main__":
    from fcfi.cli import main

    sys.exit(main())
