"""A sample: one object of one picture, with its true mask.

Knows nothing of files.  Readers and shards make samples; training and evaluation take them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fcfi.errors import DatasetError
from fcfi.labels import Truth


@dataclass(frozen=True, eq=False)
class Sample:
    """One object on one picture.

    name:  says which, unique in its data set (`208001#2`).
    image: (H, W, 3) uint8, RGB.
    truth: (H, W) uint8, 0 background, 1 object, 255 ignore.

    Raises DatasetError if picture and mask do not fit each other.
    """

    name: str
    image: NDArray[np.uint8]
    truth: Truth

    def __post_init__(self) -> None:
        if self.image.ndim != 3 or self.image.shape[2] != 3 or self.image.dtype != np.uint8:
            raise DatasetError(
                f"{self.name}: the picture is {self.image.shape} {self.image.dtype}; "
                "(height, width, 3) uint8 in RGB order is accepted"
            )
        if self.truth.dtype != np.uint8:
            raise DatasetError(
                f"{self.name}: the mask is {self.truth.dtype}; uint8 (0, 1, 255) is accepted"
            )
        if self.truth.shape != self.image.shape[:2]:
            raise DatasetError(
                f"{self.name}: the mask is {_size(self.truth)} and its picture {_size(self.image)} pixels: "
                "both must have the same size"
            )


def _size(array: NDArray[np.uint8]) -> str:
    """`width x height`, as people say it."""
    return " x ".join(str(length) for length in array.shape[1::-1])
