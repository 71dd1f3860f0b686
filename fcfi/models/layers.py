"""Small layers that several networks share."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


def conv_bn_relu(inputs: int, outputs: int, kernel: int = 3, bias: bool = False, dilation: int = 1) -> nn.Sequential:
    """Convolution, batch normalisation, ReLU; keeps height and width."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, padding=dilation * (kernel // 2), dilation=dilation, bias=bias),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def separable_conv_bn_relu(inputs: int, outputs: int, bias: bool = False) -> nn.Sequential:
    """Depth-wise 3 x 3, then 1 x 1 convolution, batch normalisation, ReLU; keeps height and width."""
    return nn.Sequential(
        nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs, bias=bias),
        nn.Conv2d(inputs, outputs, 1, bias=bias),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def resize_like(maps: Tensor, like: Tensor) -> Tensor:
    """Bilinear, corners aligned (released code), to the height and width of `like`."""
    return functional.interpolate(maps, size=like.shape[-2:], mode="bilinear", align_corners=True)


class DepthwiseConv2d(nn.Conv2d):
    """Depth-wise convolution with a cheap gradient while its kernels are frozen.

    The library's backward of a depth-wise convolution in bfloat16 on a CPU takes ten times its forward.  With frozen
    kernels the gradient with respect to the input is itself a depth-wise convolution with the kernel turned round, and
    that runs at the speed of the forward (measured: 20.9 -> 69.5 crops/s for all of Lite0 behind stride 4).
    """

    def __init__(self, channels: int, kernel: int, stride: int = 1) -> None:
        super().__init__(channels, channels, kernel, stride, kernel // 2, groups=channels)

    def forward(self, x: Tensor) -> Tensor:
        if self.weight.requires_grad or not torch.is_grad_enabled() or x.device.type != "cpu":
            return super().forward(x)
        weight, bias = self.weight, self.bias
        if torch.is_autocast_enabled("cpu"):
            dtype = torch.get_autocast_dtype("cpu")
            x, weight = x.to(dtype), weight.to(dtype)
            bias = None if bias is None else bias.to(dtype)
        answer: Tensor = _FrozenDepthwise.apply(x, weight, bias, self.stride[0])  # type: ignore[no-untyped-call]
        return answer


class _FrozenDepthwise(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, stride: int) -> Tensor:
        ctx.save_for_backward(weight)
        ctx.stride, ctx.shape = stride, x.shape
        return functional.conv2d(x, weight, bias, stride, weight.shape[-1] // 2, 1, x.shape[1])

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, Tensor | None, None]:
        (weight,) = ctx.saved_tensors
        for_bias = gradient.sum((0, 2, 3)) if ctx.needs_input_grad[2] else None
        if ctx.stride > 1:
            spread = torch.zeros(ctx.shape, dtype=gradient.dtype).to(memory_format=torch.channels_last)
            spread[:, :, :: ctx.stride, :: ctx.stride] = gradient
            gradient = spread
        turned = weight.flip(2, 3)
        return (
            functional.conv2d(gradient, turned, None, 1, weight.shape[-1] // 2, 1, gradient.shape[1]),
            None,
            for_bias,
            None,
        )
