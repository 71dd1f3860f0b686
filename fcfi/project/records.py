"""The short record of an action that is stored beside its result, and that record in words."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from fcfi.boxes import Box
from fcfi.project.actions import (
    KEEP,
    Action,
    AddClicks,
    AddPrompts,
    DeleteObjects,
    DuplicateObjects,
    Edit,
    EditObject,
    EditObjects,
    ImportObjects,
    MergeObjects,
    SetDone,
    SetMask,
    new_object,
)
from fcfi.project.document import Document
from fcfi.prompts.clicks import Click, Prompt, Scribble

_KINDS: Final[Mapping[type[Prompt], str]] = {Click: "click", Box: "box", Scribble: "scribble"}


def record(action: Action, before: Document) -> dict[str, Any]:
    """What is stored of an action beside its result: its type, its objects and small values."""
    kept: dict[str, Any] = {"type": action.type}
    if isinstance(action, AddClicks):
        kept |= {"clicks": len(action.clicks), "new": action.object is None}
    elif isinstance(action, AddPrompts):
        kinds = [_KINDS[type(prompt)] for prompt in action.prompts]
        kept |= {"prompts": kinds, "new": action.object is None}
    elif isinstance(action, SetMask):
        kept |= {"new": action.object is None}
    elif isinstance(action, EditObjects | DeleteObjects | DuplicateObjects | MergeObjects):
        kept |= {"objects": list(action.objects)}
    elif isinstance(action, ImportObjects):
        kept |= {"count": len(action.objects)}
    elif isinstance(action, SetDone):
        kept |= {"done": action.done}
    if isinstance(action, EditObject | EditObjects):
        names = ("label", "visible", "finished", "keep_out", "tidy", "colour")
        kept |= {
            name: getattr(action, name) for name in names if getattr(action, name, KEEP) is not KEEP
        }
    if hasattr(action, "object"):
        kept["object"] = (
            new_object(before, action) or action.object if isinstance(action, Edit) else None
        )
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
    if "tidy" in kept:
        return f"specks and holes of {what} {'taken out' if kept['tidy'] else 'left in'}"
    return f"another {'colour' if 'colour' in kept else 'label'} for {what}"


def _objects(kept: Mapping[str, Any]) -> str:
    numbers = kept["objects"]
    return f"object {numbers[0]}" if len(numbers) == 1 else f"{len(numbers)} objects"


def _plural(count: int, what: str) -> str:
    if count == 1:
        return f"1 {what}"
    return f"{count} {what}{'es' if what.endswith('x') else 's'}"


def _prompted(kept: Mapping[str, Any]) -> str:
    """`1 box and 2 clicks on object 3`."""
    kinds = kept["prompts"]
    parts = [_plural(kinds.count(kind), kind) for kind in dict.fromkeys(kinds)]
    where = f"{'the new ' if kept['new'] else ''}object {kept['object']}"
    return f"{' and '.join(parts)} on {where}"


_WORDS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "click": lambda kept: (
        f"{_plural(kept['clicks'], 'click')} on {'the new ' if kept['new'] else ''}object {kept['object']}"
    ),
    "prompt": _prompted,
    "remove_click": lambda kept: f"a click of object {kept['object']} removed",
    "set_mask": lambda kept: f"object {kept['object']} drawn by brush",
    "clean": lambda kept: f"object {kept['object']} cleaned",
    "reset_object": lambda kept: f"object {kept['object']} begun again",
    "edit_object": _edited,
    "edit_objects": _edited,
    "move_object": lambda kept: f"object {kept['object']} moved in the order",
    "delete_objects": lambda kept: f"{_objects(kept)} deleted",
    "merge_objects": lambda kept: f"{_objects(kept)} merged into object {kept['object']}",
    "copy_objects": lambda kept: "objects copied from another picture",
    "duplicate_objects": lambda kept: f"{_objects(kept)} duplicated",
    "set_done": lambda kept: (
        "picture marked as done" if kept["done"] else "picture marked as not done"
    ),
    "import_objects": lambda kept: f"{_plural(kept['count'], 'object')} imported",
    "undo": lambda kept: f"undone: {describe(kept['of'])}" if "of" in kept else "undone",
    "redo": lambda kept: f"made again: {describe(kept['of'])}" if "of" in kept else "made again",
}
