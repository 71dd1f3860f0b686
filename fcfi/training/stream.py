"""The pictures of a recipe, and an endless stream of crops from them, made by worker processes or in place."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
from torch.utils.data import ConcatDataset, DataLoader, IterableDataset, get_worker_info

from fcfi.data.config import CropConfig
from fcfi.data.crop import TrainingCrop as Crop
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
    """The pictures that a recipe names; shards are decoded into memory, other layouts read as they are needed.

    Raises DatasetError if there are none.
    """
    pictures: dict[str, Sequence[Picture]] = {}
    for source in config.sources:
        found = read_by_source(Path(config.root) / source.path, source.layout, source.split or None)
        pictures |= {name: _joined(pictures.get(name), more) for name, more in found.items()}
    return pictures


def read_by_source(path: Path, layout: str = "auto", split: str | None = None) -> PicturesBySource:
    """The pictures of one data set, by where they are from."""
    found = detect(path) if layout == "auto" and path.exists() else layout
    if found == "shards" and path.exists():
        return by_source(read_pictures(path))
    return pictures_of(open_dataset(path, layout, split))


def _joined(first: Sequence[Picture] | None, second: Sequence[Picture]) -> Sequence[Picture]:
    """Both, still read when asked: two sources may be parts of one data set (SBD's two splits)."""
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
) -> Iterator[Crop]:
    """Crops of this (height, width) without end; every seed gives another stream."""
    source = _Endless(CropSampler(pictures, config), size, seed)
    if workers == 0:
        return _or_raise(source)
    return _or_raise(
        DataLoader(source, batch_size=None, num_workers=workers, prefetch_factor=AHEAD)
    )


def _or_raise(crops: Iterable[Crop | FCFIError]) -> Iterator[Crop]:
    """The crops; an error among them is raised as it is (a loader would make its traceback part of the message)."""
    for crop in crops:
        if isinstance(crop, FCFIError):
            raise crop
        yield crop


class _Endless(IterableDataset["Crop | FCFIError"]):
    """Draws crops until a picture cannot be read; each worker with a random stream of its own."""

    def __init__(self, sampler: CropSampler, size: tuple[int, int], seed: tuple[int, ...]) -> None:
        self._sampler, self._size, self._seed = sampler, size, seed

    def __iter__(self) -> Iterator[Crop | FCFIError]:
        worker = get_worker_info()
        if worker is not None:
            cv2.setNumThreads(1)
        rng = np.random.default_rng([*self._seed, 0 if worker is None else worker.id + 1])
        try:
            while True:
                yield self._sampler.draw(*self._size, rng)
        except FCFIError as error:
            yield error
