"""Chooses the location of a project's store: in the folder of pictures, or elsewhere if read-only.

For a read-only folder, the store is next to it or in the user's data folder.  A store that exists
there is used again; the store of a folder that has become read-only is copied there first.  Knows
nothing of tables.
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
"""Endings of the names of SQLite's data files, after the name of the store."""
LETTERS: Final = 16
"""Digits of the sha256 of a folder's path in the name of its store elsewhere."""


@dataclass(frozen=True, slots=True)
class Location:
    """A store's file, in a folder that exists, and warnings about it."""

    file: Path
    warnings: tuple[str, ...] = ()


def choose(folder: Path) -> Location:
    """Return the location of the store of a folder of pictures.

    Raises StoreError if no location can be written.
    """
    usual = folder / HIDDEN / FILE
    if usual.is_file() and _writable(usual):
        return Location(usual)
    others = [elsewhere / FILE for elsewhere in _elsewhere(folder)]
    used = next((file for file in others if file.is_file() and _writable(file)), None)
    if used is not None:
        return Location(used, (f"the work on {folder} is stored in {used}, as before",))
    if not usual.is_file() and _makeable(usual.parent):
        return Location(usual)
    for file in others:
        if _makeable(file.parent):
            return Location(file, (_explain(folder, file, _copied(usual, file)),))
    raise StoreError(
        f"no store can be written in {folder}, next to it or in {others[-1].parent}: allow writing "
        "to one of them, or give a store with --store"
    )


def _elsewhere(folder: Path) -> tuple[Path, ...]:
    """Return the folders for the store of a read-only folder, the best first."""
    real = folder.resolve()
    key = hashlib.sha256(os.fsencode(real)).hexdigest()[:LETTERS]
    return real.parent / f"{HIDDEN}-{real.name}", _user_data() / f"{real.name}-{key}"


def _user_data() -> Path:
    """Return the user's own data folder for fcfi."""
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "fcfi"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "fcfi"
    return Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "fcfi"


def _writable(file: Path) -> bool:
    """Return whether a store can be written: its file, and files next to it."""
    return os.access(file, os.W_OK) and _makeable(file.parent)


def _makeable(folder: Path) -> bool:
    """Make a folder if it is missing; return whether files can be created in it.

    A file is created to find out, since permissions are not enough.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _copied(old: Path, new: Path) -> bool:
    """Copy a store if it exists; return whether it exists.  Raises StoreError if copying fails."""
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
            f"the store {old} may not be written and cannot be copied to {new} ({error}): allow "
            "writing to it, or give a store with --store"
        ) from error
    return True


def _explain(folder: Path, file: Path, copied: bool) -> str:
    """Return the warning about a store that is elsewhere."""
    if copied:
        return (
            f"{folder} is read-only: its store was copied, and from now on the work is stored in "
            f"{file}"
        )
    return f"{folder} is read-only: the work is stored in {file}"
