"""What a person can do to a picture, and what each action makes of its document.

`apply(document, action, world)` is a pure function given its world, which predicts and keeps masks.  Undo and redo are
values here too; they move between documents, so the store handles them.  Knows nothing of files or databases.
"""

import dataclasses
import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar, Final, Protocol

import numpy as np

from fcfi.clicks import Clicks, check_clicks
from fcfi.errors import InputError
from fcfi.labels import Mask
from fcfi.log import Round
from fcfi.project.document import Document, DrawnObject
from fcfi.project.masks import Runs, drop_specks, fill_holes

MAX_CLICKS: Final = 100
"""Clicks of one round."""
MAX_CLICKS_OF_OBJECT: Final = 1000
MAX_OBJECTS: Final = 5000
"""Objects of one picture."""
COLOUR: Final = re.compile(r"#[0-9a-f]{6}")


class World(Protocol):
    """What an action may ask of the world round the document."""

    @property
    def height(self) -> int:
        """Of the picture, in pixels."""

    @property
    def width(self) -> int:
        """Of the picture, in pixels."""

    @property
    def labels(self) -> Container[int]:
        """Ids of the project's labels."""

    @property
    def network(self) -> str | None:
        """sha256 of the weights that predict."""

    def now(self) -> float:
        """Seconds since 1970 (UTC)."""

    def predict(self, start: str | None, rounds: tuple[Round, ...]) -> Mask:
        """(H, W) bool: the mask that these rounds of clicks make, begun from a mask that is kept."""

    def mask(self, sha256: str) -> Mask:
        """(H, W) bool: a mask that is kept."""

    def keep(self, mask: Mask) -> str | None:
        """Keep a mask (H, W); gives its sha256, None if it has no pixel."""


class Keep(Enum):
    """KEEP stands for: leave as it is (None is a value)."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


@dataclass(frozen=True, slots=True)
class AddClicks:
    """One round of clicks on an object; without one, on a new object on top.  None leaves label and keep_out."""

    type: ClassVar[str] = "click"
    object: int | None
    clicks: Clicks
    label: int | None = None
    keep_out: bool | None = None


@dataclass(frozen=True, slots=True)
class RemoveClick:
    """Take one click away, by its place among the object's clicks; an object that has nothing left goes too."""

    type: ClassVar[str] = "remove_click"
    object: int
    index: int


@dataclass(frozen=True, slots=True)
class SetMask:
    """The mask as brush and eraser left it: clicks go on from there.  Without an object it makes a new one on top."""

    type: ClassVar[str] = "set_mask"
    object: int | None
    mask: Runs | None
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
class SetDone:
    """Say that the picture is done, or not."""

    type: ClassVar[str] = "set_done"
    done: bool


@dataclass(frozen=True, slots=True)
class ImportedObject:
    """A label, if it has one, and a mask."""

    label: int | None
    mask: Runs


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
    | RemoveClick
    | SetMask
    | Clean
    | ResetObject
    | EditObject
    | EditObjects
    | MoveObject
    | DeleteObjects
    | SetDone
    | ImportObjects
)
"""What makes a new document."""
Action = Edit | Undo | Redo


def apply(document: Document, action: Edit, world: World) -> Document:
    """The document after an action.  Raises InputError if the action does not fit it; nothing has changed then."""
    changed = _DOES[type(action)](document, action, world)
    if len(changed.objects) > MAX_OBJECTS:
        raise InputError(f"the picture would have {len(changed.objects)} objects: at most {MAX_OBJECTS} are possible")
    return changed


def new_object(document: Document, action: Edit) -> int | None:
    """The id of the object that an action makes, if it makes one."""
    return document.next_id if isinstance(action, AddClicks | SetMask) and action.object is None else None


# One function an action


