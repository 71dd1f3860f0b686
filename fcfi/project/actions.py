"""What a person can do to a picture: one value an action.

Undo and redo are values here too; they move between documents, so the store handles them.  What the
others make of a document stands in applying.py.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, Final

from fcfi.boxes import Box
from fcfi.errors import InputError
from fcfi.masks.runs import RunMask
from fcfi.project.document import Document
from fcfi.prompts.clicks import Clicks, Prompts

MAX_CLICKS: Final = 100
"""Clicks of one round."""
MAX_CLICKS_OF_OBJECT: Final = 1000
MAX_OBJECTS: Final = 5000
"""Objects of one picture."""
COLOUR: Final = re.compile(r"#[0-9a-f]{6}")


class Keep(Enum):
    """KEEP stands for: leave as it is (None is a value)."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


@dataclass(frozen=True, slots=True)
class AddClicks:
    """One round of clicks on an object; without one, on a new object on top.

    None leaves label, keep_out and tidy as they are.  within: the part of the picture that the
    object's first look takes.
    """

    type: ClassVar[str] = "click"
    object: int | None
    clicks: Clicks
    label: int | None = None
    keep_out: bool | None = None
    tidy: int | None = None
    within: Box | None = None

    @property
    def prompts(self) -> Prompts:
        """The clicks."""
        return self.clicks


@dataclass(frozen=True, slots=True)
class AddPrompts:
    """One round of clicks, boxes and scribbles on an object; the rest is as for `AddClicks`."""

    type: ClassVar[str] = "prompt"
    object: int | None
    prompts: Prompts
    label: int | None = None
    keep_out: bool | None = None
    tidy: int | None = None
    within: Box | None = None


@dataclass(frozen=True, slots=True)
class RemoveClick:
    """Take one prompt away, by its index among the object's prompts; an object without any goes too."""

    type: ClassVar[str] = "remove_click"
    object: int
    index: int


@dataclass(frozen=True, slots=True)
class SetMask:
    """The mask as brush and eraser left it: clicks go on from there.  Without an object it makes a new one on top."""

    type: ClassVar[str] = "set_mask"
    object: int | None
    mask: RunMask | None
    label: int | None = None


@dataclass(frozen=True, slots=True)
class Clean:
    """Fill holes of at most and drop pieces below so many pixels; clicks go on from there."""

    type: ClassVar[str] = "clean"
    object: int
    fill_holes: int = 0
    drop_specks: int = 0


@dataclass(frozen=True, slots=True)
class ResetObject:
    """Forget an object's clicks and mask; its label stays."""

    type: ClassVar[str] = "reset_object"
    object: int


@dataclass(frozen=True, slots=True)
class EditObject:
    """Other properties for one object."""

    type: ClassVar[str] = "edit_object"
    object: int
    label: int | Keep | None = KEEP
    visible: bool | Keep = KEEP
    finished: bool | Keep = KEEP
    keep_out: bool | Keep = KEEP
    tidy: int | Keep = KEEP
    colour: str | Keep | None = KEEP


@dataclass(frozen=True, slots=True)
class EditObjects:
    """Other properties for several objects."""

    type: ClassVar[str] = "edit_objects"
    objects: tuple[int, ...]
    visible: bool | Keep = KEEP
    label: int | Keep | None = KEEP


@dataclass(frozen=True, slots=True)
class MoveObject:
    """Another place in the order; 0 is the bottom, what is beyond the top is the top."""

    type: ClassVar[str] = "move_object"
    object: int
    place: int


@dataclass(frozen=True, slots=True)
class DeleteObjects:
    """Take objects away."""

    type: ClassVar[str] = "delete_objects"
    objects: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MergeObjects:
    """One object of several: it gets the pixels of the others, which go; clicks go on from there."""

    type: ClassVar[str] = "merge_objects"
    object: int
    objects: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CopyObjects:
    """Objects of another picture of this size, put on top in their order, to be corrected by clicks.

    Those that are there already, pixel by pixel, are left out.  objects: their ids; None copies all.
    """

    type: ClassVar[str] = "copy_objects"
    picture: int
    objects: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class DuplicateObjects:
    """Put objects on top once more, in their order: each begins from the mask of its original."""

    type: ClassVar[str] = "duplicate_objects"
    objects: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SetDone:
    """Say that the picture is done, or not."""

    type: ClassVar[str] = "set_done"
    done: bool


@dataclass(frozen=True, slots=True)
class ImportedObject:
    """A label, if it has one, and a mask."""

    label: int | None
    mask: RunMask


@dataclass(frozen=True, slots=True)
class ImportObjects:
    """Objects from a file, put on top in their order; those that are there already, pixel by pixel, are left out."""

    type: ClassVar[str] = "import_objects"
    objects: tuple[ImportedObject, ...]


@dataclass(frozen=True, slots=True)
class Undo:
    """Take the last change back."""

    type: ClassVar[str] = "undo"


@dataclass(frozen=True, slots=True)
class Redo:
    """Make the change again that was taken back."""

    type: ClassVar[str] = "redo"


Edit = (
    AddClicks
    | AddPrompts
    | RemoveClick
    | SetMask
    | Clean
    | ResetObject
    | EditObject
    | EditObjects
    | MoveObject
    | DeleteObjects
    | MergeObjects
    | CopyObjects
    | DuplicateObjects
    | SetDone
    | ImportObjects
)
"""What makes a new document."""
Action = Edit | Undo | Redo


def new_object(document: Document, action: Edit) -> int | None:
    """The id of the object that an action makes, if it makes one."""
    return (
        document.next_id
        if isinstance(action, AddClicks | AddPrompts | SetMask) and action.object is None
        else None
    )


def check_colour(colour: str | None) -> None:
    """InputError unless it is None or `#rrggbb` in small letters."""
    if colour is not None and not COLOUR.fullmatch(colour):
        raise InputError(f"{colour[:20]!r} is no colour: give #rrggbb, as in #ff8800")
