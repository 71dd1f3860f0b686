"""YOLO segmentation: a text file a picture, a line an object: number of the label, then x y of one polygon, each from 0
to 1.

A line holds one polygon.  Pieces and holes of an object are joined by seams, lines there and back;
a reader that draws the polygon's line paints the seams, so such an object does not come back
exactly, which the report says.  Corners lie
in the upper left quarter of the outermost pixels: readers cut the fraction off or round, and draw
the line itself (OpenCV), which gives the same pixels again.  Layout: `labels/NAME.txt`,
`data.yaml`; pictures belong in `images/`. Knows nothing of other formats.
"""

import json
import os
import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from fcfi.errors import DatasetError
from fcfi.formats.annotation import (
    MAX_SHOWN,
    AnnotatedObject,
    AnnotatedPicture,
    Pictures,
    Sizes,
    check_labels,
    label_number,
)
from fcfi.formats.folders import Known, Problem, Target, need_some, read_text, sizes_in, stem
from fcfi.masks.polygons import fill_line, one_loop

LABELS: Final = "labels"
IMAGES: Final = "images"
SETTINGS: Final = ("data.yaml", "dataset.yaml", "data.yml")
CLASSES: Final = "classes.txt"
DIGITS: Final = 8
"""Decimals of a coordinate: a hundredth of a pixel in a picture of a million pixels across."""


def write(
    pictures: Pictures, folder: str | os.PathLike[str], labels: Sequence[str]
) -> tuple[Path, ...]:
    """Write a text file a picture (empty without objects) and `data.yaml`; gives the files.  Raises InputError."""
    target, names = Target(folder), check_labels(labels)
    for picture in pictures:
        lines = [_line(picture, one, names) for one in picture.bottom_up()]
        target.write(f"{LABELS}/{stem(picture.file_name)}.txt", "".join(lines), picture.file_name)
    listed = "".join(
        f"  {number}: {json.dumps(name, ensure_ascii=False)}\n" for number, name in enumerate(names)
    )
    target.write(SETTINGS[0], f"path: .\ntrain: {IMAGES}\nval: {IMAGES}\nnames:\n{listed}")
    return tuple(target.written)


def read(
    folder: str | os.PathLike[str],
    sizes: Sizes | None = None,
    labels: Sequence[str] | None = None,
    problem: Problem | None = None,
) -> Iterator[AnnotatedPicture]:
    """The pictures of a YOLO folder.  Raises DatasetError.

    The files say no sizes: sizes must be given, or the pictures lie in `images/`.  A line of four
    numbers (a box) is a rectangle.  labels: names of the numbers from 0, for a folder without
    `data.yaml` and `classes.txt`.
    """
    base = Path(folder)
    root = base / LABELS if (base / LABELS).is_dir() else base
    files = [file for file in sorted(root.rglob("*.txt")) if file.name != CLASSES]
    if not files:
        raise DatasetError(f"{root} has no text file: give the folder with labels/ and data.yaml")
    known = Known(
        sizes
        if sizes is not None
        else sizes_in(base / IMAGES if (base / IMAGES).is_dir() else base),
        problem,
    )
    names = _names(base, labels)
    by_name = {
        known.of_stem(file.relative_to(root).with_suffix("").as_posix()): file for file in files
    }
    ordered = [name for name in known.sizes or () if name in by_name]
    for name in ordered:
        yield from known.read(partial(_picture, by_name[name], name, known, names))
    need_some(len(ordered), len(files), root)


def _line(picture: AnnotatedPicture, one: AnnotatedObject, names: Sequence[str]) -> str:
    corners = one_loop(one.mask) / (picture.width, picture.height)
    numbers = [f"{value:.{DIGITS}f}" for value in corners.ravel()]
    return " ".join([str(label_number(picture, one, names)), *numbers]) + "\n"


def _picture(file: Path, name: str, known: Known, names: Sequence[str]) -> AnnotatedPicture:
    width, height = (known.sizes or {})[name]
    known.check(name, width, height, file)
    objects = []
    for number, line in enumerate(read_text(file).splitlines(), 1):
        if line.strip():
            objects.append(_object(line.split(), f"{file}, line {number}", width, height, names))
    return AnnotatedPicture(name, width, height, tuple(objects))


