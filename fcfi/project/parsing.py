"""Actions as they come over the wire, the short record of them that is stored, and that record in words.

    {"type": "click", "object": 2, "clicks": [{"x": 10, "y": 20, "positive": true}], "label": 1}

A key that is absent leaves a property as it is; null is a value.  Knows nothing of HTTP.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Final

from fcfi.clicks import Click
from fcfi.errors import InputError
from fcfi.project.actions import (
    KEEP,
    Action,
    AddClicks,
    Clean,
    DeleteObjects,
    Edit,
    EditObject,
    EditObjects,
    ImportObjects,
    MoveObject,
    Redo,
    RemoveClick,
    ResetObject,
    SetDone,
    SetMask,
    Undo,
    new_object,
)
from fcfi.project.document import Document
from fcfi.project.masks import Runs

PARSED: Final[Mapping[str, type[Action]]] = {
    kind.type: kind
    for kind in (
        AddClicks,
        RemoveClick,
        SetMask,
        Clean,
        ResetObject,
        EditObject,
        EditObjects,
        MoveObject,
        DeleteObjects,
        SetDone,
        Undo,
        Redo,
    )
}
"""What may come from outside; imports come from files only."""
SHOWN: Final = 40
"""Characters of a wrong value that a message repeats."""


def parse_action(data: Any) -> Action:
    """The action in what JSON gave.  Raises InputError, naming what is wrong with it."""
    kind = PARSED.get(str(data.get("type"))) if isinstance(data, Mapping) else None
    if kind is None:
        raise InputError(f"this is no action: give an object whose type is one of {', '.join(PARSED)}")
    fields = {one.name: one for one in dataclasses.fields(kind)}
    unknown = sorted(str(key) for key in data if key not in fields and key != "type")
    if unknown:
        raise InputError(f"the action {kind.type} knows no {unknown[0][:SHOWN]!r}: give {', '.join(fields) or 'none'}")
    values = {key: _VALUES[key, kind if key in _OF_KIND else None](data[key], key) for key in fields if key in data}
    missing = [key for key, one in fields.items() if key not in values and one.default is dataclasses.MISSING]
    if missing:
        raise InputError(f"the action {kind.type} came without {missing[0]!r}: give it")
    return kind(**values)


def record(action: Action, before: Document) -> dict[str, Any]:
    """What is stored of an action beside its result: its type, its objects and small values."""
    kept: dict[str, Any] = {"type": action.type}
    if isinstance(action, AddClicks):
        kept |= {"clicks": len(action.clicks), "new": action.object is None}
    elif isinstance(action, SetMask):
        kept |= {"new": action.object is None}
    elif isinstance(action, EditObjects | DeleteObjects):
        kept |= {"objects": list(action.objects)}
    elif isinstance(action, ImportObjects):
        kept |= {"count": len(action.objects)}
    elif isinstance(action, SetDone):
        kept |= {"done": action.done}
    if isinstance(action, EditObject | EditObjects):
        names = ("label", "visible", "finished", "keep_out", "colour")
        kept |= {name: getattr(action, name) for name in names if getattr(action, name, KEEP) is not KEEP}
    if hasattr(action, "object"):
        kept["object"] = new_object(before, action) or action.object if isinstance(action, Edit) else None
    return kept


def describe(kept: Mapping[str, Any]) -> str:
    """A record in words, as in `2 clicks on object 3`."""
    tell = _WORDS.get(str(kept.get("type")))
    return tell(kept) if tell is not None else str(kept.get("type"))


def _edited(kept: Mapping[str, Any]) -> str:
    """`object 3 finished`."""
    what = f"object {kept['object']}" if "object" in kept else _objects(kept)
    if "finished" in kept:
        return f"{what} {'finished' if kept['finished'] else 'opened again'}"
    if "visible" in kept:
        return f"{what} {'shown' if kept['visible'] else 'hidden'}"
    if "keep_out" in kept:
        return f"{what} {'kept out of' if kept['keep_out'] else 'let over'} its neighbours"
    return f"another {'colour' if 'colour' in kept else 'label'} for {what}"


def _objects(kept: Mapping[str, Any]) -> str:
    numbers = kept["objects"]
    return f"object {numbers[0]}" if len(numbers) == 1 else f"{len(numbers)} objects"


def _plural(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count} {what}s"


_WORDS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "click": lambda kept: (
        f"{_plural(kept['clicks'], 'click')} on {'the new ' if kept['new'] else ''}object {kept['object']}"
    ),
    "remove_click": lambda kept: f"a click of object {kept['object']} removed",
    "set_mask": lambda kept: f"object {kept['object']} drawn by brush",
    "clean": lambda kept: f"object {kept['object']} cleaned",
    "reset_object": lambda kept: f"object {kept['object']} begun again",
    "edit_object": _edited,
    "edit_objects": _edited,
    "move_object": lambda kept: f"object {kept['object']} moved in the order",
    "delete_objects": lambda kept: f"{_objects(kept)} deleted",
    "set_done": lambda kept: "picture marked as done" if kept["done"] else "picture marked as not done",
    "import_objects": lambda kept: f"{_plural(kept['count'], 'object')} imported",
    "undo": lambda kept: f"undone: {describe(kept['of'])}" if "of" in kept else "undone",
    "redo": lambda kept: f"made again: {describe(kept['of'])}" if "of" in kept else "made again",
}


# Values of the keys


def _whole(value: Any, key: str) -> int:
    if type(value) is not int or abs(value) >= 2**31:
        raise InputError(f"{key} came as {str(value)[:SHOWN]!r}: give a whole number")
    return value


def _whole_or_none(value: Any, key: str) -> int | None:
    return None if value is None else _whole(value, key)


def _truth(value: Any, key: str) -> bool:
    if type(value) is not bool:
        raise InputError(f"{key} came as {str(value)[:SHOWN]!r}: give true or false")
    return value


def _truth_or_none(value: Any, key: str) -> bool | None:
    return None if value is None else _truth(value, key)


def _text_or_none(value: Any, key: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise InputError(f"{key} came as {str(value)[:SHOWN]!r}: give a text or null")
    return value


def _wholes(value: Any, key: str) -> tuple[int, ...]:
    if not isinstance(value, list) or not value:
        raise InputError(f"{key} came as {str(value)[:SHOWN]!r}: give a list of whole numbers")
    return tuple(_whole(one, key) for one in value)


def _clicks(value: Any, key: str) -> tuple[Click, ...]:
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise InputError(f"{key} came as {str(value)[:SHOWN]!r}: give a list of objects with x, y and positive")
    return tuple(
        Click(_whole(one.get("x"), "x"), _whole(one.get("y"), "y"), _truth(one.get("positive", True), "positive"))
        for one in value
    )


def _mask(value: Any, _: str) -> Runs | None:
    return None if value is None else Runs.from_json(value)


_OF_KIND: Final = ("object", "keep_out")
"""Keys whose values differ from action to action."""
_VALUES: Final[Mapping[tuple[str, type[Action] | None], Callable[[Any, str], Any]]] = {
    ("clicks", None): _clicks,
    ("label", None): _whole_or_none,
    ("index", None): _whole,
    ("mask", None): _mask,
    ("fill_holes", None): _whole,
    ("drop_specks", None): _whole,
    ("visible", None): _truth,
    ("finished", None): _truth,
    ("colour", None): _text_or_none,
    ("objects", None): _wholes,
    ("place", None): _whole,
    ("done", None): _truth,
    ("keep_out", AddClicks): _truth_or_none,
    ("keep_out", EditObject): _truth,
    **{("object", kind): _whole_or_none for kind in (AddClicks, SetMask)},
    **{("object", kind): _whole for kind in (RemoveClick, Clean, ResetObject, EditObject, MoveObject)},
}
