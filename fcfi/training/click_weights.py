"""Weights of pixels by their distance to the clicks (FCA-Net, Lin et al., CVPR 2020).

Pixels near a click have more weight, because that is where a person looks.
"""

from typing import Final

import cv2
import numpy as np
import torch
from torch import Tensor

NEAR: Final = 2.0
"""Weight at a click; beyond FAR_PIXELS it is FAR."""
FAR: Final = 0.8
FAR_PIXELS: Final = 100.0


def click_weights(clicks: Tensor, target: Tensor) -> Tensor:
    """Return weights (B, 1, H, W) by the nearest click with the sign of the pixel's truth.

    clicks: (B, K, H, W), maps of which the first two are 1 at positive and at negative clicks.
    target: (B, 1, H, W) 0/1.
    """
    positive, negative = (_falling(clicks[:, number : number + 1]) for number in (0, 1))
    return torch.where(target > 0, positive, negative)


def weights_of_map(clicks: Tensor, target: Tensor) -> Tensor:
    """Return weights (B, 1, H, W): by the distance to the map's ones on the object, else FAR.

    clicks: (B, 1, H, W).  target: (B, 1, H, W) 0/1.
    """
    return torch.where(target > 0, _falling(clicks), FAR)


def _falling(clicks: Tensor) -> Tensor:
    """Return NEAR where a map (B, 1, H, W) is 1, falling linearly to FAR at FAR_PIXELS."""
    away = []
    for each in clicks[:, 0].detach().float().cpu().numpy():
        other = (each < 1).astype(np.uint8)
        far = np.full(other.shape, FAR_PIXELS, np.float32)
        away.append(far if other.all() else cv2.distanceTransform(other, cv2.DIST_L2, 5))
    distance = torch.from_numpy(np.stack(away))[:, None].to(clicks.device)
    return NEAR + (FAR - NEAR) * (distance / FAR_PIXELS).clamp_max(1)
