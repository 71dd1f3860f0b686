"""The action `merge_objects`: make one object of several."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fcfi.errors import InputError
from fcfi.project.actions.base import Edit, World
from fcfi.project.actions.fields import ObjectId, ObjectIds
from fcfi.project.actions.masks import begun
from fcfi.project.actions.objects import find, with_object, without_objects
from fcfi.project.actions.registry import register
from fcfi.project.actions.words import objects_in
from fcfi.project.document import Document


@register
@dataclass(frozen=True, slots=True)
class MergeObjects(Edit):
    """The union of several objects.

    object: gets the union as its start mask.  objects: the others, which are deleted.
    """

    type: ClassVar[str] = "merge_objects"
    object: ObjectId
    objects: ObjectIds

    def apply(self, document: Document, world: World) -> Document:
        """Return the document with the union of the masks as the first object's mask."""
        if self.object in self.objects:
            raise InputError(
                f"expected other objects to merge into object {self.object}, got itself: "
                "leave it out"
            )
        several = [find(document, identity) for identity in (self.object, *self.objects)]
        masks = [world.mask(drawn.mask) for drawn in several if drawn.mask is not None]
        start = world.keep(masks[0].union(masks[1:])) if masks else None
        document = without_objects(document, self.objects)
        return with_object(document, begun(document, several[0], start, world))

    def record(self, before: Document) -> dict[str, Any]:
        """Return the ids of the objects."""
        return Edit.record(self, before) | {"objects": list(self.objects)}

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return `2 objects merged into object 3`."""
        return f"{objects_in(record)} merged into object {record['object']}"
