"""The document of a picture: its objects and mark as an immutable value, and its JSON form.

Objects are in painting order, from bottom to top.  A document names masks by their sha256; the
store holds their pixels.  A document of an older version is upgraded when it is read (UPGRADES).
Knows nothing of networks, files or databases.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, get_args

from fcfi.errors import InputError
from fcfi.json_documents import Upgrade, upgraded
from fcfi.project.attributes import Attribute, Values, fitting, ordered
from fcfi.prompts.clicks import Clicks
from fcfi.prompts.rounds import NO_ROUNDS, Rounds

Marked = Literal["done", "doubtful", "checked"]
"""The marks that an annotator can set on a picture."""
DONE: Final[tuple[Marked, ...]] = ("done", "checked")
"""Marks of pictures that need no more work."""


Origin = tuple[int, int]
"""The id of a picture, and of an object there."""
PARSED: Final = ("within", "window", "rounds", "attributes", "origin")
"""Keys of an object's JSON that must be parsed; the others are values of fields."""


@dataclass(frozen=True, slots=True)
class DrawnObject:
    """An object of a picture.

    id: unique in the picture, never reused.  label: id of one of the project's labels.
    start: sha256 of the start mask (drawn, imported or cleaned).  rounds: its prompts.
    mask: sha256 of the present mask; None if it is empty.
    keep_out: whether finished neighbours are subtracted from the mask.
    tidy: specks and holes up to this number of pixels are removed from predicted masks.
    colour: "#rrggbb", or None for the label's.
    network: the predictor that answered the rounds: the identity of its weights and settings, or
        in documents of version 0.1 the sha256 of the weights alone.
    attributes: values of the label's attributes, in the order of names.
    origin: of an object that was carried through a series, the original: its picture and its id.
    """

    id: int
    label: int | None = None
    start: str | None = None
    rounds: Rounds = NO_ROUNDS
    mask: str | None = None
    visible: bool = True
    finished: bool = False
    keep_out: bool = False
    tidy: int = 0
    colour: str | None = None
    network: str | None = None
    attributes: Values = ()
    origin: Origin | None = None

    @property
    def clicks(self) -> Clicks:
        """All clicks, in order."""
        return self.rounds.clicks

    def to_json(self) -> dict[str, Any]:
        """Return the object as JSON: dictionaries, lists, texts and numbers."""
        return {
            "id": self.id,
            "label": self.label,
            "start": self.start,
            **self.rounds.to_json(),
            "mask": self.mask,
            "visible": self.visible,
            "finished": self.finished,
            "keep_out": self.keep_out,
            "tidy": self.tidy,
            "colour": self.colour,
            "network": self.network,
            "attributes": dict(self.attributes),
            "origin": self.origin and list(self.origin),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "DrawnObject":
        """Return the object of `to_json`.  Raises InputError, KeyError or TypeError."""
        others = {key: value for key, value in data.items() if key not in PARSED}
        values = ordered(data["attributes"])
        origin = None
        if data["origin"] is not None:
            picture, identity = data["origin"]
            origin = picture, identity
        return cls(**others, rounds=Rounds.from_json(data), attributes=values, origin=origin)


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark that an annotator set on a picture: done, doubtful, or checked by a second person.

    author: "" without a name.  time: seconds since 1970 (UTC), 0 if it is not known.
    """

    state: Marked
    author: str = ""
    time: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return texts and numbers only."""
        return {"state": self.state, "author": self.author, "time": self.time}


@dataclass(frozen=True, slots=True)
class Document:
    """The objects from bottom to top, the next object's id, and the mark if it has one."""

    objects: tuple[DrawnObject, ...] = ()
    next_id: int = 1
    mark: Mark | None = None

    @property
    def done(self) -> bool:
        """Whether the picture needs no more work."""
        return self.mark is not None and self.mark.state in DONE

    @property
    def masks(self) -> frozenset[str]:
        """The sha256 of the present masks."""
        return frozenset(drawn.mask for drawn in self.objects if drawn.mask is not None)

    def relabelled(self, labels: Mapping[int, int]) -> "Document":
        """Return the document with present labels: merged ones followed, deleted ones removed.

        labels: see Labels.resolved.
        """
        if all(
            drawn.label is None or labels.get(drawn.label) == drawn.label for drawn in self.objects
        ):
            return self
        objects = tuple(
            drawn if drawn.label is None else replace(drawn, label=labels.get(drawn.label))
            for drawn in self.objects
        )
        return replace(self, objects=objects)

    def fitted(self, schemas: Mapping[int, Sequence[Attribute]]) -> "Document":
        """Return the document without values that do not fit the attributes of their labels.

        schemas: attributes by the label's id.
        """
        objects = tuple(
            replace(drawn, attributes=fitting(drawn.attributes, schemas.get(drawn.label or 0, ())))
            for drawn in self.objects
        )
        return replace(self, objects=objects)

    def to_json(self) -> dict[str, Any]:
        """Return the document as JSON: dictionaries, lists, texts and numbers."""
        return {
            "version": len(UPGRADES) + 1,
            "objects": [drawn.to_json() for drawn in self.objects],
            "next_id": self.next_id,
            "mark": None if self.mark is None else self.mark.to_json(),
        }

    @classmethod
    def from_json(cls, data: Any) -> "Document":
        """Return the document of `to_json`, of this version or an older one.

        Raises InputError for anything else.
        """
        if not isinstance(data, Mapping):
            raise InputError(f"expected a document as a JSON object, got {type(data).__name__}")
        try:
            document = upgraded(data, "a document", UPGRADES)
            objects = tuple(DrawnObject.from_json(drawn) for drawn in document["objects"])
            mark = None if document["mark"] is None else Mark(**document["mark"])
            if mark is not None and mark.state not in get_args(Marked):
                raise ValueError(f"mark {str(mark.state)[:20]!r}")
            return cls(objects, document["next_id"], mark)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(f"a document is damaged: {type(error).__name__} {error}") from error


def _with_prompts(document: dict[str, Any]) -> dict[str, Any]:
    """Return version 2 of a document of version 1, in which a click was [x, y, positive, time]."""
    keys = ("x", "y", "positive", "time")
    objects = []
    for drawn in document["objects"]:
        rounds = [
            [dict(zip(keys, click, strict=True)) for click in clicks] for clicks in drawn["rounds"]
        ]
        objects.append({**drawn, "within": None, "rounds": rounds})
    return {**document, "objects": objects}


def _with_tidy(document: dict[str, Any]) -> dict[str, Any]:
    """Return version 3 of a document of version 2, which had no `tidy`."""
    return {**document, "objects": [{**drawn, "tidy": 0} for drawn in document["objects"]]}


def _with_mark(document: dict[str, Any]) -> dict[str, Any]:
    """Return version 4 of a document of version 3, which said only whether a picture was done."""
    others = {key: value for key, value in document.items() if key != "done"}
    return {**others, "mark": Mark("done").to_json() if document["done"] else None}


def _with_attributes(document: dict[str, Any]) -> dict[str, Any]:
    """Return version 5 of a document of version 4, in which objects had no attributes."""
    return {**document, "objects": [{**drawn, "attributes": {}} for drawn in document["objects"]]}


def _with_window(document: dict[str, Any]) -> dict[str, Any]:
    """Return version 6 of a document of version 5, in which no object had a grey window."""
    return {**document, "objects": [{**drawn, "window": None} for drawn in document["objects"]]}


def _with_origin(document: dict[str, Any]) -> dict[str, Any]:
    """Return version 7 of a document of version 6, which did not say what was carried."""
    return {**document, "objects": [{**drawn, "origin": None} for drawn in document["objects"]]}


UPGRADES: Final[tuple[Upgrade, ...]] = (
    _with_prompts,
    _with_tidy,
    _with_mark,
    _with_attributes,
    _with_window,
    _with_origin,
)
"""The upgrades from each version to the next; see `fcfi.json_documents.upgraded`."""
