"""The values that the store takes and returns, in addition to fcfi.project.states."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from fcfi.masks.runs import RunMask
from fcfi.project.document import Document
from fcfi.project.states import Filter, PictureRow, State


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture at some moment of its history.

    undo, redo: the records of the changes that undo would take back and redo make again, or None.
    labels: the present label's id for the id of each label, present or merged.
    """

    row: PictureRow
    document: Document
    undo: Mapping[str, Any] | None
    redo: Mapping[str, Any] | None
    labels: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Stored(Shown):
    """The present state of a picture.

    revision: the id of the shown revision, None before the first.  position, length: see
    fcfi.project.tables.
    """

    revision: int | None
    position: int
    length: int


@dataclass(frozen=True, slots=True)
class Listing(Filter):
    """A list of pictures: those in these states (empty: all) whose names contain a text."""

    states: tuple[State, ...] = ()
    search: str = ""

    @classmethod
    def of(cls, which: Filter, states: Collection[State], search: str) -> "Listing":
        """Return a filter with states and a text added."""
        return cls(**asdict(which), states=tuple(states), search=search)


@dataclass(frozen=True, slots=True)
class Signature:
    """The author of a change, its time (seconds since 1970, UTC), and its key, if it has one."""

    author: str
    time: float
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A change to write: the document after it, new masks by sha256, its record and signature."""

    document: Document
    masks: Mapping[str, RunMask]
    record: Mapping[str, Any]
    signature: Signature


@dataclass(frozen=True, slots=True)
class FoundPicture:
    """A picture as a scan found it; the fields are those of PictureRow."""

    name: str
    width: int
    height: int
    modified: int
    bytes: int
    problem: str | None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture with work, and the id of its present revision."""

    row: PictureRow
    revision: int
