"""labelme: a JSON file a picture, which lies beside the picture.

Every object is one shape of type "mask": two corners, both inside the object's box, and a PNG of
the box in base64; it holds holes and pieces.  The picture's bytes are not repeated (`imageData` is
null), so labelme looks for `imagePath` beside the file; it turns the picture by its EXIF
orientation first and refuses a height or width that is not the turned picture's.  Read are masks,
polygons, rectangles and circles; shapes of one label and one `group_id` are one object.
Layout: `NAME.json`.  Knows nothing of other formats.
"""

import base64
import binascii
import json
import math
import os
from collections.abc import Iterator, Sequence
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
    check_labels,
    label_number,
)
from fcfi.formats.folders import (
    Known,
    NoPixelError,
    Target,
    field,
    listed,
    need_some,
    one_label,
    read_json,
    stem,
)
from fcfi.formats.indexed import decode_map
from fcfi.formats.tally import Tally
from fcfi.images import encode_png
from fcfi.masks.runs import RunMask
from fcfi.masks.shapes import ellipse
from fcfi.masks.truth import Mask

VERSION: Final = "5.5.0"
"""Of labelme: the first that knows all that is written here; later ones read it."""
CORNERS: Final = {"mask": 1, "polygon": 3, "rectangle": 2, "circle": 2, "rotation": 3}
"""Shapes that are read, and how many points each has at least; a rotation is a turned rectangle."""
WITHOUT_AREA: Final = ("point", "points", "line", "linestrip")
LARGE_CIRCLE: Final = 20_000
"""Pixels of a radius from which a circle is computed instead of drawn."""
FAR: Final = 1e6
"""Pixels: a corner further off is a mistake."""


def write(
    pictures: Pictures, folder: str | os.PathLike[str], labels: Sequence[str]
) -> tuple[Path, ...]:
    """Write a JSON file a picture; gives the files.  Raises InputError."""
    target, names = Target(folder), check_labels(labels)
    for picture in pictures:
        shapes = []
        for one in picture.bottom_up():
            label_number(picture, one, names)
            shared = (
                sum(other.id == one.id and other.label == one.label for other in picture.objects)
                > 1
            )
            shapes.append(_shape(one, None if shared else one.id))
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
    folder: str | os.PathLike[str],
    sizes: Sizes | None = None,
    labels: Sequence[str] | None = None,
    tally: Tally | None = None,
) -> Iterator[AnnotatedPicture]:
    """The pictures of a folder of labelme's files.  Raises DatasetError.

    JSON files of other kinds and shapes that cover no pixel (points, lines) are left out.  sizes:
    the pictures that there are; others are left out.  labels: not needed, every shape names its
    own.
    """
    base, known = Path(folder), Known(sizes, tally)
    files = [base] if base.is_file() else listed(base, "*.json")
    named = [
        (file, name) for file in files for name in known.read(partial(_name, file, base, known))
    ]
    if not named:
        raise DatasetError(f"{base} has no JSON file of labelme: give the folder with its files")
    kept = [(file, name) for file, name in named if name]
    need_some(len(kept), len(named), base)
    if known.sizes is not None:
        places = {name: place for place, name in enumerate(known.sizes)}
        kept.sort(key=lambda pair: places[pair[1]])
    for file, name in kept:
        yield from known.read(partial(_picture, file, name, known))


def _name(file: Path, base: Path, known: Known) -> str | None:
    """The picture that a file is for; "" if it is none of the known ones, None if the file is not labelme's."""
    content = read_json(file)
    if not isinstance(content, dict) or "shapes" not in content:
        return None
    beside = file.parent.relative_to(base) if base.is_dir() else Path()
    given = PureWindowsPath(field(content, "imagePath", str, file))
    relative = PurePosixPath(
        given.name if ".." in given.parts or given.anchor else given.as_posix()
    )
    return (
        known.name((beside / relative).as_posix(), file)
        or known.of_stem(stem((beside / file.name).as_posix()))
        or ""
    )


