"""Writes annotations in a format, reads them back and compares them object by object."""

import os
from collections.abc import Collection, Sequence

from fcfi.errors import InputError
from fcfi.formats.annotation import AnnotatedPicture, Sizes
from fcfi.formats.registry import find_codec
from fcfi.formats.report import Report, compare


def export(
    name: str,
    pictures: Collection[AnnotatedPicture],
    folder: str | os.PathLike[str],
    labels: Sequence[str],
    sizes: Sizes | None = None,
) -> Report:
    """Write annotated pictures in a format, read the files back and report what was kept.

    pictures: iterated one at a time, so that a collection may make them while iterating: once to
        write and once to compare, and before that once for their sizes unless these are given.
    labels: all labels, in the order of their numbers.  Raises InputError, ConfigError.
    """
    codec = find_codec(name)
    if sizes is None:
        sizes = _sizes(pictures)
    codec.write(pictures, folder, labels)
    return compare(name, codec.cannot_hold, pictures, codec.read(folder, sizes, labels))


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
