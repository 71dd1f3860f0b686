"""The action `set_attributes`: set an object's values of the attributes of its label."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fcfi.errors import InputError
from fcfi.project.actions.base import Edit, World
from fcfi.project.actions.fields import Length, ObjectId
from fcfi.project.actions.objects import find, with_object
from fcfi.project.actions.registry import register
from fcfi.project.attributes import MAX_ATTRIBUTES, changed
from fcfi.project.document import Document


@register
@dataclass(frozen=True, slots=True)
class SetAttributes(Edit):
    """New values of some attributes of an object; null removes a value."""

    type: ClassVar[str] = "set_attributes"
    object: ObjectId
    values: Annotated[dict[str, str | bool | int | float | None], Length(1, MAX_ATTRIBUTES)]

    def apply(self, document: Document, world: World) -> Document:
        """Return the document with the object's new values."""
        drawn = find(document, self.object)
        if drawn.label is None:
            raise InputError(
                f"object {drawn.id} has no label, and attributes belong to labels: "
                "give it a label first"
            )
        values = changed(drawn.attributes, self.values, world.schema(drawn.label))
        return with_object(document, dataclasses.replace(drawn, attributes=values))

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return `attributes of object 3`."""
        return f"attributes of object {record['object']}"
