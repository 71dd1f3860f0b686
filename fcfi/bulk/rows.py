"""A row of a manifest: one object, as a picture and what is clicked on it.

As JSON:

    {"id": "cup-1", "image": "photos/a.jpg", "clicks": [[320, 180], [90, 60, "-"]],
     "box": [10, 20, 300, 200], "mask": "masks/a.png", "label": "cup", "group": "kitchen"}

`image` is needed, and a click, a box or a prompt.  A click is x, y in pixels, with "-" (or false)
off the object.  `box` is left, top, right, bottom; so is `within`, the part of the picture to look
at first.  `prompts` holds any prompts in the form of a click log.  The box comes first, then
`prompts`, then the clicks; each is predicted in turn.  `mask` is a mask to begin from.  `label` and
`group` are copied to the result.  Without an `id` a row is named by its content.  Knows nothing of
files.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fcfi.boxes import Box
from fcfi.errors import InputError
from fcfi.prompts.clicks import Click, Prompt, Prompts, prompt_from_json

KEYS: Final = ("id", "image", "clicks", "box", "prompts", "within", "mask", "label", "group")
SIGNS: Final[Mapping[Any, bool]] = {"+": True, "-": False, 1: True, 0: False}
"""What may stand behind x and y of a click; true and false are equal to 1 and 0."""
MAX_TEXT: Final = 1000
"""Characters of an id, path, label or group."""
HASH_BITS: Final = 64


@dataclass(frozen=True)
class Row:
    """An object of a manifest.  image, mask: as the manifest writes them, not resolved."""

    id: str
    image: str
    prompts: Prompts
    within: Box | None = None
    mask: str | None = None
    label: str | None = None
    group: str | None = None


def canonical(row: Any) -> str:
    """Return the one text of a row on which hashes rest: JSON in ASCII, keys sorted, one line."""
    # Parquet knows more types than JSON; a date, say, is kept as its text and refused later.
    return json.dumps(row, sort_keys=True, separators=(",", ":"), default=str)


def id_of(row: Any, text: str) -> str:
    """Return the id of a row, or the start of its text's sha256."""
    if isinstance(row, Mapping) and isinstance(row.get("id"), str) and row["id"]:
        return str(row["id"])
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def image_of(row: Any) -> str:
    """Return the picture of a row, "" if it names none."""
    image = row.get("image") if isinstance(row, Mapping) else None
    return image if isinstance(image, str) else ""


def hash_of(image: str) -> int:
    """Return the 64-bit number that puts a picture into its shard; the same for ever."""
    return int.from_bytes(hashlib.sha256(image.encode()).digest()[: HASH_BITS // 8], "big")


def shard_of(number: int, shards: int) -> int:
    """Return the shard of a picture's hash: equal ranges of the hash, in order.

    Rows that are sorted by the hash are then sorted by shard, too.
    """
    return number * shards >> HASH_BITS


def parse_row(text: str) -> Row:
    """Return the row of its canonical text.

    Raises InputError, in a sentence, for a row that cannot be understood.
    """
    row = json.loads(text)
    if not isinstance(row, Mapping):
        raise InputError(
            f"expected a row as a JSON object with image and clicks, got {str(row)[:80]!r}"
        )
    unknown = sorted(row.keys() - set(KEYS))
    if unknown:
        raise InputError(f"expected the keys {', '.join(KEYS)}, got {unknown[0]!r}: leave it out")
    image = _text(row, "image")
    if image is None:
        raise InputError('expected a row with "image", got none: name the picture')
    if "id" in row:
        _text(row, "id")
    prompts = _prompts(row)
    if not prompts:
        raise InputError('expected a click, a box or a prompt, got none: add "clicks": [[x, y]]')
    return Row(
        id_of(row, text),
        image,
        prompts,
        None if row.get("within") is None else _box(row["within"]),
        _text(row, "mask"),
        _text(row, "label"),
        _text(row, "group"),
    )


def _prompts(row: Mapping[str, Any]) -> Prompts:
    """Return box, prompts and clicks of a row, in this order."""
    found: list[Prompt] = []
    if row.get("box") is not None:
        found.append(_box(row["box"]))
    found += [prompt_from_json(prompt) for prompt in _list(row, "prompts")]
    found += [_click(click) for click in _list(row, "clicks")]
    return tuple(found)


def _box(value: Any) -> Box:
    numbers = [type(side) for side in value] if isinstance(value, list) else []
    if numbers != [int] * 4:
        raise InputError(
            f"expected a box as [left, top, right, bottom] in whole pixels, got {json.dumps(value)}"
        )
    return Box(*value)


def _click(value: Any) -> Click:
    numbers = [type(part) for part in value[:2]] if isinstance(value, list) else []
    # A list is unhashable, so the sign is compared with the signs one after the other.
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
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT:
        raise InputError(
            f'expected "{key}" as a text of 1 to {MAX_TEXT} characters, got {str(value)[:40]!r}'
        )
    return value
