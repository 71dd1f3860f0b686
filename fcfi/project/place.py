"""Where a project's store lies, if nobody says: in the folder of pictures, or where it can be written.

A folder that may only be read gets a store beside it, or in the user's own data folder; work that
was saved there once is found again, and work in a folder that may no longer be written is copied
first.  Knows nothing of tables.
"""

import hashlib
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fcfi.errors import StoreError

HIDDEN: Final = ".fcfi"
FILE: Final = "project.sqlite"
COMPANIONS: Final = ("", "-wal")
"""Ends of the names of the files that SQLite's data are in."""
LETTERS: Final = 16
"""Of the sha256 of a folder's path that name its store elsewhere."""


@dataclass(frozen=True, slots=True)
class Place:
    """A store's file, in a folder that exists, and what a person should know about it."""

    file: Path
    warnings: tuple[str, ...] = ()


def choose(folder: Path) -> Place:
    """Where the store of a folder of pictures lies.

    Raises StoreError if nothing can be written anywhere.
    """
    usual = folder / HIDDEN / FILE
    if usual.is_file() and _writable(usual):
        return Place(usual)
    others = [place / FILE for place in _elsewhere(folder)]
    used = next((file for file in others if file.is_file() and _writable(file)), None)
    if used is not None:
        return Place(used, (f"the work on {folder} is stored in {used}, as before",))
    if not usual.is_file() and _makeable(usual.parent):
        return Place(usual)
    for file in others:
        if _makeable(file.parent):
            return Place(file, (_explain(folder, file, _copied(usual, file)),))
    raise StoreError(
        f"nothing can be written in {folder}, beside it or in {others[-1].parent}: allow one of them, or give a store "
        "with --store"
    )


def _elsewhere(folder: Path) -> tuple[Path, ...]:
    """Folders for the store of a folder that may only be read, the best first."""
    real = folder.resolve()
    key = hashlib.sha256(os.fsencode(real)).hexdigest()[:LETTERS]
    return real.parent / f"{HIDDEN}-{real.name}", _user_data() / f"{real.name}-{key}"


def _user_data() -> Path:
    """The user's own data folder for this program."""
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "fcfi"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "fcfi"
    return Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "fcfi"


def _writable(file: Path) -> bool:
    """Whether a store can be written: the file, and others beside it."""
    return os.access(file, os.W_OK) and _makeable(file.parent)


def _makeable(folder: Path) -> bool:
    """Whether files can be made in a folder, which is made if it is not there; tried, since rights do not say all."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _copied(old: Path, new: Path) -> bool:
    """Whether there was a store, which now is a copy in the new place."""
    if not old.is_file():
        return False
    try:
        for end in COMPANIONS:
            source = old.with_name(old.name + end)
            if source.is_file():
                shutil.copyfile(source, new.with_name(new.name + end))
    except OSError as error:
        for end in COMPANIONS:
            new.with_name(new.name + end).unlink(missing_ok=True)
        raise StoreError(
            f"the store {old} may not be written and cannot be copied to {new}: {error}"
        ) from error
    return True


def _explain(folder: Path, file: Path, copied: bool) -> str:
    """What a person should know about a store that is elsewhere."""
    if copied:
        return f"{folder} may only be read; its store was copied, and the work from here on is stored in {file}"
    return f"{folder} may only be read: the work is stored in {file}"
