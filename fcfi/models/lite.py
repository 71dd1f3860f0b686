"""Networks on EfficientNet-Lite with a light multi-scale head, for machines without a GPU.

The encoded prompts (feedback, positive and negative disks) enter the backbone's third stage and the
head's finest level.  Own design.
"""

from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor, nn

from fcfi.models.backbones import Backbone
from fcfi.models.config import Head, ModelConfig
from fcfi.models.efficientnet import LITE, EfficientNetLite, LiteSpec, load_imagenet
from fcfi.models.fcfi import Body, Encoding, Features, StemBody
from fcfi.models.late import LateBody
from fcfi.models.layers import conv_bn_relu
from fcfi.models.light_head import (
    FEATURE_CHANNELS,
    LITE_MEAN,
    LITE_STD,
    FeaturePyramid,
    PromptEncoder,
    SubPixels,
)

PROMPT_CHANNELS = 32
HEAD_CHANNELS = 32
"""Channels of the head's last hidden layer."""


class LiteBody(StemBody):
    """EfficientNet-Lite and the light or fine head; F has FEATURE_CHANNELS channels at stride 4."""

    mean: Tensor
    std: Tensor

    def __init__(
        self, spec: LiteSpec = LITE["lite0"], head: Head = "light", prompts: int = 3
    ) -> None:
        """prompts: number of prompt maps."""
        super().__init__()
        self.channels, self.prompts = FEATURE_CHANNELS, prompts
        self.register_buffer("mean", torch.full((1, 3, 1, 1), LITE_MEAN), persistent=False)
        self.register_buffer("std", torch.full((1, 3, 1, 1), LITE_STD), persistent=False)
        self.prompt = PromptEncoder(self.prompts, PROMPT_CHANNELS)
        self.backbone = EfficientNetLite(spec, PROMPT_CHANNELS)
        self.pyramid = FeaturePyramid(spec.level_channels, PROMPT_CHANNELS)
        self.classifier = nn.Sequential(
            conv_bn_relu(FEATURE_CHANNELS, 64),
            conv_bn_relu(64, HEAD_CHANNELS),
            nn.Conv2d(HEAD_CHANNELS, 1, 1),
        )
        self.subpixel = SubPixels(HEAD_CHANNELS) if head == "fine" else None

    def features(self, encoding: Encoding, prompts: Tensor) -> Features:
        """Return F and the image for the fine head (see `fcfi.models.fcfi.Body`)."""
        return self.fuse(*self.levels(encoding, prompts), encoding)

    def levels(self, encoding: Encoding, prompts: Tensor) -> tuple[list[Tensor], Tensor]:
        """Return the backbone's maps at strides 4, 8, 16 and 32, and the encoded prompts."""
        encoded = self.prompt(prompts)
        return self.backbone(*encoding, encoded), encoded

    def fuse(self, levels: list[Tensor], encoded: Tensor, encoding: Encoding) -> Features:
        """Return F from the result of `levels`, and the image for the fine head."""
        # The fine head reads the pixels again; correction and fusion never touch them.
        return Features(self.pyramid(levels, encoded), encoding[0])

    def head(self, features: Features) -> tuple[Tensor, Mapping[str, Tensor]]:
        """Return logits at stride 4, or at every pixel (see `fcfi.models.fcfi.Body`)."""
        hidden = self.classifier[:2](features.fused)
        logits: Tensor = self.classifier[2](hidden)
        if self.subpixel is not None:
            logits = self.subpixel(logits, hidden, features.skip)
        return logits, {}


def lite_body(config: ModelConfig) -> Body:
    """Return the body of a configuration, with prompts in the stem or after the backbone."""
    spec = LITE[config.backbone]
    if config.prompts == "late":
        return LateBody(spec, config.prompt_count)
    return LiteBody(spec, config.head, config.prompt_count)


def _load_imagenet(body: Body) -> None:
    assert isinstance(body, LiteBody | LateBody)
    load_imagenet(body.backbone)


_VARIANTS: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    "lite0": {"lite0": {}, "lite0-fine": {"head": "fine"}, "late": {"prompts": "late"}},
    "lite2": {"lite2": {"head": "fine"}},
}
BACKBONES: Final = tuple(
    Backbone(
        name,
        lite_body,
        options={"prompts": ("late",), "prompt_maps": ("clicks", "edge"), "head": ("fine",)},
        variants=_VARIANTS.get(name, {}),
        load_imagenet=_load_imagenet,
    )
    for name in LITE
)
