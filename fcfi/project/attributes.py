"""Attributes of objects: the schema of a label, and the check of values against it.

A schema is a list of attributes, each with a name and a kind.  A value that does not fit is refused
in one sentence.  Knows nothing of documents, files or databases.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from fcfi.errors import InputError

Kind = Literal["text", "number", "choice", "bool"]
Value = str | bool | int | float
Values = tuple[tuple[str, Value], ...]
"""Names and values, in the order of names."""

MAX_ATTRIBUTES: Final = 50
"""The most attributes of a label."""
MAX_CHOICES: Final = 200
MAX_NAME: Final = 100
"""The longest name of an attribute or a choice, in characters."""
MAX_TEXT: Final = 1000
"""The longest text value, in characters."""
MAX_NUMBER: Final = 2**53
"""The largest whole number that every JSON reader keeps exactly."""
SHOWN: Final = 50
"""Characters of a foreign text that a message repeats."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of a label: its name, the kind of its values, and the choices of a choice."""

    name: str
    kind: Kind
    choices: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return texts and lists only."""
        return {"name": self.name, "kind": self.kind, "choices": list(self.choices)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Attribute":
        """Return the attribute of `to_json`.  Raises KeyError or TypeError."""
        return cls(data["name"], data["kind"], tuple(data["choices"]))


def check_schema(schema: Sequence[Attribute]) -> None:
    """Raise InputError if a schema cannot be used."""
    if len(schema) > MAX_ATTRIBUTES:
        raise InputError(
            f"expected at most {MAX_ATTRIBUTES} attributes of a label, got {len(schema)}: "
            "remove some"
        )
    _check_names("attribute", [attribute.name for attribute in schema])
    for attribute in schema:
        if attribute.kind not in get_args(Kind):
            raise InputError(
                f"expected text, number, choice or bool as the kind of {attribute.name!r}, "
                f"got {str(attribute.kind)[:SHOWN]!r}: choose one of them"
            )
        if (attribute.kind == "choice") != bool(attribute.choices):
            raise InputError(
                f"expected choices for an attribute of the kind choice, and for no other, got "
                f"{len(attribute.choices)} for {attribute.name!r} ({attribute.kind}): name them"
            )
        if len(attribute.choices) > MAX_CHOICES:
            raise InputError(
                f"expected at most {MAX_CHOICES} choices for {attribute.name!r}, got "
                f"{len(attribute.choices)}: use a text instead"
            )
        _check_names(f"choice of {attribute.name!r}", attribute.choices)


def fitted(attribute: Attribute, value: Any) -> Value:
    """Return a value that fits an attribute.  Raises InputError if it does not fit."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    match attribute.kind:
        case "bool" if isinstance(value, bool):
            return value
        case "number" if number and math.isfinite(value) and abs(value) <= MAX_NUMBER:
            taken: Value = value
            return taken
        case "text" if isinstance(value, str) and len(value) <= MAX_TEXT:
            return value
        case "choice" if isinstance(value, str) and value in attribute.choices:
            return value
    expected = {
        "bool": "true or false",
        "number": "a number",
        "text": f"a text of at most {MAX_TEXT} characters",
        "choice": f"one of {', '.join(attribute.choices[:10])}",
    }[attribute.kind]
    raise InputError(
        f"expected {attribute.name!r} as {expected}, got {repr(value)[:SHOWN]}: "
        "give another value, or change the label's attributes"
    )


def changed(
    values: Values, changes: Mapping[str, Value | None], schema: Sequence[Attribute]
) -> Values:
    """Return the values after changes to some of them; None removes a value.

    Raises InputError for a name that is not in the schema, and for a value that does not fit.
    """
    known = {attribute.name: attribute for attribute in schema}
    now = dict(values)
    for name, value in changes.items():
        if name not in known:
            raise InputError(
                f"the label has no attribute {name[:SHOWN]!r}: add it to the label first"
            )
        if value is None:
            now.pop(name, None)
        else:
            now[name] = fitted(known[name], value)
    return ordered(now)


def ordered(values: Mapping[str, Value]) -> Values:
    """Return values in the order of names."""
    return tuple(sorted(values.items()))


def fitting(values: Values, schema: Iterable[Attribute]) -> Values:
    """Return the values that fit a schema, which may have changed since they were set."""
    known = {attribute.name: attribute for attribute in schema}
    return tuple(
        (name, value) for name, value in values if name in known and _fits(known[name], value)
    )


def of_file(attribute: Attribute, value: Any) -> Value:
    """Convert a file's value to one that fits an attribute.  Raises InputError if it cannot.

    Some formats hold only texts, and others numbers where the project has texts.
    """
    if attribute.kind in ("text", "choice") and isinstance(value, bool | int | float):
        value = str(value).lower() if isinstance(value, bool) else str(value)
    return fitted(attribute, value)


def guessed(name: str, value: Any) -> Attribute:
    """Return the attribute that a file's value suggests.  Raises InputError for a nested value."""
    if isinstance(value, bool):
        return Attribute(name, "bool")
    if isinstance(value, int | float):
        return Attribute(name, "number")
    if isinstance(value, str):
        return Attribute(name, "text")
    raise InputError(
        f"expected {name[:SHOWN]!r} as a text, number or bool, got {type(value).__name__}: "
        "nested values are not kept"
    )


def _fits(attribute: Attribute, value: Value) -> bool:
    try:
        fitted(attribute, value)
    except InputError:
        return False
    return True


def _check_names(what: str, names: Sequence[str]) -> None:
    """Raise InputError unless all are texts of one line, not empty, and different."""
    for index, name in enumerate(names):
        if not name.strip() or len(name) > MAX_NAME or not name.isprintable():
            raise InputError(
                f"expected the name of each {what} on one line of 1 to {MAX_NAME} characters, "
                f"got {name[:SHOWN]!r}: give another name"
            )
        if name in names[:index]:
            raise InputError(f"the {what} {name!r} occurs twice: remove one")
