"""CVAT for images 1.1: one XML file with all pictures, objects as run lengths in their box.

Run lengths go row by row, background first; `z_order` is the painting order.  Masks, polygons,
boxes and ellipses are read; shapes with the same label and `group_id` are one object.

Layout: `annotations.xml`.
Source: CVAT's description of its XML format.  Knows nothing of other formats.
"""

import math
import os
from collections.abc import Iterator, Mapping, Sequence
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
)
from fcfi.formats.codec import Candidate, Certainty, Codec, Found
from fcfi.formats.folders import need_some, one_label, read_text
from fcfi.formats.indexed import voc_colour
from fcfi.formats.known import KnownPictures, NoPixelError
from fcfi.formats.labels import LabelList, ListedLabel, check_labels, check_listed
from fcfi.formats.tally import Tally
from fcfi.formats.target import Target
from fcfi.masks.polygons import fill_edges
from fcfi.masks.runs import RunMask, checked, of_lengths
from fcfi.masks.shapes import ellipse, rotated_rectangle
from fcfi.masks.work import charge

FILE: Final = "annotations.xml"
OTHER_SUBSET: Final = "a picture of this name in another subset came before"
WITHOUT_AREA: Final = ("points", "polyline", "tag", "skeleton", "cuboid")


def write(
    pictures: Pictures, folder: str | os.PathLike[str], labels: LabelList
) -> tuple[Path, ...]:
    """Write the XML file and return its path.  Raises InputError."""
    target = Target(folder)
    names = check_labels(labels)
    images: list[str] = []
    for picture in pictures:
        for annotated in picture.objects:
            check_listed(picture, annotated, names)
        images.append(_image(len(images), picture))
    head = '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>\n'
    body = "".join([_meta(names, len(images)), *images])
    target.write(FILE, f"{head}{body}</annotations>\n")
    return tuple(target.written)


def read(
    path: str | os.PathLike[str],
    sizes: Sizes | None = None,
    labels: LabelList | None = None,
    tally: Tally | None = None,
) -> Iterator[AnnotatedPicture]:
    """Yield the pictures of CVAT's XML file.

    Points and lines have no area and are left out.  labels: not used, since shapes have labels.
    Other arguments: see codec.Reader.  Raises DatasetError.
    """
    base = Path(path)
    known = KnownPictures(sizes, tally)
    file = base if base.is_file() else base / FILE
    root = _parse(file)
    named = [label.findtext("name", "").strip() for label in root.iterfind(".//meta//labels/label")]
    known.list_labels(map(ListedLabel, filter(None, named)))
    images = root.findall("image")
    count = 0
    seen: dict[str, str] = {}
    for image in images:
        subset, given = image.get("subset", ""), image.get("name", "")
        name = known.name(_in_subset(subset, given, known.sizes), file)
        if name is None:
            continue
        # Subsets may have pictures with equal names, which must not get each other's objects.
        if seen.setdefault(name, subset) != subset:
            known.leave_out_picture(OTHER_SUBSET, f"{subset}/{given}")
            continue
        count += 1
        yield from known.read(partial(_picture, image, name, known, file))
    need_some(count, len(images), file)


def _in_subset(subset: str, given: str, sizes: Sizes | None) -> str:
    """Return a picture's name, with its subset's folder if the picture is there, as CVAT packs."""
    for folder in (subset, f"images/{subset}"):
        if subset and f"{folder}/{given}" in (sizes or {}):
            return f"{folder}/{given}"
    return given


def detect(candidate: Candidate) -> Found | None:
    """Return an XML file whose root is `annotations`."""
    if candidate.ending == ".xml" and b"<annotations" in candidate.head:
        return Found(candidate.path, Certainty.CONTENT)
    return None


def _meta(labels: Sequence[str], count: int) -> str:
    """Return the description of the task: its labels, each with a colour."""
    rows = "".join(
        f"<label><name>{escape(label)}</name>"
        f"<color>#{bytes(voc_colour(number % 256)).hex()}</color>"
        "<type>any</type><attributes></attributes></label>\n"
        for number, label in enumerate(labels, 1)
    )
    return (
        f"<meta><task><size>{count}</size><mode>annotation</mode>"
        f"<labels>\n{rows}</labels></task></meta>\n"
    )


def _image(number: int, picture: AnnotatedPicture) -> str:
    rows = []
    for annotated in picture.bottom_up():
        mask = annotated.mask
        lengths = ", ".join(map(str, mask.lengths.tolist()))
        rows.append(
            f'<mask label={quoteattr(annotated.label)} source="manual" occluded="0" '
            f'rle="{lengths}" left="{mask.left}" top="{mask.top}" width="{mask.width}" '
            f'height="{mask.height}" z_order="{annotated.order}">'
            f"{_written(annotated.attributes)}</mask>\n"
        )
    name = quoteattr(picture.file_name)
    size = f'width="{picture.width}" height="{picture.height}"'
    return f'<image id="{number}" name={name} {size}>\n{"".join(rows)}</image>\n'


