"""A training crop: a part of a picture at the model's input size, with its target."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class TrainingCrop:
    """A part of a picture with a target.

    image: (h, w, 3) uint8 RGB.
    truth: (h, w) uint8, 0 background, 1 object, 255 ignore.
    others: (h, w) bool, other objects (for negative clicks).
    part: whether it shows a close view of part of the object, which is ambiguous without a
        previous mask.
    beyond: pixels of the object outside the crop, at the crop's scale.
    again: whether the crop was used before and is repeated.
    point: (x, y) of the first click, if the crop was chosen around it.
    index: index of the crop in its stream, to draw it again.
    """

    image: NDArray[np.uint8]
    truth: NDArray[np.uint8]
    others: NDArray[np.bool_]
    part: bool = False
    beyond: float = 0.0
    again: bool = False
    point: tuple[int, int] | None = None
    index: int = 0
