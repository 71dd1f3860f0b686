"""YOLO segmentation: a text file for each picture, a line for each object.

A line is the number of the label, then x y of each corner of one polygon, as fractions of the
picture's size.  Components and holes of an object are joined by seams, lines there and back; a
reader that draws the polygon's line also paints the seams, so such an object is not read back
exactly, which the report says.  Corners lie in the upper left quarter of the outermost pixels:
readers truncate or round, and draw the line itself (OpenCV), which results in the same pixels.

Layout: `labels/NAME.txt`, `data.yaml`; pictures belong in `images/`.  Knows nothing of other
formats.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml
from numpy.typing import NDArray

from fcfi.errors import DatasetError
from fcfi.formats.annotation import (
    MAX_SHOWN,
    AnnotatedObject,
    AnnotatedPicture,
    Pictures,
    Sizes,
)
from fcfi.formats.codec import Candidate, Certainty, Codec, Found
from fcfi.formats.folders import listed, need_some, one_label, read_text, sizes_in
from fcfi.formats.known import KnownPictures, NoPixelError
from fcfi.formats.labels import (
    LabelList,
    ListedLabel,
    Numbering,
    label_number,
    usable_number,
)
from fcfi.formats.names import stem
from fcfi.formats.report import HOLES, PARTS
from fcfi.formats.tally import Tally
from fcfi.formats.target import Target
from fcfi.masks.polygons import fill_line, one_loop

LABELS: Final = "labels"
IMAGES: Final = "images"
SETTINGS: Final = ("data.yaml", "dataset.yaml", "data.yml")
CLASSES: Final = "classes.txt"
MAX_SETTINGS: Final = 1 << 18
"""Largest data.yaml in bytes, enough for several thousand names."""
FARTHEST: Final = 10.0
"""A corner beyond this many sizes of the picture is a mistake."""
Names = Mapping[int, str]
"""Labels by their numbers, which may have gaps."""
NUMBERING: Final = Numbering(first=0, gaps=False)
"""Trainers expect numbers without gaps."""
DIGITS: Final = 8
"""Decimals of a coordinate: a hundredth of a pixel in a picture a million pixels wide."""


def write(
    pictures: Pictures, folder: str | os.PathLike[str], labels: LabelList
) -> tuple[Path, ...]:
    """Write a text file for each picture (empty without objects) and `data.yaml`; return the files.

    Raises InputError.
    """
    target = Target(folder)
    numbers = NUMBERING.numbers(labels)
    for picture in pictures:
        lines = [_line(picture, annotated, numbers) for annotated in picture.bottom_up()]
        target.write(f"{LABELS}/{stem(picture.file_name)}.txt", "".join(lines), picture.file_name)
    listed = "".join(
        f"  {number}: {json.dumps(name, ensure_ascii=False)}\n"
        for number, name in NUMBERING.names(labels).items()
    )
    target.write(SETTINGS[0], f"path: .\ntrain: {IMAGES}\nval: {IMAGES}\nnames:\n{listed}")
    return tuple(target.written)


def read(
    path: str | os.PathLike[str],
    sizes: Sizes | None = None,
    labels: LabelList | None = None,
    tally: Tally | None = None,
) -> Iterator[AnnotatedPicture]:
    """Yield the pictures of a YOLO folder, or of one of its text files.

    The files state no sizes: `sizes` must be given, or the pictures must be in `images/`.  A line
    of four numbers is a box.  labels: for a folder without `data.yaml` and `classes.txt`.
    Other arguments: see codec.Reader.  Raises DatasetError.
    """
    base = Path(path)
    if _is_labels(base):
        base, files = base.parent, [base]
        root = base
    else:
        base = base.parent if base.is_file() else base
        root = base / LABELS if (base / LABELS).is_dir() else base
        found = [file for file in listed(root, "*.txt") if file.name != CLASSES]
        # A Roboflow download has train/labels and valid/labels, and other text files next to them.
        files = [file for file in found if LABELS in file.relative_to(base).parts] or found
    if not files:
        raise DatasetError(f"{root} has no text file: give the folder with labels/ and data.yaml")
    if sizes is None:
        sizes = sizes_in(base / IMAGES if (base / IMAGES).is_dir() else base)
    known = KnownPictures(sizes, tally)
    names = _stated_names(base)
    if names is not None:
        known.list_labels(
            ListedLabel(name, usable_number(number), NUMBERING.first)
            for number, name in sorted(names.items())
        )
    elif labels is not None:
        names = NUMBERING.names(labels)
    else:
        raise DatasetError(
            f"expected names of the labels in {base}, got none: "
            "add data.yaml or classes.txt, or give the labels"
        )
    by_name = {
        known.name_of_stem(file.relative_to(root).with_suffix("").as_posix()): file
        for file in files
    }
    # In the order of the pictures, as an export is read back.
    ordered = [name for name in sizes if name in by_name]
    for name in ordered:
        yield from known.read(partial(_picture, by_name[name], name, known, names))
    need_some(len(ordered), len(files), root)


def detect(candidate: Candidate) -> Found | None:
    """Return the folder of the settings, a folder with `labels/`, or one with text files."""
    if candidate.path.name in SETTINGS and not candidate.is_folder:
        return Found(candidate.path.parent, Certainty.CONTENT)
    if _is_labels(candidate.path):
        return Found(candidate.path, Certainty.ENDING)
    if not candidate.is_folder:
        return None
    named = any((candidate.path / name).is_file() for name in (*SETTINGS, CLASSES))
    if named or (candidate.path / LABELS).is_dir():
        return Found(candidate.path, Certainty.LAYOUT)
    return Found(candidate.path, Certainty.ENDING) if candidate.any_below("*.txt") else None


def _is_labels(path: Path) -> bool:
    """Return whether this is a text file of one picture."""
    return path.is_file() and path.suffix.lower() == ".txt" and path.name != CLASSES


def _line(picture: AnnotatedPicture, annotated: AnnotatedObject, numbers: Mapping[str, int]) -> str:
    mask = annotated.mask
    loop = one_loop(mask.inside()) + np.array([mask.left, mask.top])
    corners = loop / (picture.width, picture.height)
    values = [f"{value:.{DIGITS}f}" for value in corners.ravel()]
    return " ".join([str(label_number(picture, annotated, numbers)), *values]) + "\n"


def _picture(file: Path, name: str, known: KnownPictures, names: Names) -> AnnotatedPicture:
    width, height = (known.sizes or {})[name]
    known.check(name, width, height, file)
    objects = []
    lines = [line.split() for line in read_text(file).splitlines() if line.strip()]
    for number, words in known.numbered(lines, name):
        with known.shape(name, number, file):
            objects.append(_object(words, width, height, names))
    return AnnotatedPicture(name, width, height, tuple(objects))


def _object(words: Sequence[str], width: int, height: int, names: Names) -> AnnotatedObject:
    """Return the object of a line.  Raises DatasetError, with a few words about what is wrong."""
    try:
        values = np.array([float(word) for word in words])
    except ValueError as error:
        raise DatasetError(f"expected numbers, got {str(error)[:MAX_SHOWN]}") from error
    label = values[0]
    values = values[1:]
    if not label.is_integer() or int(label) not in names:
        raise DatasetError(f"label {words[0][:MAX_SHOWN]} has no name in data.yaml")
    if not (np.abs(values) <= FARTHEST).all():  # false for NaN, too
        raise DatasetError("expected coordinates as parts of the picture's size, got others")
    if len(values) % 2:
        values = values[:-1]  # the last number is a network's confidence
    if len(values) == 4:
        values = _corners_of_box(values, width, height)
    if len(values) < 6:
        raise DatasetError(
            f"expected x y of at least 3 corners, or a box, got {len(values)} coordinates"
        )
    mask = fill_line(values.reshape(-1, 2) * (width, height), height, width)
    if mask is None:
        raise NoPixelError("its outline covers no pixel of the picture")
    return AnnotatedObject(names[int(label)], mask)


def _corners_of_box(values: NDArray[np.float64], width: int, height: int) -> NDArray[np.float64]:
    """Return the corners of a box, given by centre and size, as fractions of the picture's size."""
    x, y, across, down = values
    left = x - across / 2
    top = y - down / 2
    # Pixels on the line belong to the polygon, so it ends one pixel before the box.
    right = x + across / 2 - 1 / width
    bottom = y + down / 2 - 1 / height
    return np.array([left, top, right, top, right, bottom, left, bottom])


