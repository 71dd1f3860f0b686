"""What a person has made of one picture: a value that is never changed, and its form as JSON.

Objects stand from bottom to top, in the order in which they are painted.  Masks are named by their
sha256 (masks.py); their pixels lie elsewhere.  Knows nothing of networks, files or databases.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fcfi.errors import InputError
from fcfi.prompts.clicks import Click, Clicks
from fcfi.prompts.rounds import Round

VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class DrawnObject:
    """One object of one picture.

    id: unique in the picture, never given again.  label: id of one of the project's labels.  start:
        the mask that the
    clicks begin from (drawn, imported or cleaned).  rounds: clicks given together, predicted once.
    mask: the present one; None has no pixel.  keep_out: finished neighbours are cut out of it.
        colour: "#rrggbb", None for the label's.
    network: sha256 of the weights that the rounds were last predicted with.
    """

    id: int
    label: int | None = None
    start: str | None = None
    rounds: tuple[Round, ...] = ()
    mask: str | None = None
    visible: bool = True
    finished: bool = False
    keep_out: bool = False
    colour: str | None = None
    network: str | None = None

    @property
    def clicks(self) -> Clicks:
        """All of them, in order."""
        return tuple(click for one in self.rounds for click in one.clicks)


@dataclass(frozen=True, slots=True)
class Document:
    """The objects of a picture from bottom to top, the id of the next one, and whether the picture is done."""

    objects: tuple[DrawnObject, ...] = ()
    next_id: int = 1
    done: bool = False

    @property
    def masks(self) -> frozenset[str]:
        """The present masks."""
        return frozenset(one.mask for one in self.objects if one.mask is not None)

    def to_json(self) -> dict[str, Any]:
        """Dictionaries, lists, texts and numbers only."""
        objects = [_object_to_json(one) for one in self.objects]
        return {"version": VERSION, "objects": objects, "next_id": self.next_id, "done": self.done}

    @classmethod
    def from_json(cls, data: Any) -> "Document":
        """The document in what JSON gave.  Raises InputError if it is none of this version."""
        if not isinstance(data, Mapping) or data.get("version") != VERSION:
            raise InputError(f"this is no document of version {VERSION}: update fcfi")
        try:
            objects = tuple(_object_from_json(one) for one in data["objects"])
            return cls(objects, data["next_id"], data["done"])
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"a document is damaged: {type(error).__name__} {error}") from error


def _object_to_json(one: DrawnObject) -> dict[str, Any]:
    rounds = [
        [
            [click.x, click.y, click.positive, time]
            for click, time in zip(part.clicks, part.times, strict=True)
        ]
        for part in one.rounds
    ]
    return {
        "id": one.id,
        "label": one.label,
        "start": one.start,
        "rounds": rounds,
        "mask": one.mask,
        "visible": one.visible,
        "finished": one.finished,
        "keep_out": one.keep_out,
        "colour": one.colour,
        "network": one.network,
    }


def _object_from_json(data: Mapping[str, Any]) -> DrawnObject:
    return DrawnObject(**{**data, "rounds": tuple(_round(rows) for rows in data["rounds"])})


def _round(rows: Iterable[tuple[int, int, bool, float]]) -> Round:
    kept = list(rows)
    return Round(
        tuple(Click(x, y, positive) for x, y, positive, _ in kept), tuple(time for *_, time in kept)
    )
