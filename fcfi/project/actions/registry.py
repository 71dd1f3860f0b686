"""The registry of actions: each is one file, which registers its class.

    @register
    @dataclass(frozen=True, slots=True)
    class Flatten(Edit):
        type: ClassVar[str] = "flatten"

From it the server generates the schemas of requests, and the history describes changes.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

from fcfi.errors import ConfigError, InputError
from fcfi.project.actions.base import Action, Edit, World
from fcfi.project.actions.fields import MAX_OBJECTS
from fcfi.project.document import Document, Mark

Kind = TypeVar("Kind", bound=type[Action])
_registered: dict[str, type[Action]] = {}


def register(kind: Kind) -> Kind:
    """Add an action's class and return it.  Raises ConfigError if its type is taken."""
    if kind.type in _registered:
        raise ConfigError(
            f"expected a new type for an action, got {kind.type!r}, which is taken: rename it"
        )
    _registered[kind.type] = kind
    return kind


def actions() -> dict[str, type[Action]]:
    """Return the classes of all actions by type, in the order of their registration."""
    return dict(_registered)


def apply(document: Document, action: Edit, world: World) -> Document:
    """Return the document after an action.

    Raises InputError if the action does not fit the document, or makes too many objects.
    """
    changed = action.apply(document, world)
    if len(changed.objects) > MAX_OBJECTS:
        raise InputError(
            f"expected at most {MAX_OBJECTS} objects on a picture, got {len(changed.objects)}: "
            "merge or delete some"
        )
    return _unchecked(document, changed, world)


def _unchecked(before: Document, after: Document, world: World) -> Document:
    """Return the document after an action; a checked picture whose objects changed is only done.

    So an export of checked pictures holds only objects that were checked.
    """
    mark = before.mark
    if mark is None or mark.state != "checked" or after.mark != mark:
        return after
    if _exported(before) == _exported(after):
        return after
    return dataclasses.replace(after, mark=Mark("done", world.author, world.now()))


def _exported(document: Document) -> list[tuple[object, ...]]:
    """Return the parts of a document's objects that exports contain."""
    return [
        (drawn.label, drawn.mask, drawn.attributes)
        for drawn in document.objects
        if drawn.mask is not None
    ]


def describe(record: Mapping[str, Any]) -> str:
    """Return a record in words, or its type if the action is not registered."""
    kind = _registered.get(str(record.get("type")))
    return str(record.get("type")) if kind is None else kind.describe(record)
