"""The pictures of a recipe, and an endless stream of crops from them, made by worker processes or in place."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from fcfi.data.augment import Crop, CropConfig, CropSampler
from fcfi.data.grouping import pictures_of
from fcfi.data.pictures import Picture, PicturesBySource, by_source
from fcfi.data.readers import detect, open_dataset
from fcfi.data.shards import read_pictures
from fcfi.training.config import DataConfig

AHEAD = 16
"""Crops that each worker makes in advance."""


def load_pictures(config: DataConfig) -> PicturesBySource:
    """The pictures that a recipe names; shards are decoded into memory, other layouts read as they are needed.

    Raises DatasetError if there are none.
    """
    pictures: dict[str, Sequence[Picture]] = {}
    for source in config.sources:
        pictures |= read_by_source(Path(config.root) / source.path, source.layout, source.split or None)
    return pictures


def read_by_source(path: Path, layout: str = "auto", split: str | None = None) -> PicturesBySource:
    """The pictures of one data set, by where they are from."""
    found = detect(path) if layout == "auto" and path.exists() else layout
    if found == "shards" and path.exists():
        return by_source(read_pictures(path))
    return pictures_of(open_dataset(path, layout, split))


def crop_stream(
    pictures: PicturesBySource, config: CropConfig, size: tuple[int, int], workers: int, seed: tuple[int, ...]
) -> Iterator[Crop]:
    """Crops of this (height, width) without end; every seed gives another stream."""
    source = _Endless(CropSampler(pictures, config), size, seed)
    if workers == 0:
        return iter(source)
    return iter(DataLoader(source, batch_size=None, num_workers=workers, prefetch_factor=AHEAD))


class _Endless(IterableDataset[Crop]):
    """Draws crops for ever; each worker with a random stream of its own."""

    def __init__(self, sampler: CropSampler, size: tuple[int, int], seed: tuple[int, ...]) -> None:
        self._sampler, self._size, self._seed = sampler, size, seed

    def __iter__(self) -> Iterator[Crop]:
        worker = get_worker_info()
        if worker is not None:
            cv2.setNumThreads(1)
        rng = np.random.default_rng([*self._seed, 0 if worker is None else worker.id + 1])
        while True:
            yield self._sampler.draw(*self._size, rng)
