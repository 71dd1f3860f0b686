"""The base classes of actions, and `World`, the interface through which they use the project.

An action is a frozen dataclass with a type, fields, and a method that makes a new document.  It
need not know about undo or replay: each new document is stored as a revision, so undo shows the
revision before; and a mask follows from an object's rounds of prompts, so replay predicts it again.
"""

from collections.abc import Container, Mapping, Sequence
from typing import Any, ClassVar, Literal, Protocol

from fcfi.grey_window import GreyWindow
from fcfi.masks.runs import RunMask
from fcfi.project.attributes import Attribute
from fcfi.project.document import Document, DrawnObject
from fcfi.prompts.rounds import Rounds


class World(Protocol):
    """The part of a project that an action may use, apart from the document."""

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
        """The identity of the predictor's weights and settings, or None without a predictor."""

    @property
    def author(self) -> str:
        """The author of the action; "" without a name."""

    def now(self) -> float:
        """Return the time in seconds since 1970 (UTC)."""

    def objects(self, picture: int) -> tuple[DrawnObject, ...]:
        """Return the objects of another picture, which must have the same size."""

    def effective(self, window: GreyWindow | None) -> GreyWindow | None:
        """Return the grey window if the picture is deep, else None."""

    def predict(self, start: str | None, rounds: Rounds) -> RunMask | None:
        """Return the mask that these rounds of prompts make; None if it is empty."""

    def mask(self, sha256: str) -> RunMask:
        """Return a mask that is stored or was passed to `keep`."""

    def keep(self, mask: RunMask | None) -> str | None:
        """Keep a mask, to store it with the document, and return its sha256; None for None.

        Raises InputError if it does not fit into the picture.
        """


class Action:
    """An annotator's change to a picture, as a value.

    type: its name in requests and records.  over_http: whether requests may hold it.
    """

    __slots__ = ()
    type: ClassVar[str]
    over_http: ClassVar[bool] = True

    def record(self, before: Document) -> dict[str, Any]:
        """Return what the history stores: the type and a few small values."""
        return {"type": self.type}

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return a record of this action in words, such as `2 clicks on object 3`."""
        return cls.type.replace("_", " ")


class Edit(Action):
    """An action that makes a new document from the old document and the world.

    A subclass that records more calls `Edit.record(self, before)`, since `dataclass(slots=True)`
    creates the class a second time, and `super()` would refer to the first.
    """

    __slots__ = ()

    def apply(self, document: Document, world: World) -> Document:
        """Return the document after the edit.  Raises InputError if the edit does not fit it."""
        raise NotImplementedError

    def record(self, before: Document) -> dict[str, Any]:
        """Return the type and, if the edit has an `object`, the id of that or of the new object."""
        record: dict[str, Any] = {"type": self.type}
        if hasattr(self, "object"):
            # None means a new object, which gets the document's next id.
            record["object"] = before.next_id if self.object is None else self.object
        return record


class Move(Action):
    """An action that shows another revision: -1 shows the revision before, 1 the next one."""

    __slots__ = ()
    by: ClassVar[Literal[-1, 1]]
