"""Object-context head (OCR) for one class: pixels, weighted by a first guess, give one vector that all pixels see.

Source: Yuan, Chen and Wang, ECCV 2020.  With one class the attention of a pixel over the objects is
    a softmax over one
value, always 1: the two projections that would compute it (`f_pixel` and `f_object` of released
    files; 14,208
parameters at width 48) change nothing and get no gradient.  They are left out, and dropped at
import.
"""

import torch
from torch import Tensor, nn

from fcfi.models.layers import conv_bn_relu

DROPOUT = 0.05
"""Part of the channels left out in training (released code)."""


class ObjectContextHead(nn.Module):
    """From F to logits and to auxiliary logits, which say where the object is looked for."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.auxiliary = nn.Sequential(
            *conv_bn_relu(channels, channels, 1, bias=True), nn.Conv2d(channels, 1, 1)
        )
        self.pixels = conv_bn_relu(channels, 2 * width, 3, bias=True)
        self.down = conv_bn_relu(2 * width, width, 1)
        self.up = conv_bn_relu(width, 2 * width, 1)
        self.join = conv_bn_relu(4 * width, 2 * width, 1)
        self.dropout = nn.Dropout2d(DROPOUT)
        self.classifier = nn.Conv2d(2 * width, 1, 1)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Logits and auxiliary logits, (B, 1, h, w) both, from features (B, channels, h, w)."""
        aux_logits: Tensor = self.auxiliary(features)
        pixels = self.pixels(features)
        attention = aux_logits.flatten(2).softmax(2)
        whole = (pixels.flatten(2) @ attention.transpose(1, 2)).unsqueeze(3)
        context = self.up(self.down(whole)).expand_as(pixels)
        logits: Tensor = self.classifier(self.dropout(self.join(torch.cat([context, pixels], 1))))
        return logits, aux_logits
