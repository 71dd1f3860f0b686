"""The action `carry_objects`: objects of the picture before in a series, predicted on this one."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fcfi.errors import plural
from fcfi.masks.runs import RunMask
from fcfi.project.actions.base import Edit, World
from fcfi.project.actions.masks import predicted
from fcfi.project.actions.objects import copy_of, with_numbered
from fcfi.project.actions.registry import register
from fcfi.project.document import Document, DrawnObject
from fcfi.prompts.clicks import Click
from fcfi.prompts.rounds import Round, Rounds


@register
@dataclass(frozen=True, slots=True)
class CarryObjects(Edit):
    """Copies of objects of another picture, each with a start mask and a click of its own.

    Their masks are predictions, which a person corrects like any other.  Objects of which the
    picture has a carried copy already are left out, also if that was corrected since.
    """

    type: ClassVar[str] = "carry_objects"
    # Only `Project.carry` chooses start masks and clicks.
    over_http: ClassVar[bool] = False
    objects: tuple["CarriedObject", ...]

    def apply(self, document: Document, world: World) -> Document:
        """Return the document with the objects on top."""
        new = []
        for carried in self.objects:
            if carried.found_in(document) is not None:
                continue
            drawn = dataclasses.replace(
                copy_of(carried.original),
                origin=carried.original.origin,
                start=world.keep(carried.start),
                rounds=carried.rounds(world.now()),
            )
            new.append(predicted(document, drawn, world))
        return with_numbered(document, new)

    def record(self, before: Document) -> dict[str, Any]:
        """Return the number of objects."""
        return Edit.record(self, before) | {"count": len(self.objects)}

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return `3 objects carried from the picture before`."""
        return f"{plural(record['count'], 'object')} carried from the picture before"


@dataclass(frozen=True, slots=True)
class CarriedObject:
    """An object to carry, which has an origin, and its start mask and click on the new picture."""

    original: DrawnObject
    start: RunMask
    click: Click

    def rounds(self, time: float) -> Rounds:
        """Return the rounds of the copy: the click, seen through the window of the original."""
        return Rounds((Round.at(time, (self.click,)),), window=self.original.rounds.window)

    def found_in(self, document: Document) -> DrawnObject | None:
        """Return the copy on the new picture, or None."""
        origin = self.original.origin
        return next((drawn for drawn in document.objects if drawn.origin == origin), None)
