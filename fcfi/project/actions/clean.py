"""The action `clean`: fill holes and drop specks of a mask."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fcfi.errors import InputError
from fcfi.project.actions.base import Edit, World
from fcfi.project.actions.fields import ObjectId, Pixels
from fcfi.project.actions.masks import begun, cleaned
from fcfi.project.actions.objects import find, with_object
from fcfi.project.actions.registry import register
from fcfi.project.document import Document


@register
@dataclass(frozen=True, slots=True)
class Clean(Edit):
    """Fill the holes and drop the specks of a mask; further clicks start from the result.

    fill_holes: the largest hole that is filled, in pixels.  drop_specks: the smallest component
    that stays, in pixels.
    """

    type: ClassVar[str] = "clean"
    object: ObjectId
    fill_holes: Pixels = 0
    drop_specks: Pixels = 0

    def apply(self, document: Document, world: World) -> Document:
        """Return the document with the object starting from the cleaned mask."""
        drawn = find(document, self.object)
        if self.fill_holes < 0 or self.drop_specks < 0:
            raise InputError(
                "expected fill_holes and drop_specks as areas in pixels, got "
                f"{min(self.fill_holes, self.drop_specks)}: give 0 (no change) or more"
            )
        if drawn.mask is None:
            return document
        mask = world.mask(drawn.mask)
        clean = cleaned(mask, self.fill_holes, self.drop_specks)
        # A clean mask keeps its prompts; the unchanged document makes no new revision.
        if clean == mask:
            return document
        return with_object(document, begun(document, drawn, world.keep(clean), world))

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return `object 3 cleaned`."""
        return f"object {record['object']} cleaned"
