"""ResNet-50 and ResNet-101 in the variant "v1s": a stem of three convolutions, ending at stride 8.

Source: He et al., CVPR 2016 and 2019 (deep stem); Yu, Koltun and Funkhouser, CVPR 2017 (dilation).
"""

from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional

from fcfi.models.blocks import Bottleneck, conv_bn

BLOCKS = {"resnet50": (3, 4, 6, 3), "resnet101": (3, 4, 23, 3)}
STEM_CHANNELS = 128
PROMPT_CHANNELS = 64
"""The prompts are added to the first half of the stem's channels only (released code)."""


class Stage(NamedTuple):
    """A sequence of blocks.

    planes: a quarter of its channels.  first_dilation: dilation of its first block.
    """

    planes: int
    stride: int
    first_dilation: int
    dilation: int


STAGES = (Stage(64, 1, 1, 1), Stage(128, 2, 1, 1), Stage(256, 1, 1, 2), Stage(512, 1, 2, 4))


class ResNet(nn.Module):
    """The backbone: 256 channels at stride 4 for a skip connection, 2048 at stride 8."""

    def __init__(self, blocks: tuple[int, int, int, int]) -> None:
        super().__init__()
        half = STEM_CHANNELS // 2
        self.conv1 = nn.Sequential(
            *conv_bn(3, half, 3, 2),
            nn.ReLU(inplace=True),
            *conv_bn(half, half),
            nn.ReLU(inplace=True),
            nn.Conv2d(half, STEM_CHANNELS, 3, padding=1, bias=False),
        )
        self.bn1 = nn.BatchNorm2d(STEM_CHANNELS)
        layers, inputs = [], STEM_CHANNELS
        for stage, count in zip(STAGES, blocks, strict=True):
            layers.append(_layer(stage, count, inputs))
            inputs = stage.planes * Bottleneck.EXPANSION
        self.layer1, self.layer2, self.layer3, self.layer4 = layers

    def forward(self, image: Tensor, prompts: Tensor) -> tuple[Tensor, Tensor]:
        """Return 256 channels at stride 4 and 2048 at stride 8.

        image: (B, 3, H, W), normalised.  prompts: (B, 64, H/2, W/2), added after the stem.
        """
        x = functional.relu(self.bn1(self.conv1(image)))
        # Zeros for the half of the channels that the prompts do not reach.
        x = x + functional.pad(prompts, (0, 0, 0, 0, 0, STEM_CHANNELS - PROMPT_CHANNELS))
        skip: Tensor = self.layer1(functional.max_pool2d(x, 3, 2, 1))
        deep: Tensor = self.layer4(self.layer3(self.layer2(skip)))
        return skip, deep


def _layer(stage: Stage, count: int, inputs: int) -> nn.Sequential:
    first = Bottleneck(inputs, stage.planes, stage.stride, stage.first_dilation)
    outputs = stage.planes * Bottleneck.EXPANSION
    others = (Bottleneck(outputs, stage.planes, 1, stage.dilation) for _ in range(count - 1))
    return nn.Sequential(first, *others)
