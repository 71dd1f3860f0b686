"""The action `copy_objects`: copy objects from another picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fcfi.project.actions.base import Edit, World
from fcfi.project.actions.fields import ObjectIds, PictureId
from fcfi.project.actions.objects import copy_of, with_new
from fcfi.project.actions.registry import register
from fcfi.project.document import Document


@register
@dataclass(frozen=True, slots=True)
class CopyObjects(Edit):
    """Copies of another picture's objects, on top in their order, to be corrected by clicks.

    The other picture must have the same size.  Objects that the picture already has, with the same
    label and mask, are left out.  objects: their ids; None copies all.
    """

    type: ClassVar[str] = "copy_objects"
    picture: PictureId
    objects: ObjectIds | None = None

    def apply(self, document: Document, world: World) -> Document:
        """Return the document with the copies, which start from the masks of their originals."""
        return with_new(
            document,
            [
                copy_of(drawn)
                for drawn in world.objects(self.picture)
                if drawn.mask is not None and (self.objects is None or drawn.id in self.objects)
            ],
        )

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return `objects copied from another picture`."""
        return "objects copied from another picture"
