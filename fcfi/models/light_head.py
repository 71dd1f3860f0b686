"""Parts of the light multi-scale head: encoded prompts, a feature pyramid, sub-pixel answers.

Shared by the networks on EfficientNet-Lite (`fcfi.models.lite`, `fcfi.models.late`).  Own design.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from fcfi.models.layers import conv_bn_relu, resize_like
from fcfi.prediction.guidance import STRIDE

LITE_MEAN = 127 / 255
"""Mean with which EfficientNet-Lite expects images in [0, 1]; the deviation is below."""
LITE_STD = 128 / 255
FEATURE_CHANNELS = 64
LEVEL_CHANNELS = (FEATURE_CHANNELS, 96, 128)
"""Channels of the pyramid's maps at strides 4, 8 and 16; the first is F."""


class PromptEncoder(nn.Module):
    """Encodes prompt maps (B, maps, H, W) to (B, channels, H/4, W/4).

    The pixels of a cell become channels first: a click is a few pixels wide.
    """

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
        """Return the encoded prompts."""
        encoded: Tensor = self.layers(prompts)
        return encoded


class FeaturePyramid(nn.Module):
    """Joins four levels to F at stride 4, coarse to fine, with global context at the coarsest."""

    def __init__(self, channels: tuple[int, ...], prompts: int) -> None:
        """channels: of the four levels.  prompts: channels of the prompts at the finest, or 0."""
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
        """Return F (B, FEATURE_CHANNELS, H/4, W/4)."""
        return self.maps(levels, prompts)[0]

    def maps(self, levels: list[Tensor], prompts: Tensor | None = None) -> list[Tensor]:
        """Return maps with LEVEL_CHANNELS channels at strides 4, 8, 16; the first is F."""
        maps: list[Tensor] = []
        # The mean of the whole image, added to every cell, tells what kind of scene it is.
        x: Tensor = self.context(self.coarse(levels[3]) + self.whole(levels[3]))
        for level in (2, 1, 0):
            side = self.lateral[level](levels[level])
            x = side + resize_like(self.down[level](x), side)
            if level == 0 and self.prompt is not None:
                # Added again here: in the backbone the prompts only pass through coarse levels.
                x = x + self.prompt(prompts)
            x = self.smooth[level](functional.relu(x, inplace=True))
            maps.insert(0, x)
        return maps


class SubPixels(nn.Module):
    """Logits at every pixel, from the cell's logits, hidden features and pixels.

    Thin objects are a few cells wide: an error of half a cell on each side is a tenth of them.  A
    cell's pixels become channels, and its logits become pixels again (sub-pixel convolution: Shi et
    al., CVPR 2016).  It starts as the bilinear enlargement of the cells' logits, so that a trained
    model loses nothing.
    """

    def __init__(self, channels: int) -> None:
        """channels: number of hidden features per cell."""
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
        # Zero, so that training starts at the enlargement and adds detail step by step.
        nn.init.zeros_(self.add.weight)

    def forward(self, logits: Tensor, hidden: Tensor, image: Tensor) -> Tensor:
        """Return logits (B, 1, H, W).

        logits: (B, 1, h, w).  hidden: (B, channels, h, w).  image: (B, 3, H, W), normalised.
        """
        detail = self.detail(torch.cat([hidden, self.pixels(image)], 1))
        enlarged: Tensor = self.shuffle(self.enlarge(logits) + self.add(detail))
        return enlarged


def bilinear_kernels(times: int) -> Tensor:
    """Return kernels (times^2, 1, 3, 3) that interpolate a cell's pixels from 3 x 3 cells.

    They are bilinear; the pixels are in row order.

    Convention: pixel centres as in `fcfi.geometry` (align_corners=False).  `times` is even.
    """
    # A pixel's offset from its cell's centre, in cells, is the share of the nearer neighbour.
    offset = (torch.arange(times) + 0.5) / times - 0.5
    line = torch.stack([(-offset).clamp_min(0), 1 - offset.abs(), offset.clamp_min(0)], 1)
    return torch.einsum("ai,bj->abij", line, line).reshape(times * times, 1, 3, 3)
