"""Wrong masks of an object, for sessions that start from a mask."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

BORDER = 15
"""Width in pixels of an object's border, outside it."""
SIZE = (0.05, 0.3)
"""Range of the size of mistakes, relative to the square root of the object's area."""
SMALLEST_SIZE = 3
"""Smallest size of a mistake in pixels."""
KINDS = 6
"""Number of kinds of mistakes: eroded, dilated, shifted, wavy, a disk added, a disk cut out."""
SOFT_BORDER = (0.004, 0.015)
"""Range of the blur of a mask predicted in a larger crop, in crop heights: 2 to 6 px at 416."""


def wrong_mask(target: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return the mask (H, W) of an object with one mistake."""
    mask: NDArray[Any] = target.view(np.uint8)
    size = max(SMALLEST_SIZE, int(np.sqrt(np.count_nonzero(mask)) * rng.uniform(*SIZE)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    kind = rng.integers(KINDS)
    if kind == 0:
        mask = cv2.erode(mask, kernel)
    elif kind == 1:
        mask = cv2.dilate(mask, kernel)
    elif kind == 2:
        dx, dy = rng.integers(-size, size + 1, 2)
        shift = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
        mask = cv2.warpAffine(mask, shift, mask.shape[::-1], flags=cv2.INTER_NEAREST)
    elif kind == 3:
        mask = _wavering(mask, size, rng)
    else:
        rows, columns = np.nonzero(border_of(target) | target)
        at = rng.integers(len(rows))
        centre = int(columns[at]), int(rows[at])
        mask = cv2.circle(mask.copy(), centre, 2 * size, int(kind == 4), -1)
    return np.asarray(mask, np.bool_)


def softened(mask: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return a mask with a soft border, like a prediction in a larger crop after zooming in."""
    deviation = mask.shape[0] * rng.uniform(*SOFT_BORDER)
    return np.asarray(cv2.GaussianBlur(mask.astype(np.float32), (0, 0), deviation), np.float32)


def border_of(target: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pixels outside an object within BORDER pixels of it."""
    kernel = np.ones((2 * BORDER + 1, 2 * BORDER + 1), np.uint8)
    return cv2.dilate(target.view(np.uint8), kernel).view(bool) & ~target


def _wavering(mask: NDArray[np.uint8], size: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return the mask with a wavy border.

    The waves are about `size` pixels long and a third of that high.
    """
    height, width = mask.shape
    # Random shifts on a coarse grid, enlarged, are smooth waves.
    grid = (2, max(2, height // size), max(2, width // size))
    coarse = rng.normal(0, size / 3, grid).astype(np.float32)
    dx, dy = (cv2.resize(waves, (width, height), interpolation=cv2.INTER_CUBIC) for waves in coarse)
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    moved = cv2.remap(mask, x + dx, y + dy, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)
