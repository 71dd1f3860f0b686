"""COCO: one JSON file with all pictures, labels and objects.

A mask is written as polygons along its pixels' edges, from which pycocotools makes exactly the same
pixels.  Polygons have no holes, so a mask with holes is written as run lengths (COCO's string).
`iscrowd` is 0 for both: 1 would mean many objects in one outline.

Layout: `annotations/instances_default.json`.
Source: the format as described at cocodataset.org.  Knows nothing of other formats.
"""

import json
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Final

import numpy as np

from fcfi.errors import DatasetError
from fcfi.formats.annotation import (
    UNNAMED,
    AnnotatedObject,
    AnnotatedPicture,
    Pictures,
    Sizes,
)
from fcfi.formats.categories import id_of, labels_of, names_of, not_kept
from fcfi.formats.codec import Candidate, Certainty, Codec, Found
from fcfi.formats.folders import field, is_link, need_some, read_json
from fcfi.formats.known import KnownPictures, NoPixelError
from fcfi.formats.labels import LabelList, Numbering, label_number, listed_labels
from fcfi.formats.tally import Tally
from fcfi.formats.target import Target
from fcfi.masks.coco import counts_of, decode, write_counts
from fcfi.masks.polygons import edges
from fcfi.masks.runs import RunMask

FILE: Final = "annotations/instances_default.json"
NO_OUTLINE: Final = "a box without an outline"
NUMBERING: Final = Numbering(first=1)
"""Ids are from 1 by custom; Roboflow's are from 0."""
LOST: Final = 'its picture is not among "images"'


def write(
    pictures: Pictures, folder: str | os.PathLike[str], labels: LabelList
) -> tuple[Path, ...]:
    """Write the JSON file and return its path.  Raises InputError.

    Ids of objects are kept if every object of every picture has a different id; otherwise they are
    numbered from 1.  Categories are in the order of their ids.
    """
    target = Target(folder)
    numbers = NUMBERING.numbers(labels)
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    given: list[int | None] = []
    for picture in pictures:
        size = {"width": picture.width, "height": picture.height}
        images.append({"id": len(images) + 1, "file_name": picture.file_name, **size})
        for annotated in picture.bottom_up():
            category = label_number(picture, annotated, numbers)
            given.append(annotated.id)
            annotations.append(
                {
                    "id": len(given),
                    "image_id": len(images),
                    "category_id": category,
                    **_shape(annotated.mask, picture.height, picture.width),
                    **({"attributes": dict(annotated.attributes)} if annotated.attributes else {}),
                }
            )
    if None not in given and len(set(given)) == len(given):
        annotations = [
            {**record, "id": object_id}
            for record, object_id in zip(annotations, given, strict=True)
        ]
    above = {label.name: label.supercategory for label in listed_labels(labels)}
    categories = [
        {"id": number, "name": name, "supercategory": above[name]}
        for number, name in NUMBERING.names(labels).items()
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
    path: str | os.PathLike[str],
    sizes: Sizes | None = None,
    labels: LabelList | None = None,
    tally: Tally | None = None,
) -> Iterator[AnnotatedPicture]:
    """Yield the pictures of a COCO file, or of a folder with such files.

    Objects without an outline and outlines that cover no pixel are left out.
    labels: the categories of a file that names none.
    Other arguments: see codec.Reader.  Raises DatasetError.
    """
    base = Path(path)
    known = KnownPictures(sizes, tally)
    files = annotation_files(base)
    if not files:
        raise DatasetError(f"{base} has no JSON file: give COCO's annotation file or its folder")
    for file in files:
        yield from _read_file(file, known, labels)


def detect(candidate: Candidate) -> Found | None:
    """Return the given path, if a JSON file lists images and annotations."""
    content = candidate.json
    if isinstance(content, dict) and {"images", "annotations"} <= content.keys():
        # The reader finds all files of a folder and of its subsets.
        return Found(candidate.given, Certainty.CONTENT)
    return None


def encode(mask: RunMask, height: int, width: int) -> dict[str, Any]:
    """Return a mask as run lengths: {"size": [height, width], "counts": COCO's string}."""
    return {"size": [height, width], "counts": write_counts(counts_of(mask, height, width))}


def annotation_files(path: Path) -> list[Path]:
    """Return the JSON files that may hold outlines, sorted: below a folder, or the file itself."""
    if path.is_file():
        return [path]
    # A Roboflow download has train/, valid/ and test/, each with a file next to its pictures.
    for patterns in (("*.json", "annotations/*.json"), ("*/*.json",)):
        listed = (file for pattern in patterns for file in path.glob(pattern))
        found = [file for file in listed if not is_link(file)]
        # macOS puts a hidden `._NAME` next to every file of a foreign disk.
        files = sorted(file for file in found if not file.name.startswith("."))
        if files:
            # COCO also publishes captions and keypoints, in files of other names.
            outlines = [file for file in files if file.name.startswith(("instances", "lvis"))]
            return outlines or files
    return []


@dataclass(frozen=True)
class Content:
    """The content of a COCO file, with ids as text, since tools mix numbers and texts.

    images:  id and entry of each image with a name, without duplicates.
    records: the annotations of each image by its id, also of images that are not listed.
    names:   the names of the categories by id.
    categories: the entries of "categories".
    """

    images: Sequence[tuple[str, Mapping[str, Any]]]
    records: Mapping[str, Sequence[Mapping[str, Any]]]
    names: Mapping[str, str]
    categories: Sequence[Mapping[str, Any]] = ()


