"""The action `click`: a round of clicks on an object."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fcfi.errors import plural
from fcfi.project.actions.base import World
from fcfi.project.actions.fields import MAX_CLICKS, Length
from fcfi.project.actions.prompting import AddRound
from fcfi.project.actions.registry import register
from fcfi.project.actions.words import object_in
from fcfi.project.document import Document
from fcfi.prompts.clicks import Clicks


@register
@dataclass(frozen=True, slots=True)
class AddClicks(AddRound):
    """A round of clicks on an object; without an object, on a new object on top.

    label, keep_out, tidy: None leaves them unchanged.  within: the part of the picture that the
    network sees at the object's first look.  window: the values of a deep picture that the network
    sees as black and white; None, and a picture of 8 bits: the grey levels of the rule.
    """

    type: ClassVar[str] = "click"
    clicks: Annotated[Clicks, Length(1, MAX_CLICKS)]

    def apply(self, document: Document, world: World) -> Document:
        """Return the document with the object's mask after the round."""
        return self.with_round(self.clicks, document, world)

    def record(self, before: Document) -> dict[str, Any]:
        """Return the number of clicks, and whether they made the object."""
        return AddRound.record(self, before) | {"clicks": len(self.clicks)}

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return `2 clicks on object 3`."""
        return f"{plural(record['clicks'], 'click')} on {object_in(record)}"
