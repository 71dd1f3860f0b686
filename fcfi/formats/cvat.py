"""CVAT for images 1.1: one XML file with all pictures, every object a mask of run lengths over its tight box.

Row by row, background first; `z_order` says what lies on top.  Read are masks, polygons, boxes and
ellipses without rotation; of polygons and masks with one label and one `group_id`, one object is
made.  Layout: `annotations.xml`.
Source: CVAT's description of its XML format.  Knows nothing of other formats.
"""

import os
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

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
from fcfi.formats.folders import Known, NoPixelError, Target, need_some, one_label, read_bytes
from fcfi.formats.indexed import voc_colour
from fcfi.formats.tally import Tally
from fcfi.masks.components import box_cut
from fcfi.masks.polygons import fill_edges
from fcfi.masks.runs import RunMask, checked_flat, lengths_of
from fcfi.masks.shapes import ellipse, turned_rectangle
from fcfi.masks.truth import Mask

FILE: Final = "annotations.xml"
WITHOUT_AREA: Final = ("points", "polyline", "tag", "skeleton", "cuboid")


def write(
    pictures: Pictures, folder: str | os.PathLike[str], labels: Sequence[str]
) -> tuple[Path, ...]:
    """Write the XML file; gives its path.  Raises InputError."""
    target, names = Target(folder), check_labels(labels)
    images: list[str] = []
    for picture in pictures:
        for one in picture.objects:
            label_number(picture, one, names)
        images.append(_image(len(images), picture))
    text = f'<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>\n{_meta(names, len(images))}'
    target.write(FILE, f"{text}{''.join(images)}</annotations>\n")
    return tuple(target.written)


def read(
    folder: str | os.PathLike[str],
    sizes: Sizes | None = None,
    labels: Sequence[str] | None = None,
    tally: Tally | None = None,
) -> Iterator[AnnotatedPicture]:
    """The pictures of CVAT's XML file.  Raises DatasetError.

    Points and lines have no area and are left out.  sizes: the pictures that there are; others are left out.
    labels: not needed, every shape names its own.
    """
    base, known, count = Path(folder), Known(sizes, tally), 0
    file = base if base.is_file() else base / FILE
    images = _parse(file).findall("image")
    for image in images:
        name = known.name(image.get("name", ""), file)
        if name is not None:
            count += 1
            yield from known.read(partial(_picture, image, name, known, file))
    need_some(count, len(images), file)


def encode(mask: Mask) -> tuple[list[int], int, int, int, int]:
    """Run lengths of a mask over its tight box, and the box's left, top, width and height."""
    cut, left, top = box_cut(mask)
    return lengths_of(cut.ravel()).tolist(), left, top, cut.shape[1], cut.shape[0]


def _meta(labels: Sequence[str], count: int) -> str:
    rows = "".join(
        f"<label><name>{escape(label)}</name><color>#{bytes(voc_colour(number % 256)).hex()}</color>"
        "<type>any</type><attributes></attributes></label>\n"
        for number, label in enumerate(labels, 1)
    )
    return f"<meta><task><size>{count}</size><mode>annotation</mode><labels>\n{rows}</labels></task></meta>\n"


def _image(number: int, picture: AnnotatedPicture) -> str:
    rows = []
    for one in picture.bottom_up():
        runs = one.runs
        lengths = ", ".join(map(str, runs.lengths.tolist()))
        rows.append(
            f'<mask label={quoteattr(one.label)} source="manual" occluded="0" rle="{lengths}" '
            f'left="{runs.left}" top="{runs.top}" width="{runs.width}" height="{runs.height}" z_order="{one.order}"></mask>\n'
        )
    name = quoteattr(picture.file_name)
    size = f'width="{picture.width}" height="{picture.height}"'
    return f'<image id="{number}" name={name} {size}>\n{"".join(rows)}</image>\n'


def _parse(file: Path) -> ElementTree.Element:
    data = read_bytes(file)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise DatasetError(
            f"{file} defines entities, which CVAT's files do not: give the file as CVAT exported it"
        )
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise DatasetError(f"{file} cannot be read as XML: {error}") from error
    if root.tag != "annotations" or root.find("track") is not None:
        raise DatasetError(
            f"{file} is no export 'CVAT for images 1.1': export the task in that format"
        )
    return root


