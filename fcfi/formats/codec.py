"""The value `Codec`: how a format is recognised, read and written, and what it cannot hold.

A codec is a file that ends in `CODEC = Codec(...)`; everything that depends on which formats exist
is derived from these values (see registry.py).  Knows no format.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Protocol

from fcfi.formats.annotation import AnnotatedPicture, Pictures, Sizes
from fcfi.formats.folders import read_bytes, read_json
from fcfi.formats.labels import LabelList, Numbering
from fcfi.formats.tally import Tally

HEAD: Final = 10_000
"""Bytes at the beginning of a file by which it is recognised."""


class Reader(Protocol):
    """The function of a codec that reads annotations."""

    def __call__(
        self,
        path: str | os.PathLike[str],
        sizes: Sizes | None = None,
        labels: LabelList | None = None,
        tally: Tally | None = None,
    ) -> Iterator[AnnotatedPicture]:
        """Yield the annotated pictures of a file or folder, one at a time.

        sizes:  the pictures to read: others are left out, and other sizes refused.  None reads
                every picture in the files.
        labels: all labels, for files that hold only numbers: those of `Codec.numbering`.
        tally:  counts shapes and records what is left out; without it the first error is raised.
        Raises DatasetError for files that cannot be read at all.
        """


class Writer(Protocol):
    """The function of a codec that writes annotations."""

    def __call__(
        self, pictures: Pictures, folder: str | os.PathLike[str], labels: LabelList
    ) -> tuple[Path, ...]:
        """Write annotated pictures into a folder and return the files.  Raises InputError.

        pictures: iterated once, one at a time.
        labels:   all labels, in their order, with the numbers that they have from files.
        """


class Certainty(IntEnum):
    """A codec's certainty that a file or folder is in its format; the most certain reads it."""

    ENDING = 1
    """Files with this ending are often in the format."""
    LAYOUT = 2
    """Files or folders have the names that the format prescribes."""
    CONTENT = 3
    """The content is in the format."""


@dataclass(frozen=True, slots=True)
class Found:
    """The result of `Codec.detect`: the path for the codec's reader, and how certain it is."""

    path: Path
    certainty: Certainty


@dataclass(frozen=True)
class Candidate:
    """A file or folder whose format is to be detected; all codecs share it, so it is read once.

    path:     the file or folder to look at.
    given:    the user's path: `path` itself, or the folder in which it was found.
    pictures: the folder of pictures, in which picture files are not masks; None if unknown.
    """

    path: Path
    given: Path
    pictures: Path | None = None

    @cached_property
    def is_folder(self) -> bool:
        """Whether this is a folder."""
        return self.path.is_dir()

    @property
    def ending(self) -> str:
        """The ending of a file's name in lower case, such as ".json"; "" for a folder."""
        return "" if self.is_folder else self.path.suffix.lower()

    @cached_property
    def head(self) -> bytes:
        """The first bytes of a file, or none for a folder."""
        return b"" if self.is_folder else read_bytes(self.path)[:HEAD]

    @cached_property
    def json(self) -> Any:
        """The content of a JSON file, or None for others.  Raises DatasetError if damaged."""
        return read_json(self.path) if self.ending == ".json" else None

    @property
    def holds_pictures(self) -> bool:
        """Whether this is the folder of pictures itself."""
        return self.pictures is not None and self.is_folder and self.path.samefile(self.pictures)

    def any_below(self, pattern: str) -> bool:
        """Return whether a folder holds a file that matches a pattern, at any depth."""
        return self.is_folder and next(self.path.rglob(pattern), None) is not None


def never(candidate: Candidate) -> None:
    """Recognise nothing: the `detect` of a format that users have to name."""


@dataclass(frozen=True, slots=True)
class Codec:
    """A format of annotations.

    name:   on the command line and in the API, in lower case: "label-studio".
    title:  for people: "Label Studio".
    write, read: see Writer and Reader.
    detect: returns the path for the reader if a file or folder is in this format, else None.
    cannot_hold: properties of masks that are lost: HOLES, PARTS or OVERLAP of fcfi.formats.report.
    numbered_labels: whether files may hold numbers without names; the reader then gets the
        project's labels.
    mask_folders: names of folders with masks as PNG files; a scan for pictures skips them.
    beside: skip them only if a file with this name lies next to them.
    holds_attributes: whether values of objects' attributes are written and read.
    numbering: which numbers labels have in the files; None for a format that has only names.
    """

    name: str
    title: str
    write: Writer
    read: Reader
    detect: Callable[[Candidate], Found | None] = never
    cannot_hold: tuple[str, ...] = ()
    numbered_labels: bool = False
    mask_folders: tuple[str, ...] = ()
    beside: str | None = None
    holds_attributes: bool = False
    numbering: Numbering | None = None

    def skipped(self, entries: Iterable[str]) -> frozenset[str]:
        """Return the entries of a folder that hold masks of this format instead of pictures."""
        names = frozenset(entries)
        here = self.beside is None or self.beside in names
        return names.intersection(self.mask_folders) if here else frozenset()
