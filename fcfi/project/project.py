"""A folder of pictures and all work on them: the interface that the server and the commands use.

Calls block, and threads may share a project.  It joins the list of files, the store, the network
and the caches; pictures are only read.  Knows nothing of HTTP or of pages.
"""

import dataclasses
import hashlib
import json
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TypeVar

from sqlalchemy.engine import URL

from fcfi.errors import FCFIError, InputError, NotFound, StoreError, guard
from fcfi.formats import Report
from fcfi.images import Image, image_sha256
from fcfi.prediction.interface import Predictor
from fcfi.project import exporting, importing, place, reading
from fcfi.project.actions import Action, Edit, ImportObjects, Move
from fcfi.project.actions.registry import apply, describe
from fcfi.project.answerers import Answerers
from fcfi.project.attributes import (
    Attribute,
    Value,
    Values,
    check_schema,
    fitting,
    guessed,
    of_file,
    ordered,
)
from fcfi.project.cache import ByteCache
from fcfi.project.database import Database, store_url
from fcfi.project.document import DONE, Document, DrawnObject
from fcfi.project.labelling import Labels, normal
from fcfi.project.pictures import Pictures
from fcfi.project.progress import Progress, silent
from fcfi.project.replay import Replay
from fcfi.project.states import (
    CHECKED,
    DRAWN,
    EVERYTHING,
    TO_DO,
    Filter,
    ImportReport,
    Label,
    PictureConflict,
    PictureList,
    PictureRow,
    PictureState,
    State,
)
from fcfi.project.store import Listing, Shown, Signature, Step, Store, Stored
from fcfi.project.store.part import RESTORE
from fcfi.project.world import Masks, PictureWorld
from fcfi.prompts.click_log import ClickLog, to_runs

CACHE_BYTES: Final = 1 << 30
SETTINGS_BYTES: Final = 64 * 1024
"""The largest size of a page's settings as JSON."""
SETTINGS: Final = "page"
"""Key in the store of the settings that apply without an author's name."""
AUTHOR_LETTERS: Final = 100
"""The longest name of an author, in characters."""
Seen = TypeVar("Seen", bound=Shown)


