"""labelme: a JSON file for each picture, next to the picture.

Every object is a shape of type "mask": two corners, both inside the object's box, and a PNG of the
box in base64, which keeps holes and components.  The picture's bytes are not included (`imageData`
is null), so labelme looks for `imagePath` next to the file; it applies the picture's EXIF
orientation and refuses sizes other than the upright picture's.  Masks, polygons, rectangles
(rotated or not) and circles are read; shapes with the same label and `group_id` are one object.

Layout: `NAME.json`.  Knows nothing of other formats.
"""

import base64
import binascii
import json
import math
import os
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw

from fcfi.errors import DatasetError
from fcfi.formats.annotation import (
    MAX_SHOWN,
    AnnotatedObject,
    AnnotatedPicture,
    Pictures,
    Sizes,
)
from fcfi.formats.codec import Candidate, Certainty, Codec, Found
from fcfi.formats.folders import field, listed, need_some, one_label, read_json
from fcfi.formats.indexed import decode_map
from fcfi.formats.known import KnownPictures, NoPixelError
from fcfi.formats.labels import LabelList, check_labels, check_listed
from fcfi.formats.names import stem
from fcfi.formats.tally import Tally
from fcfi.formats.target import Target
from fcfi.images import encode_png
from fcfi.masks.runs import RunMask
from fcfi.masks.shapes import ellipse
from fcfi.masks.work import charge, crossing_work

VERSION: Final = "5.5.0"
"""The first version of labelme that reads everything written here; later ones read it too."""
CORNERS: Final = {"mask": 1, "polygon": 3, "rectangle": 2, "circle": 2, "rotation": 3}
"""Shapes that are read and the fewest points of each; a rotation is a rotated rectangle."""
WITHOUT_AREA: Final = ("point", "points", "line", "linestrip")
LARGE_CIRCLE: Final = 20_000
"""Circles with a larger radius in pixels are computed instead of drawn."""
SIDES_LOOKED_AT: Final = 16
"""Sides of a polygon that Pillow compares with a row in the time of one unit of work."""
MARGIN: Final = 2
"""Pixels drawn around a shape's corners."""
FAR: Final = 1e6
"""A corner beyond this number of pixels is a mistake."""


def write(
    pictures: Pictures, folder: str | os.PathLike[str], labels: LabelList
) -> tuple[Path, ...]:
    """Write a JSON file for each picture and return the files.  Raises InputError."""
    target = Target(folder)
    names = check_labels(labels)
    for picture in pictures:
        shapes = []
        # Shapes with the same label and group would be read as one object.
        groups = Counter((annotated.label, annotated.id) for annotated in picture.objects)
        for annotated in picture.bottom_up():
            check_listed(picture, annotated, names)
            shared = groups[annotated.label, annotated.id] > 1
            shapes.append(_shape(annotated, None if shared else annotated.id))
        content: dict[str, Any] = {
            "version": VERSION,
            "flags": {},
            "shapes": shapes,
            "imagePath": PurePosixPath(picture.file_name).name,
            "imageData": None,
            "imageHeight": picture.height,
            "imageWidth": picture.width,
        }
        text = json.dumps(content, ensure_ascii=False, indent=2)
        target.write(f"{stem(picture.file_name)}.json", text + "\n", picture.file_name)
    return tuple(target.written)


def read(
    path: str | os.PathLike[str],
    sizes: Sizes | None = None,
    labels: LabelList | None = None,
    tally: Tally | None = None,
) -> Iterator[AnnotatedPicture]:
    """Yield the pictures of a folder of labelme's files, or of one file.

    JSON files of other kinds and shapes without an area (points, lines) are left out.
    labels: not used, since shapes have labels.  Other arguments: see codec.Reader.
    Raises DatasetError.
    """
    base = Path(path)
    known = KnownPictures(sizes, tally)
    files = [base] if base.is_file() else listed(base, "*.json")
    named = [
        (file, name) for file in files for name in known.read(partial(_name, file, base, known))
    ]
    if not named:
        raise DatasetError(f"{base} has no JSON file of labelme: give the folder with its files")
    kept = [(file, name) for file, name in named if name]
    need_some(len(kept), len(named), base)
    if known.sizes is not None:
        # In the order of the pictures, as an export is read back.
        order = {name: index for index, name in enumerate(known.sizes)}
        kept.sort(key=lambda pair: order[pair[1]])
    for file, name in kept:
        yield from known.read(partial(_picture, file, name, known))


def detect(candidate: Candidate) -> Found | None:
    """Return the given path, if a JSON file lists shapes."""
    content = candidate.json
    if isinstance(content, dict) and "shapes" in content:
        return Found(candidate.given, Certainty.CONTENT)
    return None


def _name(file: Path, base: Path, known: KnownPictures) -> str | None:
    """Return the picture of a file: "" if it is unknown, None for a file of another kind."""
    content = read_json(file)
    if not isinstance(content, dict) or "shapes" not in content:
        return None
    folder = file.parent.relative_to(base) if base.is_dir() else Path()
    given = PureWindowsPath(field(content, "imagePath", str, file))
    relative = PurePosixPath(
        given.name if ".." in given.parts or given.anchor else given.as_posix()
    )
    return (
        known.name((folder / relative).as_posix(), file)
        or known.of_stem(stem((folder / file.name).as_posix()))
        or ""
    )


