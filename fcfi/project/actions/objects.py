"""Helpers of actions to find, change, add and remove objects; each returns a new document."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fcfi.errors import InputError
from fcfi.project.actions.base import World
from fcfi.project.actions.fields import KEEP, check_colour
from fcfi.project.document import Document, DrawnObject

PROPERTIES: Final = ("label", "visible", "finished", "keep_out", "tidy", "colour")
"""The fields of an object that an annotator may set."""


def find(document: Document, identity: int) -> DrawnObject:
    """Return an object by its id.  Raises InputError if the document does not have it."""
    for drawn in document.objects:
        if drawn.id == identity:
            return drawn
    raise InputError(
        f"object {identity} is not on this picture: it was deleted or never existed; choose another"
    )


def found_or_new(document: Document, identity: int | None) -> tuple[Document, DrawnObject]:
    """Return an object and its document; for None, a new object on top and the document with it."""
    if identity is not None:
        return document, find(document, identity)
    new = DrawnObject(document.next_id)
    objects = (*document.objects, new)
    return dataclasses.replace(document, objects=objects, next_id=document.next_id + 1), new


def with_object(document: Document, changed: DrawnObject) -> Document:
    """Return the document with an object replaced by another with the same id."""
    objects = tuple(changed if drawn.id == changed.id else drawn for drawn in document.objects)
    return dataclasses.replace(document, objects=objects)


def with_new(document: Document, new: Sequence[DrawnObject]) -> Document:
    """Return the document with new objects on top.

    New objects with the label and mask of a present object are left out.
    """
    present = {(drawn.label, drawn.mask) for drawn in document.objects}
    return with_numbered(
        document, [drawn for drawn in new if (drawn.label, drawn.mask) not in present]
    )


def with_numbered(document: Document, new: Sequence[DrawnObject]) -> Document:
    """Return the document with new objects on top, numbered from its next id."""
    numbered = [
        dataclasses.replace(drawn, id=document.next_id + number) for number, drawn in enumerate(new)
    ]
    next_id = document.next_id + len(new)
    return dataclasses.replace(document, objects=(*document.objects, *numbered), next_id=next_id)


def without_objects(document: Document, identities: Sequence[int]) -> Document:
    """Return the document without these objects."""
    objects = tuple(drawn for drawn in document.objects if drawn.id not in identities)
    return dataclasses.replace(document, objects=objects)


def copy_of(drawn: DrawnObject) -> DrawnObject:
    """Return a copy of an object, without an id, whose start mask is the original's mask."""
    return DrawnObject(
        0,
        drawn.label,
        drawn.mask,
        mask=drawn.mask,
        keep_out=drawn.keep_out,
        tidy=drawn.tidy,
        colour=drawn.colour,
        attributes=drawn.attributes,
    )


def check_label(label: int, world: World) -> int:
    """Return a label's id.  Raises InputError if the project does not have it."""
    if label not in world.labels:
        raise InputError(
            f"the project does not have a label {label}: it was removed, or never existed; "
            "choose another"
        )
    return label


def check_tidy(pixels: int) -> int:
    """Return an area in pixels.  Raises InputError if it is below 0."""
    if pixels < 0:
        raise InputError(f"expected tidy as an area in pixels, got {pixels}: give 0 or more")
    return pixels


def changes_of(action: Any) -> dict[str, Any]:
    """Return the properties that an action changes, with their new values."""
    values = {name: getattr(action, name, KEEP) for name in PROPERTIES}
    return {name: value for name, value in values.items() if value is not KEEP}


def checked(changes: Mapping[str, Any], world: World) -> dict[str, Any]:
    """Return the new values of properties.

    Raises InputError for a label that the project does not have, or an invalid colour or area.
    """
    if changes.get("label") is not None:
        check_label(changes["label"], world)
    check_colour(changes.get("colour"))
    check_tidy(changes.get("tidy", 0))
    return dict(changes)
