"""Label Studio: one JSON file of tasks with brush strokes, and the labelling configuration that reads them.

Its run lengths are not COCO's: a stream of bits with a 32-bit count of values, 5 bits for the size
of a value, four times 4 bits for the sizes of lengths, then runs over the picture's RGBA values,
flattened row by row, 0 or 255.
Source: the package rle-pack, from which Label Studio's page and converter took it.
Layout: `tasks.json`, `label_config.xml`.  The pictures' addresses are those of local storage
(`/data/local-files/?d=NAME`): serve the folder of pictures as its root.  Knows nothing of other
formats.
"""

import json
import os
import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

from fcfi.errors import DatasetError
from fcfi.formats.annotation import (
    AnnotatedObject,
    AnnotatedPicture,
    Pictures,
    Sizes,
    check_labels,
    label_number,
)
from fcfi.formats.folders import (
    Known,
    Problem,
    Target,
    field,
    need_some,
    one_label,
    read_json,
    told,
)
from fcfi.masks.runs import lengths_of
from fcfi.masks.truth import Mask

FILE: Final = "tasks.json"
CONFIG: Final = "label_config.xml"
ADDRESS: Final = "/data/local-files/?d="
BRUSH: Final = "brush"
"""Name of the brush in the configuration."""
IMAGE: Final = "image"
"""Name of the picture in the configuration and in a task's data."""
UPLOADED: Final = re.compile(r"^.*/upload/(?:[0-9]+/)?(?:[0-9a-f]{8}-)?")
"""What Label Studio puts before the name of an uploaded picture."""
CHANNELS: Final = 4
"""RGBA."""
WORD: Final = 8
"""Bits of a value."""
SIZES: Final = (3, 4, 8, 16)
"""Bits of the four kinds of lengths."""


def write(
    pictures: Pictures, folder: str | os.PathLike[str], labels: Sequence[str]
) -> tuple[Path, ...]:
    """Write the tasks and the configuration; gives the files.  Raises InputError."""
    target, names = Target(folder), check_labels(labels)
    tasks: list[dict[str, Any]] = []
    for picture in pictures:
        results = []
        for number, one in enumerate(picture.bottom_up(), 1):
            label_number(picture, one, names)
            results.append(result(one, f"{len(tasks) + 1}-{number}"))
        data = {IMAGE: ADDRESS + quote(picture.file_name)}
        tasks.append(
            {"data": data, "annotations": [{"result": results}]} if results else {"data": data}
        )
    target.write(FILE, json.dumps(tasks, ensure_ascii=False))
    target.write(CONFIG, config(names))
    return tuple(target.written)


def read(
    folder: str | os.PathLike[str],
    sizes: Sizes | None = None,
    labels: Sequence[str] | None = None,
    problem: Problem | None = None,
) -> Iterator[AnnotatedPicture]:
    """The pictures of Label Studio's JSON (tasks or export), brush strokes only.  Raises DatasetError.

    The last annotation of a task counts.  A task without a stroke does not say its picture's size:
    it is left out unless `sizes` gives it.  labels: not needed, every stroke names its own.
    """
    base, known, count = Path(folder), Known(sizes, problem), 0
    file = base if base.is_file() else base / FILE
    tasks = read_json(file)
    if not isinstance(tasks, list):
        raise DatasetError(f"{file} is no list of tasks: give the JSON that Label Studio exports")
    for task in tasks:
        address = field(field(task, "data", dict, file), IMAGE, str, file)
        name = known.name(_name_of(address), file)
        if name is not None:
            count += 1
            yield from known.read(partial(_picture, task, name, known, file))
    need_some(count, len(tasks), file)


def result(one: AnnotatedObject, identity: str) -> dict[str, Any]:
    """An object as one result of an annotation or prediction."""
    height, width = one.mask.shape
    return {
        "id": identity,
        "type": "brushlabels",
        "from_name": BRUSH,
        "to_name": IMAGE,
        "original_width": width,
        "original_height": height,
        "image_rotation": 0,
        "value": {"format": "rle", "rle": encode(one.mask), "brushlabels": [one.label]},
    }


def config(labels: Sequence[str]) -> str:
    """The labelling configuration for these labels (XML)."""
    rows = "".join(f"    <Label value={quoteattr(label)}/>\n" for label in labels)
    return (
        f'<View>\n  <Image name="{IMAGE}" value="${IMAGE}" zoom="true"/>\n'
        f'  <BrushLabels name="{BRUSH}" toName="{IMAGE}">\n{rows}  </BrushLabels>\n</View>\n'
    )


