"""COCO and LVIS: one JSON file with the outlines, a folder with the pictures.

One object an annotation.  Crowds (`iscrowd` 1: many objects under one outline) are left out, as are
annotations without an outline.  Knows how the files refer to each other; segmentation.py decodes
outlines.
"""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from fcfi.data.objects import Item, Items
from fcfi.data.segmentation import decode
from fcfi.data.sources import SOURCES
from fcfi.errors import DatasetError
from fcfi.labels import BACKGROUND, OBJECT, Truth

Record = Mapping[str, Any]


def annotation_files(path: Path) -> list[Path]:
    """The JSON files that may hold outlines under a folder (or the one file that `path` is), by name."""
    if path.is_file():
        return [path]
    files = sorted((*path.glob("*.json"), *(path / "annotations").glob("*.json")))
    return [file for file in files if file.name.startswith(("instances", "lvis"))] or files


def choose_file(path: Path, layout: str, split: str | None) -> Path:
    """The one annotation file of a split.  Raises DatasetError if there is none, or several to choose from."""
    files = annotation_files(path)
    if (
        path.is_dir()
        and any("lvis" in file.name for file in files)
        and any("lvis" not in file.name for file in files)
    ):
        files = [
            file
            for file in files
            if layout == "auto" or ("lvis" in file.name) == (layout == "lvis")
        ]
    matching = [file for file in files if split is None or split in file.stem]
    if len(matching) == 1:
        return matching[0]
    names = ", ".join(file.name for file in matching or files) or "none"
    problem = (
        "several annotation files fit" if matching else f"no annotation file fits split {split!r}"
    )
    raise DatasetError(
        f"{path}: {problem} ({names}); give the split (a part of the name) or the file itself"
    )


def find_coco(file: Path) -> tuple[str, Items]:
    """Which of the two it is (`coco` or `lvis`), and one item an annotation, in the order of the pictures.

    Raises DatasetError if the file is not in COCO's form or its pictures are not to be found.
    """
    content = _load(file)
    try:
        layout = _layout(content)
        pictures = _pictures(file, content["images"], layout)
        return layout, Items(tuple(_items(content["annotations"], pictures)))
    except (
        KeyError,
        TypeError,
        AttributeError,
    ) as error:  # an entry that is no object, or lacks its id
        raise DatasetError(
            f"{file} is not in COCO's form: {type(error).__name__} {error} in an entry of it"
        ) from error


def _load(file: Path) -> Mapping[str, list[Record]]:
    try:
        content = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise DatasetError(f"{file} cannot be read as JSON: {error}") from error
    if not isinstance(content, dict) or not all(
        isinstance(content.get(key), list) for key in ("images", "annotations")
    ):
        raise DatasetError(
            f'{file} is not in COCO\'s form: accepted is an object with lists "images" and "annotations"'
        )
    return content


def _layout(content: Mapping[str, list[Record]]) -> str:
    """LVIS names, for every picture, the categories that are not on it."""
    return "lvis" if any("neg_category_ids" in image for image in content["images"][:1]) else "coco"


def _pictures(file: Path, images: list[Record], layout: str) -> dict[int, Path]:
    """File of every picture, by id; where they lie is found out from the first one."""
    if not images:
        return {}
    base, form = _place(file, images[0], layout)
    return {image["id"]: base / _names(image)[form] for image in images}


def _place(file: Path, image: Record, layout: str) -> tuple[Path, int]:
    """The folder and the form of name under which a picture is there."""
    split = next(
        (part for part in file.stem.split("_") if part.startswith(("train", "val", "test"))), ""
    )
    roots = (
        [file.parent.parent, file.parent]
        if file.parent.name == "annotations"
        else [file.parent, file.parent.parent]
    )
    for root in roots:
        for base in (root / "images" / split, root / split, root / "images", root):
            for form, name in enumerate(_names(image)):
                if name and (base / name).is_file():
                    return base, form
    source = SOURCES[layout]
    raise DatasetError(
        f"the pictures of {file} are not there (looked for {_names(image)[0] or _names(image)[1]}): "
        f"expected are {source.expects}; {source.where}"
    )


def _names(image: Record) -> tuple[str, str, str]:
    """Its file name, and the last two parts and one part of its address; empty where the file does not say."""
    parts = PurePosixPath(str(image.get("coco_url", ""))).parts
    return str(image.get("file_name", "")), "/".join(parts[-2:]), "/".join(parts[-1:])


def _items(annotations: list[Record], pictures: Mapping[int, Path]) -> Iterator[Item]:
    order = {identity: place for place, identity in enumerate(pictures)}
    kept = (
        record for record in annotations if not record.get("iscrowd") and record.get("segmentation")
    )
    for record in sorted(kept, key=lambda record: order.get(record.get("image_id", -1), -1)):
        number = record.get("id", "?")
        if record.get("image_id") not in pictures:
            raise DatasetError(
                f'annotation {number} is on picture {record.get("image_id")}, which "images" does not list'
            )
        picture = pictures[record["image_id"]]
        truth = partial(_truth, record["segmentation"])
        yield Item(f"{picture.stem}#{number}", picture, truth, record.get("area"))


def _truth(segmentation: object, height: int, width: int) -> Truth:
    return np.where(decode(segmentation, height, width), OBJECT, BACKGROUND).astype(np.uint8)
