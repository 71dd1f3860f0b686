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
    UNNAMED,
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
    field,
    need_some,
    one_label,
    read_json,
)
from fcfi.formats.tally import Tally
from fcfi.masks.coco import by_columns, decode, write_counts
from fcfi.masks.polygons import edges
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
                    **_shape(one),
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
    tally: Tally | None = None,
) -> Iterator[AnnotatedPicture]:
    """The pictures of a COCO file or of a folder with such files.  Raises DatasetError.

    Objects without an outline and outlines that cover no pixel are left out.  sizes: the
    pictures that there are; others are left out.  labels: names of the categories from 1, for a
    file that names none.
    """
    base, known = Path(folder), Known(sizes, tally)
    files = annotation_files(base)
    if not files:
        raise DatasetError(f"{base} has no JSON file: give COCO's annotation file or its folder")
    for file in files:
        yield from _read_file(file, known, labels)


def encode(mask: Mask) -> dict[str, Any]:
    """A mask (H, W) as run lengths: {"size": [height, width], "counts": COCO's string}."""
    return {"size": list(mask.shape), "counts": write_counts(by_columns(mask))}


def _shape(annotated: AnnotatedObject) -> dict[str, Any]:
    """Return what an annotation says of a mask; the box is x, y, width, height in pixels."""
    runs = annotated.runs
    loops, holes = edges(runs.inside())
    outline: Any
    if holes:
        outline = encode(annotated.mask)
    else:
        corner = np.array([runs.left, runs.top])
        outline = [(loop + corner).astype(np.int64).ravel().tolist() for loop in loops]
    box = [runs.left, runs.top, runs.width, runs.height]
    return {"segmentation": outline, "area": runs.area, "bbox": box, "iscrowd": 0}


def _read_file(
    file: Path, known: Known, labels: Sequence[str] | None
) -> Iterator[AnnotatedPicture]:
    content = read_json(file)
    images, records = (field(content, key, list, file) for key in ("images", "annotations"))
    names = _categories(content, labels, file)
    of_image: dict[str, list[Any]] = defaultdict(list)
    for record in records:
        of_image[_key(record, "image_id")].append(record)
    listed = {_key(image, "id") for image in images}
    for identity, lost in of_image.items():
        if identity not in listed:
            for number, _ in enumerate(lost, 1):
                known.leave_out('its picture is not among "images"', f"picture {identity}", number)
    count = 0
    for image in images:
        given = image.get("file_name") if isinstance(image, dict) else None
        name = known.name(given, file) if isinstance(given, str) else None
        if name is not None:
            count += 1
            of_this = of_image[_key(image, "id")]
            yield from known.read(partial(_picture, image, of_this, name, names, known, file))
    need_some(count, len(images), file)


def _key(record: Any, field: str) -> str:
    """Return an id as text: some tools write the same id as a number here and as text there."""
    value = record.get(field) if isinstance(record, dict) else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)


def _categories(
    content: Mapping[str, Any], labels: Sequence[str] | None, file: Path
) -> dict[str, str]:
    """Return the names of the categories by their ids as text; one without a name is an "object"."""
    listed = content.get("categories")
    if not listed:
        return {str(number): name for number, name in enumerate(labels or (), 1)}
    if not isinstance(listed, list):
        raise DatasetError(
            f'expected a list as "categories" in {file}, got {type(listed).__name__}: '
            "export the file again"
        )
    return {
        _key(category, "id"): one_label(category.get("name") or UNNAMED, file)
        for category in listed
        if isinstance(category, dict)
    }


def _picture(
    image: Any, records: list[Any], name: str, names: Mapping[str, str], known: Known, file: Path
) -> AnnotatedPicture:
    width, height = known.size(name, image.get("width"), image.get("height"), file)
    objects = []
    for number, record in enumerate(records, 1):
        outline = record.get("segmentation")
        # CVAT writes brush masks as run lengths with `iscrowd`: they are objects like others.
        if not outline:
            known.leave_out("a box without an outline", name, number)
            continue
        with known.shape(name, number, file):
            objects.append(_object(record, outline, names, height, width))
    return AnnotatedPicture(name, width, height, tuple(objects))


def _object(
    record: Mapping[str, Any], outline: object, names: Mapping[str, str], height: int, width: int
) -> AnnotatedObject:
    """Return an annotation as an object; DatasetError says in a few words what is wrong with it."""
    category = _key(record, "category_id")
    if category not in names:
        # A file that names no categories has objects of one kind.
        if names:
            raise DatasetError(f'its category {category} is not among "categories"')
        names = {category: UNNAMED}
    mask = decode(outline, height, width)
    if not mask.any():
        raise NoPixelError("its outline covers no pixel of the picture")
    identity = record.get("id")
    return AnnotatedObject(names[category], mask, identity if isinstance(identity, int) else None)