class Project:
    """An open project: close it, or use it in a `with` block."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        predictor: Predictor | None,
        cache_bytes: int = CACHE_BYTES,
        warnings: tuple[str, ...] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Put the parts together; `open` finds them."""
        self.folder = folder
        self.warnings = warnings
        self.predictor = predictor
        self.cache = ByteCache(cache_bytes)
        self._database = database
        self._store = Store(database)
        self._answerers = Answerers(self._store)
        self._labels = Labels(database)
        self._masks = Masks(self._store, self.cache)
        self._pictures = Pictures(folder, self._store, self.cache)
        self._replay = Replay(predictor, self.cache)
        self._opening_warnings = warnings
        self._clock = clock

    @classmethod
    def open(
        cls,
        folder: Path,
        predictor: Predictor | None,
        labels: Sequence[str] = (),
        store: str | None = None,
        cache_bytes: int = CACHE_BYTES,
        progress: Progress = silent,
    ) -> "Project":
        """Open a folder of pictures and scan it.

        predictor: answers clicks; None for a project that is only viewed.  labels: names; missing
            ones are added.
        store: a PostgreSQL URL or the path of an SQLite file; by default `.fcfi/project.sqlite`
            in the folder.
        cache_bytes: for pictures and predictions together.
        progress: of the scan; it may raise, which ends the opening.
        Raises InputError if `folder` is not a folder, StoreError for a store that cannot be used,
        ConfigError for its URL.
        """
        folder = Path(folder)
        if not folder.is_dir():
            raise InputError(f"{folder} is not a folder: give the folder with your pictures")
        url, warnings = _where(folder, store)
        project = cls(folder, Database(url), predictor, cache_bytes, warnings)
        try:
            project._begin(labels, progress)
        except BaseException:
            project.close()
            raise
        return project

    def close(self) -> None:
        """Close the store."""
        self._database.close()

    def __enter__(self) -> "Project":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def place(self) -> str:
        """The location of the store, for messages; without a password."""
        return self._database.place

    # Pictures

    def scan(self, progress: Progress = silent) -> None:
        """Look for pictures that are new, changed or gone; no work on a picture is lost.

        progress: may raise, which ends the scan and keeps what it found.  Raises StoreError.
        """
        self.warnings = self._opening_warnings + self._pictures.scan(progress)

    def pictures(
        self,
        state: State | None = None,
        search: str = "",
        offset: int = 0,
        limit: int = 200,
        which: Filter = EVERYTHING,
    ) -> PictureList:
        """Return `limit` pictures of the list, from `offset`.

        state: only pictures in this state.  search: a part of the name, in any case.  which:
            further conditions, and the order.
        """
        return self._store.pictures(_listing(state, search, which), offset, limit)

    def index_of(
        self,
        id: int,  # noqa: A002
        state: State | None = None,
        search: str = "",
        which: Filter = EVERYTHING,
    ) -> int | None:
        """Return the index of a picture in the list of `pictures`; None if it is not in the list.

        Raises NotFound.
        """
        return self._store.index_of(id, _listing(state, search, which))

    def following(
        self,
        id: int | None = None,  # noqa: A002
        states: Collection[State] = TO_DO,
        search: str = "",
        which: Filter = EVERYTHING,
    ) -> PictureRow | None:
        """Return the next picture in one of these states, or None if no picture is in them.

        id: of the picture to search behind; after the last picture the search goes on at the
            first.  None searches from the first.
        search: a part of the name, in any case.  which: further conditions, and the order.
        Raises NotFound.
        """
        return self._store.following(id, Listing.of(which, states, search))

    def row(self, id: int) -> PictureRow:  # noqa: A002, the contract's name
        """Return a picture's row in the list.  Raises NotFound."""
        return self._store.row(id)

    def picture(self, id: int) -> PictureState:  # noqa: A002
        """Return a picture with its objects, masks and history.  Raises NotFound."""
        return self._state(self._read(id))

    def act(
        self,
        id: int,  # noqa: A002
        version: int,
        action: Action,
        author: str = "",
        key: str | None = None,
    ) -> PictureState:
        """Apply an action to a picture of this version and return its state after it.

        An action that fails changes nothing.
        key: a UUID that marks this change alone.  A change that was already made under it is not
            made again: the state that it returned then is returned, so that a caller whose
            response was lost may repeat the request.
        Raises PictureConflict if the picture has another version by now, NotFound, InputError for
        an action that does not fit, PictureError if the picture is needed and cannot be read,
        StoreError if the change cannot be saved.
        """
        if len(author) > AUTHOR_LETTERS:
            raise InputError(
                f"the author's name has {len(author)} characters: give {AUTHOR_LETTERS} or less"
            )
        signature = Signature(author, self._clock(), key)
        # The last line is for another process that got the same request in between.
        after = (
            self._answered(id, key)
            or self._changed(id, version, action, signature)
            or self._answered(id, key)
        )
        if after is None:
            raise self._conflict(id, version)
        return self._state(after)

    def image(self, id: int) -> Image:  # noqa: A002
        """Return a picture's pixels, (H, W, 3) uint8 RGB, read only.

        Raises NotFound, PictureError if the file vanished, changed or is damaged.
        """
        return self._pictures.pixels(self._store.row(id))[1]

    def path(self, id: int) -> Path:  # noqa: A002
        """Return the path of a picture's file, to be read only.  Raises NotFound, PictureError."""
        return self._pictures.path(self._store.row(id))

    def logs(self, id: int) -> tuple[dict[str, Any], ...]:  # noqa: A002
        """Return the click log of every object with clicks, for another network to replay.

        Raises NotFound, PictureError if the picture, whose sha256 is in the logs, cannot be read.
        """
        stored = self._read(id)
        clicked = [drawn for drawn in stored.document.objects if drawn.rounds]
        if not clicked:
            return ()
        row, image = self._pictures.pixels(stored.row)
        sha256, names = image_sha256(image), {label.id: label.name for label in self.labels()}
        return tuple(
            {
                "object": drawn.id,
                "label": names.get(drawn.label or 0),
                "keep_out": drawn.keep_out,
                "tidy": drawn.tidy,
                "log": self._log(drawn, row, sha256).to_json(),
            }
            for drawn in clicked
        )

    # Labels and settings

    def labels(self) -> tuple[Label, ...]:
        """Return the labels in their order."""
        return self._labels.all()

    def label_counts(self) -> dict[int, int]:
        """Return how many objects each label has, by its id; 0: objects without a label.

        A label without objects is not in it.
        """
        return self._store.label_counts()

    def add_label(self, name: str, colour: str | None = None) -> tuple[Label, ...]:
        """Add a label at the end and return all labels.

        Raises InputError for an unusable name or colour, or a name that is taken.
        """
        self._labels.add([name], colour)
        return self.labels()

    def edit_label(
        self,
        id: int,  # noqa: A002
        name: str | None = None,
        colour: str | None = None,
        place: int | None = None,
        attributes: Sequence[Attribute] | None = None,
    ) -> tuple[Label, ...]:
        """Change a label's name, colour or place in the order and return all labels.

        Raises NotFound, InputError.
        """
        self._labels.edit(id, name, colour, place, attributes)
        return self.labels()

    def merge_label(self, id: int, into: int) -> tuple[Label, ...]:  # noqa: A002
        """Merge a label into another, for all objects, and return all labels.

        Raises NotFound, InputError.
        """
        self._labels.merge(id, into)
        return self.labels()

    def remove_label(self, id: int) -> tuple[Label, ...]:  # noqa: A002
        """Remove a label that no object has and return all labels.  Raises NotFound, InputError."""
        self._labels.remove(id)
        return self.labels()

    def settings(self, author: str = "") -> dict[str, Any]:
        """Return the page's settings for an author: shortcuts, theme and the like.

        An author who has stored none gets those stored without an author.
        """
        kept = self._store.setting(_settings_key(author)) or self._store.setting(SETTINGS)
        with guard(StoreError, "the settings in the store are damaged", RESTORE):
            return dict(kept or {})

    def set_settings(self, settings: Mapping[str, Any], author: str = "") -> None:
        """Store an author's settings, all at once.

        Raises InputError if they cannot be written as JSON, or are too large.
        """
        try:
            size = len(json.dumps(settings, allow_nan=False).encode())
        except (TypeError, ValueError, RecursionError) as error:
            raise InputError(
                f"expected settings that can be written as JSON, got {error}: send others"
            ) from error
        if size > SETTINGS_BYTES:
            raise InputError(
                f"expected settings of at most {SETTINGS_BYTES} bytes of JSON, got {size}: "
                "remove some"
            )
        self._store.keep_setting(_settings_key(author), dict(settings))

    # Files

    def export(
        self,
        format: str,  # noqa: A002
        folder: Path,
        only_done: bool = False,
        progress: Progress = silent,
        only_checked: bool = False,
    ) -> Report:
        """Write the masks in a format (fcfi.formats), read them back and report what was kept.

        Pictures without work and objects without a pixel are left out.  Objects without a label
        are called "object".
        only_done: leave out pictures that are neither done nor checked.  only_checked: leave out
            all that are not checked.  progress: may raise; then, and after any error or kill, no
            part of the export remains.
        Raises ConfigError, InputError.
        """
        work = exporting.Work(
            self._store, self._labels, _exported(only_done, only_checked), progress
        )
        exporting.check_target(format, Path(folder), self.folder)
        return exporting.write(format, work, Path(folder))

    def export_logs(
        self, folder: Path, only_done: bool = False, only_checked: bool = False
    ) -> tuple[int, tuple[str, ...]]:
        """Write the click logs of each picture as `logs/NAME.json`.

        Return how many were written, and a sentence for each picture that cannot be read.  Raises
        InputError.
        """
        work = exporting.Work(self._store, self._labels, _exported(only_done, only_checked))
        return exporting.write_logs(work, self.logs, Path(folder))

    def import_files(
        self,
        path: Path,
        format: str = importing.AUTO,  # noqa: A002
        author: str = "",
        progress: Progress = silent,
        reader: importing.Reader = reading.read,
    ) -> ImportReport:
        """Add objects from files of a format (fcfi.formats), in one change a picture, and report.

        path: a file, a folder or a zip.  Missing labels are added.  The report names the pictures
            whose annotations cannot be used; the others are imported, and each change can be
            undone.
        progress: may raise; then, and after any error or kill, no object is imported.
        reader: of the files; `reading_process.read_apart` reads them in a process of its own, with
            limits on time and memory, which takes half a second more.
        Raises InputError, DatasetError if nothing can be read.
        """
        with _Receiver(self, author) as receiver:
            return importing.bring_in(receiver, Path(path), format, progress, reader)

    # Internals

    def _begin(self, labels: Sequence[str], progress: Progress) -> None:
        self._labels.ensure(labels)
        self.scan(progress)

    def _read(self, identity: int) -> Stored:
        """Return a picture with its labels and networks as they are now."""
        return self._resolved(self._store.read(identity))

    def _resolved(self, stored: Seen) -> Seen:
        """Return a picture as it was read, with its labels and networks as they are now."""
        document = resolved(stored.document, stored.labels)
        objects = tuple(
            drawn
            if (network := self._answerers.identity_of(drawn.network)) == drawn.network
            else dataclasses.replace(drawn, network=network)
            for drawn in document.objects
        )
        document = self._fitting(dataclasses.replace(document, objects=objects))
        return dataclasses.replace(stored, document=document)

    def _fitting(self, document: Document) -> Document:
        """Return a document whose objects have only values that fit their labels' attributes."""
        if not any(drawn.attributes for drawn in document.objects):
            return document
        schemas = self._labels.schemas()
        objects = tuple(
            dataclasses.replace(
                drawn, attributes=fitting(drawn.attributes, schemas.get(drawn.label or 0, ()))
            )
            for drawn in document.objects
        )
        return dataclasses.replace(document, objects=objects)

    def _answered(self, identity: int, key: str | None) -> Shown | None:
        """Return a picture as the change of this key left it, with its labels as they are now.

        None if no change has the key.
        """
        noted = None if key is None else self._store.noted(identity, key)
        return None if noted is None else self._resolved(noted)

    def _state(self, stored: Shown) -> PictureState:
        with guard(StoreError, f"{stored.row.name} in the store is damaged", RESTORE):
            return PictureState(
                stored.row,
                stored.document,
                self._masks.find(stored.document.masks),
                None if stored.undo is None else describe(stored.undo),
                None if stored.redo is None else describe(stored.redo),
            )

    def _conflict(self, identity: int, version: int) -> PictureConflict:
        return PictureConflict(
            self.picture(identity), self._store.changes(identity, version, describe)
        )

    def _changed(
        self, identity: int, version: int, action: Action, signature: Signature
    ) -> Stored | None:
        """Make a change to a picture of this version; return None if it has another by now."""
        stored = self._read(identity)
        if stored.row.version != version:
            return None
        if isinstance(action, Move):
            moved = self._store.move(identity, version, action.by, signature)
            return self._read(identity) if moved else None
        if not isinstance(action, Edit):
            raise InputError(
                f"expected an action that edits or moves, got {action.type}: derive it from Edit"
            )
        return self._edit(stored, action, signature)

    def _edit(self, stored: Stored, action: Edit, signature: Signature) -> Stored | None:
        """Make a change; return None if the picture was changed since it was read.

        An action that changes nothing is not stored.
        """
        stored, step = self._step(stored, action, signature)
        if step is None:
            return stored
        # Not at opening, since the network may still be loaded then.
        if self.predictor is not None and any(drawn.rounds for drawn in step.document.objects):
            self._answerers.keep(self.predictor)
        after = self._store.write(stored, step)
        if after is not None:
            self._masks.put(step.masks)
        return after

    def _step(
        self, stored: Stored, action: Edit, signature: Signature
    ) -> tuple[Stored, Step | None]:
        """Return the picture, and a change to it that is not written yet; None if nothing changes."""
        labels = frozenset(stored.labels.values())
        world = PictureWorld(
            stored.row,
            labels,
            self._pictures,
            self._masks,
            self._replay,
            self._clock,
            self._read,
            signature.author,
            self._labels.schema,
        )
        # Another label of an object may not have the attributes of the one before.
        document = self._fitting(apply(stored.document, action, world))
        stored = dataclasses.replace(stored, row=world.row)
        if document == stored.document:
            return stored, None
        masks = world.new_masks(document)
        return stored, Step(document, masks, action.record(stored.document), signature)

    def _log(self, drawn: DrawnObject, row: PictureRow, sha256: str) -> ClickLog:
        """Return an object's click log, as `fcfi.session` writes it."""
        known = self._answerers.find(drawn.network)
        start = None
        if drawn.start is not None:
            start = to_runs(self._masks.get(drawn.start).pixels(row.height, row.width))
        network = {"name": known.name, "sha256": known.weights, "runtime": known.runtime}
        return ClickLog(row.height, row.width, sha256, network, known.settings, start, drawn.rounds)


