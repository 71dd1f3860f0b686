"""An endless stream of crops, made by worker processes or in place."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from fcfi.data.augment import Crop, CropConfig, CropSampler
from fcfi.data.pictures import Pictures
from fcfi.data.shards import read_pictures
from fcfi.errors import DatasetError
from fcfi.training.config import DataConfig


def load_pictures(config: DataConfig) -> Pictures:
    """The pictures that a recipe names.  Raises DatasetError if there are none."""
    path = Path(config.path)
    if config.layout == "shards":
        if not path.exists():
            raise DatasetError(
                f"no training data at {path}: give a folder of shards with --data DIR, or set data.layout for another kind"
            )
        return read_pictures(path)
    from fcfi.data.grouping import pictures_of

    return pictures_of(path, config.layout, config.split)


def crop_stream(
    pictures: Pictures, config: CropConfig, size: int, workers: int, seed: tuple[int, ...]
) -> Iterator[Crop]:
    """Crops of size x size pixels without end; every seed gives another stream."""
    source = _Endless(pictures, config, size, seed)
    if workers == 0:
        return iter(source)
    return iter(DataLoader(source, batch_size=None, num_workers=workers, prefetch_factor=16))


class _Endless(IterableDataset[Crop]):
    """Draws crops for ever; each worker with a random stream of its own."""

    def __init__(self, pictures: Pictures, config: CropConfig, size: int, seed: tuple[int, ...]) -> None:
        self._sampler = CropSampler(pictures, config)
        if not len(self._sampler):
            raise DatasetError(f"no picture is left to learn from: crops.weights names {', '.join(config.weights)}")
        self._size, self._seed = size, seed

    def __iter__(self) -> Iterator[Crop]:
        worker = get_worker_info()
        if worker is not None:
            cv2.setNumThreads(1)
        rng = np.random.default_rng([*self._seed, 0 if worker is None else worker.id + 1])
        while True:
            yield self._sampler.draw(self._size, rng)


