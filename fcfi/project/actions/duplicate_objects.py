"""The action `duplicate_objects`: copy objects within their picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fcfi.project.actions.base import Edit, World
from fcfi.project.actions.fields import ObjectIds
from fcfi.project.actions.objects import copy_of, find, with_numbered
from fcfi.project.actions.registry import register
from fcfi.project.actions.words import objects_in
from fcfi.project.document import Document


@register
@dataclass(frozen=True, slots=True)
class DuplicateObjects(Edit):
    """Copies of some objects, on top in their order; each starts from its original's mask."""

    type: ClassVar[str] = "duplicate_objects"
    objects: ObjectIds

    def apply(self, document: Document, world: World) -> Document:
        """Return the document with the copies on top."""
        for identity in self.objects:
            find(document, identity)
        copies = [copy_of(drawn) for drawn in document.objects if drawn.id in self.objects]
        return with_numbered(document, copies)

    def record(self, before: Document) -> dict[str, Any]:
        """Return the ids of the objects."""
        return Edit.record(self, before) | {"objects": list(self.objects)}

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return `2 objects duplicated`."""
        return f"{objects_in(record)} duplicated"
