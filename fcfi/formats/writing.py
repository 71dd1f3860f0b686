"""Writes annotations in a format, reads them back and compares them object by object."""

import os
from collections.abc import Collection
from dataclasses import replace

from fcfi.errors import InputError
from fcfi.formats.annotation import AnnotatedPicture, Sizes
from fcfi.formats.labels import LabelList, listed_labels, renumbered
from fcfi.formats.registry import find_codec
from fcfi.formats.report import Report, compare


def export(
    name: str,
    pictures: Collection[AnnotatedPicture],
    folder: str | os.PathLike[str],
    labels: LabelList,
    sizes: Sizes | None = None,
) -> Report:
    """Write annotated pictures in a format, read the files back and report what was kept.

    pictures: iterated one at a time, so that a collection may make them while iterating: once to
        write and once to compare, and before that once for their sizes unless these are given.
    labels: all labels, in their order; a text is the name of a label without a number.
    Raises InputError, ConfigError.
    """
    codec = find_codec(name)
    if sizes is None:
        sizes = _sizes(pictures)
    codec.write(pictures, folder, labels)
    report = compare(name, codec.cannot_hold, pictures, codec.read(folder, sizes, labels))
    if codec.numbering is None:
        return report
    numbers = codec.numbering.numbers(labels)
    return replace(report, notes=renumbered(listed_labels(labels), numbers, codec.numbering.first))


def _sizes(pictures: Collection[AnnotatedPicture]) -> Sizes:
    """Return the sizes of pictures by name.  Raises InputError for a duplicate picture."""
    sizes: dict[str, tuple[int, int]] = {}
    for picture in pictures:
        if picture.file_name in sizes:
            raise InputError(
                f"the picture {picture.file_name} occurs twice: give all its objects at once"
            )
        sizes[picture.file_name] = (picture.width, picture.height)
    return sizes
