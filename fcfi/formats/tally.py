"""What a reading took of a file and what it left out, by reason, so that nothing is lost unsaid.

The unit of refusal is the shape, then the picture, never the file: of 20 good objects and a bad
one, the 20 are taken, and the other is named.  Knows no format.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from fcfi.errors import FCFIError, showable

MAX_NAMED: Final = 3
"""Shapes or pictures that a sentence names; the others are counted."""
MAX_REASONS: Final = 200
"""Different reasons that are kept: a damaged file may have another one for every shape."""
OTHERS: Final = "other reasons"


class Tally:
    """Counts of a reading: shapes found and taken, shapes and pictures left out, problems in words.

    >>> tally = Tally()
    >>> with tally.shape("cat.jpg", 1):
    ...     pass
    >>> tally.leave_out("a line has no area", "cat.jpg", 2)
    >>> tally.found, tally.taken
    (2, 1)
    >>> tally.sentences()
    ('1 shape left out: a line has no area (cat.jpg, shape 2)',)
    """

    def __init__(self) -> None:
        self.found = 0
        self.taken = 0
        self.problems: list[FCFIError] = []
        self._shapes: Counter[str] = Counter()
        self._pictures: Counter[str] = Counter()
        self._named: dict[str, list[str]] = {}

    @contextmanager
    def shape(self, picture: str, number: int) -> Iterator[None]:
        """Count a shape while it is read; an error leaves it out and names it.

        number: of the shape on its picture, from 1.
        """
        self.found += 1
        try:
            yield
        except FCFIError as error:
            self._note(self._shapes, str(error), f"{picture}, shape {number}")
        else:
            self.taken += 1

    def leave_out(self, reason: str, picture: str, number: int) -> None:
        """Count a shape that is of no use, with the reason in a few words."""
        self.found += 1
        self._note(self._shapes, reason, f"{picture}, shape {number}")

    def leave_out_picture(self, reason: str, picture: str) -> None:
        """Count a picture of the file whose shapes are not read, with the reason in a few words."""
        self._note(self._pictures, reason, picture)

    def problem(self, error: FCFIError) -> None:
        """Note why a picture's annotations cannot be read."""
        self.problems.append(error)

    def sentences(self) -> tuple[str, ...]:
        """Return a sentence for each reason, the most frequent first, then the problems."""
        shapes = [self._sentence("shape", *pair) for pair in self._shapes.most_common()]
        pictures = [self._sentence("picture", *pair) for pair in self._pictures.most_common()]
        return tuple(map(showable, (*shapes, *pictures, *map(str, self.problems))))

    def _note(self, counts: Counter[str], reason: str, name: str) -> None:
        known = reason in counts or len(counts) < MAX_REASONS
        reason = reason if known else OTHERS
        counts[reason] += 1
        named = self._named.setdefault(reason, [])
        if len(named) < MAX_NAMED:
            named.append(name)

    def _sentence(self, kind: str, reason: str, count: int) -> str:
        named = "; ".join(self._named[reason])
        more = f" and {count - MAX_NAMED} more" if count > MAX_NAMED else ""
        return f"{count} {kind}{'s' if count > 1 else ''} left out: {reason} ({named}{more})"
