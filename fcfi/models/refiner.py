"""FocalClick's refiner: a second, small network that sharpens part of an answer.

It sees part of the picture at a higher resolution, the clicks and the coarse answer there, and the
features of the first pass; it returns details, and where to use them.
Source: Chen et al., CVPR 2022.  Differs: the image is normalised as for the backbone; in training,
    the part is drawn around the coarse answer.
"""

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from fcfi.models.layers import separable_conv_bn_relu
from fcfi.models.parts import NeckInputs

WIDTH: Final = 32
CELL: Final = 4
"""Input pixels per cell of F; the parts to learn from start and end between cells."""
SMALLEST: Final = 32
"""Smallest side of such a part, in pixels."""
ROUND_OBJECT: Final = 0.6
"""Share of the parts that hold the whole object; the others are centred on a border pixel."""


class Refiner(nn.Module):
    """Computes details of a part, and how much of them each pixel takes."""

    def __init__(self, channels: int, clicks: int) -> None:
        """channels: number of channels of F.  clicks: number of click maps."""
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
        features: (B, C, s, s), F in that part.
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
        """Return the logits unchanged, and in training `refined` (B, 3, H, W).

        Its channels are refined logits, logits of the border, and 1 inside the refined part.
        At inference, `fcfi.methods.focal_click` calls `refine` with a finer crop.
        """
        if not self.training:
            return logits, {}
        height, width = logits.shape[-2:]
        # The refiner's loss must not make the coarse answer worse.
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
    """Return part of maps (C, h, w), resized to (1, C, *size); step: input pixels per cell."""
    top, bottom, left, right = (side // step for side in box)
    part = maps[None, :, top:bottom, left:right]
    return functional.interpolate(part, size, mode="bilinear", align_corners=False)


def learning_boxes(coarse: Tensor) -> list[tuple[int, int, int, int]]:
    """Return a part to learn from for each sample: top, bottom, left and right, in whole cells.

    coarse: (B, 1, H, W), logits.  Drawn at random, around the object or around a border pixel.
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
    """Return start and end of a side in whole cells, inside 0 to size."""
    length = min(size, max(SMALLEST, round(side / CELL) * CELL))
    begin = round((middle - length / 2) / CELL) * CELL
    begin = min(max(begin, 0), size - length)
    return begin, begin + length
