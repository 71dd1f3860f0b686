"""Objects: a named data set whose samples are read from disk when they are wanted, not before.

Knows how to put picture and true mask together; how a layout finds them is the business of
folder.py, sbd.py, coco.py. All parts can be pickled, so that worker processes may read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import overload

import numpy as np

from fcfi.data.sample import Sample
from fcfi.errors import DatasetError, InputError
from fcfi.images import read_image
from fcfi.labels import OBJECT, Truth


@dataclass(frozen=True)
class Item:
    """One object that can be read.

    name:    unique in its data set.
    picture: its file; several objects may share it.
    truth:   reads the true mask; given height and width of the picture in pixels, for layouts that
        must draw it.
    area:    pixels of the object, where the layout says so without decoding the mask.
    """

    name: str
    picture: Path
    truth: Callable[[int, int], Truth]
    area: float | None = None

    def read(self) -> Sample:
        """Picture and mask; DatasetError if either cannot be read, they do not fit, or the mask shows no object."""
        try:
            image = read_image(self.picture)
            sample = Sample(self.name, image, self.truth(*image.shape[:2]))
        except InputError as error:
            raise DatasetError(f"{self.name}: {error}") from error
        if not (sample.truth == OBJECT).any():
            raise DatasetError(
                f"{self.name}: its mask shows no object; remove it from the data set or mend the mask"
            )
        return sample


@dataclass(frozen=True)
class Items(Sequence[Sample]):
    """Items as a sequence of samples, read at access."""

    items: tuple[Item, ...]

    def __len__(self) -> int:
        return len(self.items)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> "Items": ...
    def __getitem__(self, index: int | slice) -> "Sample | Items":
        return Items(self.items[index]) if isinstance(index, slice) else self.items[index].read()

    def by_picture(self) -> tuple[tuple[Item, ...], ...]:
        """The items in groups that share a picture, in the order of the pictures."""
        groups: dict[Path, list[Item]] = {}
        for item in self.items:
            groups.setdefault(item.picture, []).append(item)
        return tuple(tuple(group) for group in groups.values())


@dataclass(frozen=True, eq=False)
class Objects(Sequence[Sample]):
    """A data set: samples, and what they are.

    name:    as in published tables where it is one of them (`GrabCut`, `Berkeley`, `DAVIS`, `SBD`),
        else the folder's.
    layout:  how it lies on disk (`folder`, `grabcut`, `davis`, `sbd`, `coco`, `lvis`, `shards`).
    samples: the objects; reading one may raise DatasetError.
    found:   one sentence on what was found where, for people.
    """

    name: str
    layout: str
    samples: Sequence[Sample]
    found: str

    def __post_init__(self) -> None:
        if not len(self.samples):
            raise DatasetError(f"{self.found}: a data set without objects cannot be used")

    def __len__(self) -> int:
        return len(self.samples)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> "Objects": ...
    def __getitem__(self, index: int | slice) -> "Sample | Objects":
        if isinstance(index, slice):
            return self._picked(range(len(self))[index])
        return self.samples[index]

    def choose(self, count: int, seed: int = 0) -> "Objects":
        """`count` objects drawn without replacement, in their order; all of them if there are fewer.

        The same seed and data set give the same objects.
        """
        if count < 1:
            raise DatasetError(f"{count} objects were asked for: at least 1 is accepted")
        if seed < 0:
            raise DatasetError(f"the seed {seed} was given: a number of at least 0 is accepted")
        drawn = np.random.default_rng(seed).permutation(len(self))[:count]
        return self._picked(sorted(drawn.tolist()))

    def _picked(self, indices: Sequence[int]) -> "Objects":
        samples = (
            Items(tuple(self.samples.items[index] for index in indices))
            if isinstance(self.samples, Items)
            else _Picked(self.samples, tuple(indices))
        )
        return replace(self, samples=samples, found=f"{len(samples)} objects of: {self.found}")


@dataclass(frozen=True)
class _Picked(Sequence[Sample]):
    """Some samples of a sequence, in the order of `indices`."""

    samples: Sequence[Sample]
    indices: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.indices)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> "_Picked": ...
    def __getitem__(self, index: int | slice) -> "Sample | _Picked":
        if isinstance(index, slice):
            return _Picked(self.samples, self.indices[index])
        return self.samples[self.indices[index]]
