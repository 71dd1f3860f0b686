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
from fcfi.labels import Mask
from fcfi.runs import flat_of

FINENESS: Final = 5
"""Polygon edges are walked on a grid this many times finer than the pixels (pycocotools)."""
MAX_LENGTH: Final = 5_000_000
"""Pixels round a polygon, along the longer axis of each edge; every one takes about 400 bytes while they are walked."""


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


def fill_polygon(corners: NDArray[np.float64], height: int, width: int) -> Mask:
    """(height, width) bool: the pixels inside one closed polygon.

    corners: (N, 2) as (x, y).  Convention: x right, y down; COCO's origin is the corner of the top
        left pixel, not its
    centre.  A pixel column is crossed where the edge, walked on the finer grid, passes the column's
    centre; between two crossings the pixels are inside.  Raises DatasetError for one that is too
    long to be walked.
    """
    check_length(corners)
    fine = (FINENESS * corners + 0.5).astype(np.int64)
    columns, rows = _walk(np.concatenate([fine, fine[:1]]))
    crossed = np.flatnonzero(np.diff(columns))
    column = np.minimum(columns[crossed], columns[crossed + 1])
    row = np.minimum(rows[crossed], rows[crossed + 1])
    x = (column + 0.5) / FINENESS - 0.5
    y = np.ceil(np.clip((row + 0.5) / FINENESS - 0.5, 0, height))
    kept = (x == np.floor(x)) & (x >= 0) & (x <= width - 1)
    starts = (x[kept] * height + y[kept]).astype(np.int64)
    flips = np.bincount(starts, minlength=height * width + 1)[: height * width]
    return np.asarray(np.cumsum(flips) % 2 == 1).reshape(width, height).T


def check_length(corners: NDArray[np.float64]) -> None:
    """DatasetError if the way to a polygon's corners (N, 2) and round them is longer than any real outline's."""
    with np.errstate(over="ignore", invalid="ignore"):
        length = (
            np.abs(np.roll(corners, -1, axis=0) - corners).max(axis=1).sum() + np.abs(corners).max()
        )
    if not length <= MAX_LENGTH:  # nor is it, if it is no number
        raise DatasetError(
            f"a polygon is {length:.3g} pixels long: at most {MAX_LENGTH} are read, in the picture's pixels"
        )


def read_counts(text: str | bytes) -> list[int]:
    """Run lengths from COCO's string: five bits a character, lowest first.

    From the fourth on a number is the difference to the one two places before.
    """
    counts: list[int] = []
    value, shift = 0, 0
    for character in text.encode("ascii") if isinstance(text, str) else text:
        bits = character - 48
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits & 0x20:
            continue
        if bits & 0x10:
            value -= 1 << shift
        counts.append(value + counts[-2] if len(counts) > 2 else value)
        value, shift = 0, 0
    return counts


def _from_runs(runs: Mapping[str, Any], height: int, width: int) -> Mask:
    """Runs of background and object in turn, column by column."""
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


def _walk(corners: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every grid point on the way along a path of corners (N, 2): columns and rows, a step along the longer axis each.

    An edge is always computed from its smaller end, so that two polygons with a common edge meet
    without a gap.
    """
    start, end = corners[:-1], corners[1:]
    span = np.abs(end - start)
    flat = span[:, 0] >= span[:, 1]
    length = span.max(axis=1)
    axis, edges = np.where(flat, 0, 1), np.arange(len(start))
    turned = (start[edges, axis] > end[edges, axis])[:, None]
    low, high = np.where(turned, end, start), np.where(turned, start, end)
    slope = (high - low)[edges, 1 - axis] / np.maximum(length, 1)
    edge = np.repeat(edges, length + 1)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(length + 1) - length - 1, length + 1)
    step = np.where(turned[edge, 0], length[edge] - step, step)
    along = low[edge, axis[edge]] + step
    across = (low[edge, 1 - axis[edge]] + slope[edge] * step + 0.5).astype(np.int64)
    return np.where(flat[edge], along, across), np.where(flat[edge], across, along)
