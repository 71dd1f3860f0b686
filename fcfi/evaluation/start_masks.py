"""Wrong masks as the start of an evaluation, to count the clicks that correct them.

They are made from the truth by a fixed rule, or read from a folder (another program's masks).
Knows nothing of networks.  The paper has no such evaluation; the released code always starts
without a mask.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from fcfi.data.sample import Sample
from fcfi.errors import ConfigError, DatasetError
from fcfi.mask_files import read_mask
from fcfi.masks.truth import OBJECT, Mask

ERODED_PART: Final = 0.15
"""Fraction of the largest depth that is removed on all sides: leaves 0.72 of a disk."""
SHIFTED_PART: Final = 0.1
"""Fraction of the object's width and height by which it is shifted right and down."""


@dataclass(frozen=True)
class Start:
    """A source of start masks.

    name: name in reports.  make: returns the start mask (H, W) bool for a sample.
    """

    name: str
    make: Callable[[Sample], Mask]


def starting_masks(kind: str | Path) -> Start:
    """Return the source `eroded` or `shifted`, or the masks NAME.png in a folder.

    Raises ConfigError for any other kind; a folder's `make` raises DatasetError for a missing mask.
    """
    if str(kind) in _RULES:
        return Start(str(kind), _RULES[str(kind)])
    folder = Path(kind)
    if not folder.is_dir():
        raise ConfigError(
            f"expected start masks {', '.join(_RULES)} or a folder with NAME.png files, "
            f"got {str(kind)!r}"
        )
    return Start(folder.name, partial(from_folder, folder))


def eroded(sample: Sample) -> Mask:
    """Return the object without a rim of at least one pixel; its deepest pixel is kept."""
    padded = np.pad((sample.truth == OBJECT).astype(np.uint8), 1)
    depth = np.asarray(
        cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1], np.float32
    )
    largest = float(depth.max())
    kept: Mask = depth > max(ERODED_PART * largest, min(1.0, largest / 2))
    return kept


def shifted(sample: Sample) -> Mask:
    """Return the object shifted right and down by a fraction of its size, at least one pixel.

    Pixels that leave the image are lost.
    """
    whole: Mask = sample.truth == OBJECT
    rows, columns = np.flatnonzero(whole.any(axis=1)), np.flatnonzero(whole.any(axis=0))
    down, right = (
        max(1, round(SHIFTED_PART * (ends[-1] - ends[0] + 1))) for ends in (rows, columns)
    )
    moved = np.zeros_like(whole)
    moved[down:, right:] = whole[: whole.shape[0] - down, : whole.shape[1] - right]
    return moved


def from_folder(folder: Path, sample: Sample) -> Mask:
    """Return the mask NAME.png in the folder.

    Raises DatasetError if it is missing, InputError if it does not fit.
    """
    file = folder / f"{sample.name}.png"
    if not file.is_file():
        raise DatasetError(f"{file} is missing: every object needs a start mask of its own name")
    return read_mask(file, *sample.truth.shape)


_RULES: Final = {"eroded": eroded, "shifted": shifted}
