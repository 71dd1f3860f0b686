"""PNG maps: one a picture, in which every object has its number, with a palette; beside it one in black and white.

Layout: `masks/NAME.png` (numbers from 1, the topmost object counts), `preview/NAME.png` (0 and
    255), and
`objects.json`, which says what each number is.  Maps of others need no such file: every number is
an object then. Knows nothing of other formats.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from fcfi.errors import DatasetError
from fcfi.formats.annotation import (
    UNNAMED,
    AnnotatedObject,
    AnnotatedPicture,
    Pictures,
    Sizes,
    check_labels,
    label_number,
)
from fcfi.formats.folders import (
    Known,
    Target,
    field,
    listed,
    need_some,
    one_label,
    read_bytes,
    read_json,
    stem,
)
from fcfi.formats.indexed import Numbers, decode_map, distinct, encode_map, paint
from fcfi.formats.tally import Tally
from fcfi.images import encode_png

MASKS: Final = "masks"
PREVIEW: Final = "preview"
INDEX: Final = "objects.json"
MOST: Final = 255
"""Objects in a map of 8 bits."""

About = tuple[str, int | None, int]
"""Label, id and order of a number."""

WHITE: Final = 255
SOFT_OBJECT: Final = 128
"""Grey from which a pixel of a soft edge belongs to the object."""
SOFT_GREYS: Final = 8
"""Different greys from which a white object has soft edges."""


def write(
    pictures: Pictures, folder: str | os.PathLike[str], labels: Sequence[str]
) -> tuple[Path, ...]:
    """Write the maps and what their numbers mean; gives the files.  Raises InputError."""
    target, names, index = Target(folder), check_labels(labels), []
    for picture in pictures:
        for one in picture.objects:
            label_number(picture, one, names)
        numbers, name = paint(picture, MOST), stem(picture.file_name)
        target.write(f"{MASKS}/{name}.png", encode_map(numbers), picture.file_name)
        target.write(f"{PREVIEW}/{name}.png", encode_png(numbers != 0), picture.file_name)
        index.append(_entry(picture))
    text = json.dumps({"labels": names, "pictures": index}, ensure_ascii=False, indent=1)
    target.write(INDEX, text + "\n")
    return tuple(target.written)


def read(
    folder: str | os.PathLike[str],
    sizes: Sizes | None = None,
    labels: Sequence[str] | None = None,
    tally: Tally | None = None,
) -> Iterator[AnnotatedPicture]:
    """The pictures of a folder that `write` made, or of any folder of maps.  Raises DatasetError.

    sizes: the pictures that there are; maps of others are left out, maps of a wrong size refused.
        labels: without
    `objects.json`, names of the numbers from 1; if None, every object is called "object".
    """
    base, known = Path(folder), Known(sizes, tally)
    if (base / INDEX).is_file():
        yield from _read_indexed(base, known)
    else:
        yield from _read_plain(base, known, labels)


def _entry(picture: AnnotatedPicture) -> dict[str, Any]:
    objects = [
        {"number": number, "label": one.label, "id": one.id, "order": one.order}
        for number, one in enumerate(picture.bottom_up(), 1)
    ]
    return {
        "file_name": picture.file_name,
        "mask": f"{MASKS}/{stem(picture.file_name)}.png",
        "width": picture.width,
        "height": picture.height,
        "objects": objects,
    }


def _read_indexed(base: Path, known: Known) -> Iterator[AnnotatedPicture]:
    file, count = base / INDEX, 0
    entries = field(read_json(file), "pictures", list, file)
    for entry in entries:
        name = known.name(field(entry, "file_name", str, file), file)
        if name is None:
            continue
        count += 1
        place = Known(None).name(field(entry, "mask", str, file), file) or ""
        named = {
            field(one, "number", int, file): one for one in field(entry, "objects", list, file)
        }
        yield from known.read(
            partial(_picture, base / place, name, known, partial(_named, file, named))
        )
    need_some(count, len(entries), file)


def _named(file: Path, named: Mapping[int, Any], number: int) -> About:
    """Label, id and order of a number."""
    if number not in named:
        raise DatasetError(
            f"{file} does not say what number {number} is: add it to the picture's objects"
        )
    one = named[number]
    identity, order = one.get("id"), one.get("order")
    return (
        one_label(one.get("label"), file),
        identity if isinstance(identity, int) else None,
        order if isinstance(order, int) else 0,
    )


def _read_plain(
    base: Path, known: Known, labels: Sequence[str] | None
) -> Iterator[AnnotatedPicture]:
    root = base / MASKS if (base / MASKS).is_dir() else base
    files = listed(root, "*.png")
    if not files:
        raise DatasetError(f"{root} has no PNG: give the folder with the maps")
    count = 0
    for file in files:
        given = file.relative_to(root).as_posix()
        name = given if known.sizes is None else known.name_of_stem(stem(given))
        if name is None:
            continue
        count += 1
        about = partial(_plain, file, labels)
        yield from known.read(partial(_picture, file, name, known, about, plain=True))
    need_some(count, len(files), root)


def _plain(file: Path, labels: Sequence[str] | None, number: int) -> About:
    if labels is None:
        return UNNAMED, None, 0
    if number > len(labels):
        raise DatasetError(
            f"{file} holds the number {number}, and {len(labels)} labels are given: name all numbers"
        )
    return labels[number - 1], None, 0


def _picture(
    file: Path, name: str, known: Known, about: Callable[[int], About], plain: bool = False
) -> AnnotatedPicture:
    """Return one map as a picture; `about` returns label, id and order of a number.

    plain: the map was not written by us, so that it may be a drawing with soft edges.
    """
    _, numbers = decode_map(read_bytes(file), file)
    if plain and is_soft(numbers):
        numbers = np.where(numbers >= SOFT_OBJECT, 1, 0)
    height, width = numbers.shape
    known.check(name, width, height, file)
    present = [number for number in distinct(numbers) if number > 0]
    if len(present) > MOST:
        raise DatasetError(
            f"{file} holds {len(present)} different numbers: a map of objects has at most {MOST}"
        )
    objects = []
    for number in present:
        with known.shape(name, number, file):
            label, identity, order = about(number)
            objects.append(AnnotatedObject(label, numbers == number, identity, order))
    return AnnotatedPicture(name, width, height, tuple(objects))


def is_soft(numbers: Numbers) -> bool:
    """Return whether a map (H, W) shows one white object with soft edges, not many objects.

    White and black are common then, and many greys share the few pixels between them.
    """
    if numbers.max(initial=0) != WHITE:
        return False
    counts = np.bincount(numbers.ravel(), minlength=WHITE + 1)
    greys = counts[1:WHITE]
    many = np.count_nonzero(greys) >= SOFT_GREYS
    return bool(many and counts[0] and greys.sum() < counts[WHITE])
