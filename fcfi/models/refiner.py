"""FocalClick's refiner: a second, small network that sharpens a part of an answer.

It sees a part of the picture from nearer by, the clicks and the coarse answer there, and the
features of the first look; it returns details, and where they are to be believed.
Source: Chen et al., CVPR 2022.  Differs: the image is normalised as for the backbone; while
    learning, the part is drawn round the coarse answer.
"""

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from fcfi.models.layers import separable_conv_bn_relu
from fcfi.models.parts import NeckInputs

WIDTH: Final = 32
CELL: Final = 4
"""Input pixels to a cell of F; the parts to learn from begin and end between cells."""
SMALLEST: Final = 32
"""Pixels of the sides of such a part, at least."""
ROUND_OBJECT: Final = 0.6
"""Share of the parts that hold the whole object; the others lie round a pixel of its border."""


class Refiner(nn.Module):
    """Details of a part, and how much each pixel takes of them."""

    def __init__(self, channels: int, clicks: int) -> None:
        """channels: of F.  clicks: number of click maps."""
        super().__init__()
        self.clicks = clicks
        self.pixels = nn.Sequential(
            nn.Conv2d(3 + clicks + 1, WIDTH, 3, 2, 1, bias=False),
            nn.BatchNorm2d(WIDTH),
            nn.ReLU(inplace=True),
            separable_conv_bn_relu(WIDTH, WIDTH),
            separable_conv_bn_relu(WIDTH, WIDTH),
        )
        self.features = nn.Sequential(
            nn.Conv2d(channels, WIDTH, 1, bias=False), nn.BatchNorm2d(WIDTH), nn.ReLU(inplace=True)
        )
        self.joined = nn.Sequential(
            separable_conv_bn_relu(WIDTH, WIDTH), separable_conv_bn_relu(WIDTH, WIDTH)
        )
        self.detail = nn.Conv2d(WIDTH, 1, 3, padding=1)
        self.border = nn.Conv2d(WIDTH, 1, 3, padding=1)

    def refine(
        self, image: Tensor, clicks: Tensor, coarse: Tensor, features: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return refined logits and logits of the border, (B, 1, S, S) each.

        image: (B, 3, S, S), normalised.  clicks: (B, K, S, S).  coarse: (B, 1, S, S), logits.
        features: (B, C, s, s), F of that part.
        """
        seen = self.pixels(torch.cat([image, clicks, coarse.sigmoid()], 1))
        known = functional.interpolate(
            self.features(features), seen.shape[-2:], mode="bilinear", align_corners=False
        )
        joined = self.joined(seen + known)
        detail, border = (
            functional.interpolate(
                layer(joined), coarse.shape[-2:], mode="bilinear", align_corners=False
            )
            for layer in (self.detail, self.border)
        )
        share = border.sigmoid()
        return detail * share + coarse * (1 - share), border

    def forward(
        self, features: Tensor, logits: Tensor, inputs: NeckInputs
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the logits as they are, and while learning `refined` (B, 3, H, W).

        Its channels: refined logits, logits of the border, and 1 inside the part that was refined.
        In use the step of `fcfi.methods.focal_click` refines, from nearer by.
        """
        if not self.training:
            return logits, {}
        height, width = logits.shape[-2:]
        # The coarse answer is not to become worse for the refiner's sake.
        coarse, known = logits.detach(), features.detach()
        boxes = learning_boxes(coarse)
        parts = [
            (
                _enlarged(inputs.pixels[index], box, 1, (height, width)),
                _enlarged(coarse[index], box, 1, (height, width)),
                _enlarged(known[index], box, CELL, (known.shape[-2], known.shape[-1])),
            )
            for index, box in enumerate(boxes)
        ]
        pixels, seen, cells = (torch.cat(each) for each in zip(*parts, strict=True))
        refined, border = self.refine(pixels[:, :3], pixels[:, -self.clicks :], seen, cells)
        output = logits.new_zeros(len(boxes), 3, height, width)
        for index, (top, bottom, left, right) in enumerate(boxes):
            both = torch.cat([refined[index : index + 1], border[index : index + 1]], 1)
            inside = functional.interpolate(
                both, (bottom - top, right - left), mode="bilinear", align_corners=False
            )
            output[index, :2, top:bottom, left:right] = inside[0].to(output.dtype)
            output[index, 2, top:bottom, left:right] = 1
        return logits, {"refined": output}


def _enlarged(
    maps: Tensor, box: tuple[int, int, int, int], step: int, size: tuple[int, int]
) -> Tensor:
    """Return (1, C, *size): a part of maps (C, h, w); step: input pixels to a cell of them."""
    top, bottom, left, right = (side // step for side in box)
    part = maps[None, :, top:bottom, left:right]
    return functional.interpolate(part, size, mode="bilinear", align_corners=False)


def learning_boxes(coarse: Tensor) -> list[tuple[int, int, int, int]]:
    """Return for each sample a part to learn from: top, bottom, left and right, in whole cells.

    coarse: (B, 1, H, W), logits.  Drawn at random: round the object, or round a border pixel.
    """
    height, width = coarse.shape[-2:]
    boxes = []
    for mask in coarse[:, 0] > 0:
        found = torch.nonzero(mask)
        if len(found) == 0:
            boxes.append((0, height, 0, width))
            continue
        draw = torch.rand(4).tolist()
        (top, left), (bottom, right) = found.amin(0).tolist(), (found.amax(0) + 1).tolist()
        if draw[0] < ROUND_OBJECT:
            grow = 1.1 + 0.5 * draw[1]
            sides = (grow * (bottom - top), grow * (right - left))
            middle = ((top + bottom) / 2, (left + right) / 2)
            middle = (
                middle[0] + (draw[2] - 0.5) * 0.6 * sides[0],
                middle[1] + (draw[3] - 0.5) * 0.6 * sides[1],
            )
        else:
            share = 0.25 + draw[1] * (1 / 1.5 - 0.25)
            sides = (share * height, share * width)
            inner = -functional.max_pool2d(-mask[None].float(), 3, 1, 1)[0]
            border = torch.nonzero(mask & (inner == 0))
            pixels = border if len(border) else found
            row, column = pixels[int(draw[2] * len(pixels))].tolist()
            middle = (float(row), float(column))
        boxes.append((*_span(middle[0], sides[0], height), *_span(middle[1], sides[1], width)))
    return boxes


def _span(middle: float, side: float, size: int) -> tuple[int, int]:
    """Return begin and end of a side in whole cells, inside 0 to size."""
    length = min(size, max(SMALLEST, round(side / CELL) * CELL))
    begin = round((middle - length / 2) / CELL) * CELL
    begin = min(max(begin, 0), size - length)
    return begin, begin + length