def _object(
    words: Sequence[str], where: str, width: int, height: int, names: Sequence[str]
) -> AnnotatedObject:
    try:
        label, values = int(words[0]), np.array([float(word) for word in words[1:]])
    except ValueError as error:
        raise DatasetError(
            f"{where}: {error}; expected are a whole number and coordinates from 0 to 1"
        ) from error
    if not 0 <= label < len(names):
        raise DatasetError(
            f"{where}: label {label} has no name; {len(names)} are named, from 0: complete data.yaml"
        )
    if not np.isfinite(values).all() or (values < -1).any() or (values > 2).any():
        raise DatasetError(f"{where}: coordinates must be parts of the picture's size, from 0 to 1")
    if len(values) == 4:
        x, y, half_width, half_height = values[0], values[1], values[2] / 2, values[3] / 2
        left, right, top, bottom = x - half_width, x + half_width, y - half_height, y + half_height
        inner_right, inner_bottom = (
            right - 1 / width,
            bottom - 1 / height,
        )  # the pixels on the line belong to it
        values = np.array(
            [left, top, inner_right, top, inner_right, inner_bottom, left, inner_bottom]
        )
    if len(values) < 6 or len(values) % 2:
        raise DatasetError(
            f"{where}: {len(values)} coordinates came; expected are x y of at least 3 corners, or a box"
        )
    loop = values.reshape(-1, 2) * (width, height)
    return AnnotatedObject(names[label], fill_line(loop, height, width))


def _names(base: Path, labels: Sequence[str] | None) -> Sequence[str]:
    """Names of the numbers from 0: of `data.yaml`, else of `classes.txt`, else as given."""
    for folder in (base, base.parent):
        for name in SETTINGS:
            if (folder / name).is_file():
                return _names_of_yaml(folder / name)
        if (folder / CLASSES).is_file():
            return [
                line.strip() for line in read_text(folder / CLASSES).splitlines() if line.strip()
            ]
    if labels is None:
        raise DatasetError(
            f"{base} does not name its labels: add data.yaml or classes.txt, or give the labels"
        )
    return labels


def _names_of_yaml(file: Path) -> list[str]:
    """What follows `names:`, in the three forms in use: a list in brackets, lines with `-`, lines with numbers."""
    text = re.sub(r"(?m)^\s*#.*$", "", read_text(file))
    bracket = re.search(r"(?ms)^names:\s*\[(.*?)\]", text)
    if bracket:
        return [
            _unquoted(part)
            for part in re.findall(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[^,\s][^,]*", bracket[1])
        ]
    block = re.search(r"(?m)^names:[ \t]*\n((?:[ \t]+.*\n?|-.*\n?|[ \t]*\n)+)", text)
    lines = [line.strip() for line in block[1].splitlines() if line.strip()] if block else []
    if lines and all(line.startswith("- ") for line in lines):
        return [_unquoted(line[2:]) for line in lines]
    pairs = [re.fullmatch(r"(\d+)\s*:\s*(.+)", line) for line in lines]
    named = {int(pair[1]): _unquoted(pair[2]) for pair in pairs if pair}
    if not lines or None in pairs or sorted(named) != list(range(len(lines))):
        raise DatasetError(
            f"{file} has no names that can be read: write 'names:' and a line '  0: NAME' a label"
        )
    return [named[number] for number in sorted(named)]


def _unquoted(word: str) -> str:
    """A YAML scalar's text; a comment after it is dropped."""
    word = word.strip()
    if word.startswith('"'):
        try:
            text, _ = json.JSONDecoder().raw_decode(word)
        except ValueError as error:
            raise DatasetError(
                f'{word[:MAX_SHOWN]} is no quoted name: write it as "NAME"'
            ) from error
        return str(text)
    if word.startswith("'"):
        return re.sub(r"^'((?:[^']|'')*)'.*$", r"\1", word).replace("''", "'")
    return word.split(" #")[0].strip()
