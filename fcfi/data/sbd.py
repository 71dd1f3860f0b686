"""SBD in its original layout: img/*.jpg, inst/*.mat (MATLAB instance maps), train.txt and val.txt.

Needs SciPy, loaded only here and only when used.  Source: Hariharan et al., ICCV 2011.
"""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fcfi.data.broken import UNREADABLE_MASK, UNREADABLE_PICTURE, BrokenError
from fcfi.data.dataset import LazySample, LazySamples
from fcfi.errors import DatasetError
from fcfi.formats.tally import Tally
from fcfi.masks.truth import BACKGROUND, OBJECT, Truth

ROOTS = (".", "dataset", "benchmark_RELEASE/dataset")
"""Paths of the data below the given folder; the archive nests it twice."""
DEFAULT_SPLIT = "val"
"""The split for evaluation in papers: 2,857 pictures, 6,671 objects."""


def sbd_root(path: Path) -> Path | None:
    """Return the folder that holds img/ and inst/, or None."""
    for root in (path / root for root in ROOTS):
        if (root / "img").is_dir() and (root / "inst").is_dir():
            return root
    return None


def find_sbd(root: Path, split: str | None, tally: Tally) -> LazySamples:
    """Return one sample for each object, in the order of the split's list.

    Every instance map is opened once to count its objects.
    tally: counts pictures whose file or map is missing or damaged.
    Raises DatasetError if the list is missing or SciPy is not installed.
    """
    need_scipy()
    listing = root / f"{split or DEFAULT_SPLIT}.txt"
    if not listing.is_file():
        splits = ", ".join(sorted(file.stem for file in root.glob("*.txt"))) or "none"
        raise DatasetError(
            f"expected the list {listing.name} in {root}, got no such file: "
            f"choose a split that is there ({splits})"
        )
    names = listing.read_text(encoding="utf-8", errors="replace").split()
    samples: list[LazySample] = []
    for name in names:
        try:
            samples += _samples(root, name)
        except BrokenError as error:
            tally.leave_out_picture(error.reason, name, error.detail)
    return LazySamples(tuple(samples))


def need_scipy() -> None:
    """Raise DatasetError if SciPy is not installed."""
    try:
        import scipy.io  # noqa: F401
    except ImportError as error:
        raise DatasetError(
            "expected SciPy to read SBD's masks (MATLAB files), got no such package: "
            "pip install scipy"
        ) from error


def read_instances(path: Path) -> NDArray[np.int64]:
    """Return the instance map (H, W) in a .mat file: 0 background, 1..N objects.

    Raises DatasetError if it is missing or damaged, or SciPy is not installed.
    """
    need_scipy()
    from scipy.io import loadmat

    if not path.is_file():
        raise DatasetError(
            f"expected an instance map for every picture of SBD's list, got none: {path} is missing"
        )
    try:
        field: Any = loadmat(path)["GTinst"]["Segmentation"][0, 0]
        instances = np.asarray(field, np.int64)
    except Exception as error:  # SciPy raises many kinds of errors for a damaged file
        raise DatasetError(
            f"expected an instance map of SBD (GTinst.Segmentation), got {path}, which cannot be "
            f"read ({error}): unpack it again"
        ) from error
    if instances.ndim != 2:
        raise DatasetError(
            f"expected an instance map (height, width), got {instances.shape} in {path}: "
            "unpack it again"
        )
    return instances


def _samples(root: Path, name: str) -> list[LazySample]:
    mask = root / "inst" / f"{name}.mat"
    picture = root / "img" / f"{name}.jpg"
    if not picture.is_file():
        raise BrokenError(
            name,
            UNREADABLE_PICTURE,
            f"expected a picture for every name in SBD's list, got none: {picture} is missing",
        )
    try:
        instances = read_instances(mask)
    except DatasetError as error:
        raise BrokenError(name, UNREADABLE_MASK, str(error)) from error
    ids, areas = np.unique(instances, return_counts=True)
    return [
        LazySample(f"{name}#{number}", picture, partial(_truth, mask, int(number)), float(area))
        for number, area in zip(ids, areas, strict=True)
        if number > 0
    ]


def _truth(path: Path, number: int, height: int, width: int) -> Truth:
    return np.where(read_instances(path) == number, OBJECT, BACKGROUND).astype(np.uint8)
