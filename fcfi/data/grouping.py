"""Data sets of objects as pictures with instance maps, so that training can draw from whatever evaluation can read.

Pictures are read when they are asked for.  Where objects overlap, the smaller one is taken to lie
in front.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np

from fcfi.data.objects import Item, Items, Objects
from fcfi.data.pictures import IGNORE_ID, Picture, PicturesBySource, Reading
from fcfi.errors import DatasetError
from fcfi.images import read_image
from fcfi.labels import IGNORE, OBJECT, Truth


def pictures_of(objects: Objects) -> PicturesBySource:
    """The pictures of a data set under its name.  Raises DatasetError if its objects are not read from files."""
    if not isinstance(objects.samples, Items):
        raise DatasetError(
            f"{objects.name} ({objects.layout}) cannot be read by picture: set layout = 'shards' in data.sources"
        )
    return {objects.name: LazyPictures(objects.name, objects.samples.by_picture())}


@dataclass(frozen=True)
class LazyPictures(Sequence[Picture]):
    """One picture for each group of items that share a file."""

    source: str
    groups: tuple[tuple[Item, ...], ...]

    def __len__(self) -> int:
        return len(self.groups)

    @overload
    def __getitem__(self, index: int) -> Picture: ...
    @overload
    def __getitem__(self, index: slice) -> "LazyPictures": ...
    def __getitem__(self, index: "int | slice") -> "Picture | LazyPictures":
        if isinstance(index, slice):
            return LazyPictures(self.source, self.groups[index])
        group = self.groups[index]
        image = read_image(group[0].picture)
        truths = [item.truth(*image.shape[:2]) for item in group]
        for item, truth in zip(group, truths, strict=True):
            if truth.shape != image.shape[:2]:
                raise DatasetError(
                    f"{item.name}: mask {truth.shape} and picture {image.shape[:2]} differ in size"
                )
        return Picture(group[0].picture.name, self.source, image, (merge(truths),))


def merge(truths: Sequence[Truth]) -> Reading:
    """One instance map of several true masks, the smallest in front; a pixel is ignored where no mask claims it."""
    ids = np.zeros(truths[0].shape, np.uint16)
    for truth in truths:
        ids[truth == IGNORE] = IGNORE_ID
    areas = [np.count_nonzero(truth == OBJECT) for truth in truths]
    for number in np.argsort(areas)[::-1]:
        ids[truths[number] == OBJECT] = number + 1
    return Reading(ids)
