"""What a predictor answers, and a picture with what was made of it: two values.

Knows nothing of clicks or of how an answer was made.
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
"""Bytes of a prediction beside its arrays, about."""


class Memory(Protocol):
    """What a method keeps of an object from answer to answer; a value, never changed."""

    @property
    def nbytes(self) -> int:
        """Bytes of memory, about."""


View = Literal["plain", "mirrored"]
"""How a network is shown a crop."""


@dataclass(frozen=True, eq=False)
class Prediction:
    """A predictor's answer; a value, never changed.

    crop: the box looked at and its size in network pixels.
    seen: (crop.height, crop.width) float32 in [0, 1], the answer at that size; read only.
    height, width: of the picture, in pixels.
    threshold: a pixel is object above it.
    answered: how many prompts it answers; 0 for a mask begun from.
    memory: what the pass wrote for the next one, or None.

    Only the crop is kept (0.6 MB at 384 x 384, where a map of a 12-megapixel picture takes 48 MB),
    so that a session can remember every click; `probs` and `mask` are computed at each access.
    Convention: arrays are indexed [y, x].
    """

    crop: Crop
    seen: NDArray[np.float32]
    height: int
    width: int
    threshold: float = THRESHOLD
    answered: int = 0
    memory: Memory | None = None

    @classmethod
    def from_mask(cls, mask: NDArray[Any], threshold: float = THRESHOLD) -> "Prediction":
        """A mask (H, W) that exists already, object where not 0, as if the network had just given it.

        Raises InputError if it is no such array or has no pixel.
        """
        seen = check_mask(mask).astype(np.float32)
        height, width = seen.shape
        return cls(
            Crop(whole(height, width), height, width), frozen(seen), height, width, threshold
        )

    @property
    def nbytes(self) -> int:
        """Bytes of memory, about."""
        kept = 0 if self.memory is None else self.memory.nbytes
        return self.seen.nbytes + kept + OVERHEAD

    @property
    def box(self) -> Box:
        """The part of the picture that was looked at."""
        return self.crop.box

    @property
    def probs(self) -> NDArray[np.float32]:
        """(H, W) float32 in [0, 1]: how surely each pixel belongs to the object; 0 outside of `box`, as published.

        Nothing of the mask before is lost by that: the next box holds the last mask, enlarged.
        """
        probs = self.crop.back(self.seen, self.height, self.width)
        return probs if probs is self.seen else np.clip(probs, 0, 1, out=probs)

    @property
    def mask(self) -> Mask:
        """(H, W) bool: `probs` above the threshold."""
        inside = self._mask_inside()
        if self.box == whole(self.height, self.width):
            return inside
        mask = np.zeros((self.height, self.width), np.bool_)
        cut(mask, self.box)[...] = inside
        return mask

    @property
    def run_mask(self) -> RunMask | None:
        """`mask` as run lengths, None if it has no pixel; costs as much as `box`, not the picture."""
        return RunMask.of(self._mask_inside(), self.box.left, self.box.top)

    @cached_property
    def object_box(self) -> Box | None:
        """The smallest box that holds the object, or None if there is none."""
        return self._object_box(self._mask_inside())

    def through(self, crop: Crop) -> NDArray[np.float32]:
        """(crop.height, crop.width) float32 in [0, 1]: this answer as feedback for the next look; may be read only."""
        return self.seen if crop == self.crop else np.clip(self.crop.across(self.seen, crop), 0, 1)

    def _mask_inside(self) -> Mask:
        """The mask inside `box`; where the object lies is all but free here, and the next click wants to know."""
        inside = np.empty((self.box.height, self.box.width), np.bool_)
        for columns, part in self.crop.strips(self.seen):
            np.greater(part, self.threshold, out=inside[:, columns])
        self.__dict__.setdefault("object_box", self._object_box(inside))
        return inside

    def _object_box(self, inside: Mask) -> Box | None:
        box = box_of(inside)
        return box and box.moved(self.box.left, self.box.top)


class CachedImage:
    """A picture that does not change, and what was made of its last crop: for whoever clicks on it many times.

    The zoom box mostly stays from click to click; its pixels then need not be cut out and resized
    again, and a network that encodes once need not look at them again (some 3 MB at 416 x 416,
    twice that with the mirrored picture).  The memo changes no answer.  Threads may share it.
    """

    def __init__(self, image: Image) -> None:
        """Take a picture, (H, W, 3) uint8 RGB or (H, W) grey, without a copy.  Raises InputError for anything else."""
        self.image = check_image(image)
        self._last: tuple[Crop, NDArray[np.float32]] | None = None
        self._encoded: tuple[Crop, Network, dict[View, Arrays]] | None = None

    def pixels(self, crop: Crop) -> NDArray[np.float32]:
        """(3, crop.height, crop.width) float32 in [0, 1], read only."""
        last = self._last
        if last is None or last[0] != crop:
            self._last = last = (crop, frozen(pixels_of(self.image, crop)))
        return last[1]

    def encoding(self, crop: Crop, view: View, network: EncodesOnce) -> Arrays:
        """What a network keeps of a crop, seen as it is or mirrored."""
        known = self._encoded
        if known is None or known[0] != crop or known[1] is not network:
            self._encoded = known = (crop, network, {})
        if view not in known[2]:
            pixels = seen_as(self.pixels(crop), view)
            known[2][view] = network.encode({IMAGE: batch_of_one(pixels)})
        return known[2][view]


def pixels_of(image: Image, crop: Crop) -> NDArray[np.float32]:
    """(3, crop.height, crop.width) float32 in [0, 1] of a picture (H, W, 3) uint8."""
    planes = np.ascontiguousarray(np.moveaxis(crop.image(image), 2, 0))
    return np.divide(planes, np.float32(255), dtype=np.float32)


def seen_as(pixels: NDArray[np.float32], view: View) -> NDArray[np.float32]:
    """Pixels (3, h, w) as they are, or mirrored."""
    return pixels if view == "plain" else pixels[:, :, ::-1]


def batch_of_one(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    """A batch of one; a copy: what is read only, and kept, torch would want to own."""
    return np.array(maps, order="C")[None]


def frozen(array: NDArray[np.float32]) -> NDArray[np.float32]:
    """The array, read only."""
    array.setflags(write=False)
    return array
