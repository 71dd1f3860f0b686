"""Datasets of objects, grouped to pictures with instance maps for training.

Pictures are read on access.  Where objects overlap, the smaller one is assumed to lie in front.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fcfi.data.broken import BrokenError
from fcfi.data.dataset import Dataset, LazySample, LazySamples
from fcfi.data.lazy import LazySequence
from fcfi.data.pictures import IGNORE_ID, Labelling, Picture, PicturesBySource
from fcfi.errors import DatasetError
from fcfi.masks.truth import IGNORE, OBJECT, Truth


def pictures_of(dataset: Dataset) -> PicturesBySource:
    """Return the pictures of a dataset by source, under its name.

    Raises DatasetError if its objects are not read from files.
    """
    if not isinstance(dataset.samples, LazySamples):
        raise DatasetError(
            f"expected a dataset that is read by picture, got {dataset.name} ({dataset.layout}): "
            "set layout = 'shards' in data.sources"
        )
    return {dataset.name: LazyPictures(dataset.name, dataset.samples.by_picture())}


@dataclass(frozen=True)
class LazyPictures(LazySequence[Picture]):
    """One picture for each group of samples that share a file."""

    source: str
    groups: tuple[tuple[LazySample, ...], ...]

    def __len__(self) -> int:
        return len(self.groups)

    def read(self, index: int) -> Picture:
        """Read a picture and draw its objects into one instance map.

        Objects that cannot be read become background and are listed in `broken`.  Raises
        BrokenError if the picture or all of its objects cannot be read.
        """
        group = self.groups[index]
        image = group[0].read_picture()
        truths, broken = [], []
        for sample in group:
            try:
                truths.append(sample.read_truth(*image.shape[:2]))
            except BrokenError as error:
                broken.append(error)
        if not truths:
            raise broken[0]
        return Picture(group[0].path.name, self.source, image, (merge(truths),), tuple(broken))


def merge(truths: Sequence[Truth]) -> Labelling:
    """Return one instance map from several truths (H, W), the smallest object in front.

    A pixel is ignored if a truth ignores it and no object covers it.
    """
    ids = np.zeros(truths[0].shape, np.uint16)
    for truth in truths:
        ids[truth == IGNORE] = IGNORE_ID
    areas = [np.count_nonzero(truth == OBJECT) for truth in truths]
    # Drawn from large to small, so that a car does not hide its wheels.
    for number in np.argsort(areas)[::-1]:
        ids[truths[number] == OBJECT] = number + 1
    return Labelling(ids)
