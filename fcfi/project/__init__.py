"""A project: a folder of pictures and all annotation work on them, with its actions and its store.

Names are imported on first use, so that a process that only reads files starts quickly.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fcfi.masks.runs import RunMask
    from fcfi.project.actions import (
        KEEP,
        Action,
        AddClicks,
        AddPrompts,
        Clean,
        CopyObjects,
        DeleteObjects,
        EditObject,
        EditObjects,
        MarkPicture,
        MergeObjects,
        MoveObject,
        Redo,
        RemoveClick,
        ResetObject,
        SetAttributes,
        SetDone,
        SetMask,
        Undo,
    )
    from fcfi.project.document import Document, DrawnObject, Mark
    from fcfi.project.project import Project
    from fcfi.project.states import (
        CarryLimits,
        CarryReport,
        Change,
        Counts,
        Filter,
        ImportReport,
        Label,
        PictureConflict,
        PictureList,
        PictureRow,
        PictureState,
        State,
    )

__all__ = [
    "KEEP",
    "Action",
    "AddClicks",
    "AddPrompts",
    "CarryLimits",
    "CarryReport",
    "Change",
    "Clean",
    "CopyObjects",
    "Counts",
    "DeleteObjects",
    "Document",
    "DrawnObject",
    "EditObject",
    "EditObjects",
    "Filter",
    "ImportReport",
    "Label",
    "Mark",
    "MarkPicture",
    "MergeObjects",
    "MoveObject",
    "PictureConflict",
    "PictureList",
    "PictureRow",
    "PictureState",
    "Project",
    "Redo",
    "RemoveClick",
    "ResetObject",
    "RunMask",
    "SetAttributes",
    "SetDone",
    "SetMask",
    "State",
    "Undo",
]

_HOMES = {
    "RunMask": "fcfi.masks.runs",
    **dict.fromkeys(
        (
            "KEEP",
            "Action",
            "AddClicks",
            "AddPrompts",
            "Clean",
            "CopyObjects",
            "DeleteObjects",
            "EditObject",
            "EditObjects",
            "MarkPicture",
            "MergeObjects",
            "MoveObject",
            "Redo",
            "RemoveClick",
            "ResetObject",
            "SetAttributes",
            "SetDone",
            "SetMask",
            "Undo",
        ),
        "fcfi.project.actions",
    ),
    "Document": "fcfi.project.document",
    "DrawnObject": "fcfi.project.document",
    "Mark": "fcfi.project.document",
    "Project": "fcfi.project.project",
    **dict.fromkeys(
        (
            "CarryLimits",
            "CarryReport",
            "Change",
            "Counts",
            "Filter",
            "ImportReport",
            "Label",
            "PictureConflict",
            "PictureList",
            "PictureRow",
            "PictureState",
            "State",
        ),
        "fcfi.project.states",
    ),
}
"""The module in which a public name is defined."""


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'fcfi.project' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
