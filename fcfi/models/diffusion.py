"""CDNet's feature diffusion: clicked regions spread their features to similar cells.

Every cell attends to the cells near clicks of one sign and to the cells that surely have that
sign, weighted by how likely the cell itself has it.
Source: Chen et al., ICCV 2021.  Differs: it acts on F averaged to stride 8, and its result is
    enlarged and added; the large disks around clicks are made from the small ones by pooling; both
    paths start at zero.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from fcfi.errors import ConfigError
from fcfi.models.layers import resize_like, separable_conv_bn_relu
from fcfi.models.parts import Neck, NeckInputs

if TYPE_CHECKING:
    from fcfi.models.config import ModelConfig

MAPS: Final = "disks"
"""The click maps that it needs."""
STRIDE: Final = 8
"""Input pixels per cell of the attention."""
REACH: Final = 2
"""Cells around a clicked one that count as near it: disks of about 24 px."""
SURE: Final = 0.8
"""Probability above which a cell surely has a sign."""


class FeatureDiffusion(nn.Module):
    """Feature diffusion from the clicks of both signs."""

    def __init__(self, channels: int) -> None:
        """channels: number of channels of F."""
        super().__init__()
        self.query, self.key, self.value = (
            nn.Conv2d(channels, channels, 1, bias=False) for _ in range(3)
        )
        self.gate = nn.Sequential(
            separable_conv_bn_relu(channels, channels), nn.Conv2d(channels, 1, 1)
        )
        self.back = nn.ModuleList(
            nn.Sequential(nn.Conv2d(channels, channels, 1, bias=False), nn.BatchNorm2d(channels))
            for _ in range(2)
        )
        for layers in self.back:
            assert isinstance(layers, nn.Sequential)
            norm = layers[1]
            assert isinstance(norm, nn.BatchNorm2d)
            nn.init.zeros_(norm.weight)

    def forward(self, features: Tensor, clicks: Tensor) -> tuple[Tensor, Tensor]:
        """Return the updated F, and logits at its size of which cells belong to the object.

        features: (B, C, h, w) at stride 4.  clicks: (B, 2, H, W) 0/1, disks of both signs.
        """
        x = functional.avg_pool2d(features, 2)
        cells = functional.max_pool2d(clicks, STRIDE)
        near = functional.max_pool2d(cells, 2 * REACH + 1, 1, REACH)
        logits = self.gate(x)
        # Where features spread is decided without a gradient from where they arrive.
        object_ = logits.detach().sigmoid()
        query, key, value = (part(x).flatten(2) for part in (self.query, self.key, self.value))
        update = torch.zeros_like(x)
        for sign, (gate, back) in enumerate(zip((object_, 1 - object_), self.back, strict=True)):
            mask = near[:, sign : sign + 1] + (gate > SURE).to(gate.dtype)
            spread = diffuse(query, key, value, gate.flatten(2), mask.flatten(2))
            update = update + back(spread.reshape(x.shape))
        return features + resize_like(update, features), resize_like(logits, features)


def diffuse(query: Tensor, key: Tensor, value: Tensor, gate: Tensor, mask: Tensor) -> Tensor:
    """Return (B, C, N): what each cell takes from the cells in a mask, times its own gate.

    query, key, value: (B, C, N).  gate, mask: (B, 1, N).
    A cell outside the mask scores 0, not minus infinity: it keeps a weight, as released.
    """
    # In float32: the unscaled scores are large, and only their differences matter.
    scores = query.float().transpose(1, 2) @ key.float()
    weights = (scores * mask).softmax(2).to(value.dtype)
    spread: Tensor = value @ weights.transpose(1, 2)
    return spread * gate


def _parts(config: "ModelConfig", channels: int, pixels: int) -> Mapping[str, nn.Module | None]:
    if not config.click_maps.endswith(MAPS):
        raise ConfigError(
            f"expected click_maps = {MAPS!r} with neck = 'diffusion', got {config.click_maps!r}: "
            "features spread from disks around the clicks"
        )
    return {"diffusion": FeatureDiffusion(channels)}


def _run(
    parts: Mapping[str, Any], features: Tensor, inputs: NeckInputs
) -> tuple[Tensor, dict[str, Tensor]]:
    features, logits = parts["diffusion"](features, inputs.pixels[:, -2:])
    return features, {"spread": logits}


DIFFUSION: Final = Neck(_parts, _run)
"""The neck; it needs the click maps `disks`."""
