"""A sample: one object on one picture, with its truth.

Knows nothing of files.  Readers and shards make samples; training and evaluation take them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fcfi.errors import DatasetError
from fcfi.masks.truth import Truth


@dataclass(frozen=True, eq=False)
class Sample:
    """One object on one picture.

    name:  unique in its dataset (`208001#2`).
    image: (H, W, 3) uint8, RGB.
    truth: (H, W) uint8, 0 background, 1 object, 255 ignore.

    Raises DatasetError if image and truth do not match.
    """

    name: str
    image: NDArray[np.uint8]
    truth: Truth

    def __post_init__(self) -> None:
        if self.image.ndim != 3 or self.image.shape[2] != 3 or self.image.dtype != np.uint8:
            raise DatasetError(
                f"{self.name}: expected an image (height, width, 3) uint8 in RGB order, got "
                f"{self.image.shape} {self.image.dtype}: convert it"
            )
        if self.truth.dtype != np.uint8:
            raise DatasetError(
                f"{self.name}: expected a mask in uint8 (0, 1, 255), got {self.truth.dtype}: "
                "convert it"
            )
        if self.truth.shape != self.image.shape[:2]:
            raise DatasetError(
                f"{self.name}: expected mask and picture of the same size, got {_size(self.truth)} "
                f"and {_size(self.image)} pixels: make them agree"
            )


def _size(array: NDArray[np.uint8]) -> str:
    """Return the size as `width x height`."""
    return " x ".join(str(length) for length in array.shape[1::-1])
