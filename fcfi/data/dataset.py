"""Datasets: named sequences of samples that are read from disk on access.

Combines images and truths; the layouts (folder.py, sbd.py, coco.py, shards.py) find them.  All
parts can be pickled, so that worker processes can read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fcfi.data.broken import EMPTY, OTHER_SIZE, UNREADABLE_MASK, UNREADABLE_PICTURE, BrokenError
from fcfi.data.lazy import LazySequence, Selection
from fcfi.data.sample import Sample
from fcfi.errors import DatasetError, FCFIError, InputError
from fcfi.formats.known import NoPixelError, OtherSizeError
from fcfi.formats.tally import LeftOut, sentences
from fcfi.images import Image, read_image
from fcfi.masks.truth import OBJECT, Truth


@dataclass(frozen=True)
class LazySample:
    """One object, read on access.

    name:  unique in its dataset.
    path:  path of the picture; several objects may share it.
    truth: reads the truth; takes the height and width of the picture in pixels, for layouts that
        draw it.
    area:  pixels of the object, if the layout knows them without decoding the mask.
    """

    name: str
    path: Path
    truth: Callable[[int, int], Truth]
    area: float | None = None

    def read(self) -> Sample:
        """Return the image and the truth.

        Raises BrokenError if either cannot be read, their sizes differ, or the mask is empty.
        """
        image = self.read_picture()
        return Sample(self.name, image, self.read_truth(*image.shape[:2]))

    def read_picture(self) -> Image:
        """Return the picture (H, W, 3).  Raises BrokenError."""
        try:
            return read_image(self.path)
        except InputError as error:
            raise BrokenError(self.name, UNREADABLE_PICTURE, str(error)) from error

    def read_truth(self, height: int, width: int) -> Truth:
        """Return the truth on a picture of this size.  Raises BrokenError, also if it is empty."""
        empty = (
            "expected a mask with an object, got an empty one: remove it from the dataset or "
            "correct the mask"
        )
        try:
            truth = self.truth(height, width)
        except NoPixelError as error:
            raise BrokenError(self.name, EMPTY, empty) from error
        except OtherSizeError as error:
            raise BrokenError(self.name, OTHER_SIZE, str(error)) from error
        except FCFIError as error:
            raise BrokenError(self.name, UNREADABLE_MASK, str(error)) from error
        if truth.shape != (height, width):
            raise BrokenError(
                self.name,
                OTHER_SIZE,
                f"expected mask and picture of the same size, got {truth.shape[1]} x "
                f"{truth.shape[0]} and {width} x {height} pixels: make them agree",
            )
        if not (truth == OBJECT).any():
            raise BrokenError(self.name, EMPTY, empty)
        return truth


@dataclass(frozen=True)
class LazySamples(LazySequence[Sample]):
    """Samples that are read from files on access."""

    items: tuple[LazySample, ...]

    def __len__(self) -> int:
        return len(self.items)

    def read(self, index: int) -> Sample:
        """Read one sample from its files."""
        return self.items[index].read()

    def select(self, indices: Sequence[int]) -> "LazySamples":
        """Return these samples; they can still be grouped by picture."""
        return LazySamples(tuple(self.items[index] for index in indices))

    def by_picture(self) -> tuple[tuple[LazySample, ...], ...]:
        """Return the samples in groups that share a picture, in the order of the pictures."""
        groups: dict[Path, list[LazySample]] = {}
        for item in self.items:
            groups.setdefault(item.path, []).append(item)
        return tuple(tuple(group) for group in groups.values())


@dataclass(frozen=True, eq=False)
class Dataset(LazySequence[Sample]):
    """A dataset: samples and their description.

    name:    the name in published tables (`GrabCut`, `Berkeley`, `DAVIS`, `SBD`), or else the
        folder's.
    layout:  its layout on disk, a name of `fcfi.data.LAYOUTS`.
    samples: the objects; labelling one may raise DatasetError.
    found:   one sentence on what was found where, for display.
    left_out: items that cannot be used, by reason, without those that only reading will reveal.
    """

    name: str
    layout: str
    samples: Sequence[Sample]
    found: str
    left_out: tuple[LeftOut, ...] = ()

    def __post_init__(self) -> None:
        if not len(self.samples):
            why = f" ({sentences(self.left_out)})" if self.left_out else ""
            raise DatasetError(
                f"expected at least one object, got none in {self.found}{why}: give another folder"
            )

    def __len__(self) -> int:
        return len(self.samples)

    def read(self, index: int) -> Sample:
        """Read one sample."""
        return self.samples[index]

    def select(self, indices: Sequence[int]) -> "Dataset":
        """Return the dataset with only these samples, and a matching description."""
        samples: Sequence[Sample] = Selection(self.samples, tuple(indices))
        if isinstance(self.samples, LazySequence):
            samples = self.samples.select(indices)
        return replace(self, samples=samples, found=f"{len(samples)} objects of: {self.found}")

    def choose(self, count: int, seed: int = 0) -> "Dataset":
        """Return `count` random objects in their order, or all if there are fewer.

        The same seed and dataset give the same objects.  Raises DatasetError for a count below 1 or
        a seed below 0.
        """
        if count < 1:
            raise DatasetError(f"expected at least 1 object, got {count}: choose more")
        if seed < 0:
            raise DatasetError(f"expected a seed of at least 0, got {seed}: choose another")
        drawn = np.random.default_rng(seed).permutation(len(self))[:count]
        return self.select(sorted(drawn.tolist()))
