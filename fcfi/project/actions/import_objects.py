"""The action `import_objects`: add objects that were read from annotation files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fcfi.errors import plural
from fcfi.masks.runs import RunMask
from fcfi.project.actions.base import Edit, World
from fcfi.project.actions.objects import check_label, with_new
from fcfi.project.actions.registry import register
from fcfi.project.attributes import Values
from fcfi.project.document import Document, DrawnObject


@register
@dataclass(frozen=True, slots=True)
class ImportObjects(Edit):
    """Objects from annotation files, on top in their order.

    Objects that the picture already has, with the same label and mask, are left out.
    """

    type: ClassVar[str] = "import_objects"
    # Imports come from files only, since the number of masks in a request must be limited.
    over_http: ClassVar[bool] = False
    objects: tuple["ImportedObject", ...]

    def apply(self, document: Document, world: World) -> Document:
        """Return the document with the objects on top."""
        new = []
        for imported in self.objects:
            label = None if imported.label is None else check_label(imported.label, world)
            mask = world.keep(imported.mask)
            new.append(DrawnObject(0, label, start=mask, mask=mask, attributes=imported.attributes))
        return with_new(document, new)

    def record(self, before: Document) -> dict[str, Any]:
        """Return the number of objects."""
        return Edit.record(self, before) | {"count": len(self.objects)}

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return `3 objects imported`."""
        return f"{plural(record['count'], 'object')} imported"


@dataclass(frozen=True, slots=True)
class ImportedObject:
    """An imported object: its label or None, its mask, and values of the label's attributes."""

    label: int | None
    mask: RunMask
    attributes: Values = ()
