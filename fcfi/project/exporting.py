"""The annotated pictures of a project for export, read in batches, as they were at one moment.

An export reads the revisions that it found at its start; since revisions never change, later work
does not get into it.  What was written is read back in this process, unlike an import: these are
files of its own, read one picture at a time, and another process would have to be sent every mask
to compare it.  Knows nothing of the files of formats.
"""

import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from fcfi.errors import InputError, PictureError
from fcfi.formats import AnnotatedObject, AnnotatedPicture, Report, export, find_codec
from fcfi.formats.annotation import UNNAMED
from fcfi.formats.labels import ListedLabel
from fcfi.formats.target import Target, in_place
from fcfi.masks.runs import RunMask
from fcfi.project.attributes import Value, fitting
from fcfi.project.document import Document, DrawnObject
from fcfi.project.labelling import Labels
from fcfi.project.progress import CHECKING, WRITING, Progress, counted, silent
from fcfi.project.states import DRAWN, PictureRow, State
from fcfi.project.store import Drawn, Store

BATCH: Final = 100
"""Pictures whose documents and masks are read in one transaction."""
LOGS: Final = "logs"
"""Folder of the click logs in an export."""


class Work(Collection[AnnotatedPicture]):
    """The annotated pictures of a project as they were when this value was made.

    Each iteration reads them from the store again.
    """

    def __init__(
        self,
        store: Store,
        labels: Labels,
        states: Collection[State] = DRAWN,
        progress: Progress = silent,
    ) -> None:
        """Note the present revisions.

        states: only pictures in these states.  progress: is called for each picture; the first
            iteration counts as writing, the next ones as reading back.
        """
        self._progress = progress
        self._stages = iter((WRITING,))
        self._store = store
        self._states = states
        self._drawn = store.drawn(states)
        self._resolved = labels.resolved()
        self._schemas = labels.schemas()
        self._labels = {label.id: label.listed for label in labels.all()}

    def __len__(self) -> int:
        return len(self._drawn)

    def __iter__(self) -> Iterator[AnnotatedPicture]:
        stage = next(self._stages, CHECKING)
        return counted(self._pictures(), self._progress, stage, len(self._drawn))

    def __contains__(self, picture: object) -> bool:
        return isinstance(picture, AnnotatedPicture) and any(
            drawn.row.name == picture.file_name for drawn in self._drawn
        )

    def sizes(self) -> dict[str, tuple[int, int]]:
        """Return the width and height of each picture by its name; no document is read."""
        return {drawn.row.name: (drawn.row.width, drawn.row.height) for drawn in self._drawn}

    def rows(self) -> tuple[PictureRow, ...]:
        """Return the pictures' rows in the list."""
        return tuple(drawn.row for drawn in self._drawn)

    def labels(self) -> tuple[ListedLabel, ...]:
        """Return the labels in order; at the end "object", if an object has no label."""
        labels = tuple(self._labels.values())
        present = self._store.labels_in(self._states)
        named = any(label.name == UNNAMED for label in labels)
        if named or all(self._name(label) != UNNAMED for label in present):
            return labels
        return (*labels, ListedLabel(UNNAMED))

    def _name(self, label: int | None) -> str:
        found = self._labels.get(self._resolved.get(label or 0, 0))
        return UNNAMED if found is None else found.name

    def _values(self, drawn: DrawnObject) -> dict[str, Value]:
        """Return an object's values that fit the attributes of its present label."""
        if not drawn.attributes:
            return {}
        now = self._resolved.get(drawn.label or 0, 0)
        return dict(fitting(drawn.attributes, self._schemas.get(now, ())))

    def _pictures(self) -> Iterator[AnnotatedPicture]:
        # In batches, since a transaction takes longer than reading a picture.
        for begin in range(0, len(self._drawn), BATCH):
            batch = self._drawn[begin : begin + BATCH]
            documents = self._store.documents([drawn.revision for drawn in batch])
            masks = self._store.runs(
                frozenset[str]().union(*(document.masks for document in documents.values()))
            )
            for drawn in batch:
                yield self._picture(drawn, documents[drawn.revision], masks)

    def _picture(
        self, drawn: Drawn, document: Document, masks: Mapping[str, RunMask]
    ) -> AnnotatedPicture:
        objects = tuple(
            AnnotatedObject(
                self._name(annotated.label),
                masks[annotated.mask],
                number,
                attributes=self._values(annotated),
            )
            for number, annotated in enumerate(document.objects, 1)
            if annotated.mask is not None
        )
        return AnnotatedPicture(drawn.row.name, drawn.row.width, drawn.row.height, objects)


def write_logs(
    work: Work, logs: Callable[[int], Sequence[Mapping[str, Any]]], folder: Path
) -> tuple[int, tuple[str, ...]]:
    """Write the click logs of each picture, as Project.export_logs describes.

    logs: returns the logs of a picture by its id; raises PictureError.
    """
    target, written, problems = Target(folder), 0, list[str]()
    for row in work.rows():
        try:
            found = logs(row.id)
        except PictureError as error:
            problems.append(str(error))
            continue
        if found:
            target.write(
                f"{LOGS}/{row.name}.json",
                json.dumps(found, ensure_ascii=False, indent=1) + "\n",
                row.name,
            )
            written += 1
    return written, tuple(problems)


def write(format_name: str, work: Work, folder: Path) -> Report:
    """Write the work in a format, and report what the files hold.  Raises ConfigError, InputError.

    The files are written next to the folder, read back, and then moved into the folder.
    """
    if not len(work):
        raise InputError(
            "nothing to export: no picture has objects, or no picture has the requested mark"
        )
    with in_place(folder) as hidden:
        return export(format_name, work, hidden, work.labels(), work.sizes())


def check_target(format_name: str, target: Path, pictures: Path) -> None:
    """Raise InputError if a scan would take the written masks for pictures."""
    real = Path(os.path.realpath(target))
    root = Path(os.path.realpath(pictures))
    if find_codec(format_name).mask_folders and real.is_relative_to(root):
        inner = real.relative_to(root).parts
        # Hidden folders are not searched for pictures.
        if not any(part.startswith(".") for part in inner):
            raise InputError(
                f"{target} is in the folder of pictures, where masks would be taken for pictures: "
                "give a folder outside it"
            )
