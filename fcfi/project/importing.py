"""Imports annotations: reads files into a spool file, then adds the objects, all or none.

Shapes and pictures that cannot be read are reported, and the rest is imported.  Knows nothing of
databases: a `Receiver` stores the objects.
"""

import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol, TextIO

from fcfi.errors import InputError, guard, write_error
from fcfi.formats import Sizes
from fcfi.formats.annotation import UNNAMED
from fcfi.formats.folders import EXPORT_AGAIN
from fcfi.project.actions import ImportedObject, ImportObjects
from fcfi.project.attributes import Values
from fcfi.project.progress import ADDING, Progress, counted
from fcfi.project.reading import AUTO, Question, SpooledObject, Summary, pictures_in, read
from fcfi.project.states import ImportReport

__all__ = ["AUTO", "Reader", "Receiver", "bring_in"]

NO_ROOM: Final = "the temporary file of an import cannot be written"
Reader = Callable[[Question, TextIO, Progress], Summary]
"""Reads files into a spool: `reading.read`, or `reading_process.read_apart`."""


class Receiver(Protocol):
    """The receiver of the objects of one import."""

    folder: Path

    def sizes(self) -> Sizes:
        """Return the sizes of the project's pictures by name."""

    def label_names(self) -> Collection[str]:
        """Return the names of the labels in their order."""

    def ensure_labels(self, names: Sequence[str]) -> None:
        """Add the missing labels in this order; unusable names are skipped."""

    def label_id(self, name: str) -> int:
        """Return the id of a label; add the label if it is missing.

        Raises InputError for an unusable name.
        """

    def fit(self, label: int, values: Mapping[str, Any]) -> tuple[Values, tuple[str, ...]]:
        """Return the values that fit a label's attributes, and a sentence for each other value.

        Missing attributes are added to the label.
        """

    def prepare(self, name: str, objects: ImportObjects) -> None:
        """Prepare objects for the named picture.  Raises InputError if they do not fit."""

    def save(self, progress: Progress) -> int:
        """Save all prepared objects, or none of them; return the number of new objects."""


def bring_in(
    receiver: Receiver,
    path: Path,
    format_name: str,
    progress: Progress,
    reader: Reader = read,
) -> ImportReport:
    """Import a file, folder or zip in a format; "auto" recognises the format.

    progress: may raise an error; then nothing is imported.  Raises InputError, DatasetError.
    """
    before = list(receiver.label_names())
    question = Question(path, format_name, receiver.folder, receiver.sizes(), before)
    try:
        spool = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115, closed below
    except OSError as error:
        raise write_error(NO_ROOM, error) from error
    with spool:
        try:
            summary = reader(question, spool, progress)
        except OSError as error:
            raise write_error(NO_ROOM, error) from error
        # First, so that the labels have the order of the file, not that of its objects.
        if summary.pictures:
            # An export lists objects without a label under UNNAMED, which is not a label then.
            receiver.ensure_labels([name for name, _ in summary.listed if name != UNNAMED])
        pictures, refused, problems = 0, 0, []
        unfit: list[str] = []
        items = pictures_in(spool)
        for name, objects in counted(items, progress, ADDING, summary.pictures):
            try:
                with guard(InputError, f"{name} cannot be imported", EXPORT_AGAIN):
                    receiver.prepare(name, _objects(receiver, objects, unfit))
                pictures += 1
            except InputError as error:
                refused += len(objects)
                problems.append(str(error))
    if unfit:
        values = "1 value" if len(unfit) == 1 else f"{len(unfit)} values"
        problems.append(f"{values} of attributes left out, the first because {unfit[0]}")
    problems += renumbered(summary, list(receiver.label_names()))
    sentences = (*summary.sentences, *problems)
    if summary.end is not None:
        if not pictures:
            raise type(summary.end)("; ".join((*sentences, str(summary.end))))
        sentences = (*sentences, str(summary.end))
    added = receiver.save(progress)
    labels = tuple(name for name in receiver.label_names() if name not in before)
    taken = summary.taken - refused
    return ImportReport(summary.format, pictures, added, labels, sentences, summary.found, taken)


def renumbered(summary: Summary, names: Sequence[str]) -> list[str]:
    """Return a sentence if labels of a file will have other numbers in an export, else none.

    names: the project's labels in their order, by which an export numbers them.
    """
    if summary.first_number is None:
        return []
    now = {name: number for number, name in enumerate(names, summary.first_number)}
    moved = [
        (name, number, now[name])
        for name, number in summary.listed
        if name in now and now[name] != number
    ]
    if not moved:
        return []
    name, number, new = moved[0]
    labels = "1 label has" if len(moved) == 1 else f"{len(moved)} labels have"
    return [
        f"{labels} another number in an export, which numbers labels by their order in the list: "
        f"the first, {name[:50]!r}, {number} in the file and {new} in an export"
    ]


def _objects(
    receiver: Receiver, objects: Sequence[SpooledObject], unfit: list[str]
) -> ImportObjects:
    """Return the objects of a picture; an object without a name has no label.

    unfit: a sentence is added for each attribute value that is left out.
    """
    imported = []
    for label, mask, values in objects:
        unnamed = label == UNNAMED and UNNAMED not in receiver.label_names()
        identity = None if unnamed else receiver.label_id(label)
        taken: Values = ()
        if values and identity is None:
            unfit += [f"an object without a label cannot have {name!r}" for name in values]
        elif values and identity is not None:
            taken, problems = receiver.fit(identity, values)
            unfit += problems
        imported.append(ImportedObject(identity, mask, taken))
    return ImportObjects(tuple(imported))
