"""FCA-Net's first-click guidance: the first click has its own branch and loss.

The first click is mostly near the object's centre and carries more information than later ones.
Features and a wide Gaussian around it go through six layers down to stride 16, which have their
own answer and loss, and are added back to F.
Source: Lin et al., CVPR 2020.  Differs: narrower layers; the branch starts at F, and is added to it
    (by a 1 x 1 convolution that starts at zero) instead of joined before the pyramid.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from fcfi.errors import ConfigError
from fcfi.models.layers import conv_bn_relu, resize_like
from fcfi.models.parts import Neck, NeckInputs

if TYPE_CHECKING:
    from fcfi.models.config import ModelConfig

MAPS: Final = "gaussians+first"
"""The click maps that it needs."""
WIDTHS: Final = (64, 64, 64, 96, 96, 96)
"""Channels of the six layers; the first and the fourth halve height and width."""
HALVING: Final = (0, 3)
STRIDE: Final = 4
"""Input pixels per cell of F."""


class FirstClickBranch(nn.Module):
    """The branch of the first click."""

    def __init__(self, channels: int) -> None:
        """channels: number of channels of F."""
        super().__init__()
        layers: list[nn.Module] = []
        inputs = channels + 1
        for number, width in enumerate(WIDTHS):
            stride = 2 if number in HALVING else 1
            layers.append(
                nn.Sequential(
                    nn.Conv2d(inputs, width, 3, stride, 1, bias=False),
                    nn.BatchNorm2d(width),
                    nn.ReLU(inplace=True),
                )
            )
            inputs = width
        self.layers = nn.Sequential(*layers)
        self.classifier = nn.Sequential(conv_bn_relu(inputs, 64), nn.Conv2d(64, 1, 1))
        self.back = nn.Conv2d(inputs, channels, 1)
        nn.init.zeros_(self.back.weight)
        assert self.back.bias is not None
        nn.init.zeros_(self.back.bias)

    def forward(self, features: Tensor, first: Tensor) -> tuple[Tensor, Tensor]:
        """Return the updated F, and the branch's logits at the size of F.

        features: (B, C, h, w).  first: (B, 1, H, W) in [0, 1], the Gaussian of the first click.
        """
        near = functional.avg_pool2d(first, STRIDE)
        seen = self.layers(torch.cat([features, near], 1))
        logits = resize_like(self.classifier(seen), features)
        return features + resize_like(self.back(seen), features), logits


def _parts(config: "ModelConfig", channels: int, pixels: int) -> Mapping[str, nn.Module | None]:
    if config.click_maps != MAPS:
        raise ConfigError(
            f"expected click_maps = {MAPS!r} with neck = 'first', got {config.click_maps!r}: its "
            "last map is the first click"
        )
    return {"first": FirstClickBranch(channels)}


def _run(
    parts: Mapping[str, Any], features: Tensor, inputs: NeckInputs
) -> tuple[Tensor, dict[str, Tensor]]:
    # The last map of `gaussians+first` is the first click.
    features, logits = parts["first"](features, inputs.pixels[:, -1:])
    return features, {"first": logits}


FIRST: Final = Neck(_parts, _run)
"""The neck; it needs the click maps `gaussians+first`."""
