"""Schemas of actions in requests, generated from the classes of the registered actions.

    {"type": "click", "object": 2, "clicks": [{"x": 10, "y": 20, "positive": true}], "label": 1}

An absent key leaves a property unchanged; null is a value.  The keys come from the fields of the
action's class; this module only defines the JSON form of each type of value.  So every registered
action can be requested, and is part of the OpenAPI description.
"""

import dataclasses
from collections.abc import Callable, Mapping
from functools import reduce
from operator import or_
from types import UnionType
from typing import (
    Annotated,
    Any,
    ClassVar,
    Final,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, create_model

from fcfi.boxes import Box
from fcfi.grey_window import GreyWindow
from fcfi.masks.runs import RunMask
from fcfi.project.actions import Action, Keep, actions
from fcfi.project.actions.fields import COLOUR, MAX_INT, Length, Pattern, Range
from fcfi.prompts.clicks import MOST_CORNERS, Click, Prompt, Scribble

MAX_RUNS: Final = 4_000_000
"""The most run lengths of a mask."""

Id = Annotated[int, Field(ge=1, le=MAX_INT)]
Whole = Annotated[int, Field(ge=0, le=MAX_INT)]
Colour = Annotated[str, Field(pattern=f"^{COLOUR.pattern}$", examples=["#ff8800"])]


class Request(BaseModel):
    """A request or a part of it: exact types, no unknown keys."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ClickRequest(Request):
    """A click on the object (positive) or off it (negative)."""

    x: Whole
    y: Whole
    positive: bool = True


class BoxRequest(Request):
    """A box of whole pixels; right and bottom are the first pixels outside."""

    left: Whole
    top: Whole
    right: Id
    bottom: Id


class WindowRequest(Request):
    """A grey window: the values of a deep picture that are black and white, low below high."""

    low: Annotated[float, Field(allow_inf_nan=False)]
    high: Annotated[float, Field(allow_inf_nan=False)]


class ScribbleRequest(Request):
    """A line on the object (positive) or off it (negative): its corners [x, y], in order."""

    points: Annotated[
        list[Annotated[list[Whole], Field(min_length=2, max_length=2)]],
        Field(min_length=2, max_length=MOST_CORNERS),
    ]
    positive: bool = True


def _kind_of_prompt(given: Any) -> str:
    """Return the tag of a prompt, by a key that only its kind has.

    A validation error then names the keys of this kind instead of all three kinds.
    """
    keys = given if isinstance(given, Mapping) else ()
    return "box" if "left" in keys else "scribble" if "points" in keys else "click"


PromptRequest = Annotated[
    Annotated[ClickRequest, Tag("click")]
    | Annotated[BoxRequest, Tag("box")]
    | Annotated[ScribbleRequest, Tag("scribble")],
    Discriminator(_kind_of_prompt),
]


class MaskRequest(Request):
    """A mask: its box and the run lengths in it, row by row, background first."""

    left: Whole
    top: Whole
    width: Id
    height: Id
    runs: Annotated[list[Whole], Field(max_length=MAX_RUNS)]


IN_JSON: Final[Mapping[Any, Any]] = {
    Click: ClickRequest,
    Box: BoxRequest,
    GreyWindow: WindowRequest,
    Scribble: ScribbleRequest,
    Prompt: PromptRequest,
    RunMask: MaskRequest,
}
"""The schema of each type that JSON lacks."""
LIMITS: Final[Mapping[type, Callable[[Any], Any]]] = {
    Range: lambda limit: Field(ge=limit.low, le=limit.high),
    Length: lambda limit: Field(min_length=limit.low, max_length=limit.high),
    Pattern: lambda limit: Field(pattern=limit.expression, examples=[limit.example]),
}
"""The pydantic constraint for each limit of a field (`fcfi.project.actions.fields`)."""


class ActionModel(Request):
    """An action in a request.  kind: the action's class."""

    kind: ClassVar[type[Action]]

    def made(self) -> Action:
        """Return the project's action, made from the keys of the request.

        Raises InputError for an impossible mask.
        """
        values = {name: _value(getattr(self, name)) for name in self.model_fields_set - {"type"}}
        made: Action = self.kind(**values)
        return made


def any_action() -> Any:
    """Return the type of a request's action: any action registered so far."""
    models = [_model(kind) for kind in actions().values() if kind.over_http]
    return Annotated[reduce(or_, models), Field(discriminator="type")]


def _model(kind: type[Action]) -> type[ActionModel]:
    """Return the schema of an action, generated from the fields of its class."""
    hints = get_type_hints(kind, include_extras=True)
    keys: dict[str, Any] = {"type": Literal[kind.type]}
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]  # each action is a dataclass
        value = _in_json(hints[field.name])
        required = field.default is dataclasses.MISSING
        # The default is never read: `made` uses only the keys of the request.
        keys[field.name] = value if required else (value, Field(default_factory=lambda: None))
    model = create_model(kind.__name__, __base__=ActionModel, __doc__=kind.__doc__, **keys)
    model.kind = kind
    return model


def _in_json(hint: Any) -> Any:
    """Return the type in requests for the type of an action's field."""
    if hint in IN_JSON:
        return IN_JSON[hint]
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        limits = [LIMITS[type(limit)](limit) for limit in hint.__metadata__]
        return Annotated[_in_json(parts[0]), *limits]
    if origin is tuple:  # tuple[X, ...]
        return list[_in_json(parts[0])]  # type: ignore[misc]  # made at run time
    if origin in (Union, UnionType):
        # KEEP is not a value in JSON: an absent key stands for it.
        return reduce(or_, (_in_json(part) for part in parts if part is not Keep))
    return hint


def _value(given: Any) -> Any:
    """Return a request's value as the project's value."""
    if isinstance(given, list):
        return tuple(_value(element) for element in given)
    if isinstance(given, ClickRequest):
        return Click(given.x, given.y, given.positive)
    if isinstance(given, BoxRequest):
        return Box(given.left, given.top, given.right, given.bottom)
    if isinstance(given, WindowRequest):
        return GreyWindow(given.low, given.high)
    if isinstance(given, ScribbleRequest):
        return Scribble(tuple((x, y) for x, y in given.points), given.positive)
    if isinstance(given, MaskRequest):
        return RunMask.from_json(dict(given))
    return given
