"""Pictures with instance maps, from which training draws its crops.

A picture may have several labellings of the same pixels (another annotator, a garment or its
wearer).  Knows nothing of crops, clicks or networks.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fcfi.data.broken import BrokenError

IGNORE_ID = 65535
"""Number of ignored pixels in an instance map, neither object nor background."""


@dataclass(frozen=True)
class Instance:
    """An object in an instance map: its number, its area in pixels, its tight half-open box."""

    id: int
    area: int
    left: int
    top: int
    right: int
    bottom: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """The rows and columns of the tight box."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


@dataclass(frozen=True)
class Labelling:
    """The labelled objects of a picture.

    ids: instance map (H, W) uint16, 0 background, 1.. objects, IGNORE_ID.
    """

    ids: NDArray[np.uint16]

    @cached_property
    def instances(self) -> tuple[Instance, ...]:
        """The objects that have pixels, in the order of their numbers."""
        # Sorted by number once: comparing the map with each of many numbers is far slower.
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
        """Return an object in its tight box, uint8 0 or 1, as OpenCV expects masks."""
        inside: NDArray[np.bool_] = self.ids[instance.slices] == instance.id
        return inside.view(np.uint8)


@dataclass(frozen=True)
class Picture:
    """A picture and its labellings, the default one first.

    name: unique in its dataset.
    source: its dataset, which decides the sampling weight.
    image: (H, W, 3) uint8 RGB.
    broken: its objects that cannot be read.
    """

    name: str
    source: str
    image: NDArray[np.uint8]
    labellings: tuple[Labelling, ...]
    broken: tuple[BrokenError, ...] = ()


PicturesBySource = Mapping[str, Sequence[Picture]]
"""The pictures of each dataset; a sequence may read them on access."""


def by_source(pictures: Iterable[Picture]) -> dict[str, list[Picture]]:
    """Return pictures in memory grouped by dataset."""
    groups: dict[str, list[Picture]] = {}
    for picture in pictures:
        groups.setdefault(picture.source, []).append(picture)
    return groups
