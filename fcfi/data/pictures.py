"""Pictures with instance maps: training draws its crops from them.

A picture may have several labellings: the same pixels, labelled otherwise (another annotator, a
garment or its wearer).  Knows nothing of crops, clicks or networks.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fcfi.data.broken import BrokenError

IGNORE_ID = 65535
"""Number in an instance map of pixels that count neither as object nor as background."""


@dataclass(frozen=True)
class Instance:
    """An object of an instance map: its number, its area in pixels, its tight box (half open)."""

    id: int
    area: int
    left: int
    top: int
    right: int
    bottom: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns of the tight box."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


@dataclass(frozen=True)
class Labelling:
    """A set of objects for a picture.

    ids: instance map (H, W) uint16, 0 background, 1.. objects, IGNORE_ID.
    """

    ids: NDArray[np.uint16]

    @cached_property
    def instances(self) -> tuple[Instance, ...]:
        """The objects that have pixels, by number."""
        # Sorted by number once, since a comparison of the map with each of many is far slower.
        rows, columns = np.nonzero((self.ids != 0) & (self.ids != IGNORE_ID))
        found = self.ids[rows, columns]
        order = np.argsort(found, kind="stable")
        rows, columns, found = rows[order], columns[order], found[order]
        numbers, starts = np.unique(found, return_index=True)
        ends = np.append(starts, len(found))[1:]
        return tuple(
            Instance(
                int(number),
                int(end - start),
                int(columns[start:end].min()),
                int(rows[start:end].min()),
                int(columns[start:end].max()) + 1,
                int(rows[start:end].max()) + 1,
            )
            for number, start, end in zip(numbers, starts, ends, strict=True)
        )

    def mask(self, instance: Instance) -> NDArray[np.uint8]:
        """Return an object in its tight box, uint8 0 or 1, as OpenCV takes masks."""
        inside: NDArray[np.bool_] = self.ids[instance.slices] == instance.id
        return inside.view(np.uint8)


@dataclass(frozen=True)
class Picture:
    """A picture and its labellings, the usual one first.

    name: unique in its dataset.
    source: the dataset it is from (sampling weights go by it).
    image: (H, W, 3) uint8 RGB.
    broken: objects of it that cannot be read.
    """

    name: str
    source: str
    image: NDArray[np.uint8]
    labellings: tuple[Labelling, ...]
    broken: tuple[BrokenError, ...] = ()


PicturesBySource = Mapping[str, Sequence[Picture]]
"""The pictures of each dataset; a sequence may read them only when asked."""


def by_source(pictures: Iterable[Picture]) -> dict[str, list[Picture]]:
    """Return pictures in memory, grouped by their dataset."""
    groups: dict[str, list[Picture]] = {}
    for picture in pictures:
        groups.setdefault(picture.source, []).append(picture)
    return groups