def _stated_names(base: Path) -> Names | None:
    """Return the names of the numbers in `data.yaml`, else `classes.txt`; None without both."""
    for folder in (base, base.parent):
        for name in SETTINGS:
            if (folder / name).is_file():
                return _names_of_yaml(folder / name)
        if (folder / CLASSES).is_file():
            lines = read_text(folder / CLASSES).splitlines()
            return dict(enumerate(line.strip() for line in lines if line.strip()))
    return None


def _names_of_yaml(file: Path) -> Names:
    """Return the value of `names:`, a list or a mapping of numbers, which may have gaps."""
    if file.stat().st_size > MAX_SETTINGS:
        raise DatasetError(
            f"expected settings of at most {MAX_SETTINGS} bytes, got a larger {file}: "
            "give YOLO's own data.yaml"
        )
    try:
        content = yaml.load(read_text(file), _Loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())[:200]
        raise DatasetError(f"expected YAML in {file}, got other text ({reason})") from error
    listed = content.get("names") if isinstance(content, dict) else None
    if isinstance(listed, list):
        listed = dict(enumerate(listed))
    if not isinstance(listed, dict) or not listed:
        raise DatasetError(
            f"expected names in {file}, got none: write 'names:' and a line '  0: NAME' for each "
            "label"
        )
    try:
        return {int(number): one_label(str(name), file) for number, name in listed.items()}
    except (TypeError, ValueError) as error:
        raise DatasetError(f"expected numbers before the names in {file}: {error}") from error


class _Loader(yaml.SafeLoader):
    """A loader of plain values without references, by which a few lines can expand to gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Return the next node.  Raises yaml.YAMLError if it is a reference."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("references (*name) are not read")
        return super().compose_node(parent, index)


CODEC: Final = Codec(
    "yolo",
    "YOLO segmentation",
    write,
    read,
    detect,
    cannot_hold=(HOLES, PARTS),
    numbered_labels=True,
    numbering=NUMBERING,
)