class _Receiver:
    """The receiver of one import's objects, in a `with` block."""

    def __init__(self, project: Project, author: str) -> None:
        self.folder = project.folder
        self._project = project
        self._signature = Signature(author, project._clock())
        self._labels = {label.name: label.id for label in project.labels()}
        self._before = frozenset(self._labels.values())
        self._rows = project._store.known()
        # What every label is now, by id: read once, and again when one is added.
        self._resolved = project._labels.resolved()
        self._schemas = project._labels.schemas()
        self._schemas_before = dict(self._schemas)
        self._ready: dict[int, tuple[ImportObjects, Stored, Step | None]] = {}

    def __enter__(self) -> "_Receiver":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            return
        # The labels that the failed import added go with it.
        for identity in self._labels.values():
            schema = self._schemas_before.get(identity, ())
            if identity in self._before and self._schemas.get(identity, ()) != schema:
                with suppress(FCFIError):
                    self._project._labels.edit(identity, None, None, None, schema)
            if identity not in self._before:
                with suppress(FCFIError):  # in use by now, or the store is gone
                    self._project._labels.remove(identity)

    def sizes(self) -> Mapping[str, tuple[int, int]]:
        return self._project._store.sizes()

    def label_names(self) -> Collection[str]:
        return self._labels.keys()

    def label_id(self, name: str) -> int:
        name = normal(name)
        if name not in self._labels:
            self._labels = {label.name: label.id for label in self._project.labels()}
        if name not in self._labels:
            self._labels = {label.name: label.id for label in self._project.add_label(name)}
        identity = self._labels[name]
        if identity not in self._resolved:
            self._resolved = self._project._labels.resolved()
        return identity

    def fit(self, label: int, values: Mapping[str, Any]) -> tuple[Values, tuple[str, ...]]:
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
            self._project._labels.edit(label, None, None, None, self._schemas[label])
        return ordered(taken), tuple(problems)

    def prepare(self, name: str, objects: ImportObjects) -> None:
        if name not in self._rows:
            raise NotFound(f"the project does not have a picture {name!r}: look at its list again")
        row = self._rows[name]
        if row.id in self._ready:  # a picture may come from several files
            earlier = self._ready[row.id][0]
            objects = ImportObjects((*earlier.objects, *objects.objects))
        self._ready[row.id] = self._made(row, objects)

    def save(self, progress: Progress) -> int:
        while True:
            steps = [(stored, step) for _, stored, step in self._ready.values() if step is not None]
            late = self._project._store.write_all(steps, progress)
            if not late:
                break
            for identity in late:  # changed by others since they were read
                objects = self._ready[identity][0]
                row = self._project._store.row(identity)
                self._ready[identity] = self._made(row, objects)
        return sum(
            len(step.document.objects) - len(stored.document.objects) for stored, step in steps
        )

    def _made(
        self, row: PictureRow, objects: ImportObjects
    ) -> tuple[ImportObjects, Stored, Step | None]:
        # A picture without any change need not be read from the store.
        stored = (
            self._project._read(row.id)
            if row.version
            else Stored(row, Document(), None, None, self._resolved, None, 0, 0)
        )
        return objects, *self._project._step(stored, objects, self._signature)


