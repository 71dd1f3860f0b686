"""The action `delete_objects`: delete objects of a picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fcfi.project.actions.base import Edit, World
from fcfi.project.actions.fields import ObjectIds
from fcfi.project.actions.objects import find, without_objects
from fcfi.project.actions.registry import register
from fcfi.project.actions.words import objects_in
from fcfi.project.document import Document


@register
@dataclass(frozen=True, slots=True)
class DeleteObjects(Edit):
    """The deletion of some objects."""

    type: ClassVar[str] = "delete_objects"
    objects: ObjectIds

    def apply(self, document: Document, world: World) -> Document:
        """Return the document without the objects."""
        for identity in self.objects:
            find(document, identity)
        return without_objects(document, self.objects)

    def record(self, before: Document) -> dict[str, Any]:
        """Return the ids of the objects."""
        return Edit.record(self, before) | {"objects": list(self.objects)}

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return `2 objects deleted`."""
        return f"{objects_in(record)} deleted"
