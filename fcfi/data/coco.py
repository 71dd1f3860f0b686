"""COCO and LVIS: one JSON file with the outlines, a folder with the pictures.

One object an annotation.  Crowds (`iscrowd` 1: many objects in one outline) and annotations without
an outline are left out.  Knows how the files refer to each other; outlines are decoded elsewhere.
"""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from fcfi.data.dataset import LazySample, LazySamples
from fcfi.data.layouts import LAYOUTS
from fcfi.errors import DatasetError
from fcfi.masks.coco import decode
from fcfi.masks.runs import pixels_of
from fcfi.masks.truth import BACKGROUND, OBJECT, Truth

Record = Mapping[str, Any]
"""An object of the JSON file: a picture or an annotation."""


def annotation_files(path: Path) -> list[Path]:
    """Return the JSON files that may hold outlines, by name: under a folder, or the file itself."""
    if path.is_file():
        return [path]
    found = (*path.glob("*.json"), *(path / "annotations").glob("*.json"))
    if not found:
        # A Roboflow download: train/, valid/ and test/, each with its own file beside its pictures.
        found = tuple(path.glob("*/*.json"))
    # macOS puts a hidden `._NAME` beside every file of a foreign disk.
    files = sorted(file for file in found if not file.name.startswith("."))
    # COCO also publishes captions and keypoints, in files of other names.
    return [file for file in files if file.name.startswith(("instances", "lvis"))] or files


def choose_file(path: Path, layout: str, split: str | None) -> Path:
    """Return the annotation file of a split; DatasetError unless exactly one fits."""
    files = annotation_files(path)
    lvis = [file for file in files if "lvis" in file.name]
    mixed = path.is_dir() and lvis and len(lvis) < len(files)
    if mixed and layout != "auto":
        # Both are annotated on the same pictures and may lie side by side.
        files = [file for file in files if (file in lvis) == (layout == "lvis")]
    fitting = [file for file in files if split is None or split in file.stem]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(file.name for file in fitting or files) or "none"
    got = "several" if fitting else f"none for split {split!r}"
    raise DatasetError(
        f"expected one annotation file in {path}, got {got} ({names}): "
        "give the split (a part of the name) or the file itself"
    )


def find_coco(file: Path) -> tuple[str, LazySamples]:
    """Return the layout (`coco` or `lvis`) and one sample an annotation, ordered by picture.

    Raises DatasetError if the file is not in COCO's form or its pictures are not found.
    """
    content = _load(file)
    try:
        layout = _layout(content)
        pictures = _pictures(file, content["images"], layout)
        return layout, LazySamples(tuple(_samples(content["annotations"], pictures)))
    except (KeyError, TypeError, AttributeError) as error:
        # An entry that is not an object, or lacks its id.
        raise DatasetError(
            f"expected COCO's form in {file}, got {type(error).__name__} {error} in an entry of "
            "it: export the file again"
        ) from error


def _load(file: Path) -> Mapping[str, list[Record]]:
    try:
        content = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise DatasetError(
            f"expected JSON in {file}, got a file that cannot be read: {error}"
        ) from error
    if not isinstance(content, dict) or not all(
        isinstance(content.get(key), list) for key in ("images", "annotations")
    ):
        raise DatasetError(
            f'expected COCO\'s form in {file}, an object with lists "images" and "annotations", '
            "got other JSON: give the annotation file"
        )
    return content


def _layout(content: Mapping[str, list[Record]]) -> str:
    # LVIS names, for every picture, the categories that are not on it.
    return "lvis" if any("neg_category_ids" in image for image in content["images"][:1]) else "coco"


def _pictures(file: Path, images: list[Record], layout: str) -> dict[int, Path]:
    """Return the path of every picture, by id."""
    if not images:
        return {}
    # All pictures of a file lie in one folder, named in one way: the first one shows which.
    folder, form = _find_picture(file, images[0], layout)
    return {image["id"]: folder / _names(image)[form] for image in images}


def _find_picture(file: Path, image: Record, layout: str) -> tuple[Path, int]:
    """Return the folder in which a picture is, and the form of its name there."""
    parts = file.stem.split("_")
    split = next((part for part in parts if part.startswith(("train", "val", "test"))), "")
    roots = [file.parent, file.parent.parent]
    if file.parent.name == "annotations":
        roots.reverse()
    for root in roots:
        for folder in (root / "images" / split, root / split, root / "images", root):
            for form, name in enumerate(_names(image)):
                if name and (folder / name).is_file():
                    return folder, form
    expected = LAYOUTS[layout]
    raise DatasetError(
        f"expected the pictures of {file}, got none (looked for "
        f"{_names(image)[0] or _names(image)[1]}): {expected.title} needs {expected.expects}; "
        f"{expected.where}"
    )


def _names(image: Record) -> tuple[str, str, str]:
    """Return the file name, and the last two parts and one part of the address; or empty texts."""
    parts = PurePosixPath(str(image.get("coco_url", ""))).parts
    return str(image.get("file_name", "")), "/".join(parts[-2:]), "/".join(parts[-1:])


def _samples(annotations: list[Record], pictures: Mapping[int, Path]) -> Iterator[LazySample]:
    order = {picture_id: index for index, picture_id in enumerate(pictures)}
    kept = [
        record for record in annotations if not record.get("iscrowd") and record.get("segmentation")
    ]
    for record in sorted(kept, key=lambda record: order.get(record.get("image_id", -1), -1)):
        number = record.get("id", "?")
        if record.get("image_id") not in pictures:
            raise DatasetError(
                'expected a picture that "images" lists, got picture '
                f"{record.get('image_id')} for annotation {number}: export the file again"
            )
        picture = pictures[record["image_id"]]
        truth = partial(_truth, record["segmentation"])
        yield LazySample(f"{picture.stem}#{number}", picture, truth, record.get("area"))


def _truth(segmentation: object, height: int, width: int) -> Truth:
    mask = pixels_of(decode(segmentation, height, width), height, width)
    return np.where(mask, OBJECT, BACKGROUND).astype(np.uint8)