def _shape(annotated: AnnotatedObject, group: int | None) -> dict[str, Any]:
    """Return an object as a shape of labelme."""
    mask = annotated.mask
    right, bottom = mask.left + mask.width - 1, mask.top + mask.height - 1
    return {
        "label": annotated.label,
        "points": [[mask.left, mask.top], [right, bottom]],
        "group_id": group,
        "description": "",
        "shape_type": "mask",
        "flags": {},
        "mask": base64.b64encode(encode_png(mask.inside())).decode("ascii"),
    }


def _picture(file: Path, name: str, known: KnownPictures) -> AnnotatedPicture:
    content = read_json(file)
    width, height = known.size(name, content.get("imageWidth"), content.get("imageHeight"), file)
    found: dict[Any, tuple[str, int | None, list[RunMask]]] = {}
    shapes = field(content, "shapes", list, file)
    for number, shape in known.numbered(shapes, name):
        kind = shape.get("shape_type", "polygon") if isinstance(shape, dict) else "shape"
        if kind in WITHOUT_AREA:
            known.leave_out(f"a {kind} has no area", name, number)
            continue
        with known.shape(name, number, file):
            mask = _mask(shape, str(kind), height, width)
            if mask is None:
                raise NoPixelError(f"a {kind} covers no pixel of the picture")
            label = one_label(shape.get("label"), file)
            group = shape.get("group_id")
            group = group if isinstance(group, int) else None
            # The shapes of a group are one object; a shape without a group is its own object.
            key = (label, group) if group is not None else number
            found.setdefault(key, (label, group, []))[2].append(mask)
    # Joined at the end, since joining each part as it comes would take far longer.
    objects = tuple(
        AnnotatedObject(label, parts[0].union(parts[1:]), group)
        for label, group, parts in found.values()
    )
    return AnnotatedPicture(name, width, height, objects)


def _mask(shape: Any, kind: str, height: int, width: int) -> RunMask | None:
    """Return the mask of a shape, or None if it is empty.  Raises DatasetError if it is damaged."""
    least = CORNERS.get(kind)
    if least is None:
        raise DatasetError(f"a {kind[:MAX_SHOWN]!r} is not a shape that is read")
    try:
        corners = np.asarray(shape.get("points"), np.float64)
    except (TypeError, ValueError) as error:
        raise DatasetError(f"expected points as pairs x, y, got others ({error})") from error
    if corners.ndim != 2 or corners.shape[1] != 2 or not (abs(corners) < FAR).all():
        raise DatasetError("expected points as pairs x, y in pixels, got others")
    if len(corners) < least:
        raise DatasetError(f"expected a {kind} of at least {least} points, got {len(corners)}")
    if kind == "mask":
        return _stored(shape.get("mask"), corners, height, width)
    return _drawn(kind, corners, height, width)


def _stored(text: object, corners: NDArray[np.float64], height: int, width: int) -> RunMask | None:
    """Return a stored mask at its corner.  Raises DatasetError if it leaves the picture."""
    try:
        stored = base64.b64decode(text if isinstance(text, str) else "?", validate=True)
    except binascii.Error as error:
        raise DatasetError(f"expected a mask in base64, got other text ({error})") from error
    numbers = decode_map(stored, "the mask").numbers
    left, top = (int(value) for value in corners[0])
    right, bottom = left + numbers.shape[1], top + numbers.shape[0]
    if left < 0 or top < 0 or right > width or bottom > height:
        raise DatasetError(
            f"a mask of {numbers.shape[1]} x {numbers.shape[0]} pixels at {left}, {top} "
            f"does not fit into the picture of {width} x {height}"
        )
    return RunMask.of(numbers > 0, left, top)


def _drawn(kind: str, corners: NDArray[np.float64], height: int, width: int) -> RunMask | None:
    """Return the mask of a shape, drawn with Pillow as labelme draws it."""
    if kind == "circle":
        (x, y), edge = corners[0].tolist(), corners[1]
        radius = math.hypot(*(edge - corners[0]))
        if radius > LARGE_CIRCLE:  # Pillow would draw all of its line, inside the picture or not
            return ellipse(x, y, radius, radius, 0, height, width)
        corners = np.array([[x - radius, y - radius], [x + radius, y + radius]])
    elif kind == "rectangle":
        # Two opposite corners or, in X-AnyLabeling, all four.
        corners = np.stack([corners.min(axis=0), corners.max(axis=0)])
    # Only the shape's box is drawn, with a margin for rounding and for the line.
    low = np.clip(np.floor(corners.min(axis=0)) - MARGIN, 0, (width, height)).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0)) + MARGIN, 0, (width, height)).astype(int)
    if (low >= high).any():
        return None
    across, down = (high - low).tolist()
    work = across * down
    if kind not in ("circle", "rectangle"):
        # Pillow looks at every side in every row, and sorts those that cross it.
        work += len(corners) * down // SIDES_LOOKED_AT + crossing_work(
            corners, int(low[1]), int(high[1])
        )
    charge(work)
    canvas = Pillow.new("1", (across, down))
    draw = ImageDraw.Draw(canvas)
    points = [(float(x), float(y)) for x, y in corners - low]
    if kind == "circle":
        draw.ellipse(points, outline=1, fill=1)
    elif kind == "rectangle":
        draw.rectangle(points, outline=1, fill=1)
    else:
        draw.polygon(points, outline=1, fill=1)
    return RunMask.of(np.array(canvas, bool), *low.tolist())


CODEC: Final = Codec("labelme", "labelme", write, read, detect)
