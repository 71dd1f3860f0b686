"""Augmentation of a training crop: mirroring, pasting of an object, recolouring."""

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from fcfi.data.config import CropConfig
from fcfi.data.crop import TrainingCrop
from fcfi.masks.truth import BACKGROUND, OBJECT

PASTED_SIZE = (0.15, 0.7)
"""Range of a pasted object's longer side, as a share of the crop's shorter side."""
SMALLEST_PASTED = 4
"""Smallest side of a pasted object in pixels."""
BLUR = (0.5, 1.5)
"""Range of the standard deviation of a blur, in pixels."""
JPEG_QUALITY = (30, 90)
"""Range of the quality of a bad compression."""


def mirror(crop: TrainingCrop) -> TrainingCrop:
    """Return the crop with left and right swapped."""
    image, truth, others = (
        np.ascontiguousarray(array[:, ::-1]) for array in (crop.image, crop.truth, crop.others)
    )
    point = crop.point and (image.shape[1] - 1 - crop.point[0], crop.point[1])
    return replace(crop, image=image, truth=truth, others=others, point=point)  # type: ignore[arg-type]


def paste(
    crop: TrainingCrop,
    image: NDArray[np.uint8],
    mask: NDArray[np.bool_],
    minimum_visible: int,
    rng: np.random.Generator,
) -> TrainingCrop:
    """Return the crop with an object pasted in, as the new target or in front of the old one.

    image, mask: the object in its tight box, (h, w, 3) uint8 RGB and (h, w) bool.
    minimum_visible: visible pixels of the target below which the crop is returned unchanged.
    """
    # ── size and position ─────────────────────────────────────────────────────────────────────────
    # A quarter of the object may lie outside the crop.
    rows_of_crop, columns_of_crop = crop.truth.shape
    scale = min(crop.truth.shape) * rng.uniform(*PASTED_SIZE) / max(mask.shape)
    width = max(SMALLEST_PASTED, round(mask.shape[1] * scale))
    height = max(SMALLEST_PASTED, round(mask.shape[0] * scale))
    alpha = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
    patch = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    left = int(rng.integers(-width // 4, max(1, columns_of_crop - 3 * width // 4)))
    top = int(rng.integers(-height // 4, max(1, rows_of_crop - 3 * height // 4)))
    rows = slice(max(0, top), min(rows_of_crop, top + height))
    columns = slice(max(0, left), min(columns_of_crop, left + width))
    inside = np.s_[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    whole = np.count_nonzero(alpha > 0.5)
    alpha = alpha[inside]
    patch = patch[inside]
    over = alpha > 0.5

    # ── truth ─────────────────────────────────────────────────────────────────────────────────────
    truth = crop.truth.copy()
    others = crop.others.copy()
    if rng.random() < 0.5:  # the pasted object is the target
        others |= truth == OBJECT
        truth[truth == OBJECT] = BACKGROUND
        truth[rows, columns][over] = OBJECT
        others[rows, columns][over] = False
        beyond = float(whole - np.count_nonzero(over))
    else:  # it hides a part of the target
        truth[rows, columns][over] = BACKGROUND
        others[rows, columns][over] = True
        beyond = crop.beyond
    if np.count_nonzero(truth == OBJECT) < minimum_visible:
        return crop

    # ── pixels ────────────────────────────────────────────────────────────────────────────────────
    # Blended along the edge, because a hard edge would reveal the object.
    blended = crop.image.copy()
    below = blended[rows, columns].astype(np.float32)
    blended[rows, columns] = (below + alpha[..., None] * (patch - below)).astype(np.uint8)
    return TrainingCrop(blended, truth, others, beyond=beyond)


def recolour(crop: TrainingCrop, config: CropConfig, rng: np.random.Generator) -> TrainingCrop:
    """Return the crop in other colours, and by chance in grey, blurred or badly compressed."""
    gain = 1 + rng.uniform(*config.contrast)
    brightness = 255 * rng.uniform(*config.brightness)
    offset = brightness + rng.uniform(-config.rgb_shift, config.rgb_shift, 3)
    middle = 127.5 * (1 - gain)  # contrast changes around the middle grey
    # A table of 256 values for each channel is far faster than arithmetic on every pixel.
    ramp = np.arange(256)[:, None] * gain + middle + offset
    image: NDArray[Any] = cv2.LUT(crop.image, np.clip(ramp, 0, 255).astype(np.uint8)[None])
    if rng.random() < config.grey:
        image = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    if rng.random() < config.blur:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(*BLUR))
    if rng.random() < config.jpeg:
        quality = int(rng.integers(*JPEG_QUALITY))
        _, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
        image = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR))
    return replace(crop, image=image)
