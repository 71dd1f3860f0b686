"""The values `Prediction`, a predictor's answer, and `CachedImage`, a picture with its last crop.

Knows nothing of clicks or of how a prediction is made.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from fcfi.boxes import Box, whole
from fcfi.geometry import box_of, cut
from fcfi.images import Image, check_image, check_mask
from fcfi.masks.runs import RunMask
from fcfi.masks.truth import Mask
from fcfi.prediction.zoom import Crop
from fcfi.runtimes.interface import Arrays
from fcfi.runtimes.network import IMAGE, EncodesOnce, Network

THRESHOLD: Final = 0.49
"""A pixel is object above this probability (released code)."""
OVERHEAD: Final = 500
"""Approximate bytes of a prediction in addition to its arrays."""


class Memory(Protocol):
    """An immutable value that a method passes from one prediction of an object to the next."""

    @property
    def nbytes(self) -> int:
        """Approximate bytes of memory."""


View = Literal["plain", "mirrored"]
"""The two ways in which a network sees a crop."""


@dataclass(frozen=True)
class ExactMask:
    """A mask in pixels of the picture, made by a step.  runs: None if it is empty."""

    runs: RunMask | None


@dataclass(frozen=True, eq=False)
class Prediction:
    """A predictor's answer, an immutable value.

    crop: the crop of the look.
    seen: (crop.height, crop.width) float32 in [0, 1], the probabilities in the crop; read-only.
    height, width: of the picture, in pixels.
    threshold: a pixel is object above it.
    answered: the number of prompts that it answers; 0 for a start mask.
    memory: the value that the look passes to the next one, or None.
    score: the network's estimate of its mask's IoU, in [0, 1], or None if it makes none.
    shown: the probabilities of the mask, shaped as `seen`, if a step left something out of the mask
        that the next look should still see; `seen` is then only the feedback.
    exact: the mask, if a step made it with more detail than `seen` has.  `seen` is then only the
        feedback of the next look; the step changes it too, or the next look would undo the step.

    Only the crop is stored (0.6 MB at 384 x 384; a map of a 12-megapixel picture takes 48 MB), so
    that a session can keep every prediction; `probs` and `mask` are computed at each access.
    Convention: arrays are indexed [y, x].

    >>> start = np.zeros((40, 60), bool)
    >>> start[10:20, 15:45] = True
    >>> prediction = Prediction.from_mask(start)
    >>> bool((prediction.mask == start).all()), prediction.object_box
    (True, Box(left=15, top=10, right=45, bottom=20))
    """

    crop: Crop
    seen: NDArray[np.float32]
    height: int
    width: int
    threshold: float = THRESHOLD
    answered: int = 0
    memory: Memory | None = None
    exact: ExactMask | None = None
    score: float | None = None
    shown: NDArray[np.float32] | None = None

    @classmethod
    def from_mask(cls, mask: NDArray[Any], threshold: float = THRESHOLD) -> "Prediction":
        """Return an existing mask (H, W), object where it is not 0, as a prediction.

        Raises InputError for another kind of array, or an empty mask.
        """
        seen = check_mask(mask).astype(np.float32)
        height, width = seen.shape
        return cls(
            Crop(whole(height, width), height, width), frozen(seen), height, width, threshold
        )

    @property
    def nbytes(self) -> int:
        """Approximate bytes of memory."""
        memory = 0 if self.memory is None else self.memory.nbytes
        exact = 0 if self.exact is None or self.exact.runs is None else self.exact.runs.nbytes
        shown = 0 if self.shown is None else self.shown.nbytes
        return self.seen.nbytes + shown + memory + exact + OVERHEAD

    @property
    def box(self) -> Box:
        """The part of the picture in the crop."""
        return self.crop.box

    @property
    def probs(self) -> NDArray[np.float32]:
        """The probability of each pixel to be object, (H, W) float32 in [0, 1]; 0 outside `box`.

        No earlier object pixel is lost, since each box contains the mask before with a margin.
        With an exact mask these are only the feedback.
        """
        visible = self.visible
        probs = self.crop.back(visible, self.height, self.width)
        return probs if probs is visible else np.clip(probs, 0, 1, out=probs)

    @property
    def mask(self) -> Mask:
        """The mask (H, W) bool: the exact mask, or `probs` above the threshold."""
        if self.exact is not None:
            if self.exact.runs is None:
                return np.zeros((self.height, self.width), np.bool_)
            return self.exact.runs.pixels(self.height, self.width)
        inside = self._mask_inside()
        if self.box == whole(self.height, self.width):
            return inside
        mask = np.zeros((self.height, self.width), np.bool_)
        cut(mask, self.box)[...] = inside
        return mask

    @property
    def run_mask(self) -> RunMask | None:
        """`mask` as run lengths, None if empty; takes time for `box`, not for the picture."""
        if self.exact is not None:
            return self.exact.runs
        return RunMask.of(self._mask_inside(), self.box.left, self.box.top)

    @cached_property
    def object_box(self) -> Box | None:
        """The tight box of the mask, or None if it is empty."""
        if self.exact is not None:
            return None if self.exact.runs is None else self.exact.runs.box
        return self._object_box(self._mask_inside())

    @cached_property
    def feedback_box(self) -> Box | None:
        """The tight box of the feedback above the threshold, around which the next look is.

        That of the mask, unless parts of the feedback are not shown.
        """
        if self.shown is None:
            return self.object_box
        return self._object_box(self._above(self.seen))

    def through(self, crop: Crop) -> NDArray[np.float32]:
        """Return the feedback for the next look: (crop.height, crop.width) float32 in [0, 1].

        The array may be read-only.
        """
        if crop == self.crop:
            return self.seen
        return np.clip(self.crop.across(self.seen, crop), 0, 1)

    @property
    def visible(self) -> NDArray[np.float32]:
        """The probabilities in the crop that `probs` and `mask` are made from, read-only."""
        return self.seen if self.shown is None else self.shown

    def _mask_inside(self) -> Mask:
        """Return the mask inside `box`, from `shown` or `seen`."""
        inside = self._above(self.visible)
        # The next click needs the object's box, which is cheap to compute here.  This fills the
        # cached property, the only write to a frozen value.
        self.__dict__.setdefault("object_box", self._object_box(inside))
        return inside

    def _above(self, probs: NDArray[np.float32]) -> Mask:
        """Return where probabilities in the crop are above the threshold, in pixels of `box`."""
        inside = np.empty((self.box.height, self.box.width), np.bool_)
        for columns, part in self.crop.strips(probs):
            np.greater(part, self.threshold, out=inside[:, columns])
        return inside

    def _object_box(self, inside: Mask) -> Box | None:
        box = box_of(inside)
        return box and box.moved(self.box.left, self.box.top)


class CachedImage:
    """A picture with the pixels and the encoding of its last crop, for many clicks on it.

    The crop often stays the same from click to click.  Then its pixels need not be resized again,
    and a network with encodings need not encode them again (3 MB at 416 x 416, twice that with the
    mirrored crop).  Predictions do not depend on the cache.  Threads may share it.
    """

    def __init__(self, image: Image) -> None:
        """Keep a picture, (H, W, 3) uint8 RGB or (H, W) grey, without a copy.

        Raises InputError for anything else.
        """
        self.image = check_image(image)
        self._last: tuple[Crop, NDArray[np.float32]] | None = None
        self._encoded: tuple[Crop, Network, dict[View, Arrays]] | None = None

    def pixels(self, crop: Crop) -> NDArray[np.float32]:
        """Return a crop, (3, crop.height, crop.width) float32 in [0, 1], read-only."""
        # Read once, since another thread may replace it; then only some work is repeated.
        last = self._last
        if last is None or last[0] != crop:
            self._last = last = (crop, frozen(pixels_of(self.image, crop)))
        return last[1]

    def encoding(self, crop: Crop, view: View, network: EncodesOnce) -> Arrays:
        """Return a network's encoding of a crop, plain or mirrored."""
        known = self._encoded
        if known is None or known[0] != crop or known[1] is not network:
            self._encoded = known = (crop, network, {})
        if view not in known[2]:
            pixels = seen_as(self.pixels(crop), view)
            known[2][view] = network.encode({IMAGE: batch_of_one(pixels)})
        return known[2][view]


def pixels_of(image: Image, crop: Crop) -> NDArray[np.float32]:
    """Return a crop of a picture (H, W, 3) uint8: (3, crop.height, crop.width) in [0, 1]."""
    planes = np.ascontiguousarray(np.moveaxis(crop.image(image), 2, 0))
    return np.divide(planes, np.float32(255), dtype=np.float32)


def seen_as(pixels: NDArray[np.float32], view: View) -> NDArray[np.float32]:
    """Return pixels (3, h, w), plain or mirrored."""
    return pixels if view == "plain" else pixels[:, :, ::-1]


def batch_of_one(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a batch of one, as a copy, since torch does not accept read-only arrays."""
    return np.array(maps, order="C")[None]


def frozen(array: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the array, now read-only."""
    array.setflags(write=False)
    return array
