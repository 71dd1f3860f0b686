"""The pictures of a recipe, and an endless stream of crops from them."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
from torch.utils.data import ConcatDataset, DataLoader, IterableDataset, get_worker_info

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
"""Crops that each worker makes in advance."""


class BrokenItems:
    """The items of the data that cannot be used: counted by reason, or refused.

    strict: raise DatasetError for the first.
    """

    def __init__(self, strict: bool = False) -> None:
        self.strict = strict
        self._tally = Tally()
        self._opened: list[LeftOut] = []
        self._seen: set[tuple[str, str]] = set()

    def note(self, error: BrokenError) -> None:
        """Count an item once, however many processes come to it."""
        if self.strict:
            raise DatasetError(f"{error}; without --strict a run learns from the others") from error
        key = error.name, error.reason
        if key not in self._seen:
            self._seen.add(key)
            self._tally.leave_out_object(error.reason, error.name, error.detail)

    def note_opened(self, left_out: Sequence[LeftOut], where: str) -> None:
        """Keep what was counted while a dataset was opened."""
        if self.strict:
            refuse_left_out(left_out, where)
        self._opened += left_out

    def left_out(self) -> tuple[LeftOut, ...]:
        """Return what was left out so far, by reason."""
        return (*self._opened, *self._tally.left_out())


def load_pictures(config: DataConfig, broken: BrokenItems | None = None) -> PicturesBySource:
    """Return the pictures that a recipe names; DatasetError if there are none.

    Shards are decoded into memory; pictures of other layouts are read when they are needed.
    broken: takes note of what cannot be used.
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
    """Return the pictures of a dataset, by their source.

    broken: takes note of what cannot be used.
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
    """Return both sequences as one, such as the two splits of SBD."""
    if first is None:
        return second
    both: list[Any] = [first, second]
    return cast("Sequence[Picture]", ConcatDataset(both))


def crop_stream(
    pictures: PicturesBySource,
    config: CropConfig,
    size: tuple[int, int],
    workers: int,
    seed: tuple[int, ...],
    broken: BrokenItems | None = None,
) -> Iterator[TrainingCrop]:
    """Return crops without end.

    size: (height, width).  workers: processes that make crops; 0 makes them in this process.
    seed: another seed is another stream.
    broken: takes note of what cannot be read.
    """
    noted = broken or BrokenItems()
    source = _Endless(CropSampler(pictures, config), size, seed)
    if workers == 0:
        return _or_raise(source, noted)
    return _or_raise(
        DataLoader(source, batch_size=None, num_workers=workers, prefetch_factor=AHEAD), noted
    )


def _or_raise(
    crops: Iterable[TrainingCrop | FCFIError], broken: BrokenItems
) -> Iterator[TrainingCrop]:
    """Yield the crops, note what is broken among them, and raise another error."""
    # An error crosses from a worker as a value: raised there, its traceback would become part of
    # the message.
    for crop in crops:
        if isinstance(crop, BrokenError):
            broken.note(crop)
        elif isinstance(crop, FCFIError):
            raise crop
        else:
            yield crop


class _Endless(IterableDataset["TrainingCrop | FCFIError"]):
    """Crops, between them what could not be read; each worker has a random stream of its own."""

    def __init__(self, sampler: CropSampler, size: tuple[int, int], seed: tuple[int, ...]) -> None:
        self._sampler = sampler
        self._size = size
        self._seed = seed

    def __iter__(self) -> Iterator[TrainingCrop | FCFIError]:
        worker = get_worker_info()
        if worker is not None:
            cv2.setNumThreads(1)  # the workers are the threads
        rng = np.random.default_rng([*self._seed, 0 if worker is None else worker.id + 1])
        try:
            while True:
                crop = self._sampler.draw(*self._size, rng)
                yield from self._sampler.take_broken()
                yield crop
        except FCFIError as error:
            yield from self._sampler.take_broken()
            yield error
