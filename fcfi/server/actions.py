"""Actions as they come over the wire: checked and described by models that are made from the project's own actions.

    {"type": "click", "object": 2, "clicks": [{"x": 10, "y": 20, "positive": true}], "label": 1}

A key that is absent leaves a property as it is; null is a value.  What an action holds is said
once, by its class in `fcfi.project.actions`; here stands only what each of its values may be.
"""

import dataclasses
from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Annotated, Any, Final, Literal, get_args, get_type_hints

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, create_model

from fcfi.boxes import Box
from fcfi.masks.runs import RunMask
from fcfi.project import actions
from fcfi.project.actions import MAX_CLICKS, MAX_OBJECTS, Action
from fcfi.prompts.clicks import Click, Scribble

MAX_INT: Final = 2**31 - 1
MAX_RUNS: Final = 4_000_000
"""Of one mask."""
MAX_CORNERS: Final = 1000
"""Of one scribble."""

Id = Annotated[int, Field(ge=1, le=MAX_INT)]
Whole = Annotated[int, Field(ge=0, le=MAX_INT)]
Colour = Annotated[str, Field(pattern="^#[0-9a-f]{6}$", examples=["#ff8800"])]


class Request(BaseModel):
    """Part of a request: exact types, no unknown keys."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ClickRequest(Request):
    """A click on the object (positive) or off it."""

    x: Whole
    y: Whole
    positive: bool = True


class BoxRequest(Request):
    """A box of whole pixels; right and bottom are the first pixels outside."""

    left: Whole
    top: Whole
    right: Id
    bottom: Id


class ScribbleRequest(Request):
    """A line drawn over the object (positive) or off it: its corners [x, y], in order."""

    points: Annotated[
        list[Annotated[list[Whole], Field(min_length=2, max_length=2)]],
        Field(min_length=2, max_length=MAX_CORNERS),
    ]
    positive: bool = True


def _kind_of_prompt(given: Any) -> str:
    """Return the tag of a prompt by a key that no other kind has, so that errors name its own keys."""
    keys = given if isinstance(given, Mapping) else ()
    return "box" if "left" in keys else "scribble" if "points" in keys else "click"


PromptRequest = Annotated[
    Annotated[ClickRequest, Tag("click")]
    | Annotated[BoxRequest, Tag("box")]
    | Annotated[ScribbleRequest, Tag("scribble")],
    Discriminator(_kind_of_prompt),
]


class MaskRequest(Request):
    """A mask: lengths of runs over its box, row by row, background first."""

    left: Whole
    top: Whole
    width: Id
    height: Id
    runs: Annotated[list[Whole], Field(max_length=MAX_RUNS)]


TAKEN: Final[tuple[type[Action], ...]] = (
    actions.AddClicks,
    actions.AddPrompts,
    actions.RemoveClick,
    actions.SetMask,
    actions.Clean,
    actions.ResetObject,
    actions.EditObject,
    actions.EditObjects,
    actions.MoveObject,
    actions.DeleteObjects,
    actions.MergeObjects,
    actions.CopyObjects,
    actions.DuplicateObjects,
    actions.SetDone,
    actions.Undo,
    actions.Redo,
)
"""What may come from outside; imports come from files only."""
VALUES: Final[Mapping[str, Any]] = {
    "object": Id,
    "objects": Annotated[list[Id], Field(min_length=1, max_length=MAX_OBJECTS)],
    "clicks": Annotated[list[ClickRequest], Field(min_length=1, max_length=MAX_CLICKS)],
    "prompts": Annotated[
        list[PromptRequest],
        Field(min_length=1, max_length=MAX_CLICKS),
    ],
    "within": BoxRequest,
    "tidy": Whole,
    "mask": MaskRequest,
    "label": Id,
    "colour": Colour,
    "index": Whole,
    "place": Whole,
    "picture": Id,
    "fill_holes": Whole,
    "drop_specks": Whole,
    "visible": bool,
    "finished": bool,
    "keep_out": bool,
    "done": bool,
}
"""What a value of each name may be, beside null where the action takes None."""


class ActionModel(Request):
    """An action that came."""

    def made(self) -> Action:
        """As the project takes it, without what did not come.  Raises InputError for a mask that cannot be."""
        given = {name: _value(getattr(self, name)) for name in self.model_fields_set - {"type"}}
        made: Action = _KINDS[type(self)](**given)
        return made


def _model(kind: type[Action]) -> type[ActionModel]:
    """The model of an action: its keys, which of them must come, and which may be null."""
    hints = get_type_hints(kind)
    keys: dict[str, Any] = {"type": Literal[kind.type]}
    for one in dataclasses.fields(kind):
        value = VALUES[one.name]
        if type(None) in get_args(hints[one.name]):
            value = value | None
        keys[one.name] = (
            value
            if one.default is dataclasses.MISSING
            else (value, Field(default_factory=lambda: None))
        )
    return create_model(kind.__name__, __base__=ActionModel, __doc__=kind.__doc__, **keys)


def _value(given: Any) -> Any:
    """A value as the project takes it."""
    if isinstance(given, list):
        return tuple(_value(one) for one in given)
    if isinstance(given, ClickRequest):
        return Click(given.x, given.y, given.positive)
    if isinstance(given, BoxRequest):
        return Box(given.left, given.top, given.right, given.bottom)
    if isinstance(given, ScribbleRequest):
        return Scribble(tuple((x, y) for x, y in given.points), given.positive)
    if isinstance(given, MaskRequest):
        return RunMask.from_json(dict(given))
    return given


_KINDS: Final[Mapping[type[ActionModel], Any]] = {_model(kind): kind for kind in TAKEN}
AnyAction: Final[Any] = Annotated[reduce(or_, _KINDS), Field(discriminator="type")]
"""Any of them."""
