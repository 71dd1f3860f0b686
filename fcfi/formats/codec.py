"""A format of annotations as one value: how it is recognised, read and written, and what it loses.

A codec is one file that ends in `CODEC = Codec(...)`; everything that depends on which formats
exist is derived from these values (see registry.py).  Knows no format.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Protocol

from fcfi.formats.annotation import AnnotatedPicture, Pictures, Sizes
from fcfi.formats.folders import read_bytes, read_json
from fcfi.formats.tally import Tally

HEAD: Final = 10_000
"""Bytes at the beginning of a file that say what it is."""


class Reader(Protocol):
    """The function of a codec that reads annotations."""

    def __call__(
        self,
        path: str | os.PathLike[str],
        sizes: Sizes | None = None,
        labels: Sequence[str] | None = None,
        tally: Tally | None = None,
    ) -> Iterator[AnnotatedPicture]:
        """Yield the annotated pictures of a file or folder, one at a time.

        sizes:  the pictures that there are: others are left out, other sizes refused.  None: every
                picture that the files name.
        labels: names of the labels, for files that hold numbers only.
        tally:  counts shapes and notes what is left out; without it the first error is raised.
        Raises DatasetError for files that cannot be read at all.
        """


class Writer(Protocol):
    """The function of a codec that writes annotations."""

    def __call__(
        self, pictures: Pictures, folder: str | os.PathLike[str], labels: Sequence[str]
    ) -> tuple[Path, ...]:
        """Write annotated pictures into a folder and return the files; InputError if it cannot.

        pictures: gone through once, one at a time.
        labels:   all labels, in the order of their numbers.
        """


class Certainty(IntEnum):
    """How sure a codec is that a file or folder is in its format; the surest codec reads it."""

    ENDING = 1
    """Files with this ending are often in the format."""
    LAYOUT = 2
    """Files or folders have the names that the format prescribes."""
    CONTENT = 3
    """The content says so."""


@dataclass(frozen=True, slots=True)
class Found:
    """An answer of `Codec.detect`: what the codec's reader takes, and how sure it is."""

    path: Path
    certainty: Certainty


@dataclass(frozen=True)
class Candidate:
    """A file or folder whose format is sought; all codecs look at the same, and it is opened once.

    path:     the file or folder to look at.
    given:    what the user gave: `path` itself, or the folder in which it was found.
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
        """The ending of a file's name in small letters, as in ".json"; "" for a folder."""
        return "" if self.is_folder else self.path.suffix.lower()

    @cached_property
    def head(self) -> bytes:
        """The first bytes of a file; none of a folder."""
        return b"" if self.is_folder else read_bytes(self.path)[:HEAD]

    @cached_property
    def json(self) -> Any:
        """The content of a JSON file, None of others; DatasetError if it is damaged."""
        return read_json(self.path) if self.ending == ".json" else None

    @property
    def holds_pictures(self) -> bool:
        """Whether this is the folder of pictures itself."""
        return self.pictures is not None and self.is_folder and self.path.samefile(self.pictures)

    def any_below(self, pattern: str) -> bool:
        """Return whether a folder holds a file of a pattern, at any depth."""
        return self.is_folder and next(self.path.rglob(pattern), None) is not None


def never(candidate: Candidate) -> None:
    """Recognise nothing: the `detect` of a format that a user has to name."""


@dataclass(frozen=True, slots=True)
class Codec:
    """A format of annotations.

    name:   on the command line and in the API, in small letters: "label-studio".
    title:  for people: "Label Studio".
    write, read: see Writer and Reader.
    detect: returns what the reader takes if a file or folder is in this format, else None.
    cannot_hold: properties of masks that are lost: HOLES, PARTS or OVERLAP of fcfi.formats.report.
    numbered_labels: whether files may hold numbers without names; readers are then given the names
        that the project has.
    mask_folders: names of folders with PNG files that are masks; a scan for pictures skips them.
    beside: skip them only where a file of this name lies beside them.
    holds_attributes: whether values of objects' attributes are written and read.
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

    def skipped(self, entries: Iterable[str]) -> frozenset[str]:
        """Return those of a folder's entries that hold masks of this format, not pictures."""
        names = frozenset(entries)
        here = self.beside is None or self.beside in names
        return names.intersection(self.mask_folders) if here else frozenset()
