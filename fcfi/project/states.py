"""The values that a project returns: rows and states of pictures, labels, changes and reports.

Knows nothing of databases.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from fcfi.errors import Conflict
from fcfi.formats.labels import ListedLabel
from fcfi.masks.runs import RunMask
from fcfi.project.attributes import Attribute
from fcfi.project.document import Document

State = Literal["new", "work", "done", "doubtful", "checked"]
DRAWN: Final[tuple[State, ...]] = ("work", "done", "doubtful", "checked")
"""States of pictures with work."""
CHECKED: Final[tuple[State, ...]] = ("checked",)
"""The state of pictures that a second person has checked."""
TO_DO: Final[tuple[State, ...]] = ("new", "work")
"""States of pictures that wait for an annotator; doubtful ones wait for an answer."""
Order = Literal["name", "most_objects", "fewest_objects", "last_marked"]


@dataclass(frozen=True, slots=True)
class Filter:
    """The order of a list of pictures, and its conditions other than state and name.

    label: only pictures with an object of this label; 0: with an object without a label.
    least, most: only pictures with a number of objects in this range; None means no limit.
    assigned: only pictures assigned to this person; "": to nobody.
    """

    label: int | None = None
    least: int = 0
    most: int | None = None
    order: Order = "name"
    assigned: str | None = None


EVERYTHING: Final = Filter()


@dataclass(frozen=True, slots=True)
class PictureRow:
    """A picture's row in the list.

    name: relative to the folder, / between folders.  width, height: of the upright picture, in
        pixels; 0 if unknown.
    modified: time of the file's last change in ns, which identifies its content.  bytes: size of
        the file.  objects: their number.  version: rises with every change.
    problem: why it cannot be opened, or None.
    marked_by, marked_at: who set the state done, doubtful or checked, and when (seconds since
        1970, UTC); "" and 0 if it is not set or not known.
    assigned: the person who is to work on it; "" is nobody.
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
    assigned: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """The number of pictures in each state."""

    all: int
    new: int
    work: int
    done: int
    doubtful: int = 0
    checked: int = 0


@dataclass(frozen=True, slots=True)
class PictureList:
    """A part of the list.

    total: the number of pictures that match the request.  counts: of the whole project.
    """

    total: int
    counts: Counts
    items: tuple[PictureRow, ...]


@dataclass(frozen=True, slots=True)
class PictureState:
    """A picture with its objects and masks.

    masks: the present masks by sha256.  undo_text, redo_text: the change that undo would take back
        or redo would make again, in words; None without such a change.
    """

    picture: PictureRow
    document: Document
    masks: Mapping[str, RunMask]
    undo_text: str | None = None
    redo_text: str | None = None

    @property
    def can_undo(self) -> bool:
        """Whether a change can be taken back."""
        return self.undo_text is not None

    @property
    def can_redo(self) -> bool:
        """Whether a change was taken back and can be made again."""
        return self.redo_text is not None


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a picture.

    version: of the picture after it.  time: in seconds since 1970 (UTC).  text: describes it.
    """

    version: int
    author: str
    time: float
    text: str


class PictureConflict(Conflict):
    """A change that was made for an older version of its picture.

    state: the picture's present state.  changes: the changes since that version.
    """

    def __init__(self, state: PictureState, changes: tuple[Change, ...]) -> None:
        """Write the message, which names the last change since that version."""
        last = f" (last: {changes[-1].text})" if changes else ""
        super().__init__(
            f"{state.picture.name} was changed meanwhile{last}: look at its present state and make "
            "the change again"
        )
        self.state = state
        self.changes = changes


@dataclass(frozen=True, slots=True)
class Label:
    """A label of the project.

    index: in the list of labels, from 0.  number, first, supercategory, refused: from imported
        files, see ListedLabel.
    """

    id: int
    name: str
    colour: str
    index: int
    attributes: tuple[Attribute, ...] = ()
    number: int | None = None
    first: int = 1
    supercategory: str = ""
    refused: int | None = None

    @property
    def listed(self) -> ListedLabel:
        """The label as files list it."""
        return ListedLabel(self.name, self.number, self.first, self.supercategory, self.refused)


@dataclass(frozen=True, slots=True)
class DayWork:
    """The work of one author on one day.

    day: its number since 1970-01-01.  author: "" without a name.  changes: that were made, undo
    too.  pictures: different ones that were changed.  seconds: between changes, without pauses.
    done, doubtful, checked: pictures whose present mark was set then.
    """

    day: int
    author: str
    changes: int
    pictures: int
    seconds: float
    done: int = 0
    doubtful: int = 0
    checked: int = 0


@dataclass(frozen=True, slots=True)
class PersonWork:
    """The pictures of one person: all, and those done or checked.  name: "" is nobody."""

    name: str
    pictures: int
    finished: int


@dataclass(frozen=True, slots=True)
class CarryLimits:
    """The limits beyond which an object is carried no further (`fcfi.project.carrying`).

    share: its score is below this share of the first answer's.  least: it is below this number.
    doubt: its pixels are found with more doubt (`fcfi.motion`).
    """

    share: float = 0.9
    least: float = 0.5
    doubt: float = 0.4

    def allow(self, score: float, first: float) -> bool:
        """Return whether a score is high enough, after this first one."""
        return score >= max(self.least, self.share * first)


@dataclass(frozen=True, slots=True)
class CarriedTo:
    """An object on a picture that it was carried to.

    source: its id on the first picture.  object: its id here.  score: of its mask; None if the
        picture had the object already, which stays as it is.
    """

    source: int
    object: int
    score: float | None


@dataclass(frozen=True, slots=True)
class CarriedPicture:
    """A picture that objects were carried to.  id, name: of the picture."""

    id: int
    name: str
    objects: tuple[CarriedTo, ...]


@dataclass(frozen=True, slots=True)
class CarryStop:
    """An object that was carried no further.

    source: its id on the first picture.  picture: the name of the picture before which it stopped.
    score: the score that was too low there; None if the object was not found there.
    """

    source: int
    picture: str
    score: float | None


@dataclass(frozen=True, slots=True)
class CarryReport:
    """The outcome of carrying objects through a series.

    ended: a sentence if the series ended early for another reason than the objects, or None.
    """

    pictures: tuple[CarriedPicture, ...]
    stops: tuple[CarryStop, ...]
    ended: str | None = None


@dataclass(frozen=True, slots=True)
class UsedPredictor:
    """A predictor that answered prompts.

    weights: their sha256.  name: of the network.  runtime: library, precision and device.
    settings: of the predictor.
    """

    weights: str
    name: str
    runtime: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The report of an import.

    format: the name of the files' format.  pictures: the number of pictures in the files.
    objects: the number of added objects; objects that a picture already has are not added again.
    labels: the names of added labels.  problems: a sentence for each reason why shapes or pictures
        were left out.
    shapes, taken: shapes of the project's pictures in the files, and how many were imported.
    """

    format: str
    pictures: int
    objects: int
    labels: tuple[str, ...]
    problems: tuple[str, ...]
    shapes: int = 0
    taken: int = 0