def _add_clicks(document: Document, action: AddClicks, world: World) -> Document:
    if not 1 <= len(action.clicks) <= MAX_CLICKS:
        raise InputError(f"{len(action.clicks)} clicks came at once: give 1 to {MAX_CLICKS}")
    check_clicks(action.clicks, world.height, world.width)
    document, one = _found_or_new(document, action.object)
    if len(one.clicks) + len(action.clicks) > MAX_CLICKS_OF_OBJECT:
        raise InputError(f"object {one.id} would have more than {MAX_CLICKS_OF_OBJECT} clicks: draw the rest by brush")
    one = dataclasses.replace(
        one,
        rounds=(*one.rounds, Round(action.clicks, (world.now(),) * len(action.clicks))),
        label=one.label if action.label is None else _label(action.label, world),
        keep_out=one.keep_out if action.keep_out is None else action.keep_out,
    )
    return _with(document, _predicted(document, one, world))


def _remove_click(document: Document, action: RemoveClick, world: World) -> Document:
    one = _find(document, action.object)
    places = [(number, place) for number, part in enumerate(one.rounds) for place in range(len(part.clicks))]
    if not 0 <= action.index < len(places):
        raise InputError(f"object {one.id} has no click {action.index}: it has {len(places)}, counted from 0")
    number, place = places[action.index]
    kept = _without(one.rounds[number], place)
    rounds = (*one.rounds[:number], *((kept,) if kept.clicks else ()), *one.rounds[number + 1 :])
    if not rounds and one.start is None:
        return _without_objects(document, (one.id,))
    return _with(document, _predicted(document, dataclasses.replace(one, rounds=rounds), world))


def _set_mask(document: Document, action: SetMask, world: World) -> Document:
    document, one = _found_or_new(document, action.object)
    label = one.label if action.label is None else _label(action.label, world)
    start = None if action.mask is None else world.keep(action.mask.mask(world.height, world.width))
    return _with(document, _begun(document, dataclasses.replace(one, label=label), start, world))


def _clean(document: Document, action: Clean, world: World) -> Document:
    one = _find(document, action.object)
    if action.fill_holes < 0 or action.drop_specks < 0:
        raise InputError("fill_holes and drop_specks are areas in pixels: give 0 (leave as it is) or more")
    if one.mask is None:
        return document
    mask = world.mask(one.mask)
    cleaned = drop_specks(fill_holes(mask, action.fill_holes), action.drop_specks)
    if np.array_equal(cleaned, mask):
        return document
    return _with(document, _begun(document, one, world.keep(cleaned), world))


def _reset_object(document: Document, action: ResetObject, world: World) -> Document:
    return _with(document, _begun(document, _find(document, action.object), None, world))


def _edit_object(document: Document, action: EditObject, world: World) -> Document:
    one = _find(document, action.object)
    given = {name: getattr(action, name) for name in ("label", "visible", "finished", "keep_out", "colour")}
    changed = dataclasses.replace(one, **_checked(given, world))
    if changed.keep_out != one.keep_out:
        changed = _predicted(document, changed, world)
    return _with(document, changed)


def _edit_objects(document: Document, action: EditObjects, world: World) -> Document:
    given = _checked({"visible": action.visible, "label": action.label}, world)
    for identity in action.objects:
        document = _with(document, dataclasses.replace(_find(document, identity), **given))
    return document


def _move_object(document: Document, action: MoveObject, _: World) -> Document:
    one = _find(document, action.object)
    if action.place < 0:
        raise InputError(f"place = {action.place} is not possible: 0 is the bottom")
    others = [other for other in document.objects if other.id != one.id]
    others.insert(action.place, one)
    return dataclasses.replace(document, objects=tuple(others))


def _delete_objects(document: Document, action: DeleteObjects, _: World) -> Document:
    for identity in action.objects:
        _find(document, identity)
    return _without_objects(document, action.objects)


def _set_done(document: Document, action: SetDone, _: World) -> Document:
    return dataclasses.replace(document, done=action.done)


