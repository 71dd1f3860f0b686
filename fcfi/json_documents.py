"""Our JSON documents: reading fields with type checks, and upgrading older versions.

Knows nothing of the contents of a document.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from fcfi.errors import InputError

MAX_NUMBER: Final = 2**63 - 1
Value = TypeVar("Value")
Upgrade = Callable[[dict[str, Any]], dict[str, Any]]
"""Converts a document from version n to n + 1, without changing its argument."""


def read(data: Mapping[str, Any], key: str, kind: type[Value]) -> Value:
    """Return data[key], which must have exactly this type.

    Raises InputError with the key for another type and for numbers beyond 64 bits.

    isinstance would accept a bool as an int.  A whole number is accepted as a float.
    """
    value = data.get(key)
    if type(value) is kind or (kind is float and type(value) is int):
        # A number that does not fit arrays or messages would fail later, far from here.
        if isinstance(value, int | float) and not -MAX_NUMBER <= value <= MAX_NUMBER:
            raise InputError(f"expected {key!r} as a number of at most 64 bits, got another")
        return value  # type: ignore[return-value]
    raise InputError(f"expected {key!r} as {kind.__name__}, got {type(value).__name__}")


def upgraded(data: Mapping[str, Any], what: str, upgrades: Sequence[Upgrade]) -> dict[str, Any]:
    """Return a document in the newest version.

    what: the document's name in an error.  upgrades: from version 1 to 2, from 2 to 3, and so on;
        the newest version is their number plus one.
    Raises InputError for a version that is not a whole number from 1 to the newest.
    """
    newest = len(upgrades) + 1
    version = data.get("version")
    if type(version) is not int or version < 1:
        raise InputError(f"expected {what} with a version from 1 to {newest}, got {version!r}")
    if version > newest:
        raise InputError(
            f"expected {what} of version {newest} or older, got version {version}: update fcfi"
        )
    document = dict(data)
    for number in range(version, newest):
        document = upgrades[number - 1](document) | {"version": number + 1}
    return document
