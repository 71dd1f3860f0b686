"""What the store takes and returns, beside the values of states.py."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from fcfi.masks.runs import RunMask
from fcfi.project.document import Document
from fcfi.project.states import Filter, PictureRow, State


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture, its document, and the records of what undo and redo would take back or make again.

    labels: what every label that was ever there is now: itself, or what it was merged into.
    """

    row: PictureRow
    document: Document
    undo: Mapping[str, Any] | None
    redo: Mapping[str, Any] | None
    labels: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Stored(Shown):
    """A picture as it is now.

    revision: the id of the one that is shown, None at the beginning.  position, length: see tables.
    """

    revision: int | None
    position: int
    length: int


@dataclass(frozen=True, slots=True)
class Listing(Filter):
    """A list of pictures: those in these states (of all without any) whose name holds a text."""

    states: tuple[State, ...] = ()
    search: str = ""

    @classmethod
    def of(cls, which: Filter, states: Collection[State], search: str) -> "Listing":
        """Return the list of a filter, in these states and with this text in the name."""
        return cls(which.label, which.least, which.most, which.order, tuple(states), search)


@dataclass(frozen=True, slots=True)
class Signature:
    """Who makes a change, when, and the key that was given to it, if any."""

    author: str
    time: float
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A change: the document after it, its new masks by sha256, its record, and whose it is."""

    document: Document
    masks: Mapping[str, RunMask]
    record: Mapping[str, Any]
    signature: Signature


@dataclass(frozen=True, slots=True)
class FoundPicture:
    """What a look at a file says; see PictureRow."""

    name: str
    width: int
    height: int
    modified: int
    bytes: int
    problem: str | None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture and one revision of it, which never changes."""

    row: PictureRow
    revision: int