def _import_objects(document: Document, action: ImportObjects, world: World) -> Document:
    there = {(one.label, one.mask) for one in document.objects}
    for given in action.objects:
        label = None if given.label is None else _label(given.label, world)
        mask = world.keep(given.mask.mask(world.height, world.width))
        if (label, mask) not in there:
            document, one = _found_or_new(document, None)
            document = _with(document, dataclasses.replace(one, label=label, start=mask, mask=mask))
    return document


_DOES: Final[Mapping[type[Edit], Callable[[Document, Any, World], Document]]] = {
    AddClicks: _add_clicks,
    RemoveClick: _remove_click,
    SetMask: _set_mask,
    Clean: _clean,
    ResetObject: _reset_object,
    EditObject: _edit_object,
    EditObjects: _edit_objects,
    MoveObject: _move_object,
    DeleteObjects: _delete_objects,
    SetDone: _set_done,
    ImportObjects: _import_objects,
}


# What they share


def _predicted(document: Document, one: DrawnObject, world: World) -> DrawnObject:
    """The object with the mask of its clicks."""
    return _drawn(document, dataclasses.replace(one, network=world.network if one.rounds else None), world)


def _begun(document: Document, one: DrawnObject, start: str | None, world: World) -> DrawnObject:
    """The object begun again from a mask, or from nothing."""
    return _drawn(document, dataclasses.replace(one, start=start, rounds=(), network=None), world)


def _drawn(document: Document, one: DrawnObject, world: World) -> DrawnObject:
    """The object with the mask that start and clicks make, finished neighbours cut out if it is kept out of them."""
    if not one.rounds and (one.start is None or not one.keep_out):
        return dataclasses.replace(one, mask=one.start)
    mask = world.predict(one.start, one.rounds) if one.rounds else world.mask(one.start or "")
    if one.keep_out:
        neighbours = [other for other in document.objects if other.finished and other.id != one.id]
        for sha256 in {other.mask for other in neighbours if other.mask is not None}:
            mask = mask & ~world.mask(sha256)
    return dataclasses.replace(one, mask=world.keep(mask))


def _find(document: Document, identity: int) -> DrawnObject:
    for one in document.objects:
        if one.id == identity:
            return one
    raise InputError(f"there is no object {identity} on this picture: it was deleted, or was never there")


def _found_or_new(document: Document, identity: int | None) -> tuple[Document, DrawnObject]:
    """The object, which a new one on top is if none is named, and a document that has it."""
    if identity is not None:
        return document, _find(document, identity)
    one = DrawnObject(document.next_id)
    objects = (*document.objects, one)
    return dataclasses.replace(document, objects=objects, next_id=document.next_id + 1), one


def _with(document: Document, changed: DrawnObject) -> Document:
    objects = tuple(changed if one.id == changed.id else one for one in document.objects)
    return dataclasses.replace(document, objects=objects)


def _without_objects(document: Document, identities: Sequence[int]) -> Document:
    return dataclasses.replace(document, objects=tuple(one for one in document.objects if one.id not in identities))


def _without(one: Round, place: int) -> Round:
    return Round(one.clicks[:place] + one.clicks[place + 1 :], one.times[:place] + one.times[place + 1 :])


def _label(label: int, world: World) -> int:
    if label not in world.labels:
        raise InputError(f"there is no label {label} in this project: it was removed, or was never there")
    return label


def _checked(given: Mapping[str, Any], world: World) -> dict[str, Any]:
    """The values that are to change.  Raises InputError for a label or colour that does not exist."""
    values = {name: value for name, value in given.items() if value is not KEEP}
    if values.get("label") is not None:
        _label(values["label"], world)
    check_colour(values.get("colour"))
    return values


def check_colour(colour: str | None) -> None:
    """InputError unless it is None or `#rrggbb` in small letters."""
    if colour is not None and not COLOUR.fullmatch(colour):
        raise InputError(f"{colour[:20]!r} is no colour: give #rrggbb, as in #ff8800")
