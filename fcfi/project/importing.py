"""Annotations from files into a project: read by fcfi.formats, one picture at a time.

What is wrong with one picture is told, and the others are imported.  Knows nothing of databases: a
receiver takes what was read.
"""

import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, Protocol

from fcfi.errors import DatasetError, FCFIError, InputError, StoreError, guard, guarded
from fcfi.formats import CODECS, AnnotatedPicture, Sizes, Tally, find_codec, voc
from fcfi.formats.folders import EXPORT_AGAIN
from fcfi.project import archives
from fcfi.project.actions import ImportedObject, ImportObjects
from fcfi.project.detection import ALONE, Found, detect
from fcfi.project.exporting import UNLABELLED
from fcfi.project.states import ImportReport

AUTO: Final = "auto"
TAKES_NAMES: Final = ("coco", "yolo")
"""Formats whose files may hold numbers alone; they are then places in the project's labels."""


TAKES_FOLDERS: Final = ("png", "voc", "yolo")


class Receiver(Protocol):
    """Where objects go."""

    folder: Path

    def sizes(self) -> Sizes:
        """The pictures that there are."""

    def label_names(self) -> Sequence[str]:
        """Names of the labels in their order."""

    def label_id(self, name: str) -> int:
        """The label of a name, which is added if it is missing.  Raises InputError for an unusable name."""

    def add_objects(self, name: str, objects: ImportObjects, author: str) -> int:
        """Add objects to the picture of a name; gives how many were new.  Raises InputError."""


def read(receiver: Receiver, path: Path, format: str, author: str) -> ImportReport:  # noqa: A002
    """Read a file, folder or zip of a format, or of the one that is found.  Raises InputError, DatasetError."""
    if format != AUTO and format not in CODECS:
        raise InputError(
            f"there is no format {format!r}: choose one of {AUTO}, {', '.join(CODECS)}"
        )
    if not path.exists():
        raise InputError(f"{path} does not exist: check the name")
    before = set(receiver.label_names())
    unreadable = f"{path.name} cannot be read"
    with _opened(path, format) as folder:
        with guard(DatasetError, unreadable, EXPORT_AGAIN):
            found = (
                detect(folder, receiver.folder)
                if format == AUTO
                else (format, _place(format, folder))
            )
        shown = {str(folder): path.name}
        pictures, objects, tally = _add(receiver, found, author, shown)
    labels = tuple(name for name in receiver.label_names() if name not in before)
    return ImportReport(
        found[0],
        pictures,
        objects,
        labels,
        _shown(tally.sentences(), shown),
        tally.found,
        tally.taken,
    )


def _add(
    receiver: Receiver, found: Found, author: str, shown: dict[str, str]
) -> tuple[int, int, Tally]:
    """Add what a reader finds; return the numbers of pictures and new objects, and the tally.

    shown: what to say instead of the names of temporary folders.
    """
    tally = Tally()
    pictures = objects = 0
    name, place = found
    names = (list(receiver.label_names()) or None) if name in TAKES_NAMES else None
    try:
        read = find_codec(name).read(place, receiver.sizes(), names, tally)
        for picture in guarded(read, DatasetError, f"{place} cannot be read", EXPORT_AGAIN):
            try:
                with guard(InputError, f"{picture.file_name} cannot be imported", EXPORT_AGAIN):
                    objects += receiver.add_objects(
                        picture.file_name, _objects(receiver, picture), author
                    )
                pictures += 1
            except InputError as error:
                tally.problem(error)
    except StoreError:
        raise
    except FCFIError as error:  # of a later file; what came before is there
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
    """The objects from bottom to top; one that nothing names has no label."""
    given = []
    for one in picture.bottom_up():
        unlabelled = one.label == UNLABELLED and UNLABELLED not in receiver.label_names()
        given.append(ImportedObject(None if unlabelled else receiver.label_id(one.label), one.runs))
    return ImportObjects(tuple(given))


def _place(format: str, path: Path) -> Path:  # noqa: A002
    """What the reader of a format takes: a folder, if all it knows is folders."""
    return path.parent if format in TAKES_FOLDERS and path.is_file() else path


@contextmanager
def _opened(path: Path, format: str) -> Iterator[Path]:  # noqa: A002
    """The file or folder to read: a zip unpacked, a file whose reader takes a folder alone in one."""
    with ExitStack() as stack:
        if path.is_file() and zipfile.is_zipfile(path):
            direct = format == "cvat-mask" and any(
                name.startswith(voc.CLASSES) for name in archives.names(path)
            )
            yield path if direct else stack.enter_context(archives.unpacked(path))
        elif path.is_file() and path.suffix.lower() == ".zip":
            raise InputError(f"{path.name} is no zip, or is cut off: give a whole file")
        elif path.is_file() and path.suffix.lower() in ALONE:
            folder = stack.enter_context(archives.temporary())
            shutil.copyfile(path, folder / path.name)
            yield folder
        else:
            yield path
