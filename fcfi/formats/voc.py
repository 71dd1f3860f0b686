"""PASCAL VOC segmentation: two palette PNGs for each picture, of the classes and of the objects.

0 is background, 255 is void (neither; left out when read, never written).  Where objects overlap,
only the topmost is kept.

Layout: `SegmentationClass/NAME.png`, `SegmentationObject/NAME.png`,
`ImageSets/Segmentation/default.txt`, and `labelmap.txt` (a line `name:R,G,B::` for each class),
which VOC itself lacks: without it the 20 classes of VOC 2012 are meant.
Source: the VOC 2012 development kit; the label map is CVAT's and Datumaro's.  cvat_mask.py uses
this module.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
)
from fcfi.formats.codec import Candidate, Certainty, Codec, Found
from fcfi.formats.folders import listed, need_some, read_bytes, read_text
from fcfi.formats.indexed import VOID, decode_map, encode_map, paint, voc_colour
from fcfi.formats.known import KnownPictures, NoPixelError
from fcfi.formats.labels import LabelList, ListedLabel, Numbering, check_labels, label_number
from fcfi.formats.names import stem
from fcfi.formats.report import OVERLAP
from fcfi.formats.tally import Tally
from fcfi.formats.target import Target
from fcfi.geometry import cut
from fcfi.mask_files import InstanceMap, Numbers
from fcfi.masks.runs import RunMask, masks_in

CLASSES: Final = "SegmentationClass"
OBJECTS: Final = "SegmentationObject"
SET: Final = "ImageSets/Segmentation/default.txt"
SETS: Final = "ImageSets/Segmentation"
LABELMAP: Final = "labelmap.txt"
MOST: Final = VOID - 1
"""Most objects in a picture, and most classes."""
NUMBERING: Final = Numbering(first=1, least=1, most=MOST)
"""0 is the background."""
BACKGROUND: Final = "background"
VOC_CLASSES: Final = (
    *("aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow"),
    *("diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa"),
    *("train", "tvmonitor"),
)
"""Names of the numbers from 1 in VOC 2012."""

Colour = tuple[int, int, int]
Open = Callable[[str], bytes | None]
"""A function that returns the bytes of a file in the folder or archive, or None without it."""


def write(
    pictures: Pictures, folder: str | os.PathLike[str], labels: LabelList
) -> tuple[Path, ...]:
    """Write the maps, the list of pictures and the label map, and return the files.

    Raises InputError.
    """
    target = Target(folder)
    for name, data, source in files(pictures, labels):
        target.write(name, data, source)
    return tuple(target.written)


def read(
    path: str | os.PathLike[str],
    sizes: Sizes | None = None,
    labels: LabelList | None = None,
    tally: Tally | None = None,
) -> Iterator[AnnotatedPicture]:
    """Yield the pictures of a VOC folder.

    Without a map of objects, all pixels of a class are one object.
    labels: for a folder without a label map.
    Other arguments: see codec.Reader.  Raises DatasetError.
    """
    base = Path(path)
    if base.is_file():
        base = base.parent
    lists = [base / SET] if (base / SET).is_file() else sorted((base / SETS).glob("*.txt"))
    stems = [
        line.strip() for file in lists for line in read_text(file).splitlines() if line.strip()
    ]
    if not stems:
        root = base / CLASSES
        stems = [
            file.relative_to(root).with_suffix("").as_posix() for file in listed(root, "*.png")
        ]

    def opened(name: str) -> bytes | None:
        return read_bytes(base / name) if (base / name).is_file() else None

    yield from pictures_of(
        Source(base, opened), list(dict.fromkeys(stems)), KnownPictures(sizes, tally), labels
    )


def detect(candidate: Candidate) -> Found | None:
    """Return the folder with `SegmentationClass`, at any depth."""
    if not candidate.is_folder:
        return None
    found = next(iter(sorted(candidate.path.glob(f"**/{CLASSES}"))), None)
    return Found(found.parent, Certainty.CONTENT) if found is not None else None


def files(pictures: Pictures, labels: LabelList) -> Iterator[tuple[str, bytes, str]]:
    """Yield name, content and picture (or "") of each file of the layout; the label map is last.

    Raises InputError.
    """
    numbers = _numbers(labels)
    stems = []
    for picture in pictures:
        objects = paint(picture, MOST)
        name = stem(picture.file_name)
        # A lookup table from objects to classes, so that both maps agree on every pixel.
        class_of = np.zeros(256, np.uint8)
        for number, annotated in enumerate(picture.bottom_up(), 1):
            class_of[number] = label_number(picture, annotated, numbers)
        stems.append(name)
        yield f"{CLASSES}/{name}.png", encode_map(class_of[objects]), picture.file_name
        yield f"{OBJECTS}/{name}.png", encode_map(objects), picture.file_name
    yield SET, "".join(f"{name}\n" for name in stems).encode(), ""
    rows = [
        f"{name}:{','.join(map(str, voc_colour(number)))}::"
        for number, name in {0: BACKGROUND, **NUMBERING.names(labels)}.items()
    ]
    yield LABELMAP, "\n".join(["# label:color_rgb:parts:actions", *rows, ""]).encode(), ""


@dataclass(frozen=True)
class Source:
    """A folder or an archive of the layout.  base: its path, for messages.  opened: see Open."""

    base: Path
    opened: Open


@dataclass(frozen=True)
class Classes:
    """The classes of a dataset.

    colours: number of each colour, empty without a label map.  names: of the numbers from 1.
    """

    colours: Mapping[Colour, int]
    names: Mapping[int, str]


def pictures_of(
    source: Source, stems: Sequence[str], known: KnownPictures, labels: LabelList | None
) -> Iterator[AnnotatedPicture]:
    """Yield pictures by their names without endings.  Raises DatasetError."""
    if not stems:
        raise DatasetError(
            f"{source.base} lists no pictures: give a folder with {CLASSES}/ and {SETS}/"
        )
    classes = _classes_of(source, labels)
    if classes.colours:  # from a label map
        known.list_labels(ListedLabel(name, number) for number, name in classes.names.items())
    count = 0
    for given in stems:
        if known.sizes is None:
            # The list has names without endings; VOC's own pictures are JPEG.
            name = known.name(f"{given}.jpg", source.base)
        else:
            name = known.name_of_stem(given)
        if name is not None:
            count += 1
            yield from known.read(partial(_picture, source, given, name, known, classes))
    need_some(count, len(stems), source.base)


def _numbers(labels: LabelList) -> dict[str, int]:
    """Return the numbers of labels.  Raises InputError if a label map cannot hold them."""
    names = check_labels(labels)
    if len(names) > MOST:
        raise InputError(
            f"expected at most {MOST} labels for VOC, got {len(names)}: export as coco, which has "
            "no such limit"
        )
    for name in names:
        if ":" in name or name.startswith("#") or name == BACKGROUND:
            raise InputError(
                f"the label {name[:MAX_SHOWN]!r} cannot stand in a label map, where ':' and '#' "
                f"have a meaning and {BACKGROUND!r} is taken: rename it"
            )
    return NUMBERING.numbers(labels)


def _classes_of(source: Source, labels: LabelList | None) -> Classes:
    data = source.opened(LABELMAP)
    if data is None:
        return Classes({}, NUMBERING.names(labels if labels is not None else VOC_CLASSES))
    rows: list[tuple[str, Colour]] = []
    for line in data.decode("utf-8", "replace").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, _, rest = line.partition(":")
        try:
            red, green, blue = (int(part) for part in rest.split(":")[0].split(","))
        except ValueError as error:
            raise DatasetError(
                f"expected lines 'name:R,G,B::' in {source.base / LABELMAP}, got "
                f"{line[:MAX_SHOWN]!r}: correct it"
            ) from error
        rows.append((name.strip(), (red, green, blue)))
    classes = [row for row in rows if row[0] != BACKGROUND]
    numbers = _numbers_of([colour for _, colour in classes])
    colours = dict.fromkeys((colour for name, colour in rows if name == BACKGROUND), 0)
    colours.update((colour, number) for (_, colour), number in zip(classes, numbers, strict=True))
    # Some tools list only the classes; black is always the background.
    colours.setdefault((0, 0, 0), 0)
    names = {number: name for (name, _), number in zip(classes, numbers, strict=True)}
    return Classes(colours, dict(sorted(names.items())))


def _numbers_of(colours: Sequence[Colour]) -> Sequence[int]:
    """Return the numbers of a label map's classes: those of VOC's palette, else their order."""
    palette = {voc_colour(number): number for number in range(1, VOID)}
    found = [palette[colour] for colour in colours if colour in palette]
    return found if len(set(found)) == len(colours) else range(1, len(colours) + 1)


def _picture(
    source: Source, given: str, name: str, known: KnownPictures, classes: Classes
) -> AnnotatedPicture:
    file = source.base / CLASSES / f"{given}.png"
    data = source.opened(f"{CLASSES}/{given}.png")
    if data is None:
        raise DatasetError(
            f"{file} is missing, although the list of pictures names it: add it or shorten the list"
        )
    class_map = _class_map(decode_map(data, str(file)), file, classes.colours)
    height, width = class_map.shape
    known.check(name, width, height, file)
    objects = []
    for number, mask in _object_masks(source, given, file, class_map):
        with known.shape(name, number, file):
            # The most frequent class under an object is its own.
            under = cut(class_map, mask.box)[mask.inside()]
            counts = np.bincount(under[(under > 0) & (under != VOID)])
            if not counts.size:
                raise NoPixelError("it covers no pixel of a class")
            objects.append(AnnotatedObject(_class_name(int(counts.argmax()), classes, file), mask))
    return AnnotatedPicture(name, width, height, tuple(objects))


def _object_masks(
    source: Source, given: str, file: Path, class_map: Numbers
) -> Iterator[tuple[int, RunMask]]:
    """Yield number and mask of each object; without a map of objects, of each class."""
    stored = source.opened(f"{OBJECTS}/{given}.png")
    if stored is None:
        yield from (pair for pair in masks_in(class_map) if pair[0] != VOID)
        return
    found = decode_map(stored, str(source.base / OBJECTS / f"{given}.png"))
    if found.numbers.shape != class_map.shape:
        raise DatasetError(
            f"{source.base / OBJECTS / given}.png and {file} have different sizes: give maps of "
            "one picture"
        )
    for number, mask in masks_in(found.numbers):
        colour = None if found.colours is None else tuple(found.colours[number].tolist())
        # Void is the number 255, or in a map of colours the last colour of VOC's palette.
        void = colour == voc_colour(VOID) if found.form == "colour" else number == VOID
        if not void:
            yield number, mask


def _class_name(number: int, classes: Classes, file: Path) -> str:
    if number not in classes.names:
        raise DatasetError(
            f"expected one of the {len(classes.names)} classes that have names, got {number} in "
            f"{file}: complete {LABELMAP}"
        )
    return classes.names[number]


def _class_map(found: InstanceMap, file: Path, numbers: Mapping[Colour, int]) -> Numbers:
    """Return class numbers (H, W): by colour if there is a label map, else the map's numbers."""
    if not numbers or found.colours is None:
        return found.numbers
    table = np.zeros(len(found.colours), np.uint16)
    for number in np.flatnonzero(found.counts).tolist():
        red, green, blue = found.colours[number].tolist()
        colour = (red, green, blue)
        if colour not in numbers and colour != voc_colour(VOID):
            raise DatasetError(
                f"expected the colours that {LABELMAP} names, got {colour} in {file}: complete it"
            )
        table[number] = numbers.get(colour, VOID)
    mapped: Numbers = table[found.numbers]
    return mapped


CODEC: Final = Codec(
    "voc",
    "PASCAL VOC segmentation",
    write,
    read,
    detect,
    cannot_hold=(OVERLAP,),
    mask_folders=(CLASSES, OBJECTS),
    numbering=NUMBERING,
)
