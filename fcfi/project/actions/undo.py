"""The action `undo`: take back the last change."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from fcfi.project.actions.base import Move
from fcfi.project.actions.registry import describe, register


@register
@dataclass(frozen=True, slots=True)
class Undo(Move):
    """A step back to the document before the last change."""

    type: ClassVar[str] = "undo"
    by: ClassVar[Literal[-1, 1]] = -1

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return `undone: 2 clicks on object 3`."""
        return f"undone: {describe(record['of'])}" if "of" in record else "undone"
