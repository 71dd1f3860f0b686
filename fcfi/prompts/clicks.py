"""Prompts: clicks, boxes and scribbles, by which an annotator shows which object is meant.

Their order matters: the last prompts are the new ones, and FCFI corrects the mask around the last
click.  Knows nothing of images or networks; the predictor decides what each prompt means to its
network.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fcfi.boxes import Box, whole
from fcfi.errors import InputError
from fcfi.json_documents import read

MOST_PROMPTS: Final = 1000
"""Most prompts of an object in all rounds: each new prompt is predicted with all before it."""
MOST_CORNERS: Final = 1000
"""Most corners of a scribble."""
MOST_POINTS: Final = 10_000
"""Most points of an object: its clicks and the corners of its scribbles."""


@dataclass(frozen=True, slots=True)
class Click:
    """A click: positive on the object, negative off it.

    Convention: x right, y down, whole pixels; the centre of the top left pixel is (0, 0).

    >>> Click(320, 180), Click(90, 60, positive=False)
    (Click(x=320, y=180, positive=True), Click(x=90, y=60, positive=False))
    """

    x: int
    y: int
    positive: bool = True

    def to_json(self) -> dict[str, Any]:
        """Return `{"x": .., "y": .., "positive": ..}`."""
        return {"x": self.x, "y": self.y, "positive": self.positive}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Click":
        """Return the click of `to_json`.  Raises InputError, naming the key, for anything else."""
        return cls(read(data, "x", int), read(data, "y", int), read(data, "positive", bool))


@dataclass(frozen=True, slots=True)
class Scribble:
    """A line drawn on the object (positive) or off it (negative).

    points: its corners (x, y) in order, 2 to 1000, in whole pixels as of a click.

    >>> Scribble(((10, 10), (40, 25)), positive=False).corners
    (Click(x=10, y=10, positive=False), Click(x=40, y=25, positive=False))
    """

    points: tuple[tuple[int, int], ...]
    positive: bool = True

    def __post_init__(self) -> None:
        if len(self.points) < 2:
            raise InputError(
                f"expected a scribble of at least 2 points, got {len(self.points)}: "
                "give a click for a single point"
            )
        if len(self.points) > MOST_CORNERS:
            raise InputError(
                f"expected a scribble of at most {MOST_CORNERS} points, got {len(self.points)}: "
                "draw it in parts"
            )

    @property
    def corners(self) -> "Clicks":
        """The points as clicks."""
        return tuple(Click(x, y, self.positive) for x, y in self.points)

    def to_json(self) -> dict[str, Any]:
        """Return `{"points": [[x, y], ..], "positive": ..}`."""
        return {"points": [list(point) for point in self.points], "positive": self.positive}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Scribble":
        """Return the scribble of `to_json`.  Raises InputError for anything else."""
        points = read(data, "points", list)
        if not all(
            # The exact type: true and false are whole numbers to `isinstance`.
            isinstance(point, list) and [type(value) for value in point] == [int, int]
            for point in points
        ):
            raise InputError("expected 'points' as a list of [x, y] in whole pixels, got others")
        return cls(tuple((x, y) for x, y in points), read(data, "positive", bool))


Clicks = tuple[Click, ...]
Prompt = Click | Box | Scribble
"""A box prompt means that the object is inside the box and touches its four sides."""
Prompts = tuple[Prompt, ...]

_KINDS: Final[Mapping[str, Callable[[Mapping[str, Any]], Prompt]]] = {
    "x": Click.from_json,
    "left": Box.from_json,
    "points": Scribble.from_json,
}
"""The reader of each kind of prompt, by a key that no other kind has."""


def prompt_from_json(data: Any) -> Prompt:
    """Return the prompt of any kind's `to_json`.  Raises InputError for anything else."""
    if isinstance(data, Mapping):
        for key, reader in _KINDS.items():
            if key in data:
                return reader(data)
    raise InputError(
        "expected a prompt as an object with x, y and positive (a click), with left, top, right "
        "and bottom (a box), or with points and positive (a scribble), got "
        + ("other keys" if isinstance(data, Mapping) else type(data).__name__)
    )


def clicks_in(prompts: Prompts) -> Clicks:
    """Return the prompts that are clicks."""
    return tuple(prompt for prompt in prompts if isinstance(prompt, Click))


def check_count(prompts: Prompts) -> None:
    """Raise InputError for more prompts, or more points in them, than an object may have."""
    points = sum(len(prompt.points) if isinstance(prompt, Scribble) else 1 for prompt in prompts)
    for most, count, kind in (
        (MOST_PROMPTS, len(prompts), "prompts"),
        (MOST_POINTS, points, "points in the prompts"),
    ):
        if count > most:
            raise InputError(
                f"expected at most {most} {kind} of an object, got {count}: "
                "begin from its mask instead, or draw the rest with the brush"
            )


def check_prompts(prompts: Prompts, height: int, width: int) -> None:
    """Raise InputError without a prompt, with too many, or if one is outside the picture.

    height, width: of the picture, in pixels.
    """
    check_count(prompts)
    if not prompts:
        raise InputError(
            "expected at least one prompt, got no click and no box: "
            "give a click on the object, as (x, y) in pixels"
        )
    for number, prompt in enumerate(prompts, start=1):
        if isinstance(prompt, Box):
            check_box(prompt, height, width)
            continue
        for click in (prompt,) if isinstance(prompt, Click) else prompt.corners:
            if not whole(height, width).contains(click.x, click.y):
                raise InputError(
                    f"click {number} at ({click.x}, {click.y}) is outside the picture of "
                    f"{width} x {height} pixels: x must be 0 to {width - 1}, y 0 to {height - 1}"
                )


def check_box(box: Box, height: int, width: int, name: str = "the box") -> None:
    """Raise InputError unless a box is inside the picture and has more than one pixel.

    name: the box's name in the message.
    """
    if box.area == 1:
        raise InputError(
            f"expected {name} to hold the object, got a single pixel at ({box.left}, {box.top}): "
            "give a click for a point"
        )
    if box.intersection(whole(height, width)) != box:
        raise InputError(
            f"expected {name} inside the picture of {width} x {height} pixels, got left, top, "
            f"right, bottom = {box.left}, {box.top}, {box.right}, {box.bottom}: "
            f"right may be at most {width}, bottom {height}"
        )