def _written(attributes: Mapping[str, Any]) -> str:
    """Return the values of attributes as CVAT's elements, which hold texts."""
    return "".join(
        f"<attribute name={quoteattr(name)}>"
        f"{escape(str(value).lower() if isinstance(value, bool) else str(value))}</attribute>"
        for name, value in attributes.items()
    )


def _values(shape: ElementTree.Element) -> dict[str, Any]:
    """Return the values of a shape's attributes; their kinds are guessed, since the file has texts.

    Attributes without a value are left out.
    """
    found = {}
    for element in shape.findall("attribute"):
        text = (element.text or "").strip()
        if element.get("name") and text:
            found[element.get("name", "")] = _value(text)
    return found


def _value(text: str) -> str | bool | int | float:
    """Return a text as bool or number if that can be written back as the same text."""
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            number: int | float = kind(text)
        except ValueError:
            continue
        if str(number) == text and math.isfinite(number):
            return number
    return text


def _parse(file: Path) -> ElementTree.Element:
    # Only UTF-8 is parsed: in UTF-16 the search for definitions below would not find them.
    text = read_text(file)
    if "\0" in text:
        raise DatasetError(f"expected XML in UTF-8 in {file}, got UTF-16: save it as UTF-8")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise DatasetError(
            f"{file} defines entities, which CVAT's files do not: give the file as CVAT exported it"
        )
    try:
        # An explicit encoding overrides the one that the file declares.
        parser = ElementTree.XMLParser(encoding="utf-8")
        root = ElementTree.fromstring(text.encode(), parser)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise DatasetError(f"{file} cannot be read as XML: {error}") from error
    if root.tag != "annotations" or root.find("track") is not None:
        raise DatasetError(
            f"expected an export 'CVAT for images 1.1' in {file}, got another: export the task in "
            "that format"
        )
    return root


def _picture(
    image: ElementTree.Element, name: str, known: KnownPictures, file: Path
) -> AnnotatedPicture:
    width, height = known.size(name, image.get("width"), image.get("height"), file)
    found: dict[Any, tuple[str, int, list[RunMask], dict[str, Any]]] = {}
    for number, shape in known.numbered(image, name):
        if shape.tag in WITHOUT_AREA:
            known.leave_out(f"a {shape.tag} has no area", name, number)
            continue
        with known.shape(name, number, file):
            mask = _mask(shape, height, width)
            if mask is None:
                raise NoPixelError(f"a {shape.tag} covers no pixel of the picture")
            label = one_label(shape.get("label"), file)
            group = shape.get("group_id")
            # The shapes of a group are one object; a shape without a group is its own object.
            key = (label, group) if group not in (None, "", "0") else number
            order = _whole(shape, "z_order") if shape.get("z_order") else 0
            parts = found[key][2] if key in found else []
            parts.append(mask)
            # The object has the attributes of all its shapes.
            values = found[key][3] if key in found else {}
            found[key] = (label, order, parts, values | _values(shape))
    # Joined at the end, since joining each part as it comes would take far longer.
    objects = tuple(
        AnnotatedObject(label, parts[0].union(parts[1:]), order=order, attributes=values)
        for label, order, parts, values in found.values()
    )
    return AnnotatedPicture(name, width, height, objects)


def _mask(shape: ElementTree.Element, height: int, width: int) -> RunMask | None:
    """Return the mask of a shape, or None if it is empty.  Raises DatasetError if it is damaged."""
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
        loop = rotated_rectangle(left, top, right - left, bottom - top, degrees)
        if degrees:  # CVAT rotates about the centre
            loop += np.array([left + right, top + bottom]) / 2 - loop.mean(axis=0)
        return fill_edges([loop], height, width)
    if shape.tag == "ellipse":
        x, y, across, down = _attributes(shape, "cx", "cy", "rx", "ry")
        return ellipse(x, y, across, down, degrees, height, width)
    raise DatasetError(f"a {shape.tag[:MAX_SHOWN]!r} is not a shape that is read")


def _attributes(shape: ElementTree.Element, *keys: str) -> list[float]:
    return _numbers([shape.get(key, "") for key in keys])


def _from_runs(shape: ElementTree.Element, height: int, width: int) -> RunMask | None:
    left, top, across, down = (_whole(shape, key) for key in ("left", "top", "width", "height"))
    if min(left, top) < 0 or min(across, down) < 1 or left + across > width or top + down > height:
        raise DatasetError(
            f"a mask of {across} x {down} pixels at {left}, {top} does not fit into the picture of "
            f"{width} x {height}"
        )
    charge(down)
    try:
        lengths = [int(word) for word in shape.get("rle", "").split(",") if word.strip()]
        counts = checked(lengths, across * down)
    except ValueError as error:
        raise DatasetError(f"expected run lengths as whole numbers, got others: {error}") from error
    return of_lengths(counts, left, top, across)


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


CODEC: Final = Codec("cvat", "CVAT for images 1.1", write, read, detect, holds_attributes=True)
