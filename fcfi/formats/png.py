"""PNG maps: an instance map for each picture, with a palette, and an overview in black and white.

Layout: `masks/NAME.png` (numbers from 1 of the topmost objects), `preview/NAME.png` (0 and 255),
and `objects.json`, which describes each number.  Foreign maps need no such file: then every number
or colour is an object.  Knows nothing of other formats.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from fcfi.errors import DatasetError
from fcfi.formats.annotation import (
    UNNAMED,
    AnnotatedObject,
    AnnotatedPicture,
    Pictures,
    Sizes,
)
from fcfi.formats.codec import Candidate, Certainty, Codec, Found
from fcfi.formats.folders import (
    field,
    listed,
    need_some,
    one_label,
    read_bytes,
    read_json,
)
from fcfi.formats.indexed import decode_drawing, decode_map, encode_map, paint
from fcfi.formats.known import KnownPictures
from fcfi.formats.labels import LabelList, Numbering, check_labels, check_listed
from fcfi.formats.names import stem
from fcfi.formats.report import OVERLAP
from fcfi.formats.tally import Tally
from fcfi.formats.target import Target
from fcfi.images import ENDINGS, encode_png
from fcfi.mask_files import InstanceMap
from fcfi.masks.runs import masks_in

MASKS: Final = "masks"
PREVIEW: Final = "preview"
INDEX: Final = "objects.json"
MOST: Final = 255
"""Most objects in a map of 8 bits."""
NUMBERING: Final = Numbering(first=1, least=1, most=MOST)
"""Numbers of labels in maps without a description."""
MAP_ENDINGS: Final = (".png", ".tif", ".tiff", ".bmp")
"""Endings of lossless files, by which a folder of maps is recognised."""

Described = tuple[str, int | None, int]
"""Label, id and order of a number."""


def write(
    pictures: Pictures, folder: str | os.PathLike[str], labels: LabelList
) -> tuple[Path, ...]:
    """Write the maps and their description, and return the files.  Raises InputError."""
    target = Target(folder)
    names = check_labels(labels)
    index = []
    for picture in pictures:
        # Labels are checked before the first file of a picture is written.
        for annotated in picture.objects:
            check_listed(picture, annotated, names)
        numbers = paint(picture, MOST)
        name = stem(picture.file_name)
        target.write(f"{MASKS}/{name}.png", encode_map(numbers), picture.file_name)
        target.write(f"{PREVIEW}/{name}.png", encode_png(numbers != 0), picture.file_name)
        index.append(_entry(picture))
    text = json.dumps({"labels": names, "pictures": index}, ensure_ascii=False, indent=1)
    target.write(INDEX, text + "\n")
    return tuple(target.written)


def read(
    path: str | os.PathLike[str],
    sizes: Sizes | None = None,
    labels: LabelList | None = None,
    tally: Tally | None = None,
) -> Iterator[AnnotatedPicture]:
    """Yield the pictures of a folder written by `write`, of any folder of maps, or of one map.

    labels: without `objects.json`, names of the numbers from 1; None calls every object "object".
    Other arguments: see codec.Reader.  Raises DatasetError.
    """
    base = Path(path)
    known = KnownPictures(sizes, tally)
    if base.name == INDEX:
        base = base.parent
    if (base / INDEX).is_file():
        yield from _read_indexed(base, known)
    else:
        yield from _read_plain(base, known, labels)


def detect(candidate: Candidate) -> Found | None:
    """Return the folder of `objects.json`, a single map, or a folder with PNG files."""
    content = candidate.json
    if isinstance(content, dict) and "pictures" in content:
        return Found(candidate.path.parent, Certainty.CONTENT)
    if candidate.is_folder and (candidate.path / INDEX).is_file():
        return Found(candidate.path, Certainty.CONTENT)
    if candidate.ending in MAP_ENDINGS or (
        any(candidate.any_below(f"*{ending}") for ending in MAP_ENDINGS)
        and not candidate.holds_pictures
    ):
        return Found(candidate.path, Certainty.ENDING)
    return None


def _entry(picture: AnnotatedPicture) -> dict[str, Any]:
    objects = [
        {
            "number": number,
            "label": annotated.label,
            "id": annotated.id,
            "order": annotated.order,
        }
        for number, annotated in enumerate(picture.bottom_up(), 1)
    ]
    return {
        "file_name": picture.file_name,
        "mask": f"{MASKS}/{stem(picture.file_name)}.png",
        "width": picture.width,
        "height": picture.height,
        "objects": objects,
    }


def _read_indexed(base: Path, known: KnownPictures) -> Iterator[AnnotatedPicture]:
    """Yield the pictures that `objects.json` lists."""
    file = base / INDEX
    entries = field(read_json(file), "pictures", list, file)
    count = 0
    for entry in entries:
        name = known.name(field(entry, "file_name", str, file), file)
        if name is None:
            continue
        count += 1
        yield from known.read(partial(_indexed_picture, base, entry, name, known, file))
    need_some(count, len(entries), file)


def _indexed_picture(
    base: Path, entry: Any, name: str, known: KnownPictures, file: Path
) -> AnnotatedPicture:
    # The map's name is checked as a picture's is: it may not leave the folder.
    mask = KnownPictures(None).name(field(entry, "mask", str, file), file) or ""
    described = {
        field(record, "number", int, file): record for record in field(entry, "objects", list, file)
    }
    # Many entries may name one map, whose first one has said the size of the picture.
    with known.spent(name):
        found = decode_map(read_bytes(base / mask), str(base / mask))
    return _picture(found, base / mask, name, known, partial(_described, file, described))


def _described(file: Path, records: Mapping[int, Any], number: int) -> Described:
    """Return the description of a number in `objects.json`."""
    if number not in records:
        raise DatasetError(
            f"expected the number {number} among the picture's objects in {file}, got none: add it"
        )
    record = records[number]
    object_id, order = record.get("id"), record.get("order")
    return (
        one_label(record.get("label"), file),
        object_id if isinstance(object_id, int) else None,
        order if isinstance(order, int) else 0,
    )


def _read_plain(
    base: Path, known: KnownPictures, labels: LabelList | None
) -> Iterator[AnnotatedPicture]:
    """Yield the pictures of maps without a description."""
    root = base / MASKS if (base / MASKS).is_dir() else base
    files = [base]
    if base.is_dir():
        found = listed(root, "*")
        files = [file for file in found if file.suffix.lower() in MAP_ENDINGS]
        # Masks as JPEG files hold one object each; they are read if there are no lossless files.
        files = files or [file for file in found if file.suffix.lower() in ENDINGS]
    else:
        root = base.parent
    if not files:
        raise DatasetError(f"{root} has no picture file: give the folder with the maps")
    names = None if labels is None else NUMBERING.names(labels)
    count = 0
    for file in files:
        given = file.relative_to(root).as_posix()
        name = given if known.sizes is None else known.name_of_stem(stem(given))
        if name is None:
            continue
        count += 1
        yield from known.read(partial(_plain_picture, file, name, known, names))
    need_some(count, len(files), root)


def _numbered(file: Path, names: Mapping[int, str] | None, number: int) -> Described:
    """Return the label of a number in a map without a description."""
    if names is None:
        return UNNAMED, None, 0
    if number not in names:
        raise DatasetError(
            f"expected numbers of the {len(names)} given labels, got {number} in {file}: "
            "name all numbers"
        )
    return names[number], None, 0


def _plain_picture(
    file: Path, name: str, known: KnownPictures, names: Mapping[int, str] | None
) -> AnnotatedPicture:
    """Return a map without a description as a picture."""
    # Foreign maps may be drawings with soft edges.
    with known.spent(name):
        found = decode_drawing(read_bytes(file), str(file))
    if names is not None and found.form == "colour":
        raise DatasetError(
            f"expected a map of numbers for the labels, got colours in {file}: save it with a "
            "palette, or give no labels"
        )
    return _picture(found, file, name, known, partial(_numbered, file, names))


def _picture(
    found: InstanceMap,
    file: Path,
    name: str,
    known: KnownPictures,
    describe: Callable[[int], Described],
) -> AnnotatedPicture:
    """Return a map as a picture.  describe: returns label, id and order of a number."""
    height, width = found.numbers.shape
    known.check(name, width, height, file)
    if len(found.present) > MOST:
        raise DatasetError(
            f"expected at most {MOST} objects in a map, "
            f"got {len(found.present)} numbers or colours in {file}: give a map of objects"
        )
    objects = []
    for number, mask in masks_in(found.numbers):
        with known.shape(name, number, file):
            label, object_id, order = describe(number)
            objects.append(AnnotatedObject(label, mask, object_id, order))
    return AnnotatedPicture(name, width, height, tuple(objects))


CODEC: Final = Codec(
    "png",
    "PNG maps",
    write,
    read,
    detect,
    cannot_hold=(OVERLAP,),
    mask_folders=(MASKS, PREVIEW),
    beside=INDEX,
)
