"""The pictures of a recipe, and an endless stream of crops from them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import torch
from torch.utils.data import ConcatDataset, DataLoader, Dataset, Sampler, get_worker_info

from fcfi.data.broken import BrokenError
from fcfi.data.config import CropConfig
from fcfi.data.crop import TrainingCrop
from fcfi.data.grouping import pictures_of
from fcfi.data.pictures import Picture, PicturesBySource, by_source
from fcfi.data.readers import detect, open_dataset, refuse_left_out
from fcfi.data.sampler import CropSampler
from fcfi.data.shards import read_pictures
from fcfi.errors import DatasetError, FCFIError
from fcfi.formats.tally import LeftOut, Tally
from fcfi.training.config import DataConfig

AHEAD = 16
"""Crops that each worker prepares in advance."""


class BrokenItems:
    """Counts items of the data that cannot be used, by reason, or refuses them.

    strict: raise DatasetError for the first one.
    """

    def __init__(self, strict: bool = False) -> None:
        self.strict = strict
        self._tally = Tally()
        self._opened: list[LeftOut] = []
        self._seen: set[tuple[str, str]] = set()

    def note(self, error: BrokenError) -> None:
        """Count an item once, however many processes report it."""
        if self.strict:
            raise DatasetError(f"{error}; without --strict a run learns from the others") from error
        key = error.name, error.reason
        if key not in self._seen:
            self._seen.add(key)
            self._tally.leave_out_object(error.reason, error.name, error.detail)

    def note_opened(self, left_out: Sequence[LeftOut], where: str) -> None:
        """Add the items counted when a dataset was opened."""
        if self.strict:
            refuse_left_out(left_out, where)
        self._opened += left_out

    def left_out(self) -> tuple[LeftOut, ...]:
        """Return the items left out so far, by reason."""
        return (*self._opened, *self._tally.left_out())


def load_pictures(config: DataConfig, broken: BrokenItems | None = None) -> PicturesBySource:
    """Return the pictures of a recipe.  Raises DatasetError if there are none.

    Shards are decoded into memory; pictures in other layouts are read on access.
    broken: records items that cannot be used.
    """
    noted = broken or BrokenItems(config.strict)
    pictures: dict[str, Sequence[Picture]] = {}
    for source in config.sources:
        path = Path(config.root) / source.path
        found = read_by_source(path, source.layout, source.split or None, noted)
        pictures |= {name: _joined(pictures.get(name), more) for name, more in found.items()}
    return pictures


def read_by_source(
    path: Path,
    layout: str = "auto",
    split: str | None = None,
    broken: BrokenItems | None = None,
) -> PicturesBySource:
    """Return the pictures of a dataset by source.

    broken: records items that cannot be used.
    """
    noted = broken or BrokenItems()
    found = detect(path) if layout == "auto" and path.exists() else layout
    if found == "shards" and path.exists():
        tally = Tally()
        pictures = read_pictures(path, tally)
        noted.note_opened(tally.left_out(), str(path))
        return by_source(pictures)
    dataset = open_dataset(path, layout, split)
    noted.note_opened(dataset.left_out, str(path))
    return pictures_of(dataset)


def _joined(first: Sequence[Picture] | None, second: Sequence[Picture]) -> Sequence[Picture]:
    """Return both sequences as one, for example the two splits of SBD."""
    if first is None:
        return second
    both: list[Any] = [first, second]
    return cast("Sequence[Picture]", ConcatDataset(both))


class CropStream(Iterator[TrainingCrop]):
    """An endless stream of crops, each with a random generator seeded by its index.

    An interrupted run can therefore continue the stream at the same position, whatever the number
    of workers, and can draw an earlier crop again.
    """

    def __init__(
        self,
        pictures: PicturesBySource,
        config: CropConfig,
        size: tuple[int, int],
        workers: int,
        seed: tuple[int, ...],
        broken: BrokenItems | None = None,
        begin: int = 0,
    ) -> None:
        """Start the stream at an index.

        size: (height, width).  workers: processes that make crops; 0 makes them in this process.
        seed: another seed is another stream.  broken: records items that cannot be read.
        begin: index of the first crop.
        """
        self.taken = begin
        self._broken = broken or BrokenItems()
        self._drawn = _Drawn(CropSampler(pictures, config), size, seed)
        self._ahead: Iterator[Sequence[TrainingCrop | FCFIError]]
        if workers == 0:
            self._ahead = map(self._drawn.__getitem__, count(begin))
            return
        self._ahead = iter(
            DataLoader(
                self._drawn,
                sampler=_From(begin),
                batch_size=None,
                num_workers=workers,
                prefetch_factor=AHEAD,
                # The loader draws a number when it starts; it must not use the generator of
                # dropout, which has to continue unchanged in a resumed run.
                generator=torch.Generator().manual_seed(0),
            )
        )

    def __next__(self) -> TrainingCrop:
        """Return the next crop and record broken items before it.  Raises any other error."""
        crop = self._crop(next(self._ahead))
        self.taken += 1
        return crop

    def again(self, index: int) -> TrainingCrop:
        """Return a crop of the stream again, drawn in this process."""
        return self._crop(self._drawn[index])

    def _crop(self, items: Sequence[TrainingCrop | FCFIError]) -> TrainingCrop:
        # A worker returns an error as a value: if it were raised there, the loader would add the
        # traceback to the message.
        *broken, last = items
        for error in broken:
            assert isinstance(error, BrokenError)
            self._broken.note(error)
        if isinstance(last, FCFIError):
            raise last
        return last


class _Drawn(Dataset["Sequence[TrainingCrop | FCFIError]"]):
    """The crops of a stream by index, each preceded by the items that could not be read."""

    def __init__(self, sampler: CropSampler, size: tuple[int, int], seed: tuple[int, ...]) -> None:
        self._sampler = sampler
        self._size = size
        self._seed = seed

    def __getitem__(self, index: int) -> Sequence[TrainingCrop | FCFIError]:
        if get_worker_info() is not None:
            cv2.setNumThreads(1)  # the workers are the threads
        drawn: TrainingCrop | FCFIError
        try:
            crop = self._sampler.draw(*self._size, np.random.default_rng([*self._seed, index]))
            drawn = replace(crop, index=index)
        except FCFIError as error:
            drawn = error
        return *self._sampler.take_broken(), drawn


class _From(Sampler[int]):
    """The indices from a first one on, endlessly."""

    def __init__(self, begin: int) -> None:
        self._begin = begin

    def __iter__(self) -> Iterator[int]:
        return count(self._begin)
