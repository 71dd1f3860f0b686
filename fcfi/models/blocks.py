"""Layers that HRNet and ResNet share: residual blocks, and prompts that enter a stem.

Parameter names follow the published ImageNet weights of these backbones, so that such files can be
loaded.  Source: He et al., CVPR 2016 (blocks); Sofiiuk, Petrov and Konushin, ICIP 2022 (prompts in
the stem).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

IMAGENET_MEAN = (0.485, 0.456, 0.406)
"""RGB means with which ImageNet backbones expect images in [0, 1] to be normalised."""
IMAGENET_STD = (0.229, 0.224, 0.225)
"""RGB standard deviations of the same normalisation."""
PROMPT_SCALE = 0.05
"""Initial factor of the encoded prompts in training (released code)."""


def channel_values(values: tuple[float, float, float]) -> Tensor:
    """Return one value for each channel as a tensor (1, 3, 1, 1)."""
    return torch.tensor(values).reshape(1, 3, 1, 1)


def conv_bn(inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    """Return a convolution without bias, and batch normalisation."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs)
    )


class StemPrompts(nn.Module):
    """Encodes prompt maps (B, maps, H, W) to (B, channels, H/2, W/2), to be added to a stem."""

    def __init__(self, maps: int, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(maps, 16, 1),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(16, channels, 3, 2, 1),
        )
        # Small at first, so that the pre-trained stem sees almost the inputs it was trained on.
        self.scale = nn.Parameter(torch.full((1,), PROMPT_SCALE))

    def forward(self, prompts: Tensor) -> Tensor:
        """Return the encoded prompts; the factor is applied without its sign, as released."""
        encoded: Tensor = self.layers(prompts)
        return encoded * self.scale.abs()


class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions with a residual; the shape stays the same."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return maps of the same shape (B, channels, h, w)."""
        hidden = functional.relu(self.bn1(self.conv1(x)))
        return functional.relu(self.bn2(self.conv2(hidden)) + x)


class Bottleneck(nn.Module):
    """Convolutions 1 x 1, 3 x 3 (with stride or dilation) and 1 x 1, with a residual.

    It has EXPANSION * planes output channels.
    """

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
        """Return (B, EXPANSION * planes, h/stride, w/stride) from (B, inputs, h, w)."""
        hidden = functional.relu(self.bn1(self.conv1(x)))
        hidden = functional.relu(self.bn2(self.conv2(hidden)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return functional.relu(self.bn3(self.conv3(hidden)) + shortcut)
