"""A mask as runs within its tight box: what is stored, and what goes over the wire.

Row-major over the box, background first, like CVAT's; lossless.  The same pixels always have the
same runs, so the sha256 of the runs names a mask.  Knows nothing of pictures, files or databases.
"""

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np

from fcfi.errors import InputError
from fcfi.formats.outlines import box_cut
from fcfi.labels import Mask
from fcfi.runs import flat_of, lengths_of

KEYS: Final = ("left", "top", "width", "height")
NUMBER: Final = np.dtype("<u4")
"""How a length is stored."""
BYTES_OF_RUN: Final = 40
"""Bytes of memory of one length: a reference and a Python integer (CPython, 64 bits)."""
HOLE_NEIGHBOURS: Final = 4
"""A hole ends where object pixels touch, be it by their corners."""
SPECK_NEIGHBOURS: Final = 8


@dataclass(frozen=True, slots=True)
class Runs:
    """Where the object is: its tight box in pixels of the picture, and the lengths of its runs over the box.

    runs: background first (the first length may be 0), row by row.  Convention: x right, y down.
    """

    left: int
    top: int
    width: int
    height: int
    runs: tuple[int, ...]

    @classmethod
    def of(cls, mask: Mask) -> "Runs | None":
        """The runs of a mask (H, W) bool; None if it has no pixel."""
        if not mask.any():
            return None
        cut, left, top = box_cut(mask)
        return cls(left, top, cut.shape[1], cut.shape[0], tuple(lengths_of(cut.ravel()).tolist()))

    def mask(self, height: int, width: int) -> Mask:
        """The mask (height, width) bool.  Raises InputError if the box does not fit into the picture."""
        if self.left + self.width > width or self.top + self.height > height:
            raise InputError(
                f"a mask of {self.width} x {self.height} pixels at {self.left}, {self.top} does not fit into the "
                f"picture of {width} x {height}: give a mask of this picture"
            )
        mask = np.zeros((height, width), np.bool_)
        mask[self.top : self.top + self.height, self.left : self.left + self.width] = self.inside()
        return mask

    def inside(self) -> Mask:
        """The mask within the box, (height, width) bool."""
        return flat_of(self.runs).reshape(self.height, self.width)

    @property
    def area(self) -> int:
        """Pixels of the object."""
        return sum(self.runs[1::2])

    @property
    def sha256(self) -> str:
        """Name of the mask: over box and runs."""
        head = f"{self.left} {self.top} {self.width} {self.height}\n".encode()
        return hashlib.sha256(head + np.asarray(self.runs, NUMBER).tobytes()).hexdigest()

    @property
    def nbytes(self) -> int:
        """Bytes of memory, about."""
        return BYTES_OF_RUN * (len(self.runs) + len(KEYS))

    def to_json(self) -> dict[str, Any]:
        """`{"left": .., "top": .., "width": .., "height": .., "runs": [..]}`."""
        return {**{key: getattr(self, key) for key in KEYS}, "runs": list(self.runs)}

    @classmethod
    def from_json(cls, data: Any) -> "Runs":
        """Runs in what JSON gave; they need not be tight.  Raises InputError if they do not fill their box."""
        if not isinstance(data, Mapping) or not isinstance(data.get("runs"), list):
            raise InputError(
                "a mask came without runs: give left, top, width, height and runs, a list of lengths"
            )
        box, lengths = [data.get(key) for key in KEYS], data["runs"]
        if not all(type(value) is int and value >= 0 for value in (*box, *lengths)):
            raise InputError("a mask came with a value that is no whole number from 0: give pixels")
        left, top, width, height = (int(value) for value in box if value is not None)
        if width < 1 or height < 1 or sum(lengths) != width * height:
            raise InputError(
                f"the runs of a mask have {sum(lengths)} pixels and its box {width} x {height}: they must agree"
            )
        return cls(left, top, width, height, tuple(lengths))

    def pack(self) -> bytes:
        """The runs, compressed."""
        return zlib.compress(np.asarray(self.runs, NUMBER).tobytes())

    @classmethod
    def unpack(cls, left: int, top: int, width: int, height: int, packed: bytes) -> "Runs":
        """The runs in what `pack` gave."""
        return cls(
            left, top, width, height, tuple(np.frombuffer(zlib.decompress(packed), NUMBER).tolist())
        )


def fill_holes(mask: Mask, area: int) -> Mask:
    """The mask (H, W) with its holes of at most `area` pixels filled; what touches the picture's border is no hole."""
    if area < 1 or not mask.any():
        return mask
    cut, left, top = box_cut(mask)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(
        np.pad(~cut, 1, constant_values=True).astype(np.uint8), connectivity=HOLE_NEIGHBOURS
    )
    small = stats[:, cv2.CC_STAT_AREA] <= area
    small[[0, labels[0, 0]]] = False  # the object itself, and what lies around it
    return _placed(mask, cut | small[labels][1:-1, 1:-1], left, top)


def drop_specks(mask: Mask, area: int) -> Mask:
    """The mask (H, W) without its pieces of fewer than `area` pixels."""
    if area < 1 or not mask.any():
        return mask
    cut, left, top = box_cut(mask)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(
        cut.astype(np.uint8), connectivity=SPECK_NEIGHBOURS
    )
    large = stats[:, cv2.CC_STAT_AREA] >= area
    large[0] = False
    return _placed(mask, large[labels], left, top)


def _placed(mask: Mask, cut: Mask, left: int, top: int) -> Mask:
    placed = mask.copy()
    placed[top : top + cut.shape[0], left : left + cut.shape[1]] = cut
    return placed
