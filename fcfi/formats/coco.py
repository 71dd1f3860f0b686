"""COCO: one JSON file with all pictures, labels and objects.

A mask is written as polygons along its pixels' edges, which pycocotools turns into exactly the same
pixels; polygons hold no holes, so a mask with a hole is written as run lengths (COCO's string).
`iscrowd` stays 0 for both: 1 means many objects under one outline.  Layout:
`annotations/instances_default.json`.
Source: the format as described at cocodataset.org.  Knows nothing of other formats.
"""

import json
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from fcfi.data.coco import annotation_files
from fcfi.errors import DatasetError
from fcfi.formats.annotation import (
    AnnotatedObject,
    AnnotatedPicture,
    Pictures,
    Sizes,
    check_labels,
    label_number,
)
from fcfi.formats.folders import (
    Known,
    Problem,
    Target,
    field,
    need_some,
    one_label,
    read_json,
    told,
)
from fcfi.masks.coco import by_columns, decode, write_counts
from fcfi.masks.components import box_cut
from fcfi.masks.polygons import edges, fill_edges
from fcfi.masks.truth import Mask

FILE: Final = "annotations/instances_default.json"


def write(
    pictures: Pictures, folder: str | os.PathLike[str], labels: Sequence[str]
) -> tuple[Path, ...]:
    """Write the JSON file; gives its path.  Raises InputError.

    Ids of objects are kept if every object of every picture has one and no two are equal; else they
    count from 1.
    """
    target, names = Target(folder), check_labels(labels)
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    given: list[int | None] = []
    for picture in pictures:
        size = {"width": picture.width, "height": picture.height}
        images.append({"id": len(images) + 1, "file_name": picture.file_name, **size})
        for one in picture.bottom_up():
            category = label_number(picture, one, names) + 1
            given.append(one.id)
            annotations.append(
                {
                    "id": len(given),
                    "image_id": len(images),
                    "category_id": category,
                    **_shape(one.mask),
                }
            )
    if None not in given and len(set(given)) == len(given):
        annotations = [
            {**record, "id": identity} for record, identity in zip(annotations, given, strict=True)
        ]
    categories = [
        {"id": number, "name": name, "supercategory": ""} for number, name in enumerate(names, 1)
    ]
    content = {
        "info": {},
        "licenses": [],
        "images": images,
        "annotations": annotations,
        "categories": categories,
    }
    target.write(FILE, json.dumps(content, ensure_ascii=False))
    return tuple(target.written)


def read(
    folder: str | os.PathLike[str],
    sizes: Sizes | None = None,
    labels: Sequence[str] | None = None,
    problem: Problem | None = None,
) -> Iterator[AnnotatedPicture]:
    """The pictures of a COCO file or of a folder with such files.  Raises DatasetError.

    Crowds, objects without an outline and outlines that cover no pixel are left out.  sizes: the
    pictures that there are; others are left out.  labels: names of the categories from 1, for a
    file that names none.
    """
    base, known = Path(folder), Known(sizes, problem)
    files = annotation_files(base)
    if not files:
        raise DatasetError(f"{base} has no JSON file: give COCO's annotation file or its folder")
    for file in files:
        yield from _read_file(file, known, labels)


def encode(mask: Mask) -> dict[str, Any]:
    """A mask (H, W) as run lengths: {"size": [height, width], "counts": COCO's string}."""
    return {"size": list(mask.shape), "counts": write_counts(by_columns(mask))}


def _shape(mask: Mask) -> dict[str, Any]:
    """What an annotation says of a mask; the box is x, y, width, height in pixels."""
    cut, left, top = box_cut(mask)
    polygons, holes = edges(mask)
    outline = (
        encode(mask) if holes else [loop.astype(np.int64).ravel().tolist() for loop in polygons]
    )
    box = [left, top, cut.shape[1], cut.shape[0]]
    return {"segmentation": outline, "area": int(np.count_nonzero(cut)), "bbox": box, "iscrowd": 0}


def _read_file(
    file: Path, known: Known, labels: Sequence[str] | None
) -> Iterator[AnnotatedPicture]:
    content = read_json(file)
    images, records = (field(content, key, list, file) for key in ("images", "annotations"))
    names = _categories(content, labels, file)
    of_image: dict[Any, list[Any]] = defaultdict(list)
    for record in records:
        of_image[field(record, "image_id", (int, str), file)].append(record)
    listed = {field(image, "id", (int, str), file) for image in images}
    for identity in of_image:
        if identity not in listed:
            raise DatasetError(
                f'{file}: an object is on picture {identity}, which "images" does not list'
            )
    count = 0
    for image in images:
        name = known.name(field(image, "file_name", str, file), file)
        if name is not None:
            count += 1
            yield from known.read(
                partial(_picture, image, of_image[image["id"]], name, names, known, file)
            )
    need_some(count, len(images), file)


def _categories(
    content: Mapping[str, Any], labels: Sequence[str] | None, file: Path
) -> dict[int, str]:
    listed = content.get("categories")
    if not listed:
        return dict(enumerate(labels or (), 1))
    if not isinstance(listed, list):
        raise DatasetError(f'{file}: "categories" must be a list')
    return {field(one, "id", int, file): one_label(one.get("name"), file) for one in listed}


def _picture(
    image: Any, records: list[Any], name: str, names: Mapping[int, str], known: Known, file: Path
) -> AnnotatedPicture:
    width, height = field(image, "width", int, file), field(image, "height", int, file)
    known.check(name, width, height, file)
    objects = []
    for record in records:
        outline = record.get("segmentation")
        if record.get("iscrowd") or not outline:
            continue
        category = field(record, "category_id", int, file)
        if category not in names:
            raise DatasetError(
                f'{file}: {name} has an object of category {category}, which "categories" does not name'
            )
        mask = _mask(outline, height, width, file)
        if mask.any():
            identity = record.get("id")
            objects.append(
                AnnotatedObject(
                    names[category], mask, identity if isinstance(identity, int) else None
                )
            )
    return AnnotatedPicture(name, width, height, tuple(objects))


def _mask(outline: object, height: int, width: int, file: Path) -> Mask:
    """Polygons are filled inside their own boxes, which a large picture with many objects needs."""
    try:
        if isinstance(outline, list) and all(_is_polygon(one) for one in outline):
            return fill_edges(
                [np.asarray(one, np.float64).reshape(-1, 2) for one in outline], height, width
            )
        return decode(outline, height, width)
    except DatasetError as error:
        raise told(file, error) from error


def _is_polygon(one: object) -> bool:
    return (
        isinstance(one, list)
        and len(one) >= 6
        and len(one) % 2 == 0
        and all(isinstance(value, int | float) and abs(value) < 1e7 for value in one)
    )
