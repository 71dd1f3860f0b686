"""Receives the objects of an import: prepares them in memory, then stores them in one go."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from fcfi.errors import FCFIError, InputError, NotFound
from fcfi.formats.labels import ListedLabel, Numbering
from fcfi.project.actions import ImportObjects
from fcfi.project.attributes import Value, Values, check_schema, guessed, of_file, ordered
from fcfi.project.document import Document
from fcfi.project.editing import Editing
from fcfi.project.labelling import Labels, normal
from fcfi.project.progress import Progress
from fcfi.project.states import Label, PictureRow
from fcfi.project.store import Signature, Step, Store, Stored


class ProjectReceiver:
    """The receiver of the objects of one import (`importing.Receiver`), for a `with` block."""

    def __init__(
        self, folder: Path, store: Store, labels: Labels, editing: Editing, signature: Signature
    ) -> None:
        """Read the present labels and pictures.  signature: of all changes of the import."""
        self.folder = folder
        self._store = store
        self._labels = labels
        self._editing = editing
        self._signature = signature
        self._ids = self._label_ids()
        self._before = frozenset(self._ids.values())
        self._rows = store.known()
        # The present label of each label's id: read now, and again when a label is added.
        self._resolved = labels.resolved()
        self._schemas = labels.schemas()
        self._schemas_before = dict(self._schemas)
        self._renumbered: tuple[Label, ...] = ()
        self._ready: dict[int, tuple[ImportObjects, Stored, Step | None]] = {}

    def __enter__(self) -> "ProjectReceiver":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            return
        # Take back the labels, numbers and attributes that the failed import has added.
        if self._renumbered:
            with suppress(FCFIError):
                self._labels.restore(self._renumbered)
        for identity in self._ids.values():
            schema = self._schemas_before.get(identity, ())
            if identity in self._before and self._schemas.get(identity, ()) != schema:
                with suppress(FCFIError):
                    self._labels.edit(identity, None, None, None, schema)
            if identity not in self._before:
                with suppress(FCFIError):  # the label is in use by now, or the store is lost
                    self._labels.remove(identity)

    def sizes(self) -> Mapping[str, tuple[int, int]]:
        """Return the (width, height) of each picture by its name."""
        return self._store.sizes()

    def label_names(self) -> Collection[str]:
        """Return the names of the labels in their order."""
        return self._ids.keys()

    def listed(self) -> tuple[ListedLabel, ...]:
        """Return the labels in their order, with their numbers."""
        return tuple(label.listed for label in self._labels.all())

    def take_labels(self, listed: Sequence[ListedLabel], numbering: Numbering | None) -> None:
        """Add the missing labels of a file in this order, and take over its numbers."""
        self._renumbered += self._labels.take(listed, numbering)
        self._ids = self._label_ids()

    def label_id(self, name: str) -> int:
        """Return the id of a label; add it if it is missing.  Raises InputError for a bad name."""
        name = normal(name)
        if name not in self._ids:
            self._ids = self._label_ids()
        if name not in self._ids:
            self._labels.add([name])
            self._ids = self._label_ids()
        identity = self._ids[name]
        if identity not in self._resolved:
            self._resolved = self._labels.resolved()
        return identity

    def fit(self, label: int, values: Mapping[str, Any]) -> tuple[Values, tuple[str, ...]]:
        """Return the values that fit a label's attributes, and a sentence for each other value.

        Missing attributes are added to the label.
        """
        taken: dict[str, Value] = {}
        problems = []
        known = {attribute.name: attribute for attribute in self._schemas.get(label, ())}
        added = False
        for name, value in values.items():
            try:
                if name not in known:
                    new = guessed(name, value)
                    check_schema((*known.values(), new))
                    known[name], added = new, True
                taken[name] = of_file(known[name], value)
            except InputError as error:
                problems.append(str(error))
        if added:
            self._schemas[label] = tuple(known.values())
            self._labels.edit(label, None, None, None, self._schemas[label])
        return ordered(taken), tuple(problems)

    def prepare(self, name: str, objects: ImportObjects) -> None:
        """Prepare objects for the named picture.

        Raises NotFound, InputError if they do not fit the picture.
        """
        if name not in self._rows:
            raise NotFound(f"the project does not have a picture {name!r}: look at its list again")
        row = self._rows[name]
        if row.id in self._ready:  # a picture may come from several files
            earlier = self._ready[row.id][0]
            objects = ImportObjects((*earlier.objects, *objects.objects))
        self._ready[row.id] = self._made(row, objects)

    def save(self, progress: Progress) -> int:
        """Store all prepared objects in one transaction; return the number of new objects."""
        while True:
            steps = [(stored, step) for _, stored, step in self._ready.values() if step is not None]
            late = self._store.write_all(steps, progress)
            if not late:
                break
            for identity in late:  # changed by other authors since they were read
                objects = self._ready[identity][0]
                self._ready[identity] = self._made(self._store.row(identity), objects)
        return sum(
            len(step.document.objects) - len(stored.document.objects) for stored, step in steps
        )

    def _label_ids(self) -> dict[str, int]:
        return {label.name: label.id for label in self._labels.all()}

    def _made(
        self, row: PictureRow, objects: ImportObjects
    ) -> tuple[ImportObjects, Stored, Step | None]:
        # A picture without changes need not be read from the store.
        stored = (
            self._editing.read(row.id)
            if row.version
            else Stored(row, Document(), None, None, self._resolved, None, 0, 0)
        )
        return objects, *self._editing.step(stored, objects, self._signature)