def _shape(one: AnnotatedObject, group: int | None) -> dict[str, Any]:
    cut, left, top = one.runs.inside(), one.runs.left, one.runs.top
    return {
        "label": one.label,
        "points": [[left, top], [left + cut.shape[1] - 1, top + cut.shape[0] - 1]],
        "group_id": group,
        "description": "",
        "shape_type": "mask",
        "flags": {},
        "mask": base64.b64encode(encode_png(cut)).decode("ascii"),
    }


def _picture(file: Path, name: str, known: Known) -> AnnotatedPicture:
    content = read_json(file)
    width, height = known.size(name, content.get("imageWidth"), content.get("imageHeight"), file)
    found: dict[Any, tuple[str, int | None, RunMask]] = {}
    for number, shape in enumerate(field(content, "shapes", list, file), 1):
        kind = shape.get("shape_type", "polygon") if isinstance(shape, dict) else "shape"
        if kind in WITHOUT_AREA:
            known.leave_out(f"a {kind} has no area", name, number)
            continue
        with known.shape(name, number, file):
            runs = RunMask.of(_mask(shape, str(kind), height, width))
            if runs is None:
                raise NoPixelError(f"a {kind} covers no pixel of the picture")
            label, group = one_label(shape.get("label"), file), shape.get("group_id")
            group = group if isinstance(group, int) else None
            key = (label, group) if group is not None else number
            joined = found[key][2].union([runs]) if key in found else runs
            found[key] = (label, group, joined)
    objects = tuple(
        AnnotatedObject.of_runs(label, runs, height, width, group)
        for label, group, runs in found.values()
    )
    return AnnotatedPicture(name, width, height, objects)


def _mask(shape: Any, kind: str, height: int, width: int) -> Mask:
    """Return one shape, (height, width) bool; DatasetError says in a few words what is wrong with it."""
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
    return _drawn(kind, [(float(x), float(y)) for x, y in corners], height, width)


def _stored(text: object, corners: NDArray[np.float64], height: int, width: int) -> Mask:
    """Return a stored mask at its place; what leaves the picture is refused."""
    try:
        stored = base64.b64decode(text if isinstance(text, str) else "?", validate=True)
        numbers = decode_map(stored, "the mask")[1]
    except binascii.Error as error:
        raise DatasetError(f"expected a mask in base64, got other text ({error})") from error
    left, top = (int(value) for value in corners[0])
    right, bottom = left + numbers.shape[1], top + numbers.shape[0]
    if left < 0 or top < 0 or right > width or bottom > height:
        raise DatasetError(
            f"a mask of {numbers.shape[1]} x {numbers.shape[0]} pixels at {left}, {top} "
            f"does not fit into the picture of {width} x {height}"
        )
    mask = np.zeros((height, width), bool)
    mask[top:bottom, left:right] = numbers > 0
    return mask


def _drawn(kind: str, corners: list[tuple[float, float]], height: int, width: int) -> Mask:
    """Return a shape as labelme draws it."""
    if kind == "circle":
        (x, y), (edge_x, edge_y) = corners[:2]
        radius = math.hypot(edge_x - x, edge_y - y)
        if radius > LARGE_CIRCLE:  # Pillow would walk its whole line
            return ellipse(x, y, radius, radius, 0, height, width)
    canvas = Pillow.new("1", (width, height))
    draw = ImageDraw.Draw(canvas)
    if kind == "circle":
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=1, fill=1)
    elif kind == "rectangle":  # two opposite corners or, in X-AnyLabeling, all four
        across = [corner[0] for corner in corners]
        down = [corner[1] for corner in corners]
        box = (min(across), min(down), max(across), max(down))
        draw.rectangle(box, outline=1, fill=1)
    else:
        draw.polygon(corners, outline=1, fill=1)
    return np.array(canvas, bool)
