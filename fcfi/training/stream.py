"""The pictures of a recipe, and an endless stream of crops from them."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
from torch.utils.data import ConcatDataset, DataLoader, IterableDataset, get_worker_info

from fcfi.data.config import CropConfig
from fcfi.data.crop import TrainingCrop
from fcfi.data.grouping import pictures_of
from fcfi.data.pictures import Picture, PicturesBySource, by_source
from fcfi.data.readers import detect, open_dataset
from fcfi.data.sampler import CropSampler
from fcfi.data.shards import read_pictures
from fcfi.errors import FCFIError
from fcfi.training.config import DataConfig

AHEAD = 16
"""Crops that each worker makes in advance."""


def load_pictures(config: DataConfig) -> PicturesBySource:
    """Return the pictures that a recipe names; DatasetError if there are none.

    Shards are decoded into memory; pictures of other layouts are read when they are needed.
    """
    pictures: dict[str, Sequence[Picture]] = {}
    for source in config.sources:
        found = read_by_source(Path(config.root) / source.path, source.layout, source.split or None)
        pictures |= {name: _joined(pictures.get(name), more) for name, more in found.items()}
    return pictures


def read_by_source(path: Path, layout: str = "auto", split: str | None = None) -> PicturesBySource:
    """Return the pictures of a dataset, by their source."""
    found = detect(path) if layout == "auto" and path.exists() else layout
    if found == "shards" and path.exists():
        return by_source(read_pictures(path))
    return pictures_of(open_dataset(path, layout, split))


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
) -> Iterator[TrainingCrop]:
    """Return crops without end.

    size: (height, width).  workers: processes that make crops; 0 makes them in this process.
    seed: another seed is another stream.
    """
    source = _Endless(CropSampler(pictures, config), size, seed)
    if workers == 0:
        return _or_raise(source)
    return _or_raise(
        DataLoader(source, batch_size=None, num_workers=workers, prefetch_factor=AHEAD)
    )


def _or_raise(crops: Iterable[TrainingCrop | FCFIError]) -> Iterator[TrainingCrop]:
    """Yield the crops, and raise an error among them."""
    # An error crosses from a worker as a value: raised there, its traceback would become part of
    # the message.
    for crop in crops:
        if isinstance(crop, FCFIError):
            raise crop
        yield crop


class _Endless(IterableDataset["TrainingCrop | FCFIError"]):
    """Crops until a picture cannot be read; each worker has a random stream of its own."""

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
                yield self._sampler.draw(*self._size, rng)
        except FCFIError as error:
            yield error
