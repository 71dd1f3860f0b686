"""EdgeFlow: the feedback is the object's edge instead of its mask, and prompts enter twice.

The feedback among the prompts is the soft edge of the previous answer; encoded prompts are aligned
to F by a learnt flow and added to it after the backbone; an edge is learnt in addition to the mask;
a fine network at stride 2 reads the pixels again.
Source: Hao et al., ICCV workshops 2021.  Differs: the edge comes from the answer itself; the flow
    moves the prompts, as in the paper, where the early code moved the picture's features; the fine
    network works at stride 2; all added layers start at zero.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from fcfi.models.layers import conv_bn_relu, resize_like
from fcfi.models.parts import Neck, NeckInputs

if TYPE_CHECKING:
    from fcfi.models.config import ModelConfig

STRIDE: Final = 4
"""Input pixels per cell of F."""
PROMPT_CHANNELS: Final = 32
EDGE: Final = 3
"""Width in pixels of a mask's edge; odd."""
FINE: Final = 16
"""Channels of the fine network."""


def edge_of(probs: Tensor) -> Tensor:
    """Return the soft edge (B, 1, H, W) in [0, 1]: the range of probabilities in EDGE pixels."""
    high = functional.max_pool2d(probs, EDGE, 1, EDGE // 2)
    low = -functional.max_pool2d(-probs, EDGE, 1, EDGE // 2)
    return high - low


class LatePrompts(nn.Module):
    """Encodes the prompts again, aligns them to F and adds them."""

    def __init__(self, channels: int, maps: int) -> None:
        """channels: number of channels of F.  maps: number of prompt maps."""
        super().__init__()
        self.encode = nn.Sequential(
            nn.PixelUnshuffle(STRIDE),
            nn.Conv2d(maps * STRIDE**2, PROMPT_CHANNELS, 1),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(PROMPT_CHANNELS, PROMPT_CHANNELS, 3, padding=1),
        )
        self.narrow = nn.Conv2d(channels, PROMPT_CHANNELS, 1)
        self.flow = nn.Conv2d(2 * PROMPT_CHANNELS, 2, 3, padding=1)
        self.back = nn.Conv2d(PROMPT_CHANNELS, channels, 1)
        for layer in (self.flow, self.back):
            nn.init.zeros_(layer.weight)
            assert layer.bias is not None
            nn.init.zeros_(layer.bias)

    def forward(self, features: Tensor, prompts: Tensor) -> Tensor:
        """Return F with the aligned prompts added; prompts: (B, maps, H, W)."""
        encoded = self.encode(prompts)
        flow = self.flow(torch.cat([encoded, self.narrow(features)], 1))
        update: Tensor = self.back(warp(encoded, flow))
        return features + update


def warp(maps: Tensor, flow: Tensor) -> Tensor:
    """Return maps (B, C, h, w) sampled at cells shifted by a flow (B, 2, h, w): x, y in cells."""
    height, width = maps.shape[-2:]
    # In float32: positions in bfloat16 are off by whole cells in a large map.
    values, flow = maps.float(), flow.float()
    rows = torch.arange(height, device=maps.device, dtype=values.dtype)
    columns = torch.arange(width, device=maps.device, dtype=values.dtype)
    x = columns[None, None] + flow[:, 0]
    y = rows[None, :, None] + flow[:, 1]
    # Pixel centres are at integers; the sampler expects -1 to 1 between the outer edges.
    grid = torch.stack([(2 * x + 1) / width - 1, (2 * y + 1) / height - 1], 3)
    warped = functional.grid_sample(values, grid, padding_mode="border", align_corners=False)
    return warped.to(maps.dtype)


class EdgeAnswer(nn.Module):
    """Adds an edge output, and a fine network that corrects the mask at stride 2."""

    def __init__(self, channels: int, pixels: int) -> None:
        """channels: number of channels of F.  pixels: channels of image and prompts together."""
        super().__init__()
        self.edge = nn.Sequential(conv_bn_relu(channels, FINE), nn.Conv2d(FINE, 1, 1))
        self.layers = nn.Sequential(
            conv_bn_relu(pixels + 2, FINE),
            conv_bn_relu(FINE, FINE, dilation=2),
            conv_bn_relu(FINE, FINE, dilation=3),
        )
        self.back = nn.Conv2d(FINE, 1, 3, padding=1)
        nn.init.zeros_(self.back.weight)
        assert self.back.bias is not None
        nn.init.zeros_(self.back.bias)

    def forward(
        self, features: Tensor, logits: Tensor, inputs: NeckInputs
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return finer logits (B, 1, H, W), and `coarse` and `edge` at full size to learn from."""
        edge = resize_like(self.edge(features), logits)
        seen = torch.cat([inputs.pixels, logits.sigmoid(), edge.sigmoid()], 1)
        found = self.back(self.layers(functional.avg_pool2d(seen, 2)))
        fine = logits + resize_like(found, logits)
        return fine, {"coarse": logits, "edge": edge} if self.training else {}


def _parts(config: "ModelConfig", channels: int, pixels: int) -> Mapping[str, nn.Module | None]:
    return {"late_prompts": LatePrompts(channels, config.prompt_count)}


def _run(
    parts: Mapping[str, Any], features: Tensor, inputs: NeckInputs
) -> tuple[Tensor, dict[str, Tensor]]:
    layers = parts["late_prompts"]
    maps = layers.encode[1].in_channels // STRIDE**2
    return layers(features, inputs.pixels[:, -maps:]), {}


LATE_PROMPTS: Final = Neck(_parts, _run)
"""The neck; use it with `prompt_maps = "edge"`."""
