"""Datasets with a folder of pictures and a folder of masks: plain, GrabCut, Berkeley, DAVIS.

A mask belongs to the picture of the same name; `ID#2.png` is the second object on picture ID, and
`ID_mask.png` the mask of ID.  Grey values have the meaning of the original releases, as read by the
published benchmarks; a mask with one number or colour is one object whatever its value.
Knows nothing of other layouts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np

from fcfi.data.broken import LINK, NO_PICTURE, SEVERAL_PICTURES, BrokenError, leads_out
from fcfi.data.dataset import LazySample, LazySamples
from fcfi.errors import DatasetError
from fcfi.formats.tally import Tally
from fcfi.images import ENDINGS
from fcfi.mask_files import InstanceMap, read_map
from fcfi.masks.truth import BACKGROUND, IGNORE, OBJECT, Truth

GREY_IGNORE: Final = 128
"""Grey value of ignored pixels in a mask with three values (boundary_GT)."""
WHITE: Final = 255
TRIMAPS: Final = ({WHITE}, {GREY_IGNORE, WHITE})
VOC_VOID: Final = (224, 224, 192)
"""Colour of the seam around the objects of PASCAL VOC, number 255 of its palette."""
MAX_SHOWN: Final = 6
"""Largest number of values that a message lists."""
MASK_SUFFIX: Final = "_mask"


@dataclass(frozen=True)
class Pairs:
    """A layout of two folders.

    pictures, masks: names of the folders.
    truth_of: converts the numbers in a mask file to a truth; its path is for errors.
    """

    pictures: str
    masks: str
    truth_of: Callable[[InstanceMap, Path], Truth]

    def is_in(self, path: Path) -> bool:
        """Return whether `path` holds both folders."""
        return (path / self.pictures).is_dir() and (path / self.masks).is_dir()


def truth_of_trimap(given: InstanceMap, path: Path) -> Truth:
    """Return the truth (H, W) from a mask of one object: 0 background, 128 ignore, lighter object.

    A single number or colour is the object whatever its value, except for 255 of a palette, which
    VOC ignores.  Raises DatasetError if there are several: they could be objects or classes.
    """
    shown = given.levels
    # The released trimaps, which may be stored with a palette of these greys.
    if shown is not None and set(shown[list(given.present)].tolist()) in TRIMAPS:
        grey = shown[given.numbers]
        truth = np.where(grey == WHITE, OBJECT, BACKGROUND).astype(np.uint8)
        truth[grey == GREY_IGNORE] = IGNORE
        return truth
    sharp = given.sharpened(str(path))
    present = list(sharp.present)
    void = _void(sharp)
    if void is not None and len(present) > 1:
        present.remove(void)
    if len(present) > 1:
        listed = ", ".join(str(number) for number in present[:MAX_SHOWN])
        raise DatasetError(
            f"expected one object in {path} (0 background, 255 object, 128 ignore), got "
            f"{len(present)} numbers or colours ({listed}): save a mask for each object as "
            f"{path.stem}#1.png, {path.stem}#2.png with 0 and 255, or evaluate an export in "
            "format coco"
        )
    truth = np.where(np.isin(sharp.numbers, present), OBJECT, BACKGROUND).astype(np.uint8)
    if void is not None and void not in present:
        truth[sharp.numbers == void] = IGNORE
    return truth


def _void(given: InstanceMap) -> int | None:
    """Return the number of the seam that VOC draws around objects, by palette or colour."""
    if given.colours is None:
        return None
    is_void = (given.colours == VOC_VOID).all(axis=1)
    return next((number for number in given.present if is_void[number]), None)


def truth_of_nonzero(given: InstanceMap, path: Path) -> Truth:
    """Return the truth (H, W) in which every value but 0 is object (DAVIS: all of a frame)."""
    return np.where(given.mask(), OBJECT, BACKGROUND).astype(np.uint8)


PAIRS: Final[Mapping[str, Pairs]] = MappingProxyType(
    {
        "grabcut": Pairs("data_GT", "boundary_GT", truth_of_trimap),
        "davis": Pairs("img", "gt", truth_of_nonzero),
        "folder": Pairs("images", "masks", truth_of_trimap),
        "berkeley": Pairs("images", "masks", truth_of_trimap),
    }
)
"""The layouts of two folders, in the order of detection."""


def find_pairs(path: Path, layout: Pairs, tally: Tally) -> LazySamples:
    """Return one sample per mask, sorted by name.

    tally: counts masks that have no picture or several, and links.
    """
    found = []
    pictures: dict[str, list[Path]] = {}
    for picture in _files(path / layout.pictures):
        pictures.setdefault(picture.stem, []).append(picture)
    for mask in _files(path / layout.masks):
        try:
            found.append(_sample(path, mask, pictures, layout))
        except BrokenError as error:
            tally.leave_out_object(error.reason, error.name, error.detail)
    return LazySamples(tuple(found))


def _sample(
    root: Path, mask: Path, pictures: Mapping[str, list[Path]], layout: Pairs
) -> LazySample:
    # A name with # may itself be a picture's (Berkeley has some), so that is tried first.
    stem = mask.stem.rsplit("#", 1)[0]
    paths = pictures.get(mask.stem) or pictures.get(stem) or []
    paths = paths or pictures.get(mask.stem.removesuffix(MASK_SUFFIX), [])
    if len(paths) != 1:
        got = "no picture"
        if paths:
            got = f"several pictures: {', '.join(picture.name for picture in paths)}"
        raise BrokenError(
            mask.stem,
            SEVERAL_PICTURES if paths else NO_PICTURE,
            f"expected one picture {stem}.* in {layout.pictures} for the mask {mask}, got {got}: "
            "add or remove files until there is one",
        )
    for file in (paths[0], mask):
        if leads_out(file, root):
            raise BrokenError(
                mask.stem,
                LINK,
                f"expected a file in the dataset, got a link to another folder: {file}; "
                "put the file itself there",
            )
    return LazySample(mask.stem, paths[0], partial(_truth, mask, layout.truth_of))


def _truth(
    mask: Path, truth_of: Callable[[InstanceMap, Path], Truth], height: int, width: int
) -> Truth:
    # Height and width are for layouts that draw a mask; here Sample compares the sizes.
    return truth_of(read_map(mask), mask)


def _files(folder: Path) -> list[Path]:
    return sorted(
        file
        for file in folder.iterdir()
        if file.suffix.lower() in ENDINGS and not file.name.startswith(".")
    )
