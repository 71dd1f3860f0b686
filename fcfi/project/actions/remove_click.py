"""The action `remove_click`: remove a click, box or scribble of an object."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fcfi.project.actions.base import Edit, World
from fcfi.project.actions.fields import Index, ObjectId
from fcfi.project.actions.masks import predicted
from fcfi.project.actions.objects import find, with_object, without_objects
from fcfi.project.actions.registry import register
from fcfi.project.document import Document


@register
@dataclass(frozen=True, slots=True)
class RemoveClick(Edit):
    """The removal of a prompt; an object with neither prompts nor a start mask left is deleted.

    index: the prompt's position among all prompts of the object, from 0.
    """

    type: ClassVar[str] = "remove_click"
    object: ObjectId
    index: Index

    def apply(self, document: Document, world: World) -> Document:
        """Return the document as if the prompt had never been made."""
        drawn = find(document, self.object)
        rounds = drawn.rounds.without(self.index)
        if not rounds and drawn.start is None:
            return without_objects(document, (drawn.id,))
        changed = dataclasses.replace(drawn, rounds=rounds)
        return with_object(document, predicted(document, changed, world))

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return `a click of object 3 removed`."""
        return f"a click of object {record['object']} removed"
