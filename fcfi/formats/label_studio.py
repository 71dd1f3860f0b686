"""Label Studio: a JSON file of tasks with brush strokes, and the labelling configuration for them.

Its run lengths are not COCO's: a bit stream with a 32-bit count of values, 5 bits for the size of
a value, four times 4 bits for the sizes of lengths, then runs over the picture's RGBA values (0 or
255), flattened row by row.

Layout: `tasks.json`, `label_config.xml`.  The pictures' addresses are those of local storage
(`/data/local-files/?d=NAME`): serve the folder of pictures as its root.
Source: the package rle-pack, which Label Studio's page and converter use.  Knows nothing of other
formats.
"""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

from fcfi.errors import DatasetError
from fcfi.formats.annotation import (
    MAX_SHOWN,
    UNNAMED,
    AnnotatedObject,
    AnnotatedPicture,
    Pictures,
    Sizes,
)
from fcfi.formats.codec import Candidate, Certainty, Codec, Found
from fcfi.formats.folders import need_some, one_label, read_json
from fcfi.formats.known import KnownPictures, NoPixelError
from fcfi.formats.labels import LabelList, check_labels, check_listed
from fcfi.formats.tally import Tally
from fcfi.formats.target import Target
from fcfi.images import ENDINGS
from fcfi.masks.polygons import fill_edges
from fcfi.masks.runs import RunMask, lengths_in, of_lengths
from fcfi.masks.shapes import ellipse, rotated_rectangle
from fcfi.masks.work import charge

FILE: Final = "tasks.json"
CONFIG: Final = "label_config.xml"
ADDRESS: Final = "/data/local-files/?d="
BRUSH: Final = "brush"
"""Name of the brush in the configuration."""
IMAGE: Final = "image"
"""Name of the picture in the configuration and in a task's data."""
UPLOADED: Final = re.compile(r"^.*/upload/(?:[0-9]+/)?(?:[0-9a-f]{8}-)?")
"""The part of an uploaded picture's address before its name, with Label Studio's prefix."""
NOT_DATA: Final = ("id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time")
"""Keys of a task in JSON-MIN that are not its data."""
LABEL_KEYS: Final = ("brushlabels", "polygonlabels", "rectanglelabels", "ellipselabels", "labels")
"""Keys of a region's value that hold its label."""
FAR: Final = 1e5
"""A coordinate beyond this per cent of the picture is a mistake."""
CHANNELS: Final = 4
"""RGBA."""
WORD: Final = 8
"""Bits of a value."""
SIZES: Final = (3, 4, 8, 16)
"""Bits of the four sizes of lengths."""


def write(
    pictures: Pictures, folder: str | os.PathLike[str], labels: LabelList
) -> tuple[Path, ...]:
    """Write the tasks and the configuration, and return the files.  Raises InputError."""
    target = Target(folder)
    names = check_labels(labels)
    tasks: list[dict[str, Any]] = []
    for picture in pictures:
        results = []
        for number, annotated in enumerate(picture.bottom_up(), 1):
            check_listed(picture, annotated, names)
            results.append(result(picture, annotated, f"{len(tasks) + 1}-{number}"))
        data = {IMAGE: ADDRESS + quote(picture.file_name)}
        tasks.append(
            {"data": data, "annotations": [{"result": results}]} if results else {"data": data}
        )
    target.write(FILE, json.dumps(tasks, ensure_ascii=False))
    target.write(CONFIG, config(names))
    return tuple(target.written)


def read(
    path: str | os.PathLike[str],
    sizes: Sizes | None = None,
    labels: LabelList | None = None,
    tally: Tally | None = None,
) -> Iterator[AnnotatedPicture]:
    """Yield the pictures of Label Studio's JSON (tasks, export or JSON-MIN).  Raises DatasetError.

    Brush strokes, polygons, rectangles and ellipses of a task's last annotation with results are
    read.  A task without regions does not state its picture's size: it is left out unless `sizes`
    has it.  labels: not used, since regions have labels.  Other arguments: see codec.Reader.
    """
    base = Path(path)
    known = KnownPictures(sizes, tally)
    matched = 0
    file = base if base.is_file() else base / FILE
    tasks = read_json(file)
    if not isinstance(tasks, list):
        raise DatasetError(
            f"expected a list of tasks in {file}, got {type(tasks).__name__}: "
            "give the JSON that Label Studio exports"
        )
    for task in tasks:
        name = _picture_of(task, known, file)
        if name is not None:
            matched += 1
            yield from known.read(partial(_picture, task, name, known, file))
    need_some(matched, len(tasks), file)


