"""Run lengths as formats hold them: checked, column by column (COCO), and COCO's string of them.

Knows nothing of files.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fcfi.errors import DatasetError
from fcfi.labels import Mask
from fcfi.runs import flat_of, lengths_of

GROUP: Final = 5
"""Bits of a number in one character of COCO's string."""
FIRST: Final = 48
"""Code of the character for zero (pycocotools)."""


def from_runs(lengths: Sequence[int] | NDArray[np.int64], size: int) -> NDArray[np.bool_]:
    """(size,) bool of run lengths, background first.  DatasetError if they do not add up to `size`."""
    try:
        counts = np.asarray(lengths, np.int64)
    except (TypeError, ValueError, OverflowError) as error:
        raise DatasetError(f"run lengths must be whole numbers: {error}") from error
    if counts.ndim != 1 or (counts < 0).any() or (counts > size).any() or int(counts.sum()) != size:
        raise DatasetError(
            f"run lengths add up to {int(counts.sum())} pixels and {size} are expected"
        )
    return flat_of(counts)


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
