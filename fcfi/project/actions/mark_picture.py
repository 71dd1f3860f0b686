"""The action `mark_picture`: mark a picture as done, doubtful or checked."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fcfi.project.actions.base import Edit, World
from fcfi.project.actions.registry import register
from fcfi.project.document import Document, Mark, Marked


@register
@dataclass(frozen=True, slots=True)
class MarkPicture(Edit):
    """Mark the picture as done, doubtful or checked, or remove its mark (null)."""

    type: ClassVar[str] = "mark_picture"
    mark: Marked | None

    def apply(self, document: Document, world: World) -> Document:
        """Return the document with the mark, signed by its author."""
        return marked(document, self.mark, world)

    def record(self, before: Document) -> dict[str, Any]:
        """Return the mark."""
        return Edit.record(self, before) | {"mark": self.mark}

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return `picture marked as checked`."""
        return f"picture marked as {record['mark'] or 'not done'}"


def marked(document: Document, state: Marked | None, world: World) -> Document:
    """Return the document with a newly signed mark; an equal mark is not signed again."""
    if state == (None if document.mark is None else document.mark.state):
        return document
    mark = None if state is None else Mark(state, world.author, world.now())
    return dataclasses.replace(document, mark=mark)
