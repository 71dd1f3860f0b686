"""The action `prompt`: a round of clicks, boxes and scribbles on an object."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final

from fcfi.boxes import Box
from fcfi.errors import plural
from fcfi.project.actions.base import World
from fcfi.project.actions.fields import MAX_CLICKS, Length
from fcfi.project.actions.prompting import AddRound
from fcfi.project.actions.registry import register
from fcfi.project.actions.words import object_in
from fcfi.project.document import Document
from fcfi.prompts.clicks import Click, Prompt, Prompts, Scribble


@register
@dataclass(frozen=True, slots=True)
class AddPrompts(AddRound):
    """A round of clicks, boxes and scribbles on an object; other fields are as in `AddClicks`."""

    type: ClassVar[str] = "prompt"
    prompts: Annotated[Prompts, Length(1, MAX_CLICKS)]

    def apply(self, document: Document, world: World) -> Document:
        """Return the document with the object's mask after the round."""
        return self.with_round(self.prompts, document, world)

    def record(self, before: Document) -> dict[str, Any]:
        """Return the kinds of the prompts, and whether they made the object."""
        kinds = [_KINDS[type(prompt)] for prompt in self.prompts]
        return AddRound.record(self, before) | {"prompts": kinds}

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return `1 box and 2 clicks on object 3`."""
        kinds = record["prompts"]
        parts = [plural(kinds.count(kind), kind) for kind in dict.fromkeys(kinds)]
        return f"{' and '.join(parts)} on {object_in(record)}"


_KINDS: Final[Mapping[type[Prompt], str]] = {Click: "click", Box: "box", Scribble: "scribble"}
