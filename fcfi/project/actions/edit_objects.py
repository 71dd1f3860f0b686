"""The action `edit_objects`: change the properties of several objects at once."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fcfi.project.actions.base import Edit, World
from fcfi.project.actions.fields import KEEP, Keep, LabelId, ObjectIds
from fcfi.project.actions.objects import changes_of, checked, find, with_object
from fcfi.project.actions.registry import register
from fcfi.project.actions.words import edited, objects_in
from fcfi.project.document import Document


@register
@dataclass(frozen=True, slots=True)
class EditObjects(Edit):
    """New values for some properties of several objects."""

    type: ClassVar[str] = "edit_objects"
    objects: ObjectIds
    visible: bool | Keep = KEEP
    label: LabelId | Keep | None = KEEP

    def apply(self, document: Document, world: World) -> Document:
        """Return the document with the objects changed."""
        changes = checked(changes_of(self), world)
        for identity in self.objects:
            changed = dataclasses.replace(find(document, identity), **changes)
            document = with_object(document, changed)
        return document

    def record(self, before: Document) -> dict[str, Any]:
        """Return the ids of the objects and their new properties."""
        objects = {"objects": list(self.objects)}
        return Edit.record(self, before) | objects | changes_of(self)

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return `2 objects hidden`."""
        return edited(objects_in(record), record)
