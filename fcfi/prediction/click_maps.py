"""The click maps of other methods: distances, Gaussians, superpixels.

Each function draws clicks in network pixels as a map (H, W) float32 in [0, 1] that is 0 far from
them; `fcfi.prediction.guidance.CLICK_MAPS` names the maps.
Source: distances of DOS (Xu et al., CVPR 2016) and of LD (Li et al., CVPR 2018), inverted so that
    0 means far; Gaussians of FCA-Net (Lin et al., CVPR 2020) and FocusCut (Lin et al., CVPR
    2022); superpixels of CAG (Majumder and Yao, CVPR 2019), without its object proposals.
"""

from math import log
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fcfi.prompts.clicks import Clicks

FAR: Final = 255.0
"""Distances are limited to this number of pixels (DOS)."""
NARROW, WIDE = 10.0, 30.0
"""Full width at half maximum of the Gaussians of all clicks, and of the first click (FCA-Net)."""
CELL: Final = 14
"""Pixels between the seeds of superpixels: about 400 in a crop of 288 px."""


def distances(clicks: Clicks, height: int, width: int, positive: bool) -> NDArray[np.float32]:
    """Return 1 at the clicks of a sign, falling to 0 at FAR pixels; all 0 without such a click."""
    away = distance_to(clicks, height, width, positive)
    near = 1 - np.minimum(away, np.float32(FAR)) / np.float32(FAR)
    return np.asarray(near, np.float32)


def gaussians(
    clicks: Clicks, height: int, width: int, positive: bool, size: float = NARROW
) -> NDArray[np.float32]:
    """Return 1 at the clicks of a sign and one half at `size` / 2 pixels from the nearest."""
    away = distance_to(clicks, height, width, positive)
    return np.asarray(np.exp(np.float32(-4 * log(2) / size**2) * away * away), np.float32)


def first_gaussian(clicks: Clicks, height: int, width: int) -> NDArray[np.float32]:
    """Return a wide Gaussian at the first positive click.

    It is the same click in every look, since the zoom keeps positive clicks inside the crop.
    """
    first = next((click for click in clicks if click.positive), None)
    return gaussians(() if first is None else (first,), height, width, True, WIDE)


def distance_to(clicks: Clicks, height: int, width: int, positive: bool) -> NDArray[np.float32]:
    """Return (height, width): the distance to the nearest click of a sign; infinite without one."""
    away = np.ones((height, width), np.uint8)
    for click in clicks:
        if click.positive == positive:
            away[click.y, click.x] = 0
    if away.all():
        return np.full((height, width), np.inf, np.float32)
    # The exact transform: steps of an approximate one would look like edges to the network.
    found = cv2.distanceTransform(away, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(found, np.float32)


def superpixel_distances(
    clicks: Clicks, height: int, width: int, positive: bool, pixels: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return `distances` between the centres of superpixels, to the nearest clicked superpixel.

    pixels: (3, H, W) in [0, 1].  The value is constant within a superpixel.
    """
    clicked = [click for click in clicks if click.positive == positive]
    if not clicked:
        return np.zeros((height, width), np.float32)
    labels = superpixels(pixels)
    middles = centres(labels)
    seeds = middles[sorted({int(labels[click.y, click.x]) for click in clicked})]
    away = np.linalg.norm(middles[:, None] - seeds[None], axis=2).min(1)
    near = 1 - np.minimum(away, FAR) / FAR
    return np.asarray(near[labels], np.float32)


def superpixels(pixels: NDArray[np.float32]) -> NDArray[np.int32]:
    """Return (H, W): the number of each pixel's superpixel, from 0.

    pixels: (3, H, W) in [0, 1].  A watershed from seeds on a grid: regions meet at edges.
    """
    _, height, width = pixels.shape
    image = np.ascontiguousarray(np.moveaxis(np.rint(pixels * 255).astype(np.uint8), 0, 2))
    rows, columns = (
        np.arange(CELL // 2, max(side, CELL // 2 + 1), CELL).clip(0, side - 1)
        for side in (height, width)
    )
    markers = np.zeros((height, width), np.int32)
    markers[np.ix_(rows, columns)] = np.arange(1, len(rows) * len(columns) + 1).reshape(
        len(rows), len(columns)
    )
    labels = cv2.watershed(image, markers)
    # Lines between regions, and pixels that the watershed did not reach, join the nearest region.
    known = (labels > 0).astype(np.uint8)
    _, nearest = cv2.distanceTransformWithLabels(
        1 - known, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    table = np.zeros(int(nearest.max()) + 1, np.int32)
    table[nearest[known > 0]] = labels[known > 0]
    return np.asarray(table[nearest] - 1, np.int32)


def centres(labels: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return (count, 2): row and column of each region's centre; far away for an empty region."""
    count = int(labels.max()) + 1
    sizes = np.bincount(labels.ravel(), minlength=count)
    rows, columns = np.indices(labels.shape)
    sums = [np.bincount(labels.ravel(), axis.ravel(), count) for axis in (rows, columns)]
    with np.errstate(divide="ignore", invalid="ignore"):
        middles = np.stack(sums, 1) / sizes[:, None]
    middles[sizes == 0] = 1e9
    return middles
