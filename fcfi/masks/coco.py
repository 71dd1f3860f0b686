"""COCO's three ways to write a mask: polygons, run lengths as numbers, run lengths as a string.

Decodes to (H, W) bool with NumPy alone and agrees with pycocotools pixel for pixel.  Knows nothing
of files or images.
Source: the format as described at cocodataset.org and by the mask API of pycocotools (Dollar and
    Lin, BSD licence).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fcfi.errors import DatasetError
from fcfi.masks.polygons import fill_edges
from fcfi.masks.runs import flat_of, lengths_of
from fcfi.masks.truth import Mask

GROUP: Final = 5
"""Bits of a number in one character of COCO's string."""
FIRST: Final = 48
"""Code of the character for zero (pycocotools)."""
FAR: Final = 1e7
"""Pixels: a corner further off is a mistake."""
MAX_BITS: Final = 60
"""Of a run length in COCO's string."""


def decode(segmentation: object, height: int, width: int) -> Mask:
    """Return the mask (height, width) bool of a `segmentation` field.

    Accepted are polygons [[x, y, x, y, ...], ...], one polygon as a flat list or as pairs, and run
    lengths {"size", "counts"}.  Pieces of fewer than three corners cover nothing and are left out.
    Raises DatasetError if it is none of these, does not fit the picture, or covers no pixel.
    """
    if isinstance(segmentation, Mapping):
        mask = _from_runs(segmentation, height, width)
    elif isinstance(segmentation, Sequence) and not isinstance(segmentation, str | bytes):
        mask = fill_edges(_loops(segmentation), height, width)
    else:
        raise DatasetError(
            "expected a list of polygons or run lengths as a segmentation, "
            f"got {type(segmentation).__name__}: export the object again"
        )
    return mask


def _loops(polygons: Sequence[Any]) -> list[NDArray[np.float64]]:
    """Return the usable polygons (N, 2); DatasetError if there is none."""
    if polygons and all(isinstance(value, int | float) for value in polygons):
        polygons = [polygons]
    elif polygons and all(isinstance(pair, Sequence) and len(pair) == 2 for pair in polygons):
        polygons = [[value for pair in polygons for value in pair]]
    loops, problem = [], "expected polygons, got an empty list"
    for polygon in polygons:
        try:
            loops.append(_corners(polygon))
        except DatasetError as error:
            problem = str(error)
    if not loops:
        raise DatasetError(f"{problem}: draw the object again")
    return loops


def read_counts(text: str | bytes) -> list[int]:
    """Return the run lengths of COCO's string: five bits a character, lowest first.

    From the fourth on a number is the difference to the one two places before.  Raises ValueError
    for a number of more than MAX_BITS bits, which no picture has, so that the time grows with the
    length of the text only.
    """
    counts: list[int] = []
    value, shift = 0, 0
    for character in text.encode("ascii") if isinstance(text, str) else text:
        bits = character - FIRST
        value |= (bits & 0x1F) << shift
        shift += GROUP
        if shift > MAX_BITS:
            raise ValueError(f"a run length of more than {MAX_BITS} bits")
        if bits & 0x20:
            continue
        if bits & 0x10:  # the sign
            value -= 1 << shift
        counts.append(value + counts[-2] if len(counts) > 2 else value)
        value, shift = 0, 0
    return counts


def _from_runs(runs: Mapping[str, Any], height: int, width: int) -> Mask:
    """RunMask of background and object in turn, column by column."""
    try:
        size, counts = tuple(runs["size"]), runs["counts"]
        lengths = (
            read_counts(counts)
            if isinstance(counts, str | bytes)
            else [int(count) for count in counts]
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise DatasetError(
            f'run lengths need "size": [height, width] and "counts": {error}'
        ) from error
    if size != (height, width):
        raise DatasetError(
            f"run lengths are for {size} (height, width), the picture is {(height, width)}"
        )
    if min(lengths, default=0) < 0 or sum(lengths) != height * width:
        raise DatasetError(
            f"run lengths add up to {sum(lengths)} pixels, the picture has {height * width}"
        )
    return flat_of(lengths).reshape(width, height).T


def _corners(polygon: object) -> NDArray[np.float64]:
    """Return the corners (N, 2) of a list x, y, x, y, ...; DatasetError if it is none."""
    try:
        flat = np.asarray(polygon, np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise DatasetError(f"expected numbers x, y, x, y, ..., got others ({error})") from error
    if flat.ndim == 2 and flat.shape[1] == 2:
        flat = flat.ravel()
    if flat.ndim != 1 or flat.size < 6 or flat.size % 2:
        raise DatasetError(f"expected a polygon of at least 3 corners, got {flat.size} numbers")
    if not (np.abs(flat) < FAR).all():  # false for NaN, too
        raise DatasetError(f"expected corners within {FAR:.0e} pixels, got one outside")
    return flat.reshape(-1, 2)


def by_columns(mask: Mask) -> NDArray[np.int64]:
    """Run lengths of a mask (H, W), column by column (COCO)."""
    return lengths_of(mask.ravel(order="F"))


def write_counts(lengths: NDArray[np.int64]) -> str:
    """COCO's string of run lengths: five bits a character, lowest first; from the fourth on the difference to the one
    two places before.  Source: pycocotools, rleToString.
    """
    values = lengths.copy()
    values[3:] -= lengths[1:-2]
    text = []
    for value in values.tolist():
        more = True
        while more:
            bits = value & 0x1F
            value >>= GROUP
            more = value != -1 if bits & 0x10 else value != 0
            text.append(chr((bits | 0x20 if more else bits) + FIRST))
    return "".join(text)
