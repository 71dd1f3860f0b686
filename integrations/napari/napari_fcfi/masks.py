"""Masks of points, and labels of masks.  Knows nothing of napari or Qt.

Convention: points are (row, column), as in napari; clicks are (x, y), as in fcfi.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fcfi import Click
from fcfi.errors import InputError
from fcfi.grey_levels import to_grey_levels
from fcfi.prediction.interface import Predictor
from fcfi.prediction.prediction import CachedImage, Prediction

ON, OFF = "on", "off"
"""The two signs of a point: on the object, and off it."""
COLOUR_CHANNELS: Final = (3, 4)
Clicks = tuple[Click, ...]


def picture_of(data: Any) -> NDArray[np.uint8]:
    """Return the data of an image layer as uint8 (H, W, 3).

    data: (H, W) numbers, or colours (H, W, 3 or 4), uint8 or floats in [0, 1].
    Raises InputError for stacks and other shapes.
    """
    array = np.asarray(data)
    if array.ndim == 2:
        grey = array if array.dtype == np.uint8 else to_grey_levels(array)
        return np.repeat(grey[:, :, None], 3, axis=2)
    if array.ndim != 3 or array.shape[2] not in COLOUR_CHANNELS:
        raise InputError(
            f"expected a picture (H, W) or (H, W, 3), got {array.shape}: "
            "choose one plane of a stack"
        )
    colours = array[:, :, :3]
    if colours.dtype.kind == "f":
        colours = np.rint(np.clip(colours, 0, 1) * 255)
    elif colours.dtype != np.uint8:
        raise InputError(f"expected colours in uint8 or floats in [0, 1], got {colours.dtype}")
    return np.ascontiguousarray(colours, np.uint8)


def clicks_of(
    points: NDArray[np.floating[Any]], signs: Sequence[str], height: int, width: int
) -> Clicks:
    """Return points (N, 2) with their signs as clicks in a picture of height x width pixels.

    Points outside are left out: they may be moved or drawn anywhere in napari.
    """
    rounded = np.floor(np.asarray(points, float).reshape(-1, 2) + 0.5).astype(int)
    return tuple(
        Click(int(column), int(row), sign == ON)
        for (row, column), sign in zip(rounded, signs, strict=True)
        if 0 <= row < height and 0 <= column < width
    )


class ObjectMasks:
    """The masks of a picture's clicks; what was answered is kept, so that undo costs nothing."""

    def __init__(self, predictor: Predictor, picture: NDArray[np.uint8]) -> None:
        """Take a predictor, as `fcfi.load()` returns it, and a picture uint8 (H, W, 3)."""
        self._predictor = predictor
        self._picture = CachedImage(picture)
        self.height, self.width = picture.shape[:2]
        self._answers: dict[Clicks, Prediction] = {}

    def mask(self, clicks: Clicks) -> NDArray[np.bool_]:
        """Return the mask (H, W) of all clicks in their order; empty without one."""
        prediction = None
        for count in range(1, len(clicks) + 1):
            first = clicks[:count]
            if first not in self._answers:
                self._answers[first] = self._predictor.predict(self._picture, first, prediction)
            prediction = self._answers[first]
        if prediction is None:
            return np.zeros((self.height, self.width), np.bool_)
        return prediction.mask

    def forget(self) -> None:
        """Forget the answers: a new object begins."""
        self._answers.clear()


def painted(
    labels: NDArray[Any], mask: NDArray[np.bool_], number: int, others: NDArray[np.bool_]
) -> NDArray[Any]:
    """Return labels (H, W) with the object `number` as the mask says.

    others: (H, W), the pixels of other objects, which stay.
    """
    without = np.where(labels == number, 0, labels)
    return np.where(mask & ~others, number, without).astype(labels.dtype)


def next_number(labels: Iterable[Any] | NDArray[Any]) -> int:
    """Return the number of the next object: one above the largest."""
    return int(np.max(labels, initial=0)) + 1
