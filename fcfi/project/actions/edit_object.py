"""The action `edit_object`: change the properties of an object."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fcfi.project.actions.base import Edit, World
from fcfi.project.actions.fields import KEEP, Colour, Keep, LabelId, ObjectId, Pixels
from fcfi.project.actions.masks import of_present, predicted
from fcfi.project.actions.objects import changes_of, checked, find, with_object
from fcfi.project.actions.registry import register
from fcfi.project.actions.words import edited
from fcfi.project.document import Document


@register
@dataclass(frozen=True, slots=True)
class EditObject(Edit):
    """New values for some properties of an object."""

    type: ClassVar[str] = "edit_object"
    object: ObjectId
    label: LabelId | Keep | None = KEEP
    visible: bool | Keep = KEEP
    finished: bool | Keep = KEEP
    keep_out: bool | Keep = KEEP
    tidy: Pixels | Keep = KEEP
    colour: Colour | Keep | None = KEEP

    def apply(self, document: Document, world: World) -> Document:
        """Return the document with the object changed."""
        drawn = find(document, self.object)
        changed = dataclasses.replace(drawn, **checked(changes_of(self), world))
        # Only these two properties change the mask.
        if (changed.keep_out, changed.tidy) != (drawn.keep_out, drawn.tidy):
            changed = predicted(document, of_present(changed, world), world)
        return with_object(document, changed)

    def record(self, before: Document) -> dict[str, Any]:
        """Return the new properties."""
        return Edit.record(self, before) | changes_of(self)

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return `object 3 finished`."""
        return edited(f"object {record['object']}", record)
