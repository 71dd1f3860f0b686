"""Annotations from files into a project: read by fcfi.formats, one picture at a time.

What cannot be read is named and counted, and the rest is imported.  Knows nothing of databases: a
receiver takes what was read.
"""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from fcfi.errors import DatasetError, FCFIError, InputError, StoreError, guard, guarded
from fcfi.formats import AnnotatedPicture, Codec, Sizes, Tally, codecs, detect
from fcfi.formats.annotation import UNNAMED
from fcfi.formats.archives import unpacked
from fcfi.formats.folders import EXPORT_AGAIN, LINK, links_below, without_links
from fcfi.project.actions import ImportedObject, ImportObjects
from fcfi.project.states import ImportReport

AUTO: Final = "auto"


class Receiver(Protocol):
    """A receiver of imported objects."""

    folder: Path

    def sizes(self) -> Sizes:
        """Return the pictures that there are, with their sizes."""

    def label_names(self) -> Sequence[str]:
        """Return the names of the labels in their order."""

    def label_id(self, name: str) -> int:
        """Return the id of a label, which is added if it is missing; InputError for a bad name."""

    def add_objects(self, name: str, objects: ImportObjects, author: str) -> int:
        """Add objects to the picture of a name and return how many were new; InputError if not."""


def read(receiver: Receiver, path: Path, format_name: str, author: str) -> ImportReport:
    """Import a file, folder or zip of a format, or of the one that is recognised ("auto").

    Raises InputError, DatasetError.
    """
    known = codecs()
    if format_name != AUTO and format_name not in known:
        raise InputError(
            f"there is no format {format_name!r}: choose one of {AUTO}, {', '.join(known)}"
        )
    if not path.exists():
        raise InputError(f"{path} does not exist: check the name")
    before = set(receiver.label_names())
    with _opened(path) as given, without_links(given):
        with guard(DatasetError, f"{path.name} cannot be read", EXPORT_AGAIN):
            codec, found = (
                detect(given, receiver.folder)
                if format_name == AUTO
                else (known[format_name], given)
            )
        # Names of temporary folders say nothing to a user.
        shown = {str(given): path.name}
        pictures, objects, tally = _add(receiver, codec, found, author, shown)
    return ImportReport(
        codec.name,
        pictures,
        objects,
        tuple(name for name in receiver.label_names() if name not in before),
        _shown(tally.sentences(), shown),
        tally.found,
        tally.taken,
    )


def _add(
    receiver: Receiver, codec: Codec, path: Path, author: str, shown: Mapping[str, str]
) -> tuple[int, int, Tally]:
    """Add what a reader finds; return the numbers of pictures and new objects, and the tally.

    shown: what to say instead of the names of temporary folders.
    """
    tally = Tally()
    for name in links_below(path) if path.is_dir() else ():
        tally.leave_out_picture(LINK, name)
    pictures = objects = 0
    names = (list(receiver.label_names()) or None) if codec.numbered_labels else None
    read = codec.read(path, receiver.sizes(), names, tally)
    try:
        for picture in guarded(read, DatasetError, f"{path} cannot be read", EXPORT_AGAIN):
            try:
                with guard(InputError, f"{picture.file_name} cannot be imported", EXPORT_AGAIN):
                    objects += receiver.add_objects(
                        picture.file_name, _objects(receiver, picture), author
                    )
                pictures += 1
            except InputError as error:
                tally.taken -= len(picture.objects)
                tally.problem(error)
    except StoreError:
        raise
    except FCFIError as error:
        # A later file is damaged: what was read before it is imported already.
        if not pictures:
            sentences = _shown((*tally.sentences(), str(error)), shown)
            raise type(error)("; ".join(sentences)) from error
        tally.problem(error)
    return pictures, objects, tally


def _shown(sentences: Sequence[str], shown: Mapping[str, str]) -> tuple[str, ...]:
    """Return sentences with the names of temporary folders replaced."""
    replaced = []
    for sentence in sentences:
        for folder, name in shown.items():
            sentence = sentence.replace(folder, name)
        replaced.append(sentence)
    return tuple(replaced)


def _objects(receiver: Receiver, picture: AnnotatedPicture) -> ImportObjects:
    """Return the objects from bottom to top; one that nothing names has no label."""
    imported = []
    for annotated in picture.bottom_up():
        unnamed = annotated.label == UNNAMED and UNNAMED not in receiver.label_names()
        label_id = None if unnamed else receiver.label_id(annotated.label)
        imported.append(ImportedObject(label_id, annotated.mask))
    return ImportObjects(tuple(imported))


@contextmanager
def _opened(path: Path) -> Iterator[Path]:
    """Open the file or folder to read: a zip is unpacked into a temporary folder."""
    if path.is_file() and zipfile.is_zipfile(path):
        with unpacked(path) as folder:
            yield folder
    elif path.is_file() and path.suffix.lower() == ".zip":
        raise InputError(f"{path.name} is not a zip, or is cut off: give a whole file")
    else:
        yield path
