"""A picture that is done."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fcfi.project.actions.base import Edit, World
from fcfi.project.actions.registry import register
from fcfi.project.document import Document


@register
@dataclass(frozen=True, slots=True)
class SetDone(Edit):
    """Say that the picture is done, or not."""

    type: ClassVar[str] = "set_done"
    done: bool

    def apply(self, document: Document, world: World) -> Document:
        """Return the document, done or not."""
        return dataclasses.replace(document, done=self.done)

    def record(self, before: Document) -> dict[str, Any]:
        """Return whether it is done."""
        return Edit.record(self, before) | {"done": self.done}

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return `picture marked as done`."""
        return f"picture marked as {'done' if record['done'] else 'not done'}"
