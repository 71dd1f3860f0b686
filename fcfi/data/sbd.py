"""SBD in its original layout: img/*.jpg, inst/*.mat (MATLAB instance maps), train.txt and val.txt.

Needs SciPy, loaded only here and only when used.  Source: Hariharan et al., ICCV 2011.
"""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fcfi.data.objects import Item, Items
from fcfi.errors import DatasetError
from fcfi.labels import BACKGROUND, OBJECT, Truth

ROOTS = (".", "dataset", "benchmark_RELEASE/dataset")
"""Where the data may lie under the folder a person names: the archive nests it twice."""
DEFAULT_SPLIT = "val"
"""The part the papers evaluate on: 2,857 pictures, 6,671 objects."""


def sbd_root(path: Path) -> Path | None:
    """The folder that holds img/ and inst/, or None."""
    roots = (path / root for root in ROOTS)
    return next(
        (root for root in roots if (root / "img").is_dir() and (root / "inst").is_dir()), None
    )


def find_sbd(root: Path, split: str | None = None) -> Items:
    """One item an instance, in the order of the split's list; every map is opened once to count its instances.

    Raises DatasetError if the list, a picture or a map is missing or SciPy is not installed.
    """
    listing = root / f"{split or DEFAULT_SPLIT}.txt"
    if not listing.is_file():
        there = ", ".join(sorted(file.stem for file in root.glob("*.txt"))) or "none"
        raise DatasetError(
            f"SBD has no list {listing.name} in {root}; splits that are there: {there}"
        )
    names = listing.read_text(encoding="utf-8", errors="replace").split()
    return Items(tuple(item for name in names for item in _items(root, name)))


def read_instances(path: Path) -> NDArray[np.int64]:
    """(H, W) instance map of a .mat file: 0 background, 1..N.  Raises DatasetError if it is none."""
    try:
        from scipy.io import loadmat
    except ImportError as error:
        raise DatasetError(
            "SBD's masks are MATLAB files and need SciPy to be read: pip install scipy"
        ) from error
    if not path.is_file():
        raise DatasetError(f"{path} is missing: every picture of SBD's list needs its instance map")
    try:
        field: Any = loadmat(path)["GTinst"]["Segmentation"][0, 0]
        instances = np.asarray(field, np.int64)
    except Exception as error:  # SciPy raises many kinds on a damaged file
        raise DatasetError(
            f"{path} is no instance map of SBD (GTinst.Segmentation): {error}"
        ) from error
    if instances.ndim != 2:
        raise DatasetError(
            f"{path}: the instance map is {instances.shape}; (height, width) is accepted"
        )
    return instances


def _items(root: Path, name: str) -> list[Item]:
    mask, picture = root / "inst" / f"{name}.mat", root / "img" / f"{name}.jpg"
    if not picture.is_file():
        raise DatasetError(f"{picture} is missing: every name in SBD's list needs its picture")
    ids, areas = np.unique(read_instances(mask), return_counts=True)
    return [
        Item(f"{name}#{instance}", picture, partial(_truth, mask, int(instance)), float(area))
        for instance, area in zip(ids, areas, strict=True)
        if instance > 0
    ]


def _truth(path: Path, instance: int, height: int, width: int) -> Truth:
    return np.where(read_instances(path) == instance, OBJECT, BACKGROUND).astype(np.uint8)
