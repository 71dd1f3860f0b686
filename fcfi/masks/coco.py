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
from fcfi.masks.polygons import fill_polygon
from fcfi.masks.runs import flat_of, lengths_of
from fcfi.masks.truth import Mask

GROUP: Final = 5
"""Bits of a number in one character of COCO's string."""
FIRST: Final = 48
"""Code of the character for zero (pycocotools)."""
MAX_BITS: Final = 60
"""Of a run length in COCO's string."""


def decode(segmentation: object, height: int, width: int) -> Mask:
    """(height, width) bool from a `segmentation` field: polygons [[x, y, x, y, ...], ...] or {"size", "counts"}.

    Raises DatasetError if it is neither or does not fit the picture.
    """
    if isinstance(segmentation, Mapping):
        return _from_runs(segmentation, height, width)
    if isinstance(segmentation, Sequence) and not isinstance(segmentation, str | bytes):
        mask = np.zeros((height, width), bool)
        for polygon in segmentation:
            mask |= fill_polygon(_corners(polygon), height, width)
        return mask
    raise DatasetError(
        f"a segmentation is {type(segmentation).__name__}; accepted are a list of polygons "
        'or run lengths {"size": [height, width], "counts": ...}'
    )


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
    except (KeyError, TypeError, ValueError, UnicodeEncodeError) as error:
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
    try:
        flat = np.asarray(polygon, np.float64)
    except (TypeError, ValueError) as error:
        raise DatasetError(
            f"a polygon must be a list of numbers x, y, x, y, ...: {error}"
        ) from error
    if flat.ndim != 1 or flat.size < 6 or flat.size % 2 or not np.isfinite(flat).all():
        raise DatasetError(
            f"a polygon has {flat.size} numbers; at least 3 corners as x, y, x, y, ... are accepted"
        )
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
