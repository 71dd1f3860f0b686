"""Limiting the work of drawing shapes from external files, before it is done.

A single line of text may describe a shape as large as a picture, so the length of a file does not
limit the cost of drawing its shapes.  Functions that draw a shape charge its work first; all shapes
of a picture share one allowance.  Without an allowance, nothing is refused.

The unit is about one drawn pixel, 5 to 10 ns, so that a picture takes at most some seconds.  The
run lengths of a mask are charged too, because they take memory until its picture is stored.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fcfi.errors import DatasetError

MAX_COVERED: Final = 100
"""Number of times that the shapes of a picture may cover all of it."""
LEAST: Final = 50_000_000
"""Smallest allowance, for small pictures."""
MOST: Final = 1_200_000_000
"""Largest allowance, unless the picture is so large that it could not be covered LARGE times."""
LARGE: Final = 4
LENGTH: Final = 25
"""Work of a run length, so that the masks of a picture take at most 200 MB."""
EACH: Final = 5000
"""Smallest work of a shape, which is read, checked and stored."""
TOO_MUCH: Final = "shapes that together need more work than their picture is worth"
CROWDED: Final = 300
"""Number of edges in a row of pixels above which sorting costs more than drawing."""


class TooMuchWorkError(DatasetError):
    """A shape that exceeds the allowance of its picture."""


class Allowance:
    """The remaining work for the shapes of a picture.

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
        """Take work if enough is left, and return whether it was."""
        if work > self.left:
            return False
        self.left -= work
        return True

    @contextmanager
    def spent(self) -> Iterator[None]:
        """Take all work that is charged in the block from this allowance."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)


_current: ContextVar[Allowance | None] = ContextVar("allowance", default=None)


def charge(work: int) -> None:
    """Take work from the current allowance.  Raises TooMuchWorkError if too little is left."""
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
