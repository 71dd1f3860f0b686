"""The action `redo`: make the last undone change again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from fcfi.project.actions.base import Move
from fcfi.project.actions.registry import describe, register


@register
@dataclass(frozen=True, slots=True)
class Redo(Move):
    """A step forward to the document after the last undone change."""

    type: ClassVar[str] = "redo"
    by: ClassVar[Literal[-1, 1]] = 1

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return `made again: 2 clicks on object 3`."""
        return f"made again: {describe(record['of'])}" if "of" in record else "made again"
