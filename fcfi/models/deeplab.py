"""DeepLabV3+ on a dilated ResNet; F is the output of the pyramid (ASPP) at stride 4.

The feedback does not enter the stem here: the prompts are the two click maps only.
Source: Chen et al., ECCV 2018; widths as in the released code.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from fcfi.models.backbones import Backbone
from fcfi.models.blocks import IMAGENET_MEAN, IMAGENET_STD, Bottleneck, StemPrompts, channel_values
from fcfi.models.config import ModelConfig
from fcfi.models.fcfi import Encoding, Features, StemBody
from fcfi.models.layers import conv_bn_relu, resize_like, separable_conv_bn_relu
from fcfi.models.resnet import BLOCKS, PROMPT_CHANNELS, STAGES, ResNet

CHANNELS = 256
"""Channels of F and of the head."""
SKIP_CHANNELS = 32
RATES = (12, 24, 36)
"""Dilations of the pyramid's 3 x 3 convolutions, in cells of stride 8."""
DROPOUT = 0.2
"""Share of the pyramid's values dropped in training (released code)."""


class DeepLabBody(StemBody):
    """ResNet and the head of DeepLabV3+ (see `fcfi.models.fcfi.Body`)."""

    mean: Tensor
    std: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.channels, self.prompts = CHANNELS, config.click_count
        self.register_buffer("mean", channel_values(IMAGENET_MEAN), persistent=False)
        self.register_buffer("std", channel_values(IMAGENET_STD), persistent=False)
        self.prompt = StemPrompts(config.click_count, PROMPT_CHANNELS)
        self.backbone = ResNet(BLOCKS[config.backbone])
        self.aspp = SpatialPyramid(STAGES[3].planes * Bottleneck.EXPANSION, CHANNELS)
        self.skip = conv_bn_relu(STAGES[0].planes * Bottleneck.EXPANSION, SKIP_CHANNELS, 1)
        self.merge = nn.Sequential(
            separable_conv_bn_relu(CHANNELS + SKIP_CHANNELS, CHANNELS),
            separable_conv_bn_relu(CHANNELS, CHANNELS),
            nn.Conv2d(CHANNELS, CHANNELS, 1),
        )
        self.classifier = nn.Sequential(
            separable_conv_bn_relu(CHANNELS, CHANNELS // 2),
            separable_conv_bn_relu(CHANNELS // 2, CHANNELS // 2),
            nn.Conv2d(CHANNELS // 2, 1, 1),
        )

    def features(self, encoding: Encoding, prompts: Tensor) -> Features:
        """Return F and a skip connection at stride 4 (see `fcfi.models.fcfi.Body`)."""
        shallow, deep = self.backbone(*encoding, self.prompt(prompts))
        # The skip connection bypasses correction and fusion: the head joins it to F after them.
        return Features(resize_like(self.aspp(deep), shallow), self.skip(shallow))

    def head(self, features: Features) -> tuple[Tensor, Mapping[str, Tensor]]:
        """Return logits (B, 1, h, w) at stride 4 (see `fcfi.models.fcfi.Body`)."""
        return self.classifier(self.merge(torch.cat(features, 1))), {}


class SpatialPyramid(nn.Module):
    """Atrous spatial pyramid pooling: a cell, three distances around it, and the whole image."""

    def __init__(self, inputs: int, channels: int) -> None:
        super().__init__()
        self.near = conv_bn_relu(inputs, channels, 1)
        self.far = nn.ModuleList(_dilated(inputs, channels, rate) for rate in RATES)
        self.whole = nn.Sequential(nn.AdaptiveAvgPool2d(1), *conv_bn_relu(inputs, channels, 1))
        self.project = nn.Sequential(
            *conv_bn_relu((2 + len(RATES)) * channels, channels, 1), nn.Dropout(DROPOUT)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, channels, h, w) from (B, inputs, h, w)."""
        near = self.near(x)
        # The mean of the whole image is the same for every cell.
        views = [near, *(layer(x) for layer in self.far), self.whole(x).expand_as(near)]
        projected: Tensor = self.project(torch.cat(views, 1))
        return projected


def _dilated(inputs: int, outputs: int, rate: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=rate, dilation=rate, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


BACKBONES = tuple(
    Backbone(name, DeepLabBody, variants={name: {"correction": "encoded", "mid": 32}})
    for name in BLOCKS
)
