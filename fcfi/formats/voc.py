"""PASCAL VOC segmentation: two palette PNGs a picture, one with the classes and one with the objects.

0 is background, 255 is void (neither; left out when read, never written).  Objects cannot overlap:
the topmost counts.
Layout: `SegmentationClass/NAME.png`, `SegmentationObject/NAME.png`,
    `ImageSets/Segmentation/default.txt`, and
`labelmap.txt` (`name:R,G,B::` a line), which VOC itself lacks: without it the 20 classes of VOC
2012 are meant.
Source: the VOC 2012 development kit; the label map is CVAT's and Datumaro's.  cvat_mask.py shares
    this file.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from fcfi.errors import DatasetError, InputError
from fcfi.formats.annotation import (
    MAX_SHOWN,
    AnnotatedObject,
    AnnotatedPicture,
    Pictures,
    Sizes,
    check_labels,
    label_number,
)
from fcfi.formats.folders import (
    Known,
    NoPixelError,
    Target,
    listed,
    need_some,
    read_bytes,
    read_text,
    stem,
)
from fcfi.formats.indexed import (
    VOID,
    Numbers,
    decode_map,
    distinct,
    encode_map,
    packed,
    paint,
    voc_colour,
)
from fcfi.formats.tally import Tally

CLASSES: Final = "SegmentationClass"
OBJECTS: Final = "SegmentationObject"
SET: Final = "ImageSets/Segmentation/default.txt"
SETS: Final = "ImageSets/Segmentation"
LABELMAP: Final = "labelmap.txt"
MOST: Final = VOID - 1
"""Objects in a picture, and classes."""
BACKGROUND: Final = "background"
VOID_RGB: Final = (224 << 16) + (224 << 8) + 192
"""Void in a map of objects that came in RGB: the last colour of VOC's palette as one number."""
NEITHER: Final = (0, VOID, VOID_RGB)
"""Numbers in a map of objects that are no object."""
VOC_CLASSES: Final = (
    "aeroplane",
    "bicycle",
    "bird",
    "boat",
    "bottle",
    "bus",
    "car",
    "cat",
    "chair",
    "cow",
    "diningtable",
    "dog",
    "horse",
    "motorbike",
    "person",
    "pottedplant",
    "sheep",
    "sofa",
    "train",
    "tvmonitor",
)

Colour = tuple[int, int, int]
Open = Callable[[str], bytes | None]
"""Gives the bytes of a file by its name in the folder or archive, None if it is not there."""


def write(
    pictures: Pictures, folder: str | os.PathLike[str], labels: Sequence[str]
) -> tuple[Path, ...]:
    """Write the maps, the list of pictures and the label map; gives the files.  Raises InputError."""
    target = Target(folder)
    for name, data, source in files(pictures, labels):
        target.write(name, data, source)
    return tuple(target.written)


def read(
    folder: str | os.PathLike[str],
    sizes: Sizes | None = None,
    labels: Sequence[str] | None = None,
    tally: Tally | None = None,
) -> Iterator[AnnotatedPicture]:
    """The pictures of a VOC folder.  Raises DatasetError.

    Where there is no map of objects, the pixels of a class are one object.  sizes: the pictures
    that there are; others are left out.  labels: names of the numbers from 1, for a folder without
    a label map.
    """
    base = Path(folder)
    lists = [base / SET] if (base / SET).is_file() else sorted((base / SETS).glob("*.txt"))
    named = [
        line.strip() for file in lists for line in read_text(file).splitlines() if line.strip()
    ]
    if not named:
        root = base / CLASSES
        named = [
            file.relative_to(root).with_suffix("").as_posix() for file in listed(root, "*.png")
        ]

    def opened(name: str) -> bytes | None:
        return read_bytes(base / name) if (base / name).is_file() else None

    yield from pictures_of(base, opened, list(dict.fromkeys(named)), Known(sizes, tally), labels)


def files(pictures: Pictures, labels: Sequence[str]) -> Iterator[tuple[str, bytes, str]]:
    """Name, content and picture ("" for none) of each file of the layout, the label map last.  Raises InputError."""
    names, listed = _names(labels), []
    for picture in pictures:
        numbers, name = paint(picture, MOST), stem(picture.file_name)
        class_of = np.zeros(256, np.uint8)
        for number, one in enumerate(picture.bottom_up(), 1):
            class_of[number] = label_number(picture, one, names) + 1
        listed.append(name)
        yield f"{CLASSES}/{name}.png", encode_map(class_of[numbers]), picture.file_name
        yield f"{OBJECTS}/{name}.png", encode_map(numbers), picture.file_name
    yield SET, "".join(f"{name}\n" for name in listed).encode(), ""
    rows = [
        f"{name}:{','.join(map(str, voc_colour(number)))}::"
        for number, name in enumerate([BACKGROUND, *names])
    ]
    yield LABELMAP, "\n".join(["# label:color_rgb:parts:actions", *rows, ""]).encode(), ""


