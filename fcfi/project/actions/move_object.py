"""The order of objects."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fcfi.errors import InputError
from fcfi.project.actions.base import Edit, World
from fcfi.project.actions.fields import Index, ObjectId
from fcfi.project.actions.objects import find
from fcfi.project.actions.registry import register
from fcfi.project.document import Document


@register
@dataclass(frozen=True, slots=True)
class MoveObject(Edit):
    """Another place in the order; 0 is the bottom, what is beyond the top is the top."""

    type: ClassVar[str] = "move_object"
    object: ObjectId
    place: Index

    def apply(self, document: Document, world: World) -> Document:
        """Return the document with the object elsewhere in the order."""
        drawn = find(document, self.object)
        if self.place < 0:
            raise InputError(f"place = {self.place} is not possible: 0 is the bottom")
        others = [other for other in document.objects if other.id != drawn.id]
        others.insert(self.place, drawn)
        return dataclasses.replace(document, objects=tuple(others))

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return `object 3 moved in the order`."""
        return f"object {record['object']} moved in the order"
