"""The action `set_done`: mark a picture as done, or as not done."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fcfi.project.actions.base import Edit, World
from fcfi.project.actions.mark_picture import marked
from fcfi.project.actions.registry import register
from fcfi.project.document import Document


@register
@dataclass(frozen=True, slots=True)
class SetDone(Edit):
    """Mark the picture as done, or remove its mark; `MarkPicture` sets all marks.

    A checked picture counts as done and stays checked.
    """

    type: ClassVar[str] = "set_done"
    done: bool

    def apply(self, document: Document, world: World) -> Document:
        """Return the document with the mark."""
        if self.done and document.done:
            return document
        return marked(document, "done" if self.done else None, world)

    def record(self, before: Document) -> dict[str, Any]:
        """Return whether it is done."""
        return Edit.record(self, before) | {"done": self.done}

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return `picture marked as done`."""
        return f"picture marked as {'done' if record['done'] else 'not done'}"