def pictures_of(
    base: Path, opened: Open, named: Sequence[str], known: Known, labels: Sequence[str] | None
) -> Iterator[AnnotatedPicture]:
    """The pictures `named` (without endings) of a folder or archive `base`.  Raises DatasetError."""
    if not named:
        raise DatasetError(f"{base} lists no pictures: give a folder with {CLASSES}/ and {SETS}/")
    colours, names = _labelmap(opened, base, labels)
    count = 0
    for one in named:
        plain = known.sizes is None
        name = known.name(f"{one}.jpg", base) if plain else known.name_of_stem(one)
        if name:
            count += 1
            yield from known.read(partial(_picture, base, opened, one, name, known, colours, names))
    need_some(count, len(named), base)


def _names(labels: Sequence[str]) -> tuple[str, ...]:
    names = check_labels(labels)
    if len(names) > MOST:
        raise InputError(
            f"{len(names)} labels came, and VOC holds {MOST}: export as coco, which has no such limit"
        )
    for name in names:
        if ":" in name or name.startswith("#") or name == BACKGROUND:
            raise InputError(
                f"the label {name[:MAX_SHOWN]!r} cannot stand in a label map, where ':' and '#' have a meaning and "
                f"{BACKGROUND!r} is taken: rename it"
            )
    return names


def _labelmap(
    opened: Open, base: Path, labels: Sequence[str] | None
) -> tuple[Mapping[Colour, int], Sequence[str]]:
    """Number of each colour (none without a label map), and the names of the numbers from 1."""
    data = opened(LABELMAP)
    if data is None:
        return {}, labels if labels is not None else VOC_CLASSES
    colours: dict[Colour, int] = {}
    names: list[str] = []
    for line in data.decode("utf-8", "replace").splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, rest = line.partition(":")
            try:
                red, green, blue = (int(part) for part in rest.split(":")[0].split(","))
            except ValueError as error:
                raise DatasetError(
                    f"{base / LABELMAP}: {line[:MAX_SHOWN]!r} is no line 'name:R,G,B::'"
                ) from error
            if name.strip() == BACKGROUND:
                colours[red, green, blue] = 0
            else:
                names.append(name.strip())
                colours[red, green, blue] = len(names)
    # Some tools list the classes alone: black is the background then, too.
    colours.setdefault((0, 0, 0), 0)
    return colours, names


def _picture(
    base: Path,
    opened: Open,
    one: str,
    name: str,
    known: Known,
    colours: Mapping[Colour, int],
    names: Sequence[str],
) -> AnnotatedPicture:
    file = base / CLASSES / f"{one}.png"
    data = opened(f"{CLASSES}/{one}.png")
    if data is None:
        raise DatasetError(
            f"{file} is missing, although the list of pictures names it: add it or shorten the list"
        )
    classes = _classes(data, file, colours)
    height, width = classes.shape
    known.check(name, width, height, file)
    stored = opened(f"{OBJECTS}/{one}.png")
    numbers = (
        decode_map(stored, base / OBJECTS / f"{one}.png")[1] if stored is not None else classes
    )
    if numbers.shape != classes.shape:
        raise DatasetError(
            f"{base / OBJECTS / one}.png and {file} have different sizes: give maps of one picture"
        )
    objects = []
    for number in distinct(numbers):
        if number in NEITHER:
            continue
        with known.shape(name, number, file):
            mask = numbers == number
            found = np.bincount(classes[mask & (classes > 0) & (classes != VOID)])
            if not found.size:
                raise NoPixelError("it covers no pixel of a class")
            objects.append(AnnotatedObject(_name(int(found.argmax()), names, file), mask))
    return AnnotatedPicture(name, width, height, tuple(objects))


def _name(number: int, names: Sequence[str], file: Path) -> str:
    if number > len(names):
        raise DatasetError(
            f"{file} holds class {number}, and {len(names)} are named: complete {LABELMAP}"
        )
    return names[number - 1]


def _classes(data: bytes, file: Path, colours: Mapping[Colour, int]) -> Numbers:
    """(H, W) class numbers; by colour if there is a label map, else as the numbers stand."""
    shown, numbers = decode_map(data, file)
    if not colours or shown is None:
        return numbers
    values = packed(shown)
    table = np.zeros(int(values.max()) + 1, np.int32)
    for value in distinct(values):
        colour = (value >> 16, value >> 8 & 255, value & 255)
        if colour not in colours and colour != voc_colour(VOID):
            raise DatasetError(
                f"{file} holds the colour {colour}, which {LABELMAP} does not name: complete it"
            )
        table[value] = colours.get(colour, VOID)
    return table[values]
