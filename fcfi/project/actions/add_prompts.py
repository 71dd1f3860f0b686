"""A round of prompts of all kinds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final

from fcfi.boxes import Box
from fcfi.project.actions.base import Edit, World
from fcfi.project.actions.fields import MAX_CLICKS, LabelId, Length, ObjectId, Pixels
from fcfi.project.actions.prompting import add_round
from fcfi.project.actions.registry import register
from fcfi.project.actions.words import object_in, plural
from fcfi.project.document import Document
from fcfi.prompts.clicks import Click, Prompt, Prompts, Scribble


@register
@dataclass(frozen=True, slots=True)
class AddPrompts(Edit):
    """One round of clicks, boxes and scribbles on an object; the rest is as for `AddClicks`."""

    type: ClassVar[str] = "prompt"
    object: ObjectId | None
    prompts: Annotated[Prompts, Length(1, MAX_CLICKS)]
    label: LabelId | None = None
    keep_out: bool | None = None
    tidy: Pixels | None = None
    within: Box | None = None

    def apply(self, document: Document, world: World) -> Document:
        """Return the document with the object's mask after the round."""
        return add_round(
            document,
            self.object,
            self.prompts,
            world,
            label=self.label,
            keep_out=self.keep_out,
            tidy=self.tidy,
            within=self.within,
        )

    def record(self, before: Document) -> dict[str, Any]:
        """Return the kinds of the prompts, and whether they made the object."""
        kinds = [_KINDS[type(prompt)] for prompt in self.prompts]
        return Edit.record(self, before) | {"prompts": kinds, "new": self.object is None}

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return `1 box and 2 clicks on object 3`."""
        kinds = record["prompts"]
        parts = [plural(kinds.count(kind), kind) for kind in dict.fromkeys(kinds)]
        return f"{' and '.join(parts)} on {object_in(record)}"


_KINDS: Final[Mapping[type[Prompt], str]] = {Click: "click", Box: "box", Scribble: "scribble"}
