"""The picture files of a project: scans the folder, decodes files, and records their problems.

A file may be deleted or changed at any time.  A picture with work keeps its size: a file of another
size is refused until the old file is back.  Files are only read.  Knows nothing of objects.
"""

import os
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any, Final, TypeVar

from fcfi.errors import InputError, PictureError
from fcfi.grey_levels import ValueRange
from fcfi.grey_window import GreyWindow
from fcfi.images import Image, is_deep, read_image, read_range
from fcfi.project import scanning
from fcfi.project.cache import ByteCache
from fcfi.project.progress import SCANNING, Progress, counted, silent
from fcfi.project.states import PictureRow
from fcfi.project.store import FoundPicture, Store

CHANNELS: Final = 3
"""Bytes of a pixel."""
BATCH: Final = 500
"""Pictures that a scan commits at once; a cancelled scan keeps complete batches."""
SMALL: Final = 200
"""Approximate bytes of a cached value that is not an array."""
Value = TypeVar("Value")


class Pictures:
    """The picture files of a folder, with their rows in the store; threads may share it."""

    def __init__(self, folder: Path, store: Store, cache: ByteCache) -> None:
        """Keep the folder, the store and a cache for decoded pictures."""
        self._folder = folder
        self._store = store
        self._cache = cache
        self._large: tuple[Hashable, Image] | None = None
        self._decoding = Lock()

    def scan(self, progress: Progress = silent) -> tuple[str, ...]:
        """Update the list from the folder; return sentences that count the files left out.

        progress: may raise an error; then the pictures committed so far are kept, and the next
            scan continues from there.  Raises StoreError.
        """
        files, left_out = scanning.find(self._folder)
        known = self._store.known()
        stamps = {name: (row.modified, row.bytes) for name, row in known.items()}
        changed = scanning.changed(files, stamps)
        # In batches: a transaction costs as much as a hundred rows, but a cancel loses an open one.
        batch: list[FoundPicture] = []
        for file in counted(changed, progress, SCANNING, len(changed)) if changed else ():
            batch.append(self._look(file, known.get(file.name)))
            if len(batch) == BATCH:
                self._store.put_pictures(batch)
                batch = []
        self._store.put_pictures(batch)
        gone = [row for name, row in known.items() if name not in files]
        self._mark_gone(
            [row for row in gone if row.version == 0], [row for row in gone if row.version > 0]
        )
        back = [
            row.id for name, row in known.items() if name in files and row.problem == _gone(name)
        ]
        if back:
            self._store.set_problem(back, None)
        return left_out

    def path(self, row: PictureRow) -> Path:
        """Return the path of a picture's file.

        Raises PictureError if it is missing or leads out of the folder.
        """
        return scanning.path_of(self._folder, row.name)

    def pixels(self, row: PictureRow, window: GreyWindow | None = None) -> tuple[PictureRow, Image]:
        """Return a picture's present row and its pixels, (H, W, 3) uint8 RGB, read-only.

        window: the values of a deep picture that become black and white; others are not changed.
        Raises PictureError.
        """
        row = self._fresh(row)
        try:
            image = self._cached(row, self._effective(row, window))
        except PictureError as error:
            if row.problem != str(error):
                self._store.set_problem([row.id], str(error))
            raise
        if row.problem is not None:
            self._store.set_problem([row.id], None)
            row = replace(row, problem=None)
        return row, image

    def effective(self, row: PictureRow, window: GreyWindow | None) -> GreyWindow | None:
        """Return the window of a deep picture; None for others, which have 8 bits already.

        So a window can stay set while a person goes through pictures of both kinds.
        Raises PictureError.
        """
        return None if window is None else self._effective(self._fresh(row), window)

    def range(self, row: PictureRow) -> ValueRange | None:
        """Return the range of a deep picture's values; None for others.  Raises PictureError."""
        row = self._fresh(row)
        # In a tuple, since a cached None counts as missing.
        found = self._cache.get(
            (*key(row), "range"), lambda: (self._read(row, read_range),), lambda _: SMALL
        )
        return found[0]

    def _effective(self, row: PictureRow, window: GreyWindow | None) -> GreyWindow | None:
        """Return the window if the picture of a fresh row is deep, else None."""
        if window is None:
            return None
        deep = self._cache.get(
            (*key(row), "deep"), lambda: self._read(row, is_deep), lambda _: SMALL
        )
        return window if deep else None

    def _cached(self, row: PictureRow, window: GreyWindow | None) -> Image:
        """Return the decoded picture, from the cache or from the disk.

        The last picture that is larger than the cache is kept apart.
        """
        name = key(row, window)
        if row.width * row.height * CHANNELS <= self._cache.limit:
            return self._cache.get(
                name, lambda: self._decode(row, window), lambda pixels: pixels.nbytes
            )
        with self._decoding:
            if self._large is None or self._large[0] != name:
                self._large = None  # freed before the next picture is decoded
                self._large = (name, self._decode(row, window))
            return self._large[1]

    def _decode(self, row: PictureRow, window: GreyWindow | None) -> Image:
        """Return the pixels of a file.  Raises PictureError if it is damaged or has a new size."""
        image = self._read(row, lambda path: read_image(path, window=window))
        height, width = image.shape[:2]
        if (width, height) != (row.width, row.height):
            raise PictureError(_resized(row.name, (row.width, row.height), (width, height)))
        image.flags.writeable = False
        return image

    def _read(self, row: PictureRow, reader: Callable[[Path], Value]) -> Value:
        """Return what a reader returns for a picture's file.

        Raises PictureError, with the picture's name instead of its path.
        """
        path = self.path(row)
        try:
            return reader(path)
        except InputError as error:
            raise PictureError(str(error).replace(str(path), row.name)) from error

    def _fresh(self, row: PictureRow) -> PictureRow:
        """Return the row of a picture, updated if its file has changed.

        Raises PictureError if the file cannot be used.
        """
        try:
            status = os.stat(self.path(row))
        except (OSError, PictureError) as error:
            if row.problem is None:
                self._store.set_problem([row.id], _gone(row.name))
            raise PictureError(
                str(error) if isinstance(error, PictureError) else _gone(row.name)
            ) from error
        file = scanning.File(row.name, status.st_mtime_ns, status.st_size)
        if (file.modified, file.bytes) == (row.modified, row.bytes) and row.width:
            return row
        self._store.put_pictures([self._look(file, row)])
        row = self._store.row(row.id)
        if row.problem is not None:
            raise PictureError(row.problem)
        return row

    def _look(self, file: scanning.File, row: PictureRow | None) -> FoundPicture:
        """Return what a scan records of a changed file; a picture with work keeps its size."""
        header = scanning.look(self._folder / file.name, file.name)
        size, problem = (header.width, header.height), header.problem
        if (
            row is not None
            and row.version > 0
            and row.width > 0
            and size != (row.width, row.height)
        ):
            problem = problem or _resized(file.name, (row.width, row.height), size)
            size = (row.width, row.height)
        return FoundPicture(file.name, *size, file.modified, file.bytes, problem)

    def _mark_gone(self, untouched: Sequence[PictureRow], worked: Sequence[PictureRow]) -> None:
        """Remove pictures without work from the list, and record that the others are missing."""
        if untouched:
            self._store.forget([row.id for row in untouched])
        # In one transaction: all pictures are missing at once if a disk is not mounted.
        gone = {row.id: _gone(row.name) for row in worked if row.problem != _gone(row.name)}
        self._store.set_problems(gone)


def key(row: PictureRow, window: GreyWindow | None = None) -> tuple[Any, ...]:
    """Return the cache key of a picture's pixels, which changes with the file and the window."""
    return ("image", row.id, row.modified, row.bytes, window)


def _gone(name: str) -> str:
    """Return the sentence for a picture whose file is missing."""
    return f"{name} has vanished: put it back to continue"


def _resized(name: str, was: tuple[int, int], now: tuple[int, int]) -> str:
    """Return the sentence for a picture whose file has another size; sizes are (width, height)."""
    return (
        f"{name} has {now[0]} x {now[1]} pixels now and had {was[0]} x {was[1]}: put the old "
        "picture back, or give the new picture another name"
    )
