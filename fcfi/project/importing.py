"""Imports annotations: reads files into a spool file, then adds the objects, all or none.

Shapes and pictures that cannot be read are reported, and the rest is imported.  Knows nothing of
databases: a `Receiver` stores the objects.
"""

import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Protocol, TextIO

from fcfi.errors import InputError, guard, plural, write_error
from fcfi.formats import Sizes, find_codec
from fcfi.formats.annotation import UNNAMED
from fcfi.formats.folders import EXPORT_AGAIN
from fcfi.formats.labels import LONG, ListedLabel, Numbering, renumbered
from fcfi.project.actions import ImportedObject, ImportObjects
from fcfi.project.attributes import Values
from fcfi.project.labelling import normal
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

    def listed(self) -> Sequence[ListedLabel]:
        """Return the labels in their order, with their numbers."""

    def take_labels(self, listed: Sequence[ListedLabel], numbering: Numbering | None) -> None:
        """Add the missing labels of a file in this order, and take over its numbers.

        Unusable names are skipped.  numbering: of the file's format; None if it has only names.
        """

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
    question = Question(path, format_name, receiver.folder, receiver.sizes(), receiver.listed())
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
        listed = [replace(label, name=normal(label.name)) for label in summary.listed]
        numbering = find_codec(summary.format).numbering if listed else None
        if summary.pictures and listed:
            labels = _labels_of(listed, numbering) if summary.unnamed else listed
            receiver.take_labels(labels, numbering)
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
        values = plural(len(unfit), "value")
        problems.append(f"{values} of attributes left out, the first because {unfit[0]}")
    if listed:
        problems += _other_supercategories(listed, receiver.listed())
    if numbering is not None:
        problems += _other_numbers(listed, receiver.listed(), numbering)
    sentences = (*summary.sentences, *problems)
    if summary.end is not None:
        if not pictures:
            raise type(summary.end)("; ".join((*sentences, str(summary.end))))
        sentences = (*sentences, str(summary.end))
    added = receiver.save(progress)
    new = tuple(name for name in receiver.label_names() if name not in before)
    taken = summary.taken - refused
    return ImportReport(summary.format, pictures, added, new, sentences, summary.found, taken)


def _labels_of(
    listed: Sequence[ListedLabel], numbering: Numbering | None
) -> tuple[ListedLabel, ...]:
    """Return the labels of files without UNNAMED, if that stands for objects without a label.

    An export lists it if there are such objects, with the number that the list leaves for it and no
    supercategory; otherwise it is a label.
    """
    others = tuple(label for label in listed if label.name != UNNAMED)
    if numbering is None:
        return others
    last = numbering.numbers((*others, ListedLabel(UNNAMED)))[UNNAMED]
    return tuple(
        label
        for label in listed
        if label.name != UNNAMED or label.number not in (None, last) or label.supercategory
    )


def _other_numbers(
    listed: Sequence[ListedLabel], present: Sequence[ListedLabel], numbering: Numbering
) -> tuple[str, ...]:
    """Return a sentence if labels of files have other numbers in an export, else ().

    present: the project's labels.
    """
    # Objects without a label are last in an export.
    unnamed = () if UNNAMED in {label.name for label in present} else (ListedLabel(UNNAMED),)
    return renumbered(listed, numbering.numbers((*present, *unnamed)), numbering.first)


def _other_supercategories(
    listed: Sequence[ListedLabel], present: Sequence[ListedLabel]
) -> tuple[str, ...]:
    """Return a sentence if labels of the project have other supercategories than files, else ()."""
    above = {label.name: label.supercategory for label in present}
    other = [
        f"{label.name[:LONG]!r} is in {above[label.name][:LONG]!r} and not in "
        f"{label.supercategory[:LONG]!r}"
        for label in listed
        if label.supercategory and above.get(label.name, "") not in ("", label.supercategory)
    ]
    if not other:
        return ()
    labels = "1 label keeps its" if len(other) == 1 else f"{len(other)} labels keep their"
    return (f"{labels} earlier supercategory: the first, {other[0]}",)


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
