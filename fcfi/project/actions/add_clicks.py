"""A round of clicks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fcfi.boxes import Box
from fcfi.project.actions.base import Edit, World
from fcfi.project.actions.fields import MAX_CLICKS, LabelId, Length, ObjectId, Pixels
from fcfi.project.actions.prompting import add_round
from fcfi.project.actions.registry import register
from fcfi.project.actions.words import object_in, plural
from fcfi.project.document import Document
from fcfi.prompts.clicks import Clicks, Prompts


@register
@dataclass(frozen=True, slots=True)
class AddClicks(Edit):
    """One round of clicks on an object; without one, on a new object on top.

    None leaves label, keep_out and tidy as they are.  within: the part of the picture that the
    object's first look takes.
    """

    type: ClassVar[str] = "click"
    object: ObjectId | None
    clicks: Annotated[Clicks, Length(1, MAX_CLICKS)]
    label: LabelId | None = None
    keep_out: bool | None = None
    tidy: Pixels | None = None
    within: Box | None = None

    @property
    def prompts(self) -> Prompts:
        """The clicks."""
        return self.clicks

    def apply(self, document: Document, world: World) -> Document:
        """Return the document with the object's mask after the round."""
        return add_round(
            document,
            self.object,
            self.clicks,
            world,
            label=self.label,
            keep_out=self.keep_out,
            tidy=self.tidy,
            within=self.within,
        )

    def record(self, before: Document) -> dict[str, Any]:
        """Return how many clicks, and whether they made the object."""
        new = {"clicks": len(self.clicks), "new": self.object is None}
        return Edit.record(self, before) | new

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return `2 clicks on object 3`."""
        return f"{plural(record['clicks'], 'click')} on {object_in(record)}"
