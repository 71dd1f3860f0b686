"""A folder of pictures and all work on them: the interface for the server and the commands.

Calls block, and threads may share a project.  It combines the files, the store, the predictor and
the caches; pictures are only read.  Knows nothing of HTTP or of the page.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from sqlalchemy.engine import URL

from fcfi.errors import InputError
from fcfi.formats import Report
from fcfi.grey_levels import ValueRange
from fcfi.grey_window import GreyWindow
from fcfi.images import Image
from fcfi.prediction.interface import Predictor
from fcfi.project import exporting, importing, location, preferences, reading
from fcfi.project.actions import Action
from fcfi.project.attributes import Attribute
from fcfi.project.cache import ByteCache
from fcfi.project.carrying import MOST_CARRIED, Carrier
from fcfi.project.database import Database, store_url
from fcfi.project.document import DONE
from fcfi.project.editing import Editing
from fcfi.project.examples import Example, find_examples, write_examples
from fcfi.project.labelling import Labels
from fcfi.project.logs import logs_of
from fcfi.project.pictures import Pictures
from fcfi.project.progress import Progress, silent
from fcfi.project.receiving import ProjectReceiver
from fcfi.project.states import (
    CHECKED,
    DRAWN,
    EVERYTHING,
    TO_DO,
    CarryLimits,
    CarryReport,
    DayWork,
    Filter,
    ImportReport,
    Label,
    PersonWork,
    PictureList,
    PictureRow,
    PictureState,
    State,
)
from fcfi.project.store import Listing, Store
from fcfi.project.store.statistics import DAY
from fcfi.project.world import Masks

CACHE_BYTES: Final = 1 << 30
AUTHOR_LETTERS: Final = 100
"""The longest name of an author, in characters."""
MOST_DAYS: Final = 3650
"""Days that statistics go back at most."""


class Project:
    """An open project; close it, or use it in a `with` block."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        predictor: Predictor | None,
        cache_bytes: int = CACHE_BYTES,
        warnings: tuple[str, ...] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Combine the parts; `open` finds them."""
        self.folder = folder
        self.warnings = warnings
        self.predictor = predictor
        self.cache = ByteCache(cache_bytes)
        self._database = database
        self._clock = clock
        self._store = Store(database)
        self._labels = Labels(database)
        self._masks = Masks(self._store, self.cache)
        self._pictures = Pictures(folder, self._store, self.cache)
        self._editing = Editing(
            self._store, self._labels, self._pictures, self._masks, predictor, self.cache, clock
        )
        self._opening_warnings = warnings

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

        predictor: answers prompts; None for a project without clicks.  labels: names to add if
            they are missing.
        store: a PostgreSQL URL or the path of an SQLite file; by default `.fcfi/project.sqlite`
            in the folder.
        cache_bytes: for pictures and predictions together.
        progress: of the scan; it may raise an error, which closes the project.
        Raises InputError if `folder` is not a folder, StoreError for a store that cannot be used,
        ConfigError for its URL.
        """
        folder = Path(folder)
        if not folder.is_dir():
            raise InputError(f"{folder} is not a folder: give the folder with your pictures")
        url, warnings = _where(folder, store)
        project = cls(folder, Database(url), predictor, cache_bytes, warnings)
        try:
            project._labels.ensure(labels)
            project.scan(progress)
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
    def location(self) -> str:
        """The location of the store for messages, without its password."""
        return self._database.location

    # Pictures

    def scan(self, progress: Progress = silent) -> None:
        """Look for new, changed and missing pictures; no work on a picture is lost.

        progress: may raise an error, which ends the scan; committed pictures are kept.  Raises
            StoreError.
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

        state: only pictures in this state.  search: a part of the name, in any case.
        which: further conditions, and the order.
        """
        return self._store.pictures(_listing(state, search, which), offset, limit)

    def index_of(
        self,
        id: int,  # noqa: A002
        state: State | None = None,
        search: str = "",
        which: Filter = EVERYTHING,
    ) -> int | None:
        """Return the index of a picture in the list of `pictures`, or None if it is not in it.

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
        """Return the next picture in one of these states, or None without a match.

        id: the picture after which to search; the search continues at the first picture after the
            last.  None searches from the first.
        search: a part of the name, in any case.  which: further conditions, and the order.
        Raises NotFound.
        """
        return self._store.following(id, Listing.of(which, states, search))

    def row(self, id: int) -> PictureRow:  # noqa: A002, the contract's name
        """Return a picture's row in the list.  Raises NotFound."""
        return self._store.row(id)

    def picture(self, id: int) -> PictureState:  # noqa: A002
        """Return a picture with its objects, masks and history.  Raises NotFound."""
        return self._editing.state(self._editing.read(id))

    def act(
        self,
        id: int,  # noqa: A002
        version: int,
        action: Action,
        author: str = "",
        key: str | None = None,
    ) -> PictureState:
        """Apply an action to a picture of this version and return its new state.

        A failed action changes nothing.
        key: a UUID of this change.  If a change with this key was already made, it is not made
            again, and its state is returned; so a request whose response was lost can be repeated.
        Raises PictureConflict if the picture now has another version, NotFound, InputError for an
        action that does not fit, PictureError if the picture is needed and cannot be read,
        StoreError if the change cannot be saved.
        """
        if len(author) > AUTHOR_LETTERS:
            raise InputError(
                f"the author's name has {len(author)} characters: give {AUTHOR_LETTERS} or less"
            )
        return self._editing.change(id, version, action, self._editing.signature(author, key))

    def carry(
        self,
        id: int,  # noqa: A002
        count: int,
        objects: Sequence[int] | None = None,
        state: State | None = None,
        search: str = "",
        which: Filter = EVERYTHING,
        limits: CarryLimits = CarryLimits(),  # noqa: B008, a value
        author: str = "",
        progress: Progress = silent,
    ) -> CarryReport:
        """Carry objects to the next pictures of the list, each looked at by the network.

        Each picture gets one change, which can be undone.  An object stops where its score falls,
        and all stop at a picture of another size, or one that cannot be read.
        count: of pictures, at most.  objects: their ids; None carries all.
        state, search, which: the list, as in `pictures`; the picture is in it.
        progress: may raise an error; then, as after any error, the pictures before keep their
            objects.
        Raises NotFound, InputError for a picture without objects or at the end of the list,
        NetworkError, and PictureError if the first of the next pictures cannot be read.
        """
        if not 1 <= count <= MOST_CARRIED:
            raise InputError(
                f"expected 1 to {MOST_CARRIED} pictures to carry objects to, got {count}: "
                "give another number"
            )
        if not all(0 <= limit <= 1 for limit in astuple(limits)):
            raise InputError(
                f"expected limits from 0 to 1, got {limits.share:g}, {limits.least:g} and "
                f"{limits.doubt:g}: give others"
            )
        source = self._editing.read(id)
        index = self.index_of(id, state, search, which)
        series = (
            () if index is None else self.pictures(state, search, index + 1, count, which).items
        )
        if not series:
            raise InputError(
                f"expected a list with a picture after {source.row.name}, got none: "
                "choose a list with it and others behind it"
            )
        carrier = Carrier(self._editing, self._pictures, self._masks, limits, author)
        return carrier.run(source, objects, series, progress)

    def image(self, id: int, window: GreyWindow | None = None) -> Image:  # noqa: A002
        """Return a picture's pixels, (H, W, 3) uint8 RGB, read-only.

        window: the values of a deep picture that become black and white; others are not changed.
        Raises NotFound, PictureError if the file is missing, changed or damaged.
        """
        return self._pictures.pixels(self._store.row(id), window)[1]

    def value_range(self, id: int) -> ValueRange | None:  # noqa: A002
        """Return the range of a deep picture's values; None for a picture of 8 bits.

        Raises NotFound, PictureError.
        """
        return self._pictures.range(self._store.row(id))

    def effective_window(
        self,
        id: int,  # noqa: A002
        window: GreyWindow | None,
    ) -> GreyWindow | None:
        """Return the window if the picture is deep, else None.  Raises NotFound, PictureError."""
        return self._pictures.effective(self._store.row(id), window)

    def path(self, id: int) -> Path:  # noqa: A002
        """Return the path of a picture's file.  Raises NotFound, PictureError."""
        return self._pictures.path(self._store.row(id))

    def logs(self, id: int) -> tuple[dict[str, Any], ...]:  # noqa: A002
        """Return the click log of every object with prompts, for another network to replay.

        Raises NotFound, PictureError if the picture cannot be read: logs have its sha256.
        """
        names = {label.id: label.name for label in self.labels()}
        used = self._editing.used_predictors
        return logs_of(self._editing.read(id), names, self._pictures, self._masks, used)

    # Labels and settings

    def labels(self) -> tuple[Label, ...]:
        """Return the labels in their order."""
        return self._labels.all()

    def label_counts(self) -> dict[int, int]:
        """Return the number of objects of each used label by its id; 0: without a label."""
        return self._store.label_counts()

    def assign(
        self,
        names: Sequence[str],
        state: State | None = None,
        search: str = "",
        which: Filter = EVERYTHING,
    ) -> int:
        """Divide the pictures of a list among people, in runs of neighbours; return how many.

        names: without one they are assigned to nobody.  state, search, which: as in `pictures`.
        Raises InputError for a name that is empty, too long or given twice.
        """
        problem = next(
            (name for name in names if not 0 < len(name.strip()) <= AUTHOR_LETTERS), None
        )
        if problem is not None or len(set(names)) < len(names):
            raise InputError(
                f"expected different names of 1 to {AUTHOR_LETTERS} characters, got "
                f"{', '.join(names)[:80]!r}: give each person once"
            )
        return self._store.assign(_listing(state, search, which), names)

    def work_of_people(self) -> tuple[PersonWork, ...]:
        """Return how many pictures each person has, and how many are finished; "" is nobody."""
        return self._store.work_of_people()

    def work_of_days(self, days: int = 30, offset: int = 0) -> tuple[DayWork, ...]:
        """Return what each author did on each of the last days, the last day first, then by name.

        days: how many, with today.  offset: seconds by which the clock that divides the days is
        ahead of UTC.
        Raises InputError for numbers that are not possible.
        """
        if not 1 <= days <= MOST_DAYS or abs(offset) > DAY:
            raise InputError(
                f"expected 1 to {MOST_DAYS} days and an offset of at most {DAY} seconds, got "
                f"{days} and {offset}: give others"
            )
        today = (int(self._clock()) + offset) // DAY
        return self._store.work_of_days((today - days + 1) * DAY - offset, offset)

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
        index: int | None = None,
        attributes: Sequence[Attribute] | None = None,
    ) -> tuple[Label, ...]:
        """Change a label's name, colour or index and return all labels.

        Raises NotFound, InputError.
        """
        self._labels.edit(id, name, colour, index, attributes)
        return self.labels()

    def merge_label(self, id: int, into: int) -> tuple[Label, ...]:  # noqa: A002
        """Merge a label into another, for all objects, and return all labels.

        Raises NotFound, InputError.
        """
        self._labels.merge(id, into)
        return self.labels()

    def remove_label(self, id: int) -> tuple[Label, ...]:  # noqa: A002
        """Remove an unused label and return all labels.  Raises NotFound, InputError."""
        self._labels.remove(id)
        return self.labels()

    def settings(self, author: str = "") -> dict[str, Any]:
        """Return the page's settings for an author: shortcuts, theme and the like.

        An author without settings has those stored without an author.
        """
        return preferences.settings_of(self._store, author)

    def set_settings(self, settings: Mapping[str, Any], author: str = "") -> None:
        """Store an author's settings, all at once.

        Raises InputError if they cannot be written as JSON, or are too large.
        """
        preferences.keep_settings(self._store, settings, author)

    # Networks

    def use(self, predictor: Predictor | None) -> None:
        """Answer prompts with another predictor from now on; no mask changes."""
        self.predictor = predictor
        self._editing.use(predictor)

    def learnt(self) -> dict[str, Any] | None:
        """Return the stored description of the project's fine-tuned network, or None."""
        return preferences.learnt_of(self._store)

    def set_learnt(self, learnt: Mapping[str, Any] | None) -> None:
        """Store a description of the project's fine-tuned network; None removes it."""
        preferences.keep_learnt(self._store, learnt)

    def examples(self) -> tuple[Example, ...]:
        """Return the pictures with finished objects, at most MOST_PICTURES of them."""
        return find_examples(self._store)

    def write_examples(
        self,
        chosen: Sequence[Example],
        folder: Path,
        progress: Progress = silent,
    ) -> None:
        """Write examples as a dataset into a new folder; see fcfi.project.examples."""
        write_examples(chosen, folder, self._pictures.path, self._store.runs, progress)

    # Files

    def export(
        self,
        format: str,  # noqa: A002
        folder: Path,
        only_done: bool = False,
        progress: Progress = silent,
        only_checked: bool = False,
    ) -> Report:
        """Write the masks in a format (fcfi.formats), read them back and report what they hold.

        Pictures without work and objects with an empty mask are left out.  Objects without a label
        are called "object".
        only_done: leave out pictures that are neither done nor checked.  only_checked: leave out
            pictures that are not checked.
        progress: may raise an error; then, as after any error or kill, no part of the export
            remains.
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

        Return the number of written files, and a sentence for each picture that cannot be read.
        Raises InputError.
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
        """Add objects from annotation files (fcfi.formats) and report what was added.

        Each picture gets one change, which can be undone.  Missing labels are added.  Unusable
        annotations are left out and reported.
        path: a file, a folder or a zip.
        progress: may raise an error; then, as after any error or kill, no object is imported.
        reader: reads the files; `reading_process.read_apart` reads them in a separate process, with
            limits on time and memory, which takes half a second longer.
        Raises InputError, DatasetError if nothing can be read.
        """
        signature = self._editing.signature(author)
        with ProjectReceiver(
            self.folder, self._store, self._labels, self._editing, signature
        ) as receiver:
            return importing.bring_in(receiver, Path(path), format, progress, reader)


def _listing(state: State | None, search: str, which: Filter) -> Listing:
    """Return the request for a list of pictures in a state, or in all states."""
    return Listing.of(which, () if state is None else (state,), search)


def _exported(only_done: bool, only_checked: bool) -> Collection[State]:
    """Return the states of the pictures that an export holds."""
    return CHECKED if only_checked else DONE if only_done else DRAWN


def _where(folder: Path, store: str | None) -> tuple[URL, tuple[str, ...]]:
    """Return the URL of the store, and warnings about its location."""
    if store is not None:
        return store_url(store), ()
    chosen = location.choose(folder)
    return store_url(str(chosen.file)), chosen.warnings
