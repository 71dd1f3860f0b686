"""Data sets that lie as a folder of pictures and a folder of masks: plain, GrabCut, Berkeley, DAVIS.

A mask belongs to the picture of the same name; `ID#2.png` is the second object on picture ID.
Knows nothing of other layouts.  Label values are those of the original releases, as the published
benchmarks read them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fcfi.data.objects import Item, Items
from fcfi.errors import DatasetError
from fcfi.images import read_image
from fcfi.labels import BACKGROUND, IGNORE, OBJECT, Truth

GREY_IGNORE: Final = 128
"""Grey value of ignored pixels in a three-valued mask; lighter is object (GrabCut's boundary_GT)."""
SUFFIXES: Final = frozenset(
    (
        ".jpg",
        ".jpeg",
        ".png",
        ".bmp",
        ".webp",
        ".tif",
        ".tiff",
        ".gif",
        ".ppm",
        ".pgm",
        ".jp2",
        ".avif",
    )
)
"""Endings of the files in a picture or mask folder that are looked at; others (README.txt) are passed over."""


@dataclass(frozen=True)
class Pairs:
    """A layout of two folders, and what the grey values of its masks mean."""

    pictures: str
    masks: str
    label: Callable[[NDArray[np.uint8], Path], Truth]

    def there(self, path: Path) -> bool:
        """Whether `path` holds both folders."""
        return (path / self.pictures).is_dir() and (path / self.masks).is_dir()


def label_trimap(grey: NDArray[np.uint8], path: Path) -> Truth:
    """(H, W) truth from 0 background, 128 ignore, lighter object.

    Raises DatasetError if there is something dark but nothing light: then the values mean something
    else.
    """
    if grey.max(initial=0) < GREY_IGNORE and grey.any():
        values = ", ".join(str(value) for value in np.unique(grey)[:6])
        raise DatasetError(
            f"{path} holds the values {values}: accepted are 0 background, 255 object, 128 ignore; "
            "multiply a mask of 0 and 1 by 255"
        )
    truth = np.where(grey > GREY_IGNORE, OBJECT, BACKGROUND).astype(np.uint8)
    truth[grey == GREY_IGNORE] = IGNORE
    return truth


def label_nonzero(grey: NDArray[np.uint8], path: Path) -> Truth:
    """(H, W) truth where anything but 0 is the object (DAVIS: all objects of a frame together)."""
    return np.where(grey > 0, OBJECT, BACKGROUND).astype(np.uint8)


LAYOUTS: Final[Mapping[str, Pairs]] = MappingProxyType(
    {
        "grabcut": Pairs("data_GT", "boundary_GT", label_trimap),
        "davis": Pairs("img", "gt", label_nonzero),
        "folder": Pairs("images", "masks", label_trimap),
        "berkeley": Pairs("images", "masks", label_trimap),
    }
)


def find_pairs(path: Path, layout: Pairs) -> Items:
    """One item a mask, by name.  Raises DatasetError if a mask has no picture, or two."""
    pictures: dict[str, list[Path]] = {}
    for picture in _files(path / layout.pictures):
        pictures.setdefault(picture.stem, []).append(picture)
    return Items(tuple(_item(mask, pictures, layout) for mask in _files(path / layout.masks)))


def read_grey(path: Path) -> NDArray[np.uint8]:
    """(H, W) uint8: the lightest of the three colours; of a grey file its values."""
    return np.asarray(read_image(path).max(axis=2))


def _item(mask: Path, pictures: Mapping[str, list[Path]], layout: Pairs) -> Item:
    found = pictures.get(mask.stem) or pictures.get(mask.stem.rsplit("#", 1)[0], [])
    if len(found) != 1:
        what = (
            f"several pictures: {', '.join(picture.name for picture in found)}"
            if found
            else "no picture"
        )
        raise DatasetError(
            f"the mask {mask} has {what}; exactly one file {mask.stem.rsplit('#', 1)[0]}.* "
            f"must be in the folder {layout.pictures} beside {layout.masks}"
        )
    return Item(mask.stem, found[0], partial(_truth, mask, layout.label))


def _truth(
    mask: Path, label: Callable[[NDArray[np.uint8], Path], Truth], height: int, width: int
) -> Truth:
    return label(read_grey(mask), mask)


def _files(folder: Path) -> list[Path]:
    return sorted(
        file
        for file in folder.iterdir()
        if file.suffix.lower() in SUFFIXES and not file.name.startswith(".")
    )
