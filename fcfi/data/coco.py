"""COCO and LVIS: a JSON file with the outlines, a folder with the pictures.

There is one object per annotation, read by the same code as an import (`fcfi.formats.coco`).  The
crowds in COCO's own files (`iscrowd` 1: many objects in one outline) are not objects to click on;
other tools set this mark on every mask, which is then a normal object.  This module finds the
pictures.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Final

import numpy as np

from fcfi.data.broken import LINK, leads_out
from fcfi.data.dataset import LazySample, LazySamples
from fcfi.data.layouts import LAYOUTS
from fcfi.errors import DatasetError, InputError
from fcfi.formats.coco import (
    Content,
    annotation_files,
    name_of,
    note_lost,
    object_of,
    outlined,
    read_content,
)
from fcfi.formats.known import KnownPictures
from fcfi.formats.names import PictureNames
from fcfi.formats.tally import Tally
from fcfi.images import ENDINGS
from fcfi.masks.runs import pixels_of
from fcfi.masks.truth import BACKGROUND, OBJECT, Truth

OWN_ADDRESS: Final = "cocodataset.org"
"""Part of the address of every picture in COCO's own files."""
TRIED: Final = 50
"""Number of pictures by which their folder is recognised."""

Record = Mapping[str, Any]
"""An object of the JSON file: a picture or an annotation."""


def choose_files(path: Path, layout: str, split: str | None) -> list[Path]:
    """Return the annotation files of a split.  Raises DatasetError if none fits, or several do.

    The files of a download with a folder for each split (train/, valid/) belong together: without a
    split, all are returned.
    """
    files = annotation_files(path)
    lvis = [file for file in files if "lvis" in file.name]
    mixed = path.is_dir() and lvis and len(lvis) < len(files)
    if mixed and layout != "auto":
        # Both annotate the same pictures and may lie in the same folder.
        files = [file for file in files if (file in lvis) == (layout == "lvis")]
    sets = path.is_dir() and not any(file.parent in (path, path / "annotations") for file in files)
    fitting = [
        file
        for file in files
        if split is None or split in file.stem or (sets and split in file.parent.name)
    ]
    if sets and fitting and len({file.parent for file in fitting}) == len(fitting):
        return fitting
    if len(fitting) == 1:
        return fitting
    names = ", ".join(file.name for file in fitting or files) or "none"
    got = "several" if fitting else f"none for split {split!r}"
    raise DatasetError(
        f"expected one annotation file in {path}, got {got} ({names}): "
        "give the split (a part of the name) or the file itself"
    )


@dataclass(frozen=True)
class Found:
    """The contents of annotation files.

    layout:  `coco` or `lvis`.
    crowds:  number of annotations in COCO's own files that are not single objects.
    """

    layout: str
    samples: LazySamples
    crowds: int


def find_coco(files: Sequence[Path], tally: Tally) -> Found:
    """Return one sample per annotation, in the order of the pictures.

    tally: counts annotations without an outline or picture, and missing pictures.
    Raises DatasetError if a file is not in COCO's format or none of its pictures is found.
    """
    layout, crowds = "coco", 0
    samples: list[LazySample] = []
    for file in files:
        content = read_content(file)
        # LVIS lists, for every picture, the categories that are not on it.
        if any("neg_category_ids" in image for _, image in content.images[:1]):
            layout = "lvis"
        folder = _Folder.of(file, content, layout)
        known = KnownPictures(dict.fromkeys(folder.names, (0, 0)), tally)
        note_lost(content, known)
        read: set[tuple[str, str]] = set()
        for image_id, image in content.images:
            records = content.records.get(image_id, ())
            objects = [record for record in records if not _is_crowd(record, image)]
            crowds += len(records) - len(objects)
            name = known.name(name_of(image), file) if objects else None
            if name is None or (image_id, name) in read:
                continue
            read.add((image_id, name))
            if leads_out(folder.path / name, folder.path):
                tally.leave_out_picture(LINK, name)
                continue
            for number, record in outlined(objects, name, known):
                samples.append(_sample(file, content, image, folder.path, name, number, record))
    return Found(layout, LazySamples(tuple(_with_own_names(samples))), crowds)


