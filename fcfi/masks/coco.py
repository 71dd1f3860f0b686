"""COCO's three forms of a mask: polygons, run lengths as numbers, run lengths as a string.

Implemented with NumPy; masks equal those of pycocotools pixel for pixel.  Knows nothing of files or
images.
Source: the format as described at cocodataset.org and by the mask API of pycocotools (Dollar and
Lin, BSD licence).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fcfi.errors import DatasetError
from fcfi.masks.polygons import fill_edges
from fcfi.masks.runs import RunMask, between, lengths_of
from fcfi.masks.truth import Mask
from fcfi.masks.work import charge

GROUP: Final = 5
"""Bits of a number in one character of COCO's string."""
FIRST: Final = 48
"""Code of the character for zero (pycocotools)."""
FAR: Final = 1e7
"""A corner beyond this number of pixels is a mistake."""
MAX_BITS: Final = 60
"""Most bits of a run length in COCO's string."""


def decode(segmentation: object, height: int, width: int) -> RunMask | None:
    """Return the mask of a `segmentation` field, or None if it covers no pixel of the picture.

    It may be polygons [[x, y, x, y, ...], ...], one polygon as a flat list or as pairs, or run
    lengths {"size", "counts"}.  Polygons of fewer than three corners are left out.
    Raises DatasetError if it has another form or does not fit the picture.
    """
    if isinstance(segmentation, Mapping):
        return _from_runs(segmentation, height, width)
    if isinstance(segmentation, Sequence) and not isinstance(segmentation, str | bytes):
        return fill_edges(_loops(segmentation), height, width)
    raise DatasetError(
        "expected a list of polygons or run lengths as a segmentation, "
        f"got {type(segmentation).__name__}: export the object again"
    )


def _loops(polygons: Sequence[Any]) -> list[NDArray[np.float64]]:
    """Return the usable polygons (N, 2).  Raises DatasetError if there are none."""
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
    """Return the run lengths in COCO's string: five bits a character, lowest first.

    From the fourth on, a number is the difference from the one two before it.  Raises ValueError
    for a number of more than MAX_BITS bits, which no picture needs, so that the time grows only
    with the length of the text.
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


def _from_runs(runs: Mapping[str, Any], height: int, width: int) -> RunMask | None:
    """Return a mask from run lengths, background and object alternating, column by column."""
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
    pixels = height * width
    # Python's integers cannot overflow.
    if min(lengths, default=0) < 0 or sum(lengths) != pixels:
        raise DatasetError(
            f"run lengths add up to {min(sum(lengths), 1 << 60)} pixels, the picture has {pixels}"
        )
    ends = np.cumsum(np.array(lengths, np.int64))
    starts = ends[0::2][: len(ends) // 2]
    stops = ends[1::2]
    drawn = starts < stops
    starts, stops = starts[drawn], stops[drawn]
    if not len(starts):
        return None
    # Only the object's columns are expanded: +1 where a run starts, -1 after its end.
    first = int(starts[0]) // height
    last = int(stops[-1] - 1) // height
    charge((last - first + 1) * height)
    steps = np.zeros((last - first + 1) * height + 1, np.int8)
    steps[starts - first * height] += 1
    steps[stops - first * height] -= 1
    inside = np.cumsum(steps[:-1], dtype=np.int8).astype(np.bool_)
    return RunMask.of(inside.reshape(-1, height).T, first)


def _corners(polygon: object) -> NDArray[np.float64]:
    """Return a list x, y, x, y, ... as corners (N, 2).  Raises DatasetError for another value."""
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
    """Return the run lengths of a mask (H, W), column by column."""
    return lengths_of(mask.ravel(order="F"))


def counts_of(mask: RunMask, height: int, width: int) -> NDArray[np.int64]:
    """Return the run lengths of a mask in a picture of this size, column by column.

    Only the mask's columns are expanded; the rest of the picture is two long runs.
    """
    columns = np.zeros((height, mask.width), np.bool_)
    columns[mask.top : mask.top + mask.height] = mask.inside()
    right = width - mask.left - mask.width
    return between(by_columns(columns), mask.left * height, right * height)


def write_counts(lengths: NDArray[np.int64]) -> str:
    """Return run lengths as COCO's string, the inverse of `read_counts`.

    Source: pycocotools, rleToString.
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