def _listing(state: State | None, search: str, which: Filter) -> Listing:
    """Return the list of pictures in a state, or in any."""
    return Listing.of(which, () if state is None else (state,), search)


def _exported(only_done: bool, only_checked: bool) -> Collection[State]:
    """Return the states of the pictures that an export holds."""
    return CHECKED if only_checked else DONE if only_done else DRAWN


def _settings_key(author: str) -> str:
    """Return the store's key of an author's settings; a name may be longer than a key."""
    return hashlib.sha256(author.encode()).hexdigest() if author else SETTINGS


def resolved(document: Document, labels: Mapping[int, int]) -> Document:
    """Return the document with its labels as they are now (see Labels.resolved).

    Merged labels are followed, and removed ones are taken off.
    """
    if all(
        drawn.label is None or labels.get(drawn.label) == drawn.label for drawn in document.objects
    ):
        return document
    objects = tuple(
        drawn if drawn.label is None else dataclasses.replace(drawn, label=labels.get(drawn.label))
        for drawn in document.objects
    )
    return dataclasses.replace(document, objects=objects)


def _where(folder: Path, store: str | None) -> tuple[URL, tuple[str, ...]]:
    """Return the address of the store, and warnings about it."""
    if store is not None:
        return store_url(store), ()
    chosen = place.choose(folder)
    return store_url(str(chosen.file)), chosen.warnings
