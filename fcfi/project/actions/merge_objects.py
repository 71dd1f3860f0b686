"""One object of several."""

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
    """One object of several: it gets the pixels of the others, which go; clicks go on from there."""

    type: ClassVar[str] = "merge_objects"
    object: ObjectId
    objects: ObjectIds

    def apply(self, document: Document, world: World) -> Document:
        """Return the document with the union of the masks in the place of the first object."""
        if self.object in self.objects:
            raise InputError(
                f"object {self.object} cannot be merged with itself: name another object"
            )
        several = [find(document, identity) for identity in (self.object, *self.objects)]
        masks = [world.mask(drawn.mask) for drawn in several if drawn.mask is not None]
        start = world.keep(masks[0].union(masks[1:])) if masks else None
        document = without_objects(document, self.objects)
        return with_object(document, begun(document, several[0], start, world))

    def record(self, before: Document) -> dict[str, Any]:
        """Return the objects."""
        return Edit.record(self, before) | {"objects": list(self.objects)}

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return `2 objects merged into object 3`."""
        return f"{objects_in(record)} merged into object {record['object']}"
