"""Counts what a reader took from a file and what it left out, by reason, so that losses are known.

Also keeps the labels that a file lists, with their numbers.

A shape is left out rather than its picture, and a picture rather than the file: of 20 good objects
and a bad one, the 20 are read and the bad one is reported.  Knows no format.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from fcfi.errors import FCFIError, showable
from fcfi.formats.labels import ListedLabel
from fcfi.json_documents import read

MAX_NAMED: Final = 3
"""Most names of shapes, objects or pictures in a sentence; the others are counted."""
MAX_KEPT: Final = 100
"""Most names that are kept for each reason."""
MAX_REASONS: Final = 200
"""Most reasons that are kept: a damaged file may have a different one for every shape."""
MAX_LISTED: Final = 10_000
"""Most labels of a list that are kept; the largest public dataset lists 1,203."""
OTHERS: Final = "other reasons"


@dataclass(frozen=True)
class LeftOut:
    """Shapes, objects or pictures that were left out for the same reason.

    kind:   "shape", "object" or "picture".
    count:  their number.
    names:  the names of the first MAX_KEPT.
    detail: a sentence about what is wrong with the first; may be empty.
    """

    kind: str
    reason: str
    count: int
    names: tuple[str, ...]
    detail: str = ""

    def sentence(self) -> str:
        """Return a sentence with the count, the reason and the first names.

        >>> LeftOut("object", "its picture cannot be read", 2, ("a#1", "a#2")).sentence()
        '2 objects left out: its picture cannot be read (a#1; a#2)'
        """
        named = "; ".join(self.names[:MAX_NAMED])
        more = f" and {self.count - MAX_NAMED} more" if self.count > MAX_NAMED else ""
        plural = "s" if self.count > 1 else ""
        detail = f"; the first: {self.detail}" if self.detail else ""
        return showable(
            f"{self.count} {self.kind}{plural} left out: {self.reason} ({named}{more}){detail}"
        )

    def to_json(self) -> dict[str, Any]:
        """Return texts, numbers and a list of names."""
        return {**asdict(self), "names": list(self.names)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "LeftOut":
        """Return the value from its JSON.  Raises InputError for anything else."""
        return cls(
            read(data, "kind", str),
            read(data, "reason", str),
            read(data, "count", int),
            tuple(map(str, read(data, "names", list))),
            read(data, "detail", str),
        )


class Tally:
    """Counts of shapes found and taken, and of shapes and pictures left out, with their reasons.

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
        self.listed: dict[str, ListedLabel] = {}
        self._notes: dict[str, None] = {}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._named: dict[tuple[str, str], list[str]] = {}
        self._details: dict[tuple[str, str], str] = {}

    @contextmanager
    def shape(self, picture: str, number: int) -> Iterator[None]:
        """Count a shape that the block reads; an error leaves it out and records it.

        number: the shape's number on its picture, from 1.
        """
        self.found += 1
        try:
            yield
        except FCFIError as error:
            self._note("shape", str(error), f"{picture}, shape {number}")
        else:
            self.taken += 1

    def leave_out(self, reason: str, picture: str, number: int) -> None:
        """Count a shape that is left out, with the reason in a few words."""
        self.found += 1
        self._note("shape", reason, f"{picture}, shape {number}")

    def leave_out_picture(self, reason: str, picture: str, detail: str = "") -> None:
        """Count a picture whose shapes are not read, with the reason in a few words.

        detail: a sentence about this picture, kept for the first one.
        """
        self._note("picture", reason, picture, detail)

    def leave_out_object(self, reason: str, name: str, detail: str = "") -> None:
        """Count an object of a dataset that cannot be used, with the reason in a few words.

        detail: a sentence about this object, kept for the first one.
        """
        self._note("object", reason, name, detail)

    def list_labels(self, labels: Iterable[ListedLabel]) -> None:
        """Record the labels that a file lists, in their order, also those without objects.

        Of a label that files list with different numbers, the first number is kept.
        """
        for label in labels:
            before = self.listed.get(label.name)
            if before is None:
                if len(self.listed) < MAX_LISTED:
                    self.listed[label.name] = label
            elif label.number != before.number:
                self.listed[label.name] = replace(before, refused=label.number)

    def note(self, sentence: str) -> None:
        """Record a sentence about something of the file that is not kept, once."""
        self._notes[sentence] = None

    def problem(self, error: FCFIError) -> None:
        """Record why a picture's annotations cannot be read."""
        self.problems.append(error)

    def left_out(self) -> tuple[LeftOut, ...]:
        """Return what was left out, by reason: shapes, objects, pictures, most frequent first."""
        kinds = ("shape", "object", "picture")
        ordered = sorted(self._counts.items(), key=lambda item: (kinds.index(item[0][0]), -item[1]))
        return tuple(
            LeftOut(*key, count, tuple(self._named[key]), self._details.get(key, ""))
            for key, count in ordered
        )

    def sentences(self) -> tuple[str, ...]:
        """Return a sentence for each reason, the most frequent first, the notes, the problems."""
        counted = (left.sentence() for left in self.left_out())
        return (*counted, *self._notes, *(showable(str(problem)) for problem in self.problems))

    def _note(self, kind: str, reason: str, name: str, detail: str = "") -> None:
        known = (kind, reason) in self._counts or len(self._counts) < MAX_REASONS
        key = (kind, reason if known else OTHERS)
        self._counts[key] += 1
        named = self._named.setdefault(key, [])
        if len(named) < MAX_KEPT:
            named.append(name)
        if detail:
            self._details.setdefault(key, detail)


def sentences(left_out: Sequence[LeftOut]) -> str:
    """Return the sentences about everything left out as one text."""
    return "; ".join(left.sentence() for left in left_out)
