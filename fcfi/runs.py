"""Run lengths: how long each stretch of background and object is, in turn, background first.

The one place that knows how a mask, laid out flat, becomes lengths and back.  Knows nothing of
formats: those that hold lengths check them and say in which order the pixels lie.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def lengths_of(flat: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(N,) lengths of the runs in `flat` (M,), M at least 1; the first counts background and may be 0, the rest not."""
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    starts = np.concatenate([[0] if not flat[0] else [0, 0], changes, [flat.size]])
    return np.diff(starts).astype(np.int64)


def flat_of(lengths: Sequence[int] | NDArray[np.int64]) -> NDArray[np.bool_]:
    """(M,) bool, M being the sum of the run lengths, background first; none is negative."""
    return np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)