def _is_crowd(record: Record, image: Record) -> bool:
    return bool(record.get("iscrowd")) and OWN_ADDRESS in str(image.get("coco_url"))


def _sample(
    file: Path,
    content: Content,
    image: Record,
    folder: Path,
    name: str,
    number: int,
    record: Record,
) -> LazySample:
    area = record.get("area")
    return LazySample(
        f"{PurePosixPath(name).stem}#{record.get('id', f'{number}th')}",
        folder / name,
        partial(_truth, record, image, content.names, name, file),
        float(area) if isinstance(area, int | float) and abs(area) < 1e12 else None,
    )


def _truth(
    record: Record,
    image: Record,
    names: Mapping[str, str],
    name: str,
    file: Path,
    height: int,
    width: int,
) -> Truth:
    """Return the truth on a picture of this size, which must agree with the file."""
    known = KnownPictures({name: (width, height)})
    known.size(name, image.get("width"), image.get("height"), file)
    try:
        with known.spent(name):
            mask = object_of(record, names, height, width).mask
    except InputError as error:  # a label that cannot be used
        raise DatasetError(str(error)) from error
    pixels = pixels_of(mask, height, width)
    return np.where(pixels, OBJECT, BACKGROUND).astype(np.uint8)


def _with_own_names(samples: Iterable[LazySample]) -> Iterator[LazySample]:
    """Yield the samples, with a number added to repeated names."""
    seen: set[str] = set()
    for sample in samples:
        name, count = sample.name, 1
        while name in seen:
            count += 1
            name = f"{sample.name}.{count}"
        seen.add(name)
        yield sample if name == sample.name else replace(sample, name=name)


# ── where the pictures lie ────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Folder:
    """A folder and the names of the pictures below it."""

    path: Path
    names: tuple[str, ...]

    @classmethod
    def of(cls, file: Path, content: Content, layout: str) -> "_Folder":
        """Return the first folder that holds the most of a file's first pictures.

        Tools put the pictures next to the file, into images/, data/, a folder of the split, or a
        folder inside one of these.  Raises DatasetError if none is found.
        """
        given = [name_of(image) for _, image in content.images[:TRIED]]
        best, most = cls(file.parent, ()), 0
        for path, deep in _candidates(file):
            folder = cls(path, tuple(_names_below(path, deep)))
            names = PictureNames(folder.names)
            count = sum(names.find(name) is not None for name in given)
            if count > most:
                best, most = folder, count
            if count == len(given):
                break
        if given and not most:
            expected = LAYOUTS[layout]
            raise DatasetError(
                f"expected the pictures of {file}, got none (looked for {given[0]}): put them "
                f"next to it; {expected.title} needs {expected.expects}; {expected.where}"
            )
        return best


def _candidates(file: Path) -> Iterator[tuple[Path, bool]]:
    """Yield folders that may hold the pictures, and whether to look into the folders in them."""
    parts = file.stem.split("_")
    split = next((part for part in parts if part.startswith(("train", "val", "test"))), "")
    beside, above = file.parent, file.parent.parent
    in_annotations = beside.name == "annotations"
    for root in (above, beside) if in_annotations else (beside, above):
        own = (root / "images" / split, root / split) if split else ()
        for path in (*own, root / "images", root / "data", root):
            if path.is_dir():
                # The folder above an arbitrary file may hold all of a person's files.
                yield path, path != above or in_annotations


def _names_below(folder: Path, deep: bool) -> Iterator[str]:
    """Yield the names of the pictures in a folder, sorted, then those in its folders.

    Skips hidden files and folders, and below the first level folders that are links.
    """
    stack = [""]
    while stack:
        prefix = stack.pop()
        with os.scandir(folder / prefix) as entries:
            ordered = sorted(entries, key=lambda entry: entry.name)
        for entry in ordered:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=not prefix):
                if deep:
                    stack.append(f"{prefix}{entry.name}/")
            elif entry.name.lower().endswith(tuple(ENDINGS)):
                yield f"{prefix}{entry.name}"
