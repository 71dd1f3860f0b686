"""Types and limits of the fields of actions, from which the server generates its checks.

    index: Annotated[int, Range(0)]

They are plain values, so that the project knows nothing of HTTP, and the server nothing of
individual actions.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Final

from fcfi.errors import InputError

MAX_CLICKS: Final = 100
"""The most clicks of a round."""
MAX_OBJECTS: Final = 5000
"""The most objects of a picture."""
MAX_INT: Final = 2**31 - 1
"""The largest number that the store can hold."""
COLOUR: Final = re.compile(r"#[0-9a-f]{6}")


class Keep(Enum):
    """The type of KEEP, which leaves a property unchanged (None is a value)."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


@dataclass(frozen=True, slots=True)
class Range:
    """A whole number from `low` to `high`."""

    low: int
    high: int = MAX_INT


@dataclass(frozen=True, slots=True)
class Length:
    """A list of `low` to `high` elements."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """A text that matches a regular expression, with an example."""

    expression: str
    example: str


ObjectId = Annotated[int, Range(1)]
LabelId = Annotated[int, Range(1)]
PictureId = Annotated[int, Range(1)]
Index = Annotated[int, Range(0)]
"""A position in a list, from 0."""
Pixels = Annotated[int, Range(0)]
"""An area in pixels."""
ObjectIds = Annotated[tuple[ObjectId, ...], Length(1, MAX_OBJECTS)]
Colour = Annotated[str, Pattern(f"^{COLOUR.pattern}$", "#ff8800")]


def check_colour(colour: str | None) -> None:
    """Raise InputError unless it is None or `#rrggbb` in lower case."""
    if colour is not None and not COLOUR.fullmatch(colour):
        raise InputError(
            f"expected a colour as #rrggbb in lower case, got {colour[:20]!r}: write #ff8800"
        )
