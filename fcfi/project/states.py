"""What a project says of itself: rows of pictures, the state of one, labels, changes, reports.

Values only.  Knows nothing of databases.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from fcfi.errors import Conflict
from fcfi.masks.runs import RunMask
from fcfi.project.attributes import Attribute
from fcfi.project.document import Document

State = Literal["new", "work", "done", "doubtful", "checked"]
DRAWN: Final[tuple[State, ...]] = ("work", "done", "doubtful", "checked")
"""Pictures on which somebody worked."""
CHECKED: Final[tuple[State, ...]] = ("checked",)
"""Pictures on which a second look was had."""
TO_DO: Final[tuple[State, ...]] = ("new", "work")
"""Pictures that wait for an annotator; those in doubt wait for an answer."""
Order = Literal["name", "most_objects", "fewest_objects", "last_marked"]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which pictures a list has beside their state and name, and its order.

    label: only pictures with an object of this label; 0: of none.  least, most: only pictures with
    so many objects; None: without end.
    """

    label: int | None = None
    least: int = 0
    most: int | None = None
    order: Order = "name"


EVERYTHING: Final = Filter()


@dataclass(frozen=True, slots=True)
class PictureRow:
    """A picture as the list shows it.

    name: relative to the folder, / between folders.  width, height: upright, in pixels; 0 where
        unknown.  modified:
    time of the file's last change in ns, which tells its versions apart.  bytes: size of the file.
    objects: how many.
    version: rises with every change.  problem: why it cannot be opened, or None.
    marked_by, marked_at: who set the state done, doubtful or checked, and when (seconds since
        1970, UTC); "" and 0 where nobody did or it is not known.
    """

    id: int
    name: str
    width: int
    height: int
    modified: int
    bytes: int
    state: State
    objects: int
    version: int
    problem: str | None
    marked_by: str = ""
    marked_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Counts:
    """Pictures by state."""

    all: int
    new: int
    work: int
    done: int
    doubtful: int = 0
    checked: int = 0


@dataclass(frozen=True, slots=True)
class PictureList:
    """A part of the list.

    total: pictures that the question fits.  counts: of the whole project.
    """

    total: int
    counts: Counts
    items: tuple[PictureRow, ...]


@dataclass(frozen=True, slots=True)
class PictureState:
    """All that there is on one picture.

    masks: the present mask of every object, by sha256.  undo_text, redo_text: what would be taken
        back or made again,
    None if there is nothing.
    """

    picture: PictureRow
    document: Document
    masks: Mapping[str, RunMask]
    undo_text: str | None = None
    redo_text: str | None = None

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return self.undo_text is not None

    @property
    def can_redo(self) -> bool:
        """Whether a change was taken back and can be made again."""
        return self.redo_text is not None


@dataclass(frozen=True, slots=True)
class Change:
    """Who changed a picture, when (seconds since 1970, UTC), how, and to which version."""

    version: int
    author: str
    time: float
    text: str


class PictureConflict(Conflict):
    """A change that came too late.

    state: of the picture now.  changes: made since the version that it was for.
    """

    def __init__(self, state: PictureState, changes: tuple[Change, ...]) -> None:
        """Say what happened in between."""
        last = f" (last: {changes[-1].text})" if changes else ""
        super().__init__(
            f"{state.picture.name} was changed meanwhile{last}: look at what is there now and make the change again"
        )
        self.state = state
        self.changes = changes


@dataclass(frozen=True, slots=True)
class Label:
    """One of the project's labels; place: in the list, from 0."""

    id: int
    name: str
    colour: str
    place: int
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True)
class Answerer:
    """What answered prompts.

    weights: their sha256.  name: of the network.  runtime: library, precision and device.
    settings: of the predictor.
    """

    weights: str
    name: str
    runtime: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did.

    format: that was found or given.  pictures: that the files are about.  objects: added; objects
        that were there already, pixel by pixel, are not added again.
    labels: added.  problems: a sentence for each reason why shapes or pictures were left out.
    shapes, taken: shapes in the files on your pictures, and how many of them were read.
    """

    format: str
    pictures: int
    objects: int
    labels: tuple[str, ...]
    problems: tuple[str, ...]
    shapes: int = 0
    taken: int = 0
