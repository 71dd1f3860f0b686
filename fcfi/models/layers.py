"""Small layers shared by several models."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional, grad


def conv_bn_relu(
    inputs: int, outputs: int, kernel: int = 3, bias: bool = False, dilation: int = 1
) -> nn.Sequential:
    """Return a convolution, batch normalisation and ReLU; they keep height and width."""
    return nn.Sequential(
        nn.Conv2d(
            inputs, outputs, kernel, padding=dilation * (kernel // 2), dilation=dilation, bias=bias
        ),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def separable_conv_bn_relu(inputs: int, outputs: int, bias: bool = False) -> nn.Sequential:
    """Return a depth-wise 3 x 3 and a 1 x 1 convolution, batch normalisation and ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs, bias=bias),
        nn.Conv2d(inputs, outputs, 1, bias=bias),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def resize_like(maps: Tensor, like: Tensor) -> Tensor:
    """Resize to the height and width of `like`: bilinear, corners aligned (released code)."""
    return functional.interpolate(maps, size=like.shape[-2:], mode="bilinear", align_corners=True)


class DepthwiseConv2d(nn.Conv2d):
    """A depth-wise convolution whose gradients are cheap on a CPU.

    The library's backward pass of a depth-wise convolution in bfloat16 takes ten times as long as
    the forward pass.  Here the gradient of the input is itself a depth-wise convolution with the
    kernel rotated by 180 degrees, as fast as the forward pass (20.9 -> 69.5 crops/s for all of
    Lite0 after stride 4).  Where the gradient of the kernel is needed, the library computes it in
    float32, in one to four times the forward pass.
    """

    def __init__(self, channels: int, kernel: int, stride: int = 1) -> None:
        super().__init__(channels, channels, kernel, stride, kernel // 2, groups=channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, channels, H / stride, W / stride) from (B, channels, H, W)."""
        reduced = torch.is_autocast_enabled("cpu")
        # The library is as fast in float32 with trained kernels, on other devices, and without
        # gradients.
        if (
            (self.weight.requires_grad and not reduced)
            or not torch.is_grad_enabled()
            or x.device.type != "cpu"
        ):
            return super().forward(x)
        weight, bias = self.weight, self.bias
        if reduced:
            dtype = torch.get_autocast_dtype("cpu")
            x, weight = x.to(dtype), weight.to(dtype)
            bias = None if bias is None else bias.to(dtype)
        apply: Callable[..., Tensor] = _Depthwise.apply
        return apply(x, weight, bias, self.stride[0])


class _Depthwise(torch.autograd.Function):
    """The convolution of `DepthwiseConv2d` with both gradients written out."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, stride: int) -> Tensor:
        ctx.save_for_backward(x if weight.requires_grad else None, weight)
        ctx.stride, ctx.shape = stride, x.shape
        return functional.conv2d(x, weight, bias, stride, weight.shape[-1] // 2, 1, x.shape[1])

    @staticmethod
    def backward(
        ctx: Any, gradient: Tensor
    ) -> tuple[Tensor | None, Tensor | None, Tensor | None, None]:
        x, weight = ctx.saved_tensors
        for_x, for_weight, for_bias = ctx.needs_input_grad[:3]
        return (
            _gradient_of_input(gradient, weight, ctx.shape, ctx.stride) if for_x else None,
            _gradient_of_kernel(gradient, x, weight, ctx.stride) if for_weight else None,
            gradient.sum((0, 2, 3)) if for_bias else None,
            None,
        )


def _gradient_of_input(gradient: Tensor, weight: Tensor, shape: torch.Size, stride: int) -> Tensor:
    """Return the gradient of the input: a depth-wise convolution with the rotated kernel."""
    if stride > 1:
        # As if the convolution had stride 1 and the other positions had no gradient.
        spread = torch.zeros(shape, dtype=gradient.dtype).to(memory_format=torch.channels_last)
        spread[:, :, ::stride, ::stride] = gradient
        gradient = spread
    return functional.conv2d(
        gradient, weight.flip(2, 3), None, 1, weight.shape[-1] // 2, 1, gradient.shape[1]
    )


def _gradient_of_kernel(gradient: Tensor, x: Tensor, weight: Tensor, stride: int) -> Tensor:
    """Return the gradient of a depth-wise convolution's kernel, computed in float32."""
    padding = weight.shape[-1] // 2
    answer: Tensor = grad.conv2d_weight(  # type: ignore[no-untyped-call]
        x.float(), list(weight.shape), gradient.float(), stride, padding, 1, weight.shape[0]
    )
    return answer.to(weight.dtype)
