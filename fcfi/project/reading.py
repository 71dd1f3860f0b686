"""Reads annotation files into a spool file, with a line for each picture.

Knows nothing of projects: the names, sizes and labels that it needs are arguments, so that it can
run in a separate process.  Shapes and pictures that cannot be read are reported.
"""

import base64
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

from fcfi.errors import DatasetError, FCFIError, InputError, guard, guarded
from fcfi.formats import AnnotatedPicture, Sizes, Tally, codecs, detect
from fcfi.formats.annotation import UNNAMED
from fcfi.formats.archives import unpacked
from fcfi.formats.folders import EXPORT_AGAIN, LINK, links_below, without_links
from fcfi.formats.labels import LabelList, ListedLabel
from fcfi.masks.runs import KEYS, RunMask
from fcfi.project.progress import READING, Progress

AUTO: Final = "auto"
SpooledObject = tuple[str, RunMask, Mapping[str, Any]]
"""A label, a mask, and the file's values of attributes."""


@dataclass(frozen=True, slots=True)
class Question:
    """The files to read, and what reading them needs of the project.

    path: a file, a folder or a zip.  format: a name, or "auto".  folder: the project's folder.
    sizes: (width, height) of each picture by its name.  labels: in their order.
    """

    path: Path
    format: str
    folder: Path
    sizes: Sizes
    labels: LabelList


@dataclass(frozen=True, slots=True)
class Summary:
    """The report of reading files.

    format: the files' format.  pictures: number of pictures in the spool.  found, taken: numbers
        of shapes in the files, and of shapes read.
    sentences: why shapes and pictures were left out.  end: the error that ended reading early, or
        None.
    listed: the labels that the files list.  unnamed: whether an object has the label UNNAMED.
    """

    format: str
    pictures: int
    found: int
    taken: int
    sentences: tuple[str, ...]
    end: FCFIError | None = None
    listed: Sequence[ListedLabel] = ()
    unnamed: bool = False


def read(question: Question, spool: TextIO, progress: Progress) -> Summary:
    """Read annotations into a spool file, a line for each picture.

    Raises InputError, DatasetError if nothing can be read.
    """
    known = codecs()
    path, name = question.path, question.format
    if name != AUTO and name not in known:
        raise InputError(
            f"expected a format, got {name!r}: choose one of {AUTO}, {', '.join(known)}"
        )
    if not path.exists():
        raise InputError(f"{path} does not exist: check the name")
    with _opened(path) as given, without_links(given):
        # A zip is read in a temporary folder, whose path must not be in messages.
        shown = {str(given): path.name}
        with guard(DatasetError, f"{path.name} cannot be read", EXPORT_AGAIN):
            codec, found = detect(given, question.folder) if name == AUTO else (known[name], given)
        tally = Tally()
        for link in links_below(found) if found.is_dir() else ():
            tally.leave_out_picture(LINK, link)
        labels = (list(question.labels) or None) if codec.numbered_labels else None
        pictures, end, unnamed = 0, None, False
        items = codec.read(found, question.sizes, labels, tally)
        progress(READING, 0, None)
        try:
            for picture in guarded(items, DatasetError, f"{found} cannot be read", EXPORT_AGAIN):
                spool.write(_line(picture))
                pictures += 1
                unnamed |= any(annotated.label == UNNAMED for annotated in picture.objects)
                progress(READING, pictures, None)
        except FCFIError as error:
            # A later file is damaged: the pictures read so far are kept.
            if not isinstance(error, InputError | DatasetError):
                raise
            end = type(error)(_shown((str(error),), shown)[0])
        sentences = _shown(tally.sentences(), shown)
    listed = tuple(tally.listed.values())
    return Summary(codec.name, pictures, tally.found, tally.taken, sentences, end, listed, unnamed)


def pictures_in(spool: TextIO) -> Iterator[tuple[str, list[SpooledObject]]]:
    """Yield the name and the objects of each picture in a spool file, from its beginning."""
    spool.seek(0)
    for line in spool:
        picture: Mapping[str, Any] = json.loads(line)
        objects = [
            (label, _mask(sides, packed), values)
            for label, sides, packed, values in picture["objects"]
        ]
        yield picture["name"], objects


def _line(picture: AnnotatedPicture) -> str:
    """Return a picture as a line of a spool file."""
    # Compressed, because lists of the run lengths of all masks would take twenty times the memory.
    objects = [
        [
            annotated.label,
            [getattr(annotated.mask, key) for key in KEYS],
            base64.b64encode(annotated.mask.pack()).decode(),
            annotated.attributes,
        ]
        for annotated in picture.bottom_up()
    ]
    return json.dumps({"name": picture.file_name, "objects": objects}) + "\n"


def _mask(sides: Sequence[int], packed: str) -> RunMask:
    """Return a mask of a line: its box, and its packed lengths in base64."""
    left, top, width, height = sides
    return RunMask.unpack(left, top, width, height, base64.b64decode(packed))


def _shown(sentences: Sequence[str], shown: Mapping[str, str]) -> tuple[str, ...]:
    """Return sentences with the paths of temporary folders replaced."""
    replaced = []
    for sentence in sentences:
        for folder, name in shown.items():
            sentence = sentence.replace(folder, name)
        replaced.append(sentence)
    return tuple(replaced)


@contextmanager
def _opened(path: Path) -> Iterator[Path]:
    """Yield the file or folder to read; a zip is unpacked into a temporary folder."""
    if path.is_file() and zipfile.is_zipfile(path):
        with unpacked(path) as folder:
            yield folder
    elif path.is_file() and path.suffix.lower() == ".zip":
        raise InputError(f"{path.name} is not a zip, or is truncated: give a whole file")
    else:
        yield path
