"""A folder of pictures and what people have made of them: values, actions, store, import and export."""

from fcfi.project.actions import (
    KEEP,
    Action,
    AddClicks,
    Clean,
    DeleteObjects,
    EditObject,
    EditObjects,
    MoveObject,
    Redo,
    RemoveClick,
    ResetObject,
    SetDone,
    SetMask,
    Undo,
)
from fcfi.project.document import Document, DrawnObject
from fcfi.project.masks import Runs
from fcfi.project.project import Project
from fcfi.project.states import (
    Change,
    Counts,
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
    "Change",
    "Clean",
    "Counts",
    "DeleteObjects",
    "Document",
    "DrawnObject",
    "EditObject",
    "EditObjects",
    "ImportReport",
    "Label",
    "MoveObject",
    "PictureConflict",
    "PictureList",
    "PictureRow",
    "PictureState",
    "Project",
    "Redo",
    "RemoveClick",
    "ResetObject",
    "Runs",
    "SetDone",
    "SetMask",
    "State",
    "Undo",
]
