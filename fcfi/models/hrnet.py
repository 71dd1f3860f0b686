"""HRNet: parallel branches at strides 4, 8, 16 and 32, summed after every few blocks.

F is all four branches at stride 4, concatenated; the object-context head of
`fcfi.models.ocr` follows.  Source: Sun, Xiao, Liu and Wang, CVPR 2019; the small form has two
blocks per branch and fewer exchanges.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

import torch
from torch import Tensor, nn
from torch.nn import functional

from fcfi.models.backbones import Backbone
from fcfi.models.blocks import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    BasicBlock,
    Bottleneck,
    StemPrompts,
    channel_values,
    conv_bn,
)
from fcfi.models.config import ModelConfig
from fcfi.models.fcfi import Encoding, Features, StemBody
from fcfi.models.layers import resize_like
from fcfi.models.ocr import ObjectContextHead

STEM_CHANNELS = 64


@dataclass(frozen=True)
class Layout:
    """The size of an HRNet.

    width: channels of the finest branch, doubled from branch to branch.
    blocks: blocks of each branch between two exchanges.  exchanges: in stages 2, 3 and 4.
    """

    width: int
    blocks: int
    exchanges: tuple[int, int, int]

    @property
    def small(self) -> bool:
        """Whether this is the small form, with two blocks per branch."""
        return self.blocks == 2

    def channels(self, branches: int) -> list[int]:
        """Return the channels of the first branches, from fine to coarse."""
        return [self.width * 2**branch for branch in range(branches)]


LAYOUTS = {
    "hrnet18s": Layout(18, 2, (1, 3, 2)),
    "hrnet18": Layout(18, 4, (1, 4, 3)),
    "hrnet32": Layout(32, 4, (1, 4, 3)),
}


class HRNetBody(StemBody):
    """HRNet and the object-context head (see `fcfi.models.fcfi.Body`)."""

    mean: Tensor
    std: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        layout = LAYOUTS[config.backbone]
        self.channels, self.prompts = sum(layout.channels(4)), config.prompt_count
        self.register_buffer("mean", channel_values(IMAGENET_MEAN), persistent=False)
        self.register_buffer("std", channel_values(IMAGENET_STD), persistent=False)
        self.prompt = StemPrompts(config.prompt_count, STEM_CHANNELS)
        self.backbone = HRNet(layout)
        self.ocr = ObjectContextHead(self.channels, config.ocr_width)

    def features(self, encoding: Encoding, prompts: Tensor) -> Features:
        """Return F at stride 4: all branches, concatenated (see `fcfi.models.fcfi.Body`)."""
        branches = self.backbone(*encoding, self.prompt(prompts))
        fused = torch.cat([resize_like(branch, branches[0]) for branch in branches], 1)
        return Features(fused, fused)

    def head(self, features: Features) -> tuple[Tensor, Mapping[str, Tensor]]:
        """Return logits and auxiliary logits at stride 4 (see `fcfi.models.fcfi.Body`)."""
        logits, auxiliary = self.ocr(features.fused)
        return logits, {"auxiliary": auxiliary}


class HRNet(nn.Module):
    """The backbone: maps at strides 4, 8, 16, 32 with 1, 2, 4 and 8 times `width` channels."""

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, STEM_CHANNELS, 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(STEM_CHANNELS)
        self.conv2 = nn.Conv2d(STEM_CHANNELS, STEM_CHANNELS, 3, 2, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(STEM_CHANNELS)
        wide = STEM_CHANNELS * Bottleneck.EXPANSION
        self.layer1 = nn.Sequential(
            *(
                Bottleneck(wide if block else STEM_CHANNELS, STEM_CHANNELS)
                for block in range(layout.blocks)
            )
        )
        first, second, third, fourth = layout.channels(4)
        self.transition1 = nn.ModuleList(
            [_conv_bn_relu(wide, first), nn.Sequential(_conv_bn_relu(wide, second, 2))]
        )
        self.stage2 = _stage(layout, 2)
        self.transition2 = _new_branch(2, second, third)
        self.stage3 = _stage(layout, 3)
        self.transition3 = _new_branch(3, third, fourth)
        self.stage4 = _stage(layout, 4)

    def forward(self, image: Tensor, prompts: Tensor) -> list[Tensor]:
        """Return the four branches.

        image: (B, 3, H, W), normalised.  prompts: (B, 64, H/2, W/2), added after the first
            convolution.
        """
        x = functional.relu(self.bn1(self.conv1(image))) + prompts
        x = self.layer1(functional.relu(self.bn2(self.conv2(x))))
        branches: list[Tensor] = self.stage2([transition(x) for transition in self.transition1])
        # Each new branch starts from the coarsest one, which its transition halves.
        for transitions, stage in (
            (self.transition2, self.stage3),
            (self.transition3, self.stage4),
        ):
            sources = [*branches, branches[-1]]
            branches = stage(
                [
                    transition(source)
                    for transition, source in zip(transitions, sources, strict=True)
                ]
            )
        return branches


class Exchange(nn.Module):
    """Some blocks in each branch, after which every branch is the sum of all, resized.

    No activation follows the sum, as in the released code (the original HRNet has one).
    """

    def __init__(self, channels: list[int], blocks: int) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            nn.Sequential(*(BasicBlock(width) for _ in range(blocks))) for width in channels
        )
        self.fuse_layers = nn.ModuleList(
            nn.ModuleList(_between(channels, source, target) for source in range(len(channels)))
            for target in range(len(channels))
        )

    def forward(self, branches: list[Tensor]) -> list[Tensor]:
        """Return the same number of branches, of the same sizes."""
        branches = [blocks(x) for blocks, x in zip(self.branches, branches, strict=True)]
        return [self._fuse(branches, target) for target in range(len(branches))]

    def _fuse(self, branches: list[Tensor], target: int) -> Tensor:
        # Finer branches are halved by their layers; coarser ones are resized here.
        layers = self.fuse_layers[target].children()
        parts: list[Tensor] = [
            layer(branch) for layer, branch in zip(layers, branches, strict=True)
        ]
        resized: list[Tensor] = [
            resize_like(part, branches[target]) for part in parts[target + 1 :]
        ]
        return reduce(torch.add, parts[: target + 1] + resized)


def _stage(layout: Layout, branches: int) -> nn.Sequential:
    channels = layout.channels(branches)
    return nn.Sequential(
        *(Exchange(channels, layout.blocks) for _ in range(layout.exchanges[branches - 2]))
    )


def _new_branch(branches: int, inputs: int, outputs: int) -> nn.ModuleList:
    """Return transitions that keep all branches and add one from the coarsest."""
    return nn.ModuleList(
        [
            *(nn.Identity() for _ in range(branches)),
            nn.Sequential(_conv_bn_relu(inputs, outputs, 2)),
        ]
    )


def _between(channels: list[int], source: int, target: int) -> nn.Module:
    """Return layers from one branch to another: 1 x 1 upwards, 3 x 3 with stride 2 downwards."""
    if source == target:
        return nn.Identity()
    if source > target:
        return conv_bn(channels[source], channels[target], 1)
    steps = [
        _conv_bn_relu(channels[source], channels[source], 2) for _ in range(target - source - 1)
    ]
    return nn.Sequential(*steps, conv_bn(channels[source], channels[target], 3, 2))


def _conv_bn_relu(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(*conv_bn(inputs, outputs, 3, stride), nn.ReLU(inplace=True))


_VARIANTS: Mapping[str, Mapping[str, int]] = {
    "hrnet18s": {"hrnet18s": 48},
    # The released "HRNet-18s" file actually holds a full HRNet-W18 with the narrow head.
    "hrnet18": {"hrnet18s-released": 48, "hrnet18": 64},
    "hrnet32": {"hrnet32": 128},
}
"""Width of the object-context head, for each named network of a backbone."""
BACKBONES = tuple(
    Backbone(
        name,
        HRNetBody,
        variants={
            variant: {"correction": "encoded", "mid": 64, "ocr_width": width}
            for variant, width in _VARIANTS[name].items()
        },
    )
    for name in LAYOUTS
)
