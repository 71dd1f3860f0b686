"""Object-context head (OCR) for one class: a first guess of the object becomes one context vector.

Source: Yuan, Chen and Wang, ECCV 2020.  With one class, the attention of a pixel over the objects
is a softmax over one value, always 1: the two projections that would compute it (`f_pixel` and
`f_object` of released files; 14,208 parameters at width 48) have no effect and get no gradient.
They are left out here, and an import does not load them.
"""

import torch
from torch import Tensor, nn

from fcfi.models.layers import conv_bn_relu

DROPOUT = 0.05
"""Share of the channels dropped in training (released code)."""


class ObjectContextHead(nn.Module):
    """A head from F to logits and auxiliary logits, which are its first guess of the object."""

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
        """Return logits and auxiliary logits (B, 1, h, w) from features (B, channels, h, w)."""
        aux_logits: Tensor = self.auxiliary(features)
        pixels = self.pixels(features)
        attention = aux_logits.flatten(2).softmax(2)
        # The mean of all pixels, weighted by how likely they are the object.
        whole = (pixels.flatten(2) @ attention.transpose(1, 2)).unsqueeze(3)
        context = self.up(self.down(whole)).expand_as(pixels)
        logits: Tensor = self.classifier(self.dropout(self.join(torch.cat([context, pixels], 1))))
        return logits, aux_logits
