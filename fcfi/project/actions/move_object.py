"""The action `move_object`: change the order of objects."""

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
    """A new position of an object in the order.

    index: 0 is the bottom; an index beyond the last is the top.
    """

    type: ClassVar[str] = "move_object"
    object: ObjectId
    index: Index

    def apply(self, document: Document, world: World) -> Document:
        """Return the document with the object at its new index."""
        drawn = find(document, self.object)
        if self.index < 0:
            raise InputError(
                f"expected an index from 0, got {self.index}: give 0 for the bottom of the order"
            )
        others = [other for other in document.objects if other.id != drawn.id]
        others.insert(self.index, drawn)
        return dataclasses.replace(document, objects=tuple(others))

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return `object 3 moved in the order`."""
        return f"object {record['object']} moved in the order"
