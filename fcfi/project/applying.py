"""What each action makes of a picture's document.

`apply(document, action, world)` is a pure function given its world, which predicts and keeps masks.
 Knows nothing of files or databases.
"""

import dataclasses
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any, Final, Protocol

from fcfi.errors import InputError
from fcfi.masks.components import drop_specks, fill_holes
from fcfi.masks.runs import RunMask
from fcfi.project.actions import (
    KEEP,
    MAX_CLICKS,
    MAX_CLICKS_OF_OBJECT,
    MAX_OBJECTS,
    AddClicks,
    AddPrompts,
    Clean,
    CopyObjects,
    DeleteObjects,
    DuplicateObjects,
    Edit,
    EditObject,
    EditObjects,
    ImportObjects,
    MergeObjects,
    MoveObject,
    RemoveClick,
    ResetObject,
    SetDone,
    SetMask,
    check_colour,
)
from fcfi.project.document import Document, DrawnObject
from fcfi.prompts.clicks import check_prompts
from fcfi.prompts.rounds import NO_ROUNDS, Round, Rounds


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
        """The identity of the predictor: of weights and settings together."""

    def now(self) -> float:
        """Seconds since 1970 (UTC)."""

    def objects(self, picture: int) -> tuple[DrawnObject, ...]:
        """Those of another picture, which has this one's size and whose masks are kept."""

    def predict(self, start: str | None, rounds: Rounds) -> RunMask | None:
        """Return the mask that these rounds of prompts make; None if it has no pixel."""

    def mask(self, sha256: str) -> RunMask:
        """Return a mask that is kept."""

    def keep(self, mask: RunMask | None) -> str | None:
        """Keep a mask and return its sha256; None for none.

        Raises InputError if it does not fit into the picture.
        """


def apply(document: Document, action: Edit, world: World) -> Document:
    """The document after an action.  Raises InputError if the action does not fit it; nothing has changed then."""
    changed = _DOES[type(action)](document, action, world)
    if len(changed.objects) > MAX_OBJECTS:
        raise InputError(
            f"the picture would have {len(changed.objects)} objects: at most {MAX_OBJECTS} are possible"
        )
    return changed


# One function an action


def _add_prompts(document: Document, action: AddClicks | AddPrompts, world: World) -> Document:
    if not 1 <= len(action.prompts) <= MAX_CLICKS:
        raise InputError(
            f"expected 1 to {MAX_CLICKS} clicks at once, got {len(action.prompts)}: give them in parts"
        )
    check_prompts(action.prompts, world.height, world.width)
    document, one = _found_or_new(document, action.object)
    one = _of_present(one, world)
    if len(one.rounds.prompts) + len(action.prompts) > MAX_CLICKS_OF_OBJECT:
        raise InputError(
            f"object {one.id} would have more than {MAX_CLICKS_OF_OBJECT} clicks: draw the rest by brush"
        )
    one = dataclasses.replace(
        one,
        rounds=one.rounds.after(Round.at(world.now(), action.prompts), action.within),
        label=one.label if action.label is None else _label(action.label, world),
        keep_out=one.keep_out if action.keep_out is None else action.keep_out,
        tidy=one.tidy if action.tidy is None else _check_tidy(action.tidy),
    )
    return _with(document, _predicted(document, one, world))


def _remove_click(document: Document, action: RemoveClick, world: World) -> Document:
    one = _find(document, action.object)
    rounds = one.rounds.without(action.index)
    if not rounds and one.start is None:
        return _without_objects(document, (one.id,))
    return _with(document, _predicted(document, dataclasses.replace(one, rounds=rounds), world))


def _set_mask(document: Document, action: SetMask, world: World) -> Document:
    document, one = _found_or_new(document, action.object)
    label = one.label if action.label is None else _label(action.label, world)
    start = None if action.mask is None else world.keep(action.mask)
    return _with(document, _begun(document, dataclasses.replace(one, label=label), start, world))


def _clean(document: Document, action: Clean, world: World) -> Document:
    one = _find(document, action.object)
    if action.fill_holes < 0 or action.drop_specks < 0:
        raise InputError(
            "fill_holes and drop_specks are areas in pixels: give 0 (leave as it is) or more"
        )
    if one.mask is None:
        return document
    mask = world.mask(one.mask)
    cleaned = _cleaned(mask, action.fill_holes, action.drop_specks)
    if cleaned == mask:
        return document
    return _with(document, _begun(document, one, world.keep(cleaned), world))


def _reset_object(document: Document, action: ResetObject, world: World) -> Document:
    return _with(document, _begun(document, _find(document, action.object), None, world))


def _edit_object(document: Document, action: EditObject, world: World) -> Document:
    one = _find(document, action.object)
    given = {
        name: getattr(action, name)
        for name in ("label", "visible", "finished", "keep_out", "tidy", "colour")
    }
    changed = dataclasses.replace(one, **_checked(given, world))
    if (changed.keep_out, changed.tidy) != (one.keep_out, one.tidy):
        changed = _predicted(document, _of_present(changed, world), world)
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


def _merge_objects(document: Document, action: MergeObjects, world: World) -> Document:
    if action.object in action.objects:
        raise InputError(f"object {action.object} cannot be merged with itself: name another one")
    several = [_find(document, identity) for identity in (action.object, *action.objects)]
    masks = [world.mask(one.mask) for one in several if one.mask is not None]
    start = world.keep(masks[0].union(masks[1:])) if masks else None
    document = _without_objects(document, action.objects)
    return _with(document, _begun(document, several[0], start, world))


