"""`RunMask`: a mask as run lengths within its tight box, used from the store to the files.

A mask of 12 megapixels takes 12 MB as bool and some kilobytes as run lengths, and operations on two
masks take time for their boxes, not for the picture.  Equal masks have equal run lengths, so a
mask's sha256 can serve as its name.  Knows nothing of pictures, files or databases.

Run lengths count the pixels of background and object alternately, background first (the first
length may be 0), row by row, as in CVAT.  Formats with another order convert them.
"""

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fcfi.boxes import Box
from fcfi.errors import DatasetError, InputError
from fcfi.masks.components import box_cut
from fcfi.masks.truth import Mask
from fcfi.masks.work import LENGTH, charge

KEYS: Final = ("left", "top", "width", "height")
NUMBER: Final = np.dtype("<u4")
"""Type of a stored length."""
OVERHEAD: Final = 300
"""Approximate bytes of a mask in memory in addition to its lengths."""

Lengths = NDArray[np.uint32]
"""(N,) run lengths."""


def lengths_of(flat: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the (N,) run lengths of `flat` (M,), M at least 1.

    The first counts background and may be 0, the others not.
    """
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    starts = np.concatenate([[0] if not flat[0] else [0, 0], changes, [flat.size]])
    return np.diff(starts).astype(np.int64)


def flat_of(lengths: Sequence[int] | NDArray[Any]) -> NDArray[np.bool_]:
    """Return the (M,) bool of run lengths that sum to M, background first; none is negative."""
    return np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)


def checked(lengths: Sequence[int] | NDArray[Any], size: int) -> NDArray[np.int64]:
    """Return (N,) run lengths of a file, which sum to `size`.  Raises DatasetError for others."""
    try:
        counts = np.asarray(lengths, np.int64)
    except (TypeError, ValueError, OverflowError) as error:
        raise DatasetError(f"expected run lengths as whole numbers, got others: {error}") from error
    # Each length is compared too, since the sum of huge lengths could overflow to `size`.
    if counts.ndim != 1 or (counts < 0).any() or (counts > size).any() or int(counts.sum()) != size:
        raise DatasetError(
            f"expected run lengths that sum to {size} pixels, got {int(counts.sum())}: "
            "write the mask again for this picture"
        )
    return counts


@dataclass(frozen=True, eq=False)
class RunMask:
    """A mask: its tight box in pixels of the picture, and its run lengths within the box.

    lengths: (N,) uint32, read-only.  Convention: x right, y down.  Equal masks are equal values.

    >>> mask = np.zeros((4, 6), bool)
    >>> mask[1:3, 2:5] = True
    >>> RunMask.of(mask).to_json()
    {'left': 2, 'top': 1, 'width': 3, 'height': 2, 'runs': [0, 6]}
    """

    left: int
    top: int
    width: int
    height: int
    lengths: Lengths

    @classmethod
    def of(cls, mask: Mask, left: int = 0, top: int = 0) -> "RunMask | None":
        """Return a mask (H, W) bool whose first pixel is at `left`, `top`; None if it is empty."""
        if not mask.any():
            return None
        inside, x, y = box_cut(mask)
        height, width = inside.shape
        return cls.from_lengths(left + x, top + y, width, height, lengths_of(inside.ravel()))

    @classmethod
    def from_lengths(
        cls, left: int, top: int, width: int, height: int, lengths: Sequence[int] | NDArray[Any]
    ) -> "RunMask":
        """Return a mask with these run lengths, which fill the box; the box need not be tight.

        Raises TooMuchWorkError if it is read from a file whose picture has too many of them.
        """
        charge(LENGTH * len(lengths))
        array = np.array(lengths, np.uint32)
        array.flags.writeable = False
        return cls(left, top, width, height, array)

    def pixels(self, height: int, width: int) -> Mask:
        """Return the mask (height, width) bool.  Raises InputError if it leaves the picture."""
        if self.left + self.width > width or self.top + self.height > height:
            raise InputError(
                f"expected a mask inside the picture of {width} x {height} pixels, got one of "
                f"{self.width} x {self.height} at {self.left}, {self.top}: "
                "give a mask of this picture"
            )
        mask = np.zeros((height, width), np.bool_)
        mask[self.top : self.top + self.height, self.left : self.left + self.width] = self.inside()
        return mask

    def inside(self) -> Mask:
        """Return the mask within its box, (height, width) bool, as a new array."""
        return flat_of(self.lengths).reshape(self.height, self.width)

    @property
    def box(self) -> Box:
        """The tight box."""
        return Box(self.left, self.top, self.left + self.width, self.top + self.height)

    @cached_property
    def area(self) -> int:
        """The number of pixels of the object."""
        return int(self.lengths[1::2].sum(dtype=np.int64))

    @cached_property
    def sha256(self) -> str:
        """The mask's name: the sha256 of its box and lengths."""
        head = f"{self.left} {self.top} {self.width} {self.height}\n".encode()
        return hashlib.sha256(head + self.lengths.astype(NUMBER).tobytes()).hexdigest()

    @property
    def nbytes(self) -> int:
        """Approximate bytes of memory."""
        return self.lengths.nbytes + OVERHEAD

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RunMask) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple[int, int, int, int, bytes]:
        return self.left, self.top, self.width, self.height, self.lengths.tobytes()

    def intersection_area(self, other: "RunMask") -> int:
        """Return the number of pixels in both masks."""
        common = self.box.intersection(other.box)
        if common is None:
            return 0
        return int(np.count_nonzero(self._part(common) & other._part(common)))

    def iou(self, other: "RunMask") -> float:
        """Return the intersection over union, from 0 to 1."""
        # Most compared masks were written and read back, and are equal.
        if self == other:
            return 1.0
        both = self.intersection_area(other)
        return both / (self.area + other.area - both)

    def union(self, others: "Iterable[RunMask]") -> "RunMask":
        """Return the union of this mask and the others."""
        masks = (self, *others)
        if len(masks) == 1:
            return self
        width = max(mask.box.right for mask in masks)
        runs = [mask.row_runs(width) for mask in masks]
        starts = np.concatenate([starts for starts, _ in runs])
        stops = np.concatenate([stops for _, stops in runs])
        order = np.argsort(starts, kind="stable")
        starts, stops = starts[order], np.maximum.accumulate(stops[order])
        # A run begins where no earlier run reaches, or at the start of a row.
        apart = (starts[1:] > stops[:-1]) | (starts[1:] % width == 0)
        starts = starts[np.concatenate([[True], apart])]
        stops = stops[np.concatenate([apart, [True]])]
        return of_row_runs(starts, stops, width)

    def row_runs(self, width: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return starts and stops (N,) of the object's runs, each within a row.

        They are positions in a flattened picture that is `width` pixels wide.
        """
        ends = np.cumsum(self.lengths, dtype=np.int64)
        begin, end = _split_by_row(ends[0::2][: len(ends) // 2], ends[1::2], self.width)
        row = begin // self.width
        shift = (self.top + row) * width + self.left - row * self.width
        return begin + shift, end + shift

    def subtract(self, others: "Iterable[RunMask]") -> "RunMask | None":
        """Return the mask without the pixels of the others, or None if it is then empty.

        Only pixels in this mask's box are expanded, so that sixty neighbours on a large picture
        take about a millisecond.
        """
        remaining: Mask | None = None
        for other in others:
            common = self.box.intersection(other.box)
            if common is None:
                continue
            if remaining is None:
                remaining = self.inside()
            remaining[_slices(common, self.box)] &= ~other._part(common)
        return self if remaining is None else RunMask.of(remaining, self.left, self.top)

    def _part(self, box: Box) -> Mask:
        """Return the pixels of a box inside the mask's box, (height, width) bool."""
        return self.inside()[_slices(box, self.box)]

    def to_json(self) -> dict[str, Any]:
        """Return `{"left": .., "top": .., "width": .., "height": .., "runs": [..]}`."""
        return {**{key: getattr(self, key) for key in KEYS}, "runs": self.lengths.tolist()}

    @classmethod
    def from_json(cls, data: Any) -> "RunMask":
        """Return the mask of `to_json`; its box need not be tight.

        Raises InputError for anything else, or if the runs do not fill the box.
        """
        if not isinstance(data, Mapping) or not isinstance(data.get("runs"), list):
            raise InputError(
                "expected a mask with runs, got none: "
                "give left, top, width, height and runs, a list of lengths"
            )
        box, lengths = [data.get(key) for key in KEYS], data["runs"]
        if not all(type(value) is int and 0 <= value < 1 << 32 for value in (*box, *lengths)):
            raise InputError(
                "expected a mask of whole numbers from 0, got another value: give pixels"
            )
        left, top, width, height = (int(value) for value in box if value is not None)
        if width < 1 or height < 1 or sum(lengths) != width * height:
            raise InputError(
                f"expected runs that fill the mask's box of {width} x {height} pixels, "
                f"got {sum(lengths)} pixels: make them agree"
            )
        return cls.from_lengths(left, top, width, height, lengths)

    def pack(self) -> bytes:
        """Return the compressed lengths."""
        return zlib.compress(self.lengths.astype(NUMBER).tobytes())

    @classmethod
    def unpack(cls, left: int, top: int, width: int, height: int, packed: bytes) -> "RunMask":
        """Return a mask from its box and the result of `pack`.

        Raises ValueError, zlib.error if they are damaged or do not fill the box.
        """
        # There are at most as many runs as pixels, beside the first, which may be empty.
        most = NUMBER.itemsize * (width * height + 1)
        content = zlib.decompressobj().decompress(packed, most + 1)
        if len(content) > most:
            raise ValueError("there are more runs than pixels")
        lengths = np.frombuffer(content, NUMBER)
        if int(lengths.sum(dtype=np.uint64)) != width * height:
            raise ValueError("the runs do not fill the box")
        return cls.from_lengths(left, top, width, height, lengths)


def lengths_in(mask: RunMask, height: int, width: int) -> NDArray[np.int64]:
    """Return the run lengths of a mask over its whole picture, row by row.

    Only the mask's rows are expanded; the rest of the picture is two long runs.
    """
    rows = np.zeros((mask.height, width), np.bool_)
    rows[:, mask.left : mask.left + mask.width] = mask.inside()
    above = mask.top * width
    below = (height - mask.top - mask.height) * width
    return between(lengths_of(rows.ravel()), above, below)


def between(lengths: NDArray[np.int64], before: int, after: int) -> NDArray[np.int64]:
    """Return run lengths with pixels of background added before and after them."""
    lengths = lengths.copy()
    lengths[0] += before
    if len(lengths) % 2:
        # The last run is background already.
        lengths[-1] += after
        return lengths
    return np.append(lengths, after) if after else lengths


def of_lengths(lengths: NDArray[np.int64], left: int, top: int, width: int) -> RunMask | None:
    """Return the mask of run lengths that fill a box, any of which may be 0; None if empty.

    No pixel is laid out, so that some bytes for millions of pixels stay little work.
    """
    ends = np.cumsum(lengths)
    starts, stops = ends[0::2][: len(ends) // 2], ends[1::2]
    held = starts < stops
    starts, stops = starts[held], stops[held]
    if not len(starts):
        return None
    apart = starts[1:] > stops[:-1]
    starts = starts[np.concatenate([[True], apart])]
    stops = stops[np.concatenate([apart, [True]])]
    mask = of_row_runs(*_split_by_row(starts, stops, width), width)
    return replace(mask, left=mask.left + left, top=mask.top + top)


def _split_by_row(
    starts: NDArray[np.int64], stops: NDArray[np.int64], width: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return starts and stops (N,) of runs in flattened rows, those over several rows split."""
    first = starts // width
    rows = (stops - 1) // width - first + 1
    index = np.arange(rows.sum()) - np.repeat(np.cumsum(rows) - rows, rows)
    row = np.repeat(first, rows) + index
    begin = np.maximum(np.repeat(starts, rows), row * width)
    return begin, np.minimum(np.repeat(stops, rows), (row + 1) * width)


def pixels_of(mask: RunMask | None, height: int, width: int) -> Mask:
    """Return a mask's pixels (height, width) bool; all False for None."""
    return np.zeros((height, width), np.bool_) if mask is None else mask.pixels(height, width)


def masks_in(numbers: NDArray[np.unsignedinteger[Any]]) -> Iterator[tuple[int, RunMask]]:
    """Yield each number but 0 in an instance map (H, W), rising, with the mask of its pixels.

    The map is read once, whatever the number of objects.

    >>> [(n, mask.area) for n, mask in masks_in(np.array([[0, 2, 2], [1, 1, 2]], np.uint8))]
    [(1, 2), (2, 3)]
    """
    width = numbers.shape[1]
    flat = numbers.ravel()
    # Runs of equal numbers, split at row ends.
    changes = flat[1:] != flat[:-1]
    changes[width - 1 :: width] = True
    starts = np.concatenate([[0], np.flatnonzero(changes) + 1])
    stops = np.append(starts[1:], flat.size)
    found = flat[starts]
    # Sorted by number; the runs of a number stay in order.
    order = np.argsort(found, kind="stable")
    present, firsts = np.unique(found[order], return_index=True)
    for number, runs in zip(present.tolist(), np.split(order, firsts[1:]), strict=True):
        if number:
            yield int(number), of_row_runs(starts[runs], stops[runs], width)


def of_row_runs(starts: NDArray[np.int64], stops: NDArray[np.int64], width: int) -> RunMask:
    """Return a mask from runs in a picture that is `width` pixels wide.

    starts, stops: (N,) positions in the flattened picture, at least one, rising; each run is within
        a row, and runs do not touch within a row.
    """
    rows = starts // width
    columns = starts - rows * width
    ends = stops - rows * width
    left, right = int(columns.min()), int(ends.max())
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    across = right - left
    begin = (rows - top) * across + columns - left
    end = (rows - top) * across + ends - left
    # Runs that touch across the end of the box's row are one run.
    apart = begin[1:] > end[:-1]
    begin = begin[np.concatenate([[True], apart])]
    end = end[np.concatenate([apart, [True]])]
    borders = np.stack([begin, end], axis=1).ravel()
    lengths = np.diff(borders, prepend=0, append=(bottom - top) * across)
    if lengths[-1] == 0:
        # Run lengths must not end with an empty run.
        lengths = lengths[:-1]
    return RunMask.from_lengths(left, top, across, bottom - top, lengths)


def _slices(box: Box, around: Box) -> tuple[slice, slice]:
    """Return the slices of a box in an array that holds the box around it."""
    return (
        slice(box.top - around.top, box.bottom - around.top),
        slice(box.left - around.left, box.right - around.left),
    )
