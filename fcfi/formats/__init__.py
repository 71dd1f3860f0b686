"""File formats of annotations: one small codec each, by name in CODECS; `export` writes and reports."""

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol

from fcfi.errors import ConfigError, InputError
from fcfi.formats import coco, cvat, cvat_mask, label_studio, labelme, png, voc, yolo
from fcfi.formats.annotation import AnnotatedObject, AnnotatedPicture, Pictures, Sizes
from fcfi.formats.report import HOLES, OVERLAP, PARTS, ObjectReport, Report, compare
from fcfi.formats.tally import Tally

__all__ = [
    "CODECS",
    "AnnotatedObject",
    "AnnotatedPicture",
    "Codec",
    "ObjectReport",
    "Report",
    "Sizes",
    "Tally",
    "export",
    "find_codec",
]


class Reader(Protocol):
    """Reads a folder; see the codecs' `read`."""

    def __call__(
        self,
        folder: str | os.PathLike[str],
        sizes: Sizes | None = None,
        labels: Sequence[str] | None = None,
        tally: Tally | None = None,
    ) -> Iterator[AnnotatedPicture]:
        """The pictures, one after the other.  Raises DatasetError; a tally notes the faults of shapes and pictures instead."""


@dataclass(frozen=True, slots=True)
class Codec:
    """A format: its name on the command line, its title for people, what it cannot hold, and the two functions."""

    name: str
    title: str
    cannot_hold: tuple[str, ...]
    write: Callable[[Pictures, str | os.PathLike[str], Sequence[str]], tuple[Path, ...]]
    read: Reader


CODECS: Final[Mapping[str, Codec]] = MappingProxyType(
    {
        codec.name: codec
        for codec in (
            Codec("png", "PNG maps", (OVERLAP,), png.write, png.read),
            Codec("coco", "COCO", (), coco.write, coco.read),
            Codec("yolo", "YOLO segmentation", (HOLES, PARTS), yolo.write, yolo.read),
            Codec("voc", "PASCAL VOC segmentation", (OVERLAP,), voc.write, voc.read),
            Codec("labelme", "labelme", (), labelme.write, labelme.read),
            Codec("label-studio", "Label Studio", (), label_studio.write, label_studio.read),
            Codec("cvat", "CVAT for images 1.1", (), cvat.write, cvat.read),
            Codec(
                "cvat-mask",
                "CVAT segmentation mask 1.1",
                (OVERLAP,),
                cvat_mask.write,
                cvat_mask.read,
            ),
        )
    }
)


def find_codec(name: str) -> Codec:
    """The codec of a format.  Raises ConfigError if there is none of this name."""
    if name not in CODECS:
        raise ConfigError(f"there is no format {name!r}: choose one of {', '.join(CODECS)}")
    return CODECS[name]


def export(
    name: str,
    pictures: Collection[AnnotatedPicture],
    folder: str | os.PathLike[str],
    labels: Sequence[str],
) -> Report:
    """Write pictures in a format, read the files back and report what was kept.

    pictures: gone through three times, one at a time, so that a collection may make them as they
        are asked for.
    labels: all labels, in the order of their numbers.  Raises InputError, ConfigError.
    """
    codec, sizes = find_codec(name), dict[str, tuple[int, int]]()
    for picture in pictures:
        if picture.file_name in sizes:
            raise InputError(
                f"the picture {picture.file_name} comes twice: give all its objects at once"
            )
        sizes[picture.file_name] = (picture.width, picture.height)
    codec.write(pictures, folder, labels)
    return compare(name, codec.cannot_hold, pictures, codec.read(folder, sizes, labels))
