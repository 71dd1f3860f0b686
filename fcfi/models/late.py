"""EfficientNet-Lite with prompts after the backbone: encode once, then a light path per click.

Own design.  The image goes through backbone and pyramid without prompts; three of its maps (strides
4, 8, 16) are the encoding, which is kept as long as the crop stays the same.  A click costs only
the rest: the prompts enter all three maps, dilated layers at strides 16 and 8 find the object that
is meant, and the two feedback modules and a lighter head follow.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from fcfi.models.efficientnet import LITE, EfficientNetLite, LiteSpec
from fcfi.models.fcfi import Encoding, Features
from fcfi.models.feedback import EPSILON
from fcfi.models.layers import conv_bn_relu, resize_like, separable_conv_bn_relu
from fcfi.models.light_head import (
    LEVEL_CHANNELS,
    LITE_MEAN,
    LITE_STD,
    FeaturePyramid,
    PromptEncoder,
)
from fcfi.prediction.guidance import STRIDE

PROMPT_CHANNELS = 16
FINE_CHANNELS, MIDDLE_CHANNELS, DEEP_CHANNELS = 48, 64, 96
"""Channels of the encoding at strides 4, 8 and 16; F has as many as the first."""
DEEP_DILATIONS = (1, 2, 4)
"""Dilations of the layers at stride 16; together they see 15 cells, 240 px."""
DEEP_STRIDE = 16


class LateBody(nn.Module):
    """Backbone, click path and a lighter head; F has FINE_CHANNELS channels at stride 4."""

    encoding: tuple[str, ...] = ("fine", "middle", "deep")
    mean: Tensor
    std: Tensor

    def __init__(self, spec: LiteSpec = LITE["lite0"], prompts: int = 3) -> None:
        """prompts: number of prompt maps."""
        super().__init__()
        self.channels, self.prompts = FINE_CHANNELS, prompts
        self.register_buffer("mean", torch.full((1, 3, 1, 1), LITE_MEAN), persistent=False)
        self.register_buffer("std", torch.full((1, 3, 1, 1), LITE_STD), persistent=False)
        self.backbone = EfficientNetLite(spec, 0)
        self.pyramid = FeaturePyramid(spec.level_channels, 0)
        # Narrow, because they are kept between clicks and every click reads all of them.
        self.narrow = nn.ModuleList(
            nn.Conv2d(wide, narrow, 1)
            for wide, narrow in zip(
                LEVEL_CHANNELS, (FINE_CHANNELS, MIDDLE_CHANNELS, DEEP_CHANNELS), strict=True
            )
        )
        self.prompt = PromptEncoder(self.prompts, PROMPT_CHANNELS)
        self.path = ClickPath(PROMPT_CHANNELS, prompts)
        self.classifier = nn.Sequential(conv_bn_relu(FINE_CHANNELS, 32), nn.Conv2d(32, 1, 1))

    def encode(self, image: Tensor) -> Encoding:
        """Return maps with FINE, MIDDLE and DEEP_CHANNELS channels at strides 4, 8 and 16."""
        maps = self.pyramid.maps(self.backbone(image))
        return tuple(layer(level) for layer, level in zip(self.narrow, maps, strict=True))

    def features(self, encoding: Encoding, prompts: Tensor) -> Features:
        """Return F at stride 4 (see `fcfi.models.fcfi.Body`)."""
        fine, middle, deep = encoding
        # One pixel per cell of stride 4 is enough: disks are wider than a cell.
        cells = prompts[:, :, STRIDE // 2 :: STRIDE, STRIDE // 2 :: STRIDE]
        regions = functional.avg_pool2d(cells, DEEP_STRIDE // STRIDE)
        fused = self.path(fine, middle, deep, self.prompt(prompts), likeness(deep, regions))
        return Features(fused, fused)

    def head(self, features: Features) -> tuple[Tensor, Mapping[str, Tensor]]:
        """Return logits at stride 4 (see `fcfi.models.fcfi.Body`)."""
        logits: Tensor = self.classifier(features.fused)
        return logits, {}


class ClickPath(nn.Module):
    """The path from encoding and prompts to F: down to stride 16 and up again."""

    def __init__(self, prompts: int, maps: int = 3) -> None:
        """prompts: channels of the encoded prompts.  maps: number of prompt maps."""
        super().__init__()
        self.prompts_fine = nn.Conv2d(prompts, FINE_CHANNELS, 1)
        self.prompts_middle = _halving(prompts, MIDDLE_CHANNELS)
        self.prompts_deep = _halving(MIDDLE_CHANNELS, DEEP_CHANNELS)
        self.alike = nn.Conv2d(maps, DEEP_CHANNELS, 1)
        self.think_deep = nn.ModuleList(
            conv_bn_relu(DEEP_CHANNELS, DEEP_CHANNELS, dilation=dilation)
            for dilation in DEEP_DILATIONS
        )
        self.up_middle = nn.Conv2d(DEEP_CHANNELS, MIDDLE_CHANNELS, 1)
        self.think_middle = conv_bn_relu(MIDDLE_CHANNELS, MIDDLE_CHANNELS)
        self.up_fine = nn.Conv2d(MIDDLE_CHANNELS, FINE_CHANNELS, 1)
        self.think_fine = separable_conv_bn_relu(FINE_CHANNELS, FINE_CHANNELS)

    def forward(
        self, fine: Tensor, middle: Tensor, deep: Tensor, prompts: Tensor, alike: Tensor
    ) -> Tensor:
        """Return F (B, FINE_CHANNELS, h, w).

        fine, middle, deep: the encoding.  prompts: encoded, at stride 4.  alike: `likeness` of the
            deep map at stride 16.
        """
        # Down: each level adds the prompts to the image's map at that stride.
        prompts_middle = self.prompts_middle(prompts)
        x = functional.relu(deep + self.prompts_deep(prompts_middle) + self.alike(alike))
        # The object is found here: the layers reach far, and the map is small.
        for layer in self.think_deep.children():
            x = x + layer(x)
        # Up again, with the image's finer maps, to sharpen borders.
        x = functional.relu(middle + prompts_middle + resize_like(self.up_middle(x), middle))
        x = x + self.think_middle(x)
        x = functional.relu(fine + self.prompts_fine(prompts) + resize_like(self.up_fine(x), fine))
        fused: Tensor = x + self.think_fine(x)
        return fused


def likeness(features: Tensor, regions: Tensor) -> Tensor:
    """Return (B, K, h, w) in [-1, 1]: cosine of every cell to the mean of each of K regions.

    It is 0 for an empty region, and spans the whole image, unlike a convolution.
    features: (B, C, h, w).  regions: (B, K, h, w), weights of at least 0.
    """
    vectors = features.flatten(2).float()
    weights = regions.flatten(2).float()
    means = weights @ vectors.transpose(1, 2)
    dots = _normalised(means, 2) @ _normalised(vectors, 1)
    return dots.to(features.dtype).reshape(regions.shape)


def _normalised(vectors: Tensor, axis: int) -> Tensor:
    """Return vectors of length 1 along an axis; zero vectors stay zero."""
    return vectors / vectors.square().sum(axis, keepdim=True).add(EPSILON**2).sqrt()


def _halving(inputs: int, outputs: int) -> nn.Sequential:
    """Return a convolution that halves height and width, and ReLU."""
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, 2, 1), nn.ReLU(inplace=True))