def _copy_objects(document: Document, action: CopyObjects, world: World) -> Document:
    return _with_new(
        document,
        [
            _copied(drawn)
            for drawn in world.objects(action.picture)
            if drawn.mask is not None and (action.objects is None or drawn.id in action.objects)
        ],
    )


def _duplicate_objects(document: Document, action: DuplicateObjects, _: World) -> Document:
    for identity in action.objects:
        _find(document, identity)
    copies = [_copied(drawn) for drawn in document.objects if drawn.id in action.objects]
    return _with_numbered(document, copies)


def _import_objects(document: Document, action: ImportObjects, world: World) -> Document:
    new = []
    for given in action.objects:
        label = None if given.label is None else _label(given.label, world)
        mask = world.keep(given.mask)
        new.append(DrawnObject(0, label, start=mask, mask=mask))
    return _with_new(document, new)


_DOES: Final[Mapping[type[Edit], Callable[[Document, Any, World], Document]]] = {
    AddClicks: _add_prompts,
    AddPrompts: _add_prompts,
    RemoveClick: _remove_click,
    SetMask: _set_mask,
    Clean: _clean,
    ResetObject: _reset_object,
    EditObject: _edit_object,
    EditObjects: _edit_objects,
    MoveObject: _move_object,
    DeleteObjects: _delete_objects,
    MergeObjects: _merge_objects,
    CopyObjects: _copy_objects,
    DuplicateObjects: _duplicate_objects,
    SetDone: _set_done,
    ImportObjects: _import_objects,
}


# What they share


def _of_present(one: DrawnObject, world: World) -> DrawnObject:
    """Return the object, begun from its mask if another predictor made that.

    Finished work never changes by itself: its rounds would be answered anew.
    """
    if not one.rounds or one.mask is None or one.network == world.network:
        return one
    return dataclasses.replace(one, start=one.mask, rounds=NO_ROUNDS, network=None)


def _predicted(document: Document, one: DrawnObject, world: World) -> DrawnObject:
    """The object with the mask of its clicks."""
    return _drawn(
        document, dataclasses.replace(one, network=world.network if one.rounds else None), world
    )


def _begun(document: Document, one: DrawnObject, start: str | None, world: World) -> DrawnObject:
    """The object begun again from a mask, or from nothing."""
    return _drawn(
        document, dataclasses.replace(one, start=start, rounds=NO_ROUNDS, network=None), world
    )


def _drawn(document: Document, one: DrawnObject, world: World) -> DrawnObject:
    """The object with the mask that start and prompts make.

    Specks and holes go if it is tidied, then finished neighbours are cut out if it is kept out.
    """
    if not one.rounds and (one.start is None or not one.keep_out):
        return dataclasses.replace(one, mask=one.start)
    mask = world.predict(one.start, one.rounds) if one.rounds else world.mask(one.start or "")
    # What a person drew or imported stays as it is; only answers of the network are tidied.
    if one.tidy and one.rounds and mask is not None:
        mask = _cleaned(mask, one.tidy, one.tidy)
    if one.keep_out:
        neighbours = [other for other in document.objects if other.finished and other.id != one.id]
        names = {other.mask for other in neighbours if other.mask is not None}
        if mask is not None:
            mask = mask.subtract(world.mask(name) for name in names)
    return dataclasses.replace(one, mask=world.keep(mask))


def _cleaned(mask: RunMask, holes: int, specks: int) -> RunMask | None:
    """Return the mask without holes of at most `holes` and components below `specks` pixels."""
    filled = fill_holes(mask.inside(), holes)
    return RunMask.of(drop_specks(filled, specks), mask.left, mask.top)


def _copied(drawn: DrawnObject) -> DrawnObject:
    """Return an object, not yet numbered, that begins from the mask of another."""
    return DrawnObject(
        0,
        drawn.label,
        drawn.mask,
        mask=drawn.mask,
        keep_out=drawn.keep_out,
        tidy=drawn.tidy,
        colour=drawn.colour,
    )


def _find(document: Document, identity: int) -> DrawnObject:
    for one in document.objects:
        if one.id == identity:
            return one
    raise InputError(
        f"there is no object {identity} on this picture: it was deleted, or was never there"
    )


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


def _with_new(document: Document, new: Sequence[DrawnObject]) -> Document:
    """The document with new objects on top, without those that were there already, pixel by pixel."""
    there = {(one.label, one.mask) for one in document.objects}
    return _with_numbered(document, [one for one in new if (one.label, one.mask) not in there])


def _with_numbered(document: Document, new: Sequence[DrawnObject]) -> Document:
    """The document with new objects on top, each with a number of its own."""
    numbered = [
        dataclasses.replace(drawn, id=document.next_id + number) for number, drawn in enumerate(new)
    ]
    next_id = document.next_id + len(new)
    return dataclasses.replace(document, objects=(*document.objects, *numbered), next_id=next_id)


def _without_objects(document: Document, identities: Sequence[int]) -> Document:
    return dataclasses.replace(
        document, objects=tuple(one for one in document.objects if one.id not in identities)
    )


def _label(label: int, world: World) -> int:
    if label not in world.labels:
        raise InputError(
            f"there is no label {label} in this project: it was removed, or was never there"
        )
    return label


def _check_tidy(pixels: int) -> int:
    if pixels < 0:
        raise InputError(f"expected tidy as an area in pixels, got {pixels}: give 0 or more")
    return pixels


def _checked(given: Mapping[str, Any], world: World) -> dict[str, Any]:
    """The values that are to change.  Raises InputError for a label or colour that does not exist."""
    values = {name: value for name, value in given.items() if value is not KEEP}
    if values.get("label") is not None:
        _label(values["label"], world)
    check_colour(values.get("colour"))
    _check_tidy(values.get("tidy", 0))
    return values