def _picture(image: ElementTree.Element, name: str, known: Known, file: Path) -> AnnotatedPicture:
    width, height = known.size(name, image.get("width"), image.get("height"), file)
    found: dict[Any, tuple[str, int, RunMask]] = {}
    for number, shape in enumerate(image, 1):
        if shape.tag in WITHOUT_AREA:
            known.leave_out(f"a {shape.tag} has no area", name, number)
            continue
        with known.shape(name, number, file):
            runs = RunMask.of(_mask(shape, height, width))
            if runs is None:
                raise NoPixelError(f"a {shape.tag} covers no pixel of the picture")
            label, group = one_label(shape.get("label"), file), shape.get("group_id")
            key = (label, group) if group not in (None, "", "0") else number
            order = _whole(shape, "z_order") if shape.get("z_order") else 0
            joined = found[key][2].union([runs]) if key in found else runs
            found[key] = (label, order, joined)
    objects = tuple(
        AnnotatedObject.of_runs(label, runs, height, width, order=order)
        for label, order, runs in found.values()
    )
    return AnnotatedPicture(name, width, height, objects)


def _mask(shape: ElementTree.Element, height: int, width: int) -> Mask:
    """Return one shape, (height, width) bool; DatasetError says in a few words what is wrong with it."""
    if shape.tag == "mask":
        return _from_runs(shape, height, width)
    if shape.tag == "polygon":
        pairs = [pair.split(",") for pair in shape.get("points", "").split(";") if pair]
        corners = _numbers([value for pair in pairs for value in pair])
        if len(corners) < 6 or len(corners) % 2:
            raise DatasetError(
                f"expected a polygon of at least 3 corners x,y, got {len(corners)} numbers"
            )
        return fill_edges([np.array(corners).reshape(-1, 2)], height, width)
    (degrees,) = _numbers([shape.get("rotation") or "0"])
    if shape.tag == "box":
        left, top, right, bottom = _attributes(shape, "xtl", "ytl", "xbr", "ybr")
        loop = turned_rectangle(left, top, right - left, bottom - top, degrees)
        if degrees:  # CVAT turns round the middle
            loop += np.array([left + right, top + bottom]) / 2 - loop.mean(axis=0)
        return fill_edges([loop], height, width)
    if shape.tag == "ellipse":
        x, y, across, down = _attributes(shape, "cx", "cy", "rx", "ry")
        return ellipse(x, y, across, down, degrees, height, width)
    raise DatasetError(f"a {shape.tag[:MAX_SHOWN]!r} is not a shape that is read")


def _attributes(shape: ElementTree.Element, *keys: str) -> list[float]:
    return _numbers([shape.get(key, "") for key in keys])


def _from_runs(shape: ElementTree.Element, height: int, width: int) -> Mask:
    left, top, across, down = (_whole(shape, key) for key in ("left", "top", "width", "height"))
    if min(left, top) < 0 or min(across, down) < 1 or left + across > width or top + down > height:
        raise DatasetError(
            f"a mask of {across} x {down} pixels at {left}, {top} does not fit into the picture of "
            f"{width} x {height}"
        )
    try:
        lengths = [int(word) for word in shape.get("rle", "").split(",") if word.strip()]
        inside = checked_flat(lengths, across * down)
    except ValueError as error:
        raise DatasetError(f"expected run lengths as whole numbers, got others: {error}") from error
    mask = np.zeros((height, width), bool)
    mask[top : top + down, left : left + across] = inside.reshape(down, across)
    return mask


def _whole(element: ElementTree.Element, key: str) -> int:
    text = element.get(key, "")
    try:
        return int(text)
    except ValueError as error:
        raise DatasetError(
            f"expected a whole number as {key} of a {element.tag}, got {text[:MAX_SHOWN]!r}"
        ) from error


def _numbers(words: Sequence[str]) -> list[float]:
    try:
        values = [float(word) for word in words]
    except ValueError as error:
        raise DatasetError(f"expected numbers as coordinates, got others: {error}") from error
    if not all(abs(value) < 1e7 for value in values):
        raise DatasetError("expected coordinates in pixels, got one far outside")
    return values