def detect(candidate: Candidate) -> Found | None:
    """Return a JSON file with a list of tasks, with their data or in the form JSON-MIN."""
    tasks = candidate.json
    if not isinstance(tasks, list) or not tasks:
        return None
    marks = {"data", "annotation_id", "annotator"}
    if all(isinstance(task, dict) and marks & task.keys() for task in tasks):
        return Found(candidate.path, Certainty.CONTENT)
    return None


def result(picture: AnnotatedPicture, annotated: AnnotatedObject, result_id: str) -> dict[str, Any]:
    """Return an object of a picture as one result of an annotation or prediction."""
    height, width = picture.height, picture.width
    strokes = encode(annotated.mask, height, width)
    return {
        "id": result_id,
        "type": "brushlabels",
        "from_name": BRUSH,
        "to_name": IMAGE,
        "original_width": width,
        "original_height": height,
        "image_rotation": 0,
        "value": {"format": "rle", "rle": strokes, "brushlabels": [annotated.label]},
    }


def config(labels: Sequence[str]) -> str:
    """Return the labelling configuration for these labels (XML)."""
    rows = "".join(f"    <Label value={quoteattr(label)}/>\n" for label in labels)
    return (
        f'<View>\n  <Image name="{IMAGE}" value="${IMAGE}" zoom="true"/>\n'
        f'  <BrushLabels name="{BRUSH}" toName="{IMAGE}">\n{rows}  </BrushLabels>\n</View>\n'
    )