def encode(mask: Mask) -> list[int]:
    """A mask (H, W) as bytes, 0 to 255, of Label Studio's run lengths."""
    lengths = lengths_of(mask.ravel()) * CHANNELS
    head = f"{mask.size * CHANNELS:032b}{WORD - 1:05b}" + "".join(
        f"{size - 1:04b}" for size in SIZES
    )
    values = ("0" * WORD, "1" * WORD)
    body = "".join(
        _run(length, values[place % 2]) for place, length in enumerate(lengths.tolist()) if length
    )
    bits = head + body
    bits += "0" * (8 - len(bits) % 8)
    return list(int(bits, 2).to_bytes(len(bits) // 8, "big"))


def _run(length: int, value: str) -> str:
    """Bits of one run: 1, which of the sizes, the length less one, the value; as many times as the length needs."""
    full, text = 1 << SIZES[-1], ""
    while length > full:
        text += f"111{full - 1:0{SIZES[-1]}b}{value}"
        length -= full
    kind = next(place for place, size in enumerate(SIZES) if length <= 1 << size)
    return f"{text}1{kind:02b}{length - 1:0{SIZES[kind]}b}{value}"


def decode(data: Sequence[int], height: int, width: int) -> Mask:
    """(height, width) bool of such bytes: where the alpha channel is not 0.  Raises DatasetError if they do not fit."""
    try:
        bits = f"{int.from_bytes(bytes(data), 'big'):0{8 * len(data)}b}"
        return (
            _expand(bits, height * width * CHANNELS).reshape(height, width, CHANNELS)[:, :, -1] > 0
        )
    except (TypeError, ValueError, IndexError) as error:
        raise DatasetError(f"run lengths of a brush are broken or cut off ({error})") from error


def _expand(bits: str, expected: int) -> NDArray[np.uint8]:
    """(expected,) values of the stream.  ValueError if it ends early or holds another number of them."""
    total, word = int(bits[:32], 2), int(bits[32:37], 2) + 1
    sizes = [int(bits[place : place + 4], 2) + 1 for place in range(37, 53, 4)]
    if total != expected or word != WORD:
        raise ValueError(f"{total} values of {word} bits, expected {expected} of {WORD}")
    out, place, filled = np.zeros(total, np.uint8), 53, 0
    while filled < total:
        size = sizes[int(bits[place + 1 : place + 3], 2)]
        count = int(bits[place + 3 : place + 3 + size], 2) + 1
        if filled + count > total:
            raise ValueError("more values than announced")
        same, place = bits[place] == "1", place + 3 + size
        amount = 1 if same else count
        stored = bits[place : place + amount * WORD]
        if len(stored) < amount * WORD:
            raise ValueError("it ends early")
        out[filled : filled + count] = np.frombuffer(
            int(stored, 2).to_bytes(amount, "big"), np.uint8
        )
        place, filled = place + amount * WORD, filled + count
    return out


def _name_of(address: str) -> str:
    """The picture's name in an address: what follows ?d=, else the last part, without the mark of an upload."""
    parts = urlsplit(address)
    stored = parse_qs(parts.query).get("d")
    return (
        stored[0] if stored else UPLOADED.sub("", unquote(parts.path)).rsplit("/", 1)[-1] or address
    )


def _picture(task: Any, name: str, known: Known, file: Path) -> AnnotatedPicture | None:
    size = (known.sizes or {}).get(name)
    kept = [
        one
        for one in task.get("annotations") or []
        if isinstance(one, dict) and not one.get("was_cancelled")
    ]
    objects = []
    for stroke in field(kept[-1], "result", list, file) if kept else []:
        value = stroke.get("value") if isinstance(stroke, dict) else None
        if not isinstance(value, dict) or value.get("format") != "rle":
            continue
        width, height = (
            field(stroke, key, int, file) for key in ("original_width", "original_height")
        )
        known.check(name, width, height, file)
        if size is not None and size != (width, height):
            raise DatasetError(
                f"{file}: strokes on {name} are for different sizes, {size} and {(width, height)}"
            )
        size = (width, height)
        objects.append(_object(value, height, width, file))
    found = tuple(one for one in objects if one is not None)
    return AnnotatedPicture(name, *size, found) if size is not None else None


def _object(value: Any, height: int, width: int, file: Path) -> AnnotatedObject | None:
    names = value.get("brushlabels")
    label = one_label(names[0] if isinstance(names, list) and names else None, file)
    try:
        mask = decode(field(value, "rle", list, file), height, width)
    except DatasetError as error:
        raise told(file, error) from error
    return AnnotatedObject(label, mask) if mask.any() else None
