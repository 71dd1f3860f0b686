"""What HRNet and ResNet share: residual blocks, prompts that enter a stem, how ImageNet pictures were normalised.

Parameter names follow the published ImageNet weights of these backbones, so that such files can be
loaded.
Source: He et al., CVPR 2016 (blocks); Sofiiuk, Petrov and Konushin, ICIP 2022 (prompts in the
    stem).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

IMAGENET_MEAN = (0.485, 0.456, 0.406)
"""RGB, of pictures in [0, 1]."""
IMAGENET_STD = (0.229, 0.224, 0.225)
"""RGB, of pictures in [0, 1]."""
PROMPT_SCALE = 0.05
"""Factor of the encoded prompts at the start of training (released code)."""


def channel_values(values: tuple[float, float, float]) -> Tensor:
    """(1, 3, 1, 1) from one value a channel."""
    return torch.tensor(values).reshape(1, 3, 1, 1)


def conv_bn(inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    """Convolution without bias and batch normalisation."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs)
    )


class StemPrompts(nn.Module):
    """Prompt maps (B, maps, H, W) to what is added to a stem, (B, channels, H/2, W/2)."""

    def __init__(self, maps: int, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(maps, 16, 1),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(16, channels, 3, 2, 1),
        )
        self.scale = nn.Parameter(torch.full((1,), PROMPT_SCALE))

    def forward(self, prompts: Tensor) -> Tensor:
        """The encoded prompts; the factor counts without its sign, as released."""
        encoded: Tensor = self.layers(prompts)
        return encoded * self.scale.abs()


class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions and a residual; keeps all sizes."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        """(B, channels, h, w) to the same."""
        hidden = functional.relu(self.bn1(self.conv1(x)))
        return functional.relu(self.bn2(self.conv2(hidden)) + x)


class Bottleneck(nn.Module):
    """1 x 1, 3 x 3 (with stride or dilation), 1 x 1 convolution and a residual; gives EXPANSION * planes channels."""

    EXPANSION = 4

    def __init__(self, inputs: int, planes: int, stride: int = 1, dilation: int = 1) -> None:
        super().__init__()
        outputs = planes * self.EXPANSION
        self.conv1 = nn.Conv2d(inputs, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, stride, dilation, dilation, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.downsample = (
            None if stride == 1 and inputs == outputs else conv_bn(inputs, outputs, 1, stride)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, h, w) to (B, EXPANSION * planes, h/stride, w/stride)."""
        hidden = functional.relu(self.bn1(self.conv1(x)))
        hidden = functional.relu(self.bn2(self.conv2(hidden)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return functional.relu(self.bn3(self.conv3(hidden)) + shortcut)
