"""Work that shapes of other people's files may ask for, refused before it is done.

A line of text may stand for a picture full of pixels, so that the length of a file does not bound
what drawing its shapes costs.  What draws a shape charges its work first; all shapes of
a picture share one allowance.  Without an allowance nothing is refused.

The unit is about a pixel that is drawn: 5 to 10 ns, so that a picture takes some seconds at most.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fcfi.errors import DatasetError

MAX_COVERED: Final = 100
"""Times that the shapes of a picture may fill all of it."""
LEAST: Final = 50_000_000
"""Of an allowance, however small the picture is."""
MOST: Final = 1_200_000_000
"""Of an allowance, unless the picture is so large that it could not be filled LARGE times."""
LARGE: Final = 4
EACH: Final = 5000
"""Of a shape, however small: it is read, checked and stored."""
TOO_MUCH: Final = "shapes that together need more work than their picture is worth"
CROWDED: Final = 300
"""Lines through a row of pixels from which on sorting them costs more than drawing between them."""


class TooMuchWorkError(DatasetError):
    """A shape that the allowance of its picture is not enough for."""


class Allowance:
    """What is left for the shapes of a picture.

    >>> allowance = Allowance(1000, 1000)
    >>> with allowance.spent():
    ...     charge(60_000_000)
    >>> allowance.left
    40000000
    """

    def __init__(self, width: int, height: int) -> None:
        pixels = width * height
        self.left = max(LEAST, min(MAX_COVERED * pixels, MOST), LARGE * pixels)

    def take(self, work: int) -> bool:
        """Take work, and return whether there was enough; nothing is taken else."""
        if work > self.left:
            return False
        self.left -= work
        return True

    @contextmanager
    def spent(self) -> Iterator[None]:
        """Let what is charged within the block be taken from this allowance."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)


_current: ContextVar[Allowance | None] = ContextVar("allowance", default=None)


def charge(work: int) -> None:
    """Take work from the allowance; TooMuchWorkError, and nothing taken, if it is not enough."""
    allowance = _current.get()
    if allowance is not None and not allowance.take(work):
        raise TooMuchWorkError(TOO_MUCH)


def crossing_work(corners: NDArray[Any], top: int, bottom: int) -> int:
    """Return the work of filling a polygon (N, 2) line by line between two rows of pixels.

    Each row sorts the edges that cross it, so that many long edges cost far more than few.
    """
    y = np.clip(corners[:, 1], top, bottom).astype(np.int64) - top
    ends = np.roll(y, -1)
    rows = bottom - top + 1
    begun = np.bincount(np.minimum(y, ends), minlength=rows)
    ended = np.bincount(np.maximum(y, ends), minlength=rows)
    crossed = np.cumsum(begun - ended).astype(np.float64)
    return int((crossed * (1 + crossed / CROWDED)).sum())
