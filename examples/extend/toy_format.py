"""A toy annotation format in a file outside the package: a table with a row for each object.

    python examples/extend/toy_format.py export-masks photos --format table -o out
    python examples/extend/toy_format.py import-masks others out

It is registered when this file is run or imported.  An installed package lists its codec in its
`pyproject.toml` instead, and needs no command line:

    [project.entry-points."fcfi.formats"]
    table = "my_package.toy_format:CODEC"
"""

import csv
import io
import os
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Final

from fcfi.errors import DatasetError
from fcfi.formats import (
    AnnotatedObject,
    AnnotatedPicture,
    Candidate,
    Certainty,
    Codec,
    Found,
    Sizes,
    Tally,
    register,
)
from fcfi.formats.annotation import Pictures
from fcfi.formats.folders import need_some, one_label, read_text
from fcfi.formats.known import KnownPictures
from fcfi.formats.labels import LabelList, check_labels, check_listed
from fcfi.formats.target import Target
from fcfi.masks.runs import RunMask

FILE: Final = "objects.csv"
HEAD: Final = (
    "picture",
    "picture_width",
    "picture_height",
    "label",
    "left",
    "top",
    "width",
    "height",
)
"""The columns; the last, `runs`, has run lengths over the box by rows, background first."""


def write(
    pictures: Pictures, folder: str | os.PathLike[str], labels: LabelList
) -> tuple[Path, ...]:
    """Write the table and return its path.  Raises InputError."""
    names = check_labels(labels)
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow([*HEAD, "runs"])
    for picture in pictures:
        size = (picture.file_name, picture.width, picture.height)
        for annotated in picture.bottom_up():
            check_listed(picture, annotated, names)
            mask = annotated.mask
            box = (mask.left, mask.top, mask.width, mask.height)
            rows.writerow([*size, annotated.label, *box, " ".join(map(str, mask.lengths))])
    target = Target(folder)
    target.write(FILE, table.getvalue())
    return tuple(target.written)


def read(
    path: str | os.PathLike[str],
    sizes: Sizes | None = None,
    labels: LabelList | None = None,
    tally: Tally | None = None,
) -> Iterator[AnnotatedPicture]:
    """Yield the pictures of a table, or of a folder with one.  Raises DatasetError."""
    file = Path(path) if Path(path).is_file() else Path(path) / FILE
    # KnownPictures finds pictures by their names and counts what is left out.
    known = KnownPictures(sizes, tally)
    rows = list(csv.DictReader(io.StringIO(read_text(file))))
    matched = 0
    for given, group in groupby(rows, key=lambda row: row["picture"]):
        name = known.name(given, file)
        if name is not None:
            matched += 1
            yield from known.read(partial(_picture, list(group), name, known, file))
    need_some(matched, len(rows), file)


def _picture(
    rows: Sequence[dict[str, str]], name: str, known: KnownPictures, file: Path
) -> AnnotatedPicture:
    width, height = known.size(name, rows[0]["picture_width"], rows[0]["picture_height"], file)
    objects = []
    for number, row in enumerate(rows, 1):
        # An error here leaves out only this object, and is counted.
        with known.shape(name, number, file):
            box = {key: int(row[key]) for key in ("left", "top", "width", "height")}
            runs = [int(length) for length in row["runs"].split()]
            mask = RunMask.from_json({**box, "runs": runs})
            if mask.box.right > width or mask.box.bottom > height:
                raise DatasetError("it reaches out of the picture")
            objects.append(AnnotatedObject(one_label(row["label"], file), mask))
    return AnnotatedPicture(name, width, height, tuple(objects))


def detect(candidate: Candidate) -> Found | None:
    """Return a table with these columns, or a folder with one."""
    file = candidate.path / FILE if candidate.is_folder else candidate.path
    if file.name == FILE and file.is_file() and read_text(file).startswith(",".join(HEAD)):
        return Found(file, Certainty.CONTENT)
    return None


CODEC: Final = register(Codec("table", "Table of objects", write, read, detect))

if __name__ == "__main__":
    from fcfi.cli import main

    sys.exit(main())
