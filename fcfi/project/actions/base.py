"""What an action is: a frozen dataclass with its type, its fields, and what it makes of a document.

How it is undone and replayed is not its business.  Every document that an edit makes is a revision
of the store, so undo shows the revision before; and a mask is the answer to an object's rounds of
prompts, so replay asks the world again.
"""

from collections.abc import Container, Mapping, Sequence
from typing import Any, ClassVar, Literal, Protocol

from fcfi.masks.runs import RunMask
from fcfi.project.attributes import Attribute
from fcfi.project.document import Document, DrawnObject
from fcfi.prompts.rounds import Rounds


class World(Protocol):
    """What an action may ask of the world round the document."""

    @property
    def height(self) -> int:
        """Of the picture, in pixels."""

    @property
    def width(self) -> int:
        """Of the picture, in pixels."""

    @property
    def labels(self) -> Container[int]:
        """Ids of the project's labels."""

    def schema(self, label: int) -> Sequence[Attribute]:
        """Return the attributes of a label."""

    @property
    def network(self) -> str | None:
        """The identity of the predictor: of weights and settings together."""

    @property
    def author(self) -> str:
        """The name of who acts; "" without one."""

    def now(self) -> float:
        """Seconds since 1970 (UTC)."""

    def objects(self, picture: int) -> tuple[DrawnObject, ...]:
        """Those of another picture, which has this one's size and whose masks are kept."""

    def predict(self, start: str | None, rounds: Rounds) -> RunMask | None:
        """Return the mask that these rounds of prompts make; None if it has no pixel."""

    def mask(self, sha256: str) -> RunMask:
        """Return a mask that is kept."""

    def keep(self, mask: RunMask | None) -> str | None:
        """Keep a mask and return its sha256; None for none.

        Raises InputError if it does not fit into the picture.
        """


class Action:
    """Something that a person does to a picture.

    type: its name in requests and records.  over_http: whether requests may hold it.
    """

    __slots__ = ()
    type: ClassVar[str]
    over_http: ClassVar[bool] = True

    def record(self, before: Document) -> dict[str, Any]:
        """Return what is stored of it beside its result: its type, its object and small values."""
        return {"type": self.type}

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return a record of this action in words, as in `2 clicks on object 3`."""
        return cls.type.replace("_", " ")


class Edit(Action):
    """An action that makes a new document; what it makes of it depends on nothing but the world.

    A subclass that records more calls `Edit.record(self, before)`: a dataclass with slots is made a
    second time, so `super()` without arguments looks for a class that is not there any more.
    """

    __slots__ = ()

    def apply(self, document: Document, world: World) -> Document:
        """Return the document after it.  Raises InputError if it does not fit the document."""
        raise NotImplementedError

    def record(self, before: Document) -> dict[str, Any]:
        """Return the type and, where it has an `object`, the id of that object or the new one."""
        record: dict[str, Any] = {"type": self.type}
        if hasattr(self, "object"):
            # Without an id an edit makes an object, which gets the document's next one.
            record["object"] = before.next_id if self.object is None else self.object
        return record


class Move(Action):
    """An action that shows another revision: by -1 the one before, by 1 the one after."""

    __slots__ = ()
    by: ClassVar[Literal[-1, 1]]
