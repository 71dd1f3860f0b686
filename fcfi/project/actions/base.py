"""The base classes of actions, and the interface of what they may ask of the project (`World`).

An action is a frozen dataclass with a type, fields, and a method that makes a new document.  It
need not know how it is undone or replayed: every document that an edit makes is a revision of the
store, so undo shows the revision before; and a mask is the answer to an object's rounds of
prompts, so replay predicts them again.
"""

from collections.abc import Container, Mapping, Sequence
from typing import Any, ClassVar, Literal, Protocol

from fcfi.masks.runs import RunMask
from fcfi.project.attributes import Attribute
from fcfi.project.document import Document, DrawnObject
from fcfi.prompts.rounds import Rounds


class World(Protocol):
    """What an action may ask of the project round the document."""

    @property
    def height(self) -> int:
        """The height of the picture, in pixels."""

    @property
    def width(self) -> int:
        """The width of the picture, in pixels."""

    @property
    def labels(self) -> Container[int]:
        """The ids of the project's labels."""

    def schema(self, label: int) -> Sequence[Attribute]:
        """Return the attributes of a label."""

    @property
    def network(self) -> str | None:
        """The identity of the predictor: of weights and settings together."""

    @property
    def author(self) -> str:
        """The name of who acts; "" without one."""

    def now(self) -> float:
        """Return the time in seconds since 1970 (UTC)."""

    def objects(self, picture: int) -> tuple[DrawnObject, ...]:
        """Return the objects of another picture of the same size; their masks are stored."""

    def predict(self, start: str | None, rounds: Rounds) -> RunMask | None:
        """Return the mask that these rounds of prompts make; None if it has no pixel."""

    def mask(self, sha256: str) -> RunMask:
        """Return a stored mask, or one that this action has kept."""

    def keep(self, mask: RunMask | None) -> str | None:
        """Keep a mask for the document and return its sha256; None for None.

        Raises InputError if it does not fit into the picture.
        """


class Action:
    """An act of a person on a picture.

    type: its name in requests and records.  over_http: whether requests may hold it.
    """

    __slots__ = ()
    type: ClassVar[str]
    over_http: ClassVar[bool] = True

    def record(self, before: Document) -> dict[str, Any]:
        """Return what is stored of it beside the new document: its type and a few small values."""
        return {"type": self.type}

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return a record of this action in words, as in `2 clicks on object 3`."""
        return cls.type.replace("_", " ")


class Edit(Action):
    """An action that makes a new document, from the old one and the world alone.

    A subclass that records more calls `Edit.record(self, before)`: `dataclass(slots=True)` makes
    the class a second time, so that `super()` without arguments looks for the discarded first.
    """

    __slots__ = ()

    def apply(self, document: Document, world: World) -> Document:
        """Return the document after the edit.  Raises InputError if the edit does not fit it."""
        raise NotImplementedError

    def record(self, before: Document) -> dict[str, Any]:
        """Return the type and, of an edit with an `object`, the id of that or of the new object."""
        record: dict[str, Any] = {"type": self.type}
        if hasattr(self, "object"):
            # Without an id an edit makes an object, which gets the document's next id.
            record["object"] = before.next_id if self.object is None else self.object
        return record


class Move(Action):
    """An action that shows another revision: -1 shows the revision before, 1 the next one."""

    __slots__ = ()
    by: ClassVar[Literal[-1, 1]]