def read_content(file: Path, labels: LabelList | None = None) -> Content:
    """Return the content of a COCO file.  Raises DatasetError if it is not in that form.

    labels: the categories of a file that names none.
    """
    content = read_json(file)
    images, annotations = (field(content, key, list, file) for key in ("images", "annotations"))
    records: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for annotation in annotations:
        # Anything but a record counts as an annotation without a picture.
        record = annotation if isinstance(annotation, dict) else {}
        records[id_of(record, "image_id")].append(record)
    named = {
        (id_of(image, "id"), name_of(image)): image
        for image in images
        if isinstance(image, dict) and name_of(image)
    }
    listed = [(image_id, image) for (image_id, _), image in named.items()]
    entries = _categories(content, file)
    names = names_of(entries, file)
    if not content.get("categories"):
        names = {str(number): name for number, name in NUMBERING.names(labels or ()).items()}
    return Content(listed, records, names, entries)


def name_of(image: Mapping[str, Any]) -> str:
    """Return the file name of an entry of "images", or "" without one.

    LVIS has only the addresses of COCO's pictures, which end in folder and file.
    """
    name = image.get("file_name")
    if isinstance(name, str) and name:
        return name
    return "/".join(PurePosixPath(str(image.get("coco_url") or "")).parts[-2:])


def note_lost(content: Content, known: KnownPictures) -> None:
    """Report the annotations whose picture is not listed."""
    listed = {image_id for image_id, _ in content.images}
    for image_id, lost in content.records.items():
        if image_id not in listed:
            for number, _ in enumerate(lost, 1):
                known.leave_out(LOST, f"picture {image_id}", number)


def outlined(
    records: Sequence[Mapping[str, Any]], name: str, known: KnownPictures
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the annotations of a picture that have an outline, with their numbers from 1.

    The others, and those beyond MAX_SHAPES, are reported.
    """
    for number, record in known.numbered(records, name):
        # CVAT writes brush masks as run lengths with `iscrowd` 1, so this is not looked at.
        if record.get("segmentation"):
            yield number, record
        else:
            known.leave_out(NO_OUTLINE, name, number)


def _categories(content: Mapping[str, Any], file: Path) -> list[Mapping[str, Any]]:
    """Return the entries of "categories", or [] without any."""
    listed = content.get("categories") or []
    if not isinstance(listed, list):
        raise DatasetError(
            f'expected a list as "categories" in {file}, got {type(listed).__name__}: '
            "export the file again"
        )
    return [entry for entry in listed if isinstance(entry, dict)]


def _shape(mask: RunMask, height: int, width: int) -> dict[str, Any]:
    """Return the keys of an annotation that hold a mask; the box is x, y, width, height."""
    loops, holes = edges(mask.inside())
    outline: Any
    if holes:
        outline = encode(mask, height, width)
    else:
        corner = np.array([mask.left, mask.top])
        outline = [(loop + corner).astype(np.int64).ravel().tolist() for loop in loops]
    box = [mask.left, mask.top, mask.width, mask.height]
    return {"segmentation": outline, "area": mask.area, "bbox": box, "iscrowd": 0}


def _read_file(
    file: Path, known: KnownPictures, labels: LabelList | None
) -> Iterator[AnnotatedPicture]:
    content = read_content(file, labels)
    note_lost(content, known)
    _note_categories(content, file, known)
    count = 0
    read: set[tuple[str, str]] = set()
    for image_id, image in content.images:
        name = known.name(name_of(image), file)
        # Many names of one entry may mean one picture, whose annotations are the same then.
        if name is not None and (image_id, name) not in read:
            read.add((image_id, name))
            count += 1
            records = content.records.get(image_id, ())
            yield from known.read(
                partial(_picture, image, records, name, content.names, known, file)
            )
    need_some(count, len(content.images), file)


def _note_categories(content: Content, file: Path, known: KnownPictures) -> None:
    """Report the named categories in the order of their ids, and what of the file is not kept."""
    records = [record for listed in content.records.values() for record in listed]
    used = {id_of(record, "category_id") for record in records}
    known.list_labels(labels_of(content.categories, used, file))
    for sentence in not_kept(content.categories, file):
        known.note(sentence)
    if any("score" in record for record in records):
        known.note("the scores of the objects are not kept")


def _picture(
    image: Mapping[str, Any],
    records: Sequence[Mapping[str, Any]],
    name: str,
    names: Mapping[str, str],
    known: KnownPictures,
    file: Path,
) -> AnnotatedPicture:
    width, height = known.size(name, image.get("width"), image.get("height"), file)
    objects = []
    for number, record in outlined(records, name, known):
        with known.shape(name, number, file):
            objects.append(object_of(record, names, height, width))
    return AnnotatedPicture(name, width, height, tuple(objects))


def object_of(
    record: Mapping[str, Any], names: Mapping[str, str], height: int, width: int
) -> AnnotatedObject:
    """Return an annotation as an object on a picture of this size.

    names: the names of the categories by id.  Raises DatasetError, with a few words about what is
    wrong, and NoPixelError if it covers no pixel.
    """
    category = id_of(record, "category_id")
    if category not in names:
        # In a file without categories all objects are of the same kind.
        if names:
            raise DatasetError(f'its category {category} is not among "categories"')
        names = {category: UNNAMED}
    mask = decode(record["segmentation"], height, width)
    if mask is None:
        raise NoPixelError("its outline covers no pixel of the picture")
    object_id = record.get("id")
    values = record.get("attributes")
    return AnnotatedObject(
        names[category],
        mask,
        object_id if isinstance(object_id, int) else None,
        attributes=values if isinstance(values, dict) else {},
    )


CODEC: Final = Codec(
    "coco",
    "COCO",
    write,
    read,
    detect,
    numbered_labels=True,
    holds_attributes=True,
    numbering=NUMBERING,
)
