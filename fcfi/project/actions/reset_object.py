"""The action `reset_object`: remove the mask and prompts of an object."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fcfi.project.actions.base import Edit, World
from fcfi.project.actions.fields import ObjectId
from fcfi.project.actions.masks import begun
from fcfi.project.actions.objects import find, with_object
from fcfi.project.actions.registry import register
from fcfi.project.document import Document


@register
@dataclass(frozen=True, slots=True)
class ResetObject(Edit):
    """The removal of an object's mask and prompts; its label stays."""

    type: ClassVar[str] = "reset_object"
    object: ObjectId

    def apply(self, document: Document, world: World) -> Document:
        """Return the document with the object's mask emptied."""
        return with_object(document, begun(document, find(document, self.object), None, world))

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return `object 3 begun again`."""
        return f"object {record['object']} begun again"
