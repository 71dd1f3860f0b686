"""Pictures with instance maps: what training draws its crops from.

A picture may have several readings: the same pixels, labelled otherwise (another annotator, a
garment or its wearer).  Knows nothing of crops, clicks or networks.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

IGNORE_ID = 65535
"""Instance id of pixels that count neither as object nor as background."""


@dataclass(frozen=True)
class Instance:
    """One object of a map: its id, its area in pixels and its box (half-open, pixels)."""

    id: int
    area: int
    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True)
class Reading:
    """One way to label a picture.  ids: (H, W) uint16, 0 background, 1.. objects, IGNORE_ID."""

    ids: NDArray[np.uint16]

    @cached_property
    def instances(self) -> tuple[Instance, ...]:
        """The objects that have pixels, by id."""
        # Sorted by id once, since a comparison of the map with each of many ids is far slower.
        rows, columns = np.nonzero((self.ids != 0) & (self.ids != IGNORE_ID))
        found = self.ids[rows, columns]
        order = np.argsort(found, kind="stable")
        rows, columns, found = rows[order], columns[order], found[order]
        labels, starts = np.unique(found, return_index=True)
        ends = np.append(starts, len(found))[1:]
        return tuple(
            Instance(
                int(label),
                int(end - start),
                int(columns[start:end].min()),
                int(rows[start:end].min()),
                int(columns[start:end].max()) + 1,
                int(rows[start:end].max()) + 1,
            )
            for label, start, end in zip(labels, starts, ends, strict=True)
        )


@dataclass(frozen=True)
class Picture:
    """A picture and its readings, the usual one first.

    name: unique in its dataset.  source: the dataset it is from (sampling weights go by it).
    image: (H, W, 3) uint8 RGB.
    """

    name: str
    source: str
    image: NDArray[np.uint8]
    readings: tuple[Reading, ...]


PicturesBySource = Mapping[str, Sequence[Picture]]
"""The pictures of each dataset; a sequence may read them only when asked."""


def by_source(pictures: Iterable[Picture]) -> dict[str, list[Picture]]:
    """Return pictures in memory, grouped by their dataset."""
    groups: dict[str, list[Picture]] = {}
    for picture in pictures:
        groups.setdefault(picture.source, []).append(picture)
    return groups
