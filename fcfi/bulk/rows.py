"""A row of a manifest: one object, as a picture and its prompts.

As JSON:

    {"id": "cup-1", "image": "photos/a.jpg", "clicks": [[320, 180], [90, 60, "-"]],
     "box": [10, 20, 300, 200], "mask": "masks/a.png", "label": "cup", "group": "kitchen"}

`image` is required, and a click, a box or a prompt.  A click is x, y in pixels, with "-" (or false)
off the object.  `box` is left, top, right, bottom; so is `within`, the part of the picture for the
first prediction.  `prompts` holds any prompts in the format of a click log.  The box comes first,
then `prompts`, then the clicks; each is predicted in turn.  `mask` is a start mask.  `label` and
`group` are copied to the result.  `name` is another word for `id`; the default `id` is derived from
the row's content.  Knows nothing of files.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fcfi.boxes import Box
from fcfi.errors import InputError, guard
from fcfi.prompts.clicks import Click, Prompt, Prompts, check_count, prompt_from_json

KEYS: Final = (
    "id",
    "name",
    "image",
    "clicks",
    "box",
    "prompts",
    "within",
    "mask",
    "label",
    "group",
)
NAMES: Final = ("id", "name")
"""Keys that name a row; the first that is present counts."""
SIGNS: Final[Mapping[Any, bool]] = {"+": True, "-": False, 1: True, 0: False}
"""Allowed values after x and y of a click; true and false are equal to 1 and 0."""
MAX_TEXT: Final = 1000
"""Largest number of characters of an id, path, label or group."""
HASH_BITS: Final = 64
TOO_DEEP: Final = "a row of lists in lists in lists"
"""Replaces a row that is nested too deeply to be written."""
# Created once: `json.dumps` creates an encoder at each call, which slows planning.
# Parquet has more types than JSON; a date, for example, becomes text and is refused later.
_ENCODE: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=str).encode


@dataclass(frozen=True)
class Row:
    """An object of a manifest.  image, mask: paths as in the manifest, not resolved."""

    id: str
    image: str
    prompts: Prompts
    within: Box | None = None
    mask: str | None = None
    label: str | None = None
    group: str | None = None


def canonical(row: Any) -> str:
    """Return the canonical text of a row for hashing: one line of ASCII JSON with sorted keys."""
    try:
        return _ENCODE(row)
    except RecursionError:
        return _ENCODE(TOO_DEEP)


def id_of(row: Any, text: str) -> str:
    """Return the id or name of a row, by default the start of its text's sha256."""
    for key in NAMES:
        given = row.get(key) if isinstance(row, Mapping) else None
        if isinstance(given, str) and given:
            return _writable(given)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def image_of(row: Any) -> str:
    """Return the picture of a row, or "" if it has none."""
    image = row.get("image") if isinstance(row, Mapping) else None
    return _writable(image) if isinstance(image, str) else ""


def hash_of(image: str) -> int:
    """Return the 64-bit hash that assigns a picture to its shard; it must never change."""
    return int.from_bytes(hashlib.sha256(image.encode()).digest()[: HASH_BITS // 8], "big")


def shard_of(number: int, shards: int) -> int:
    """Return the shard of a picture's hash; shards are equal ranges of the hash, in order.

    Rows sorted by the hash are therefore also sorted by shard.
    """
    return number * shards >> HASH_BITS


def parse_row(text: str) -> Row:
    """Return the row in a canonical text; raises InputError as `row_of`."""
    return row_of(content_of(text), text)


def content_of(text: str) -> Any:
    """Return the JSON value of a canonical text."""
    try:
        return json.loads(text)
    except RecursionError:  # it was read with a shorter stack
        return TOO_DEEP


def row_of(row: Any, text: str) -> Row:
    """Return the row of a JSON value.

    text: its canonical text.
    Raises InputError with one sentence for an invalid row.
    """
    with guard(InputError, "the row cannot be read", "write it as the guide shows"):
        return _row_of(row, text)


def _row_of(row: Any, text: str) -> Row:
    if not isinstance(row, Mapping):
        raise InputError(
            f"expected a row as a JSON object with image and clicks, got {str(row)[:80]!r}"
        )
    unknown = sorted(row.keys() - set(KEYS))
    if unknown:
        raise InputError(f"expected the keys {', '.join(KEYS)}, got {unknown[0]!r}: leave it out")
    image = _text(row, "image")
    if image is None:
        raise InputError(
            'expected a row with "image", got none: write {"image": "photo.jpg", '
            '"clicks": [[320, 180]]}'
        )
    for key in NAMES:
        _text(row, key)
    prompts = _prompts(row)
    if not prompts:
        raise InputError('expected a click, a box or a prompt, got none: add "clicks": [[x, y]]')
    check_count(prompts)
    return Row(
        id_of(row, text),
        image,
        prompts,
        _box(row, "within"),
        _text(row, "mask"),
        _text(row, "label"),
        _text(row, "group"),
    )


def _prompts(row: Mapping[str, Any]) -> Prompts:
    """Return the box, prompts and clicks of a row, in this order."""
    box = _box(row, "box")
    found: list[Prompt] = [] if box is None else [box]
    found += [prompt_from_json(prompt) for prompt in _list(row, "prompts")]
    found += [_click(click) for click in _list(row, "clicks")]
    return tuple(found)


def _box(row: Mapping[str, Any], key: str) -> Box | None:
    value = row.get(key)
    if value is None:
        return None
    numbers = [type(side) for side in value] if isinstance(value, list) else []
    if numbers != [int] * 4:
        raise InputError(
            f'expected "{key}" as [left, top, right, bottom] in whole pixels, '
            f"got {json.dumps(value)}"
        )
    return Box(*value)


def _click(value: Any) -> Click:
    numbers = [type(part) for part in value[:2]] if isinstance(value, list) else []
    # A list is unhashable, so the sign is compared with each of the known signs.
    sign = value[2] if numbers and len(value) == 3 else "+"
    known = isinstance(sign, str | int) and sign in SIGNS
    if numbers != [int, int] or len(value) > 3 or not known:
        raise InputError(
            f'expected a click as [x, y] in whole pixels, or [x, y, "-"] off the object, '
            f"got {json.dumps(value)}"
        )
    return Click(value[0], value[1], SIGNS[sign])


def _list(row: Mapping[str, Any], key: str) -> list[Any]:
    value = row.get(key)
    if value is not None and not isinstance(value, list):
        raise InputError(f'expected "{key}" as a list, got {type(value).__name__}')
    return value or []


def _text(row: Mapping[str, Any], key: str) -> str | None:
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT or _writable(value) != value:
        raise InputError(
            f'expected "{key}" as a text of 1 to {MAX_TEXT} characters, got {str(value)[:40]!r}'
        )
    return value


def _writable(text: str) -> str:
    """Return a text that UTF-8 can encode, without lone surrogates, which JSON may contain."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")
