"""Datasets that lie as a folder of pictures and a folder of masks: plain, GrabCut, Berkeley, DAVIS.

A mask belongs to the picture of the same name; `ID#2.png` is the second object on picture ID.
Grey values mean what they mean in the original releases, as the published benchmarks read them.
Knows nothing of other layouts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fcfi.data.dataset import LazySample, LazySamples
from fcfi.errors import DatasetError
from fcfi.images import read_image
from fcfi.masks.truth import BACKGROUND, IGNORE, OBJECT, Truth

GREY_IGNORE: Final = 128
"""Grey value of ignored pixels in a mask of three values; lighter is object (boundary_GT)."""
SUFFIXES: Final = frozenset(
    [
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
    ]
)
"""Endings of the files in a picture or mask folder that are read; others (README.txt) are not."""


@dataclass(frozen=True)
class Pairs:
    """A layout of two folders.

    pictures, masks: names of the folders.
    truth_of: what the grey values (H, W) of a mask file mean; its path is for errors.
    """

    pictures: str
    masks: str
    truth_of: Callable[[NDArray[np.uint8], Path], Truth]

    def is_in(self, path: Path) -> bool:
        """Return whether `path` holds both folders."""
        return (path / self.pictures).is_dir() and (path / self.masks).is_dir()


def truth_of_trimap(grey: NDArray[np.uint8], path: Path) -> Truth:
    """Return the truth (H, W) of 0 background, 128 ignore, lighter object.

    Raises DatasetError if something is dark but nothing light: then the values mean something else.
    """
    if grey.max(initial=0) < GREY_IGNORE and grey.any():
        values = ", ".join(str(value) for value in np.unique(grey)[:6])
        raise DatasetError(
            f"expected 0 background, 255 object, 128 ignore, got the values {values} in {path}: "
            "multiply a mask of 0 and 1 by 255"
        )
    truth = np.where(grey > GREY_IGNORE, OBJECT, BACKGROUND).astype(np.uint8)
    truth[grey == GREY_IGNORE] = IGNORE
    return truth


def truth_of_nonzero(grey: NDArray[np.uint8], path: Path) -> Truth:
    """Return the truth (H, W) where all but 0 is object (DAVIS: all objects of a frame)."""
    return np.where(grey > 0, OBJECT, BACKGROUND).astype(np.uint8)


PAIRS: Final[Mapping[str, Pairs]] = MappingProxyType(
    {
        "grabcut": Pairs("data_GT", "boundary_GT", truth_of_trimap),
        "davis": Pairs("img", "gt", truth_of_nonzero),
        "folder": Pairs("images", "masks", truth_of_trimap),
        "berkeley": Pairs("images", "masks", truth_of_trimap),
    }
)
"""The layouts of two folders, in the order in which they are detected."""


def find_pairs(path: Path, layout: Pairs) -> LazySamples:
    """Return one sample a mask, by name.  Raises DatasetError if a mask has no picture, or two."""
    pictures: dict[str, list[Path]] = {}
    for picture in _files(path / layout.pictures):
        pictures.setdefault(picture.stem, []).append(picture)
    masks = _files(path / layout.masks)
    return LazySamples(tuple(_sample(mask, pictures, layout) for mask in masks))


def read_grey(path: Path) -> NDArray[np.uint8]:
    """Return (H, W) uint8: the lightest of the three colours; of a grey file its values."""
    return np.asarray(read_image(path).max(axis=2))


def _sample(mask: Path, pictures: Mapping[str, list[Path]], layout: Pairs) -> LazySample:
    # A name with # may itself be a picture's (Berkeley has some): look for that first.
    stem = mask.stem.rsplit("#", 1)[0]
    paths = pictures.get(mask.stem) or pictures.get(stem, [])
    if len(paths) != 1:
        got = "no picture"
        if paths:
            got = f"several pictures: {', '.join(picture.name for picture in paths)}"
        raise DatasetError(
            f"expected one picture {stem}.* in {layout.pictures} for the mask {mask}, got {got}: "
            "add or remove files until there is one"
        )
    return LazySample(mask.stem, paths[0], partial(_truth, mask, layout.truth_of))


def _truth(
    mask: Path, truth_of: Callable[[NDArray[np.uint8], Path], Truth], height: int, width: int
) -> Truth:
    # Height and width are for layouts that draw a mask; this one reads it, and Sample compares.
    return truth_of(read_grey(mask), mask)


def _files(folder: Path) -> list[Path]:
    return sorted(
        file
        for file in folder.iterdir()
        if file.suffix.lower() in SUFFIXES and not file.name.startswith(".")
    )
