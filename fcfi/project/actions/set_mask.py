"""The action `set_mask`: set the mask that was drawn with brush and eraser."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fcfi.masks.runs import RunMask
from fcfi.project.actions.base import Edit, World
from fcfi.project.actions.fields import LabelId, ObjectId
from fcfi.project.actions.masks import begun
from fcfi.project.actions.objects import check_label, found_or_new, with_object
from fcfi.project.actions.registry import register
from fcfi.project.document import Document


@register
@dataclass(frozen=True, slots=True)
class SetMask(Edit):
    """The mask of an object after brush and eraser, which becomes its start mask.

    object: None makes a new object on top.  mask: None is empty.
    """

    type: ClassVar[str] = "set_mask"
    object: ObjectId | None
    mask: RunMask | None
    label: LabelId | None = None

    def apply(self, document: Document, world: World) -> Document:
        """Return the document with the object's new start mask."""
        document, drawn = found_or_new(document, self.object)
        if self.label is not None:
            drawn = dataclasses.replace(drawn, label=check_label(self.label, world))
        start = world.keep(self.mask)
        return with_object(document, begun(document, drawn, start, world))

    def record(self, before: Document) -> dict[str, Any]:
        """Return the type, the object's id, and whether the object is new."""
        return Edit.record(self, before) | {"new": self.object is None}

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return `object 3 drawn by brush`."""
        return f"object {record['object']} drawn by brush"