def encode(mask: RunMask, height: int, width: int) -> list[int]:
    """Return a mask in a picture of this size in Label Studio's run lengths, as bytes 0 to 255."""
    # All four channels of a pixel have the mask's value, so runs are four times as long.
    lengths = lengths_in(mask, height, width) * CHANNELS
    head = f"{height * width * CHANNELS:032b}{WORD - 1:05b}" + "".join(
        f"{size - 1:04b}" for size in SIZES
    )
    values = ("0" * WORD, "1" * WORD)
    body = "".join(
        _run(length, values[index % 2]) for index, length in enumerate(lengths.tolist()) if length
    )
    bits = head + body
    # Padded to the next byte, a full byte included, as by Label Studio's converter.
    bits += "0" * (8 - len(bits) % 8)
    return list(int(bits, 2).to_bytes(len(bits) // 8, "big"))


def _run(length: int, value: str) -> str:
    """Return the bits of a run: 1, the index of the size, the length minus one, the value.

    A run longer than the largest size is split.
    """
    full = 1 << SIZES[-1]
    text = ""
    while length > full:
        text += f"111{full - 1:0{SIZES[-1]}b}{value}"
        length -= full
    kind = next(index for index, size in enumerate(SIZES) if length <= 1 << size)
    return f"{text}1{kind:02b}{length - 1:0{SIZES[kind]}b}{value}"


def decode(data: Sequence[int], height: int, width: int) -> RunMask | None:
    """Return a mask from the bytes of `encode`: where alpha is not 0; None if it is empty.

    height, width: of the picture.  Raises DatasetError if they do not fit.
    """
    charge(height + len(data))
    try:
        # Formatting one large number in base 2 is far faster than a loop over the bytes.
        bits = f"{int.from_bytes(bytes(data), 'big'):0{8 * len(data)}b}"
        lengths = _lengths_of_alpha(bits, height * width * CHANNELS)
    except (TypeError, ValueError, IndexError) as error:
        raise DatasetError(f"run lengths of a brush are damaged or truncated ({error})") from error
    return of_lengths(lengths, 0, 0, width)


def _lengths_of_alpha(bits: str, expected: int) -> NDArray[np.int64]:
    """Return the run lengths of the last channel in a stream of `expected` values.

    Background first; any may be 0.  The work grows with the stream, not with the picture.  Raises
    ValueError if the stream holds another number of values.
    """
    total = int(bits[:32], 2)
    word = int(bits[32:37], 2) + 1
    sizes = [int(bits[start : start + 4], 2) + 1 for start in range(37, 53, 4)]
    if total != expected or word != WORD:
        raise ValueError(f"{total} values of {word} bits, expected {expected} of {WORD}")
    lengths = [0]
    # After the head: 32 bits of count, 5 of the word's size, 4 times 4 of the lengths' sizes.
    position, filled = 53, 0
    while filled < total:
        size = sizes[int(bits[position + 1 : position + 3], 2)]
        count = int(bits[position + 3 : position + 3 + size], 2) + 1
        if filled + count > total:
            raise ValueError("more values than announced")
        # Either one value for the whole run, or as many values as it is long.
        amount = 1 if bits[position] == "1" else count
        position += 3 + size
        stored = bits[position : position + amount * WORD]
        if len(stored) < amount * WORD:
            raise ValueError("it ends early")
        values = int(stored, 2).to_bytes(amount, "big")
        # The last channel stands at every fourth value.
        if amount == 1:
            alphas = [(values[0] > 0, (filled + count) // CHANNELS - filled // CHANNELS)]
        else:
            alphas = [(value > 0, 1) for value in values[-(filled + 1) % CHANNELS :: CHANNELS]]
        for drawn, pixels in alphas:
            # Lengths of background and object stand in turn.
            if drawn != (len(lengths) % 2 == 0):
                lengths.append(0)
            lengths[-1] += pixels
        position += amount * WORD
        filled += count
    return np.array(lengths, np.int64)


def _name_of(address: str) -> str:
    """Return the picture's name in an address: the text after ?d=, or else the last part.

    Label Studio's prefix of an uploaded file's name is removed.
    """
    parts = urlsplit(address)
    stored = parse_qs(parts.query).get("d")
    return (
        stored[0] if stored else UPLOADED.sub("", unquote(parts.path)).rsplit("/", 1)[-1] or address
    )


def _picture_of(task: Any, known: KnownPictures, file: Path) -> str | None:
    """Return the picture of a task: the value under `image`, or else the only address in its data.

    In JSON-MIN the data's keys are in the task itself.
    """
    if not isinstance(task, dict):
        return None
    data = task.get("data")
    if not isinstance(data, dict):
        data = {key: value for key, value in task.items() if key not in NOT_DATA}
    texts = {key: value for key, value in data.items() if isinstance(value, str)}
    # The picture has no fixed key, and a task may have other texts (a caption, an author).
    likely = {
        key: value
        for key, value in texts.items()
        if PurePosixPath(urlsplit(value).path).suffix.lower() in ENDINGS or "?d=" in value
    }
    chosen = likely if IMAGE not in texts else {IMAGE: texts[IMAGE]}
    if len(chosen) != 1:
        known.leave_out_picture(
            "its data holds no picture" if not chosen else "its data holds several pictures",
            f"task {str(task.get('id', '?'))[:MAX_SHOWN]}",
        )
        return None
    try:
        return known.name(_name_of(next(iter(chosen.values()))), file)
    except ValueError:  # an address that cannot be parsed
        return None


def _results(task: Mapping[str, Any], name: str, known: KnownPictures) -> list[dict[str, Any]]:
    """Return the results of a task's last finished annotation, or the regions of JSON-MIN."""
    if "data" not in task:
        # JSON-MIN has a list of regions for each control of the labelling configuration.  Its
        # regions have no ids, so their positions in the lists are used instead.
        lists = [value for key, value in task.items() if isinstance(value, list)]
        return [
            {"value": region, "id": (number, index), **region}
            for number, regions in enumerate(lists)
            for index, region in enumerate(regions)
            if isinstance(region, dict)
        ]
    listed = task.get("annotations", task.get("completions"))
    kept = [
        annotation
        for annotation in listed or []
        if isinstance(annotation, dict) and not annotation.get("was_cancelled")
    ]
    if not kept:
        if task.get("predictions"):
            known.leave_out_picture("it has predictions only, which are not read", name)
        return []
    # An empty last annotation must not hide the one before it.
    full = [annotation for annotation in kept if annotation.get("result")] or kept
    results = full[-1].get("result")
    return [part for part in results if isinstance(part, dict)] if isinstance(results, list) else []


def _picture(task: Any, name: str, known: KnownPictures, file: Path) -> AnnotatedPicture | None:
    size = (known.sizes or {}).get(name)
    results = _results(task, name, known)
    labels = _labels(results)
    objects = []
    # Other results are a choice, a text, or a region's labels.
    regions = [part for part in results if _has_shape(part.get("value"))]
    for number, part in known.numbered(regions, name):
        value = part["value"]
        kind = _kind(value)
        if kind is None:
            known.leave_out("a shape without an area", name, number)
            continue
        # Coordinates are percentages of the size that the region states.
        given = known.size(name, part.get("original_width"), part.get("original_height"), file)
        if size is not None and size != given:
            raise DatasetError(
                f"{file}: expected regions of one size on {name}, got {size} and {given}: "
                "export the task again"
            )
        size = given
        with known.shape(name, number, file):
            if part.get("image_rotation"):
                raise DatasetError("it was drawn on a rotated picture")
            mask = SHAPES[kind](value, *reversed(given))
            if mask is None:
                raise NoPixelError("it covers no pixel of the picture")
            label = labels.get(_identity(part, number), UNNAMED)
            objects.append(AnnotatedObject(one_label(label, file), mask))
    return AnnotatedPicture(name, *size, tuple(objects)) if size is not None else None


def _identity(part: Mapping[str, Any], number: int) -> object:
    """Return the identity of a region: its id, or its number without one."""
    region_id = part.get("id")
    return number if region_id is None else str(region_id)


def _labels(results: Sequence[Mapping[str, Any]]) -> dict[object, Any]:
    """Return the label of each region, from its own result or another with the same id."""
    labels: dict[object, Any] = {}
    number = 0
    for part in results:
        value = part.get("value")
        if not isinstance(value, dict):
            continue
        number += _has_shape(value)
        for key in LABEL_KEYS:
            named = value.get(key)
            if isinstance(named, list) and named:
                labels[_identity(part, number)] = named[0]
    return labels


def _has_shape(value: object) -> bool:
    return isinstance(value, dict) and bool({"rle", "points", "x"} & value.keys())


def _kind(value: Mapping[str, Any]) -> str | None:
    """Return the key in SHAPES of a value, or None for keypoints, lines and the like."""
    if value.get("format") == "rle" or "rle" in value:
        return "rle"
    if "points" in value and "vertices" not in value:
        return "points"
    if {"radiusX", "radiusY"} <= value.keys():
        return "ellipse"
    return (
        "rectangle"
        if {"width", "height", "x", "y"} <= value.keys() and "keypointlabels" not in value
        else None
    )


def _brush(value: Mapping[str, Any], height: int, width: int) -> RunMask | None:
    data = value.get("rle")
    if not isinstance(data, list):
        raise DatasetError("expected run lengths as a list, got none")
    return decode(data, height, width)


def _polygon(value: Mapping[str, Any], height: int, width: int) -> RunMask | None:
    try:
        corners = np.asarray(value["points"], np.float64)
    except (TypeError, ValueError) as error:
        raise DatasetError(f"expected points as pairs x, y, got others ({error})") from error
    if corners.ndim != 2 or corners.shape[1] != 2 or len(corners) < 3:
        raise DatasetError("expected a polygon of at least 3 points x, y")
    if not (np.abs(corners) < FAR).all():
        raise DatasetError("expected points in per cent of the picture, got others")
    return fill_edges([corners * (width, height) / 100], height, width)


def _rectangle(value: Mapping[str, Any], height: int, width: int) -> RunMask | None:
    x, y, across, down, degrees = _percent(value, "x", "y", "width", "height", "rotation")
    loop = rotated_rectangle(
        x * width / 100, y * height / 100, across * width / 100, down * height / 100, degrees
    )
    return fill_edges([loop], height, width)


def _ellipse(value: Mapping[str, Any], height: int, width: int) -> RunMask | None:
    x, y, across, down, degrees = _percent(value, "x", "y", "radiusX", "radiusY", "rotation")
    return ellipse(
        x * width / 100,
        y * height / 100,
        across * width / 100,
        down * height / 100,
        degrees,
        height,
        width,
    )


def _percent(value: Mapping[str, Any], *keys: str) -> list[float]:
    numbers = [value.get(key, 0) for key in keys]
    if not all(isinstance(number, int | float) and abs(number) < FAR for number in numbers):
        raise DatasetError("expected numbers in per cent of the picture, got others")
    return [float(number) for number in numbers]


SHAPES: Final[Mapping[str, Callable[[Mapping[str, Any], int, int], RunMask | None]]] = {
    "rle": _brush,
    "points": _polygon,
    "rectangle": _rectangle,
    "ellipse": _ellipse,
}
"""The reader of each kind of region: takes its value and the picture's height and width."""


CODEC: Final = Codec("label-studio", "Label Studio", write, read, detect)
