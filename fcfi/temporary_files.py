"""Temporary folders and files, and the deletion of those left by killed processes.

A process locks its temporary files, and the system releases a lock when the process ends in any
way.  An unlocked one has therefore no owner, and the next start deletes it.  If the file system
does not support locks, only files older than a day are deleted.  Knows nothing of content.
"""

import hashlib
import os
import re
import secrets
import shutil
import socket
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Final, Literal

Purpose = Literal["import", "export", "plan"]
"""The purpose of a temporary folder, which is part of its name."""
FOLDER: Final = re.compile(r"fcfi-(import|export|plan)-[a-z0-9_]{8}")
LOCK: Final = "lock"
"""The locked file in a temporary folder."""
FILES: Final = "files"
"""The folder next to the lock that the caller of `temporary_folder` gets."""
HOST: Final = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:4]
"""Part of a temporary file's name: locks of other machines may be invisible on a shared disk."""
FILE: Final = re.compile(r"\..*\.([0-9a-f]{4})[0-9a-f]{8}\.tmp", re.DOTALL)
MAX_NAME: Final = 100
"""Characters of a name that are repeated in a temporary one; names may have 255 bytes."""
ABANDONED_SECONDS: Final = 24 * 3600.0
"""Age from which a file counts as abandoned: nothing is written for that long."""


@contextmanager
def temporary_folder(purpose: Purpose) -> Iterator[Path]:
    """Create a folder that is deleted when the block ends, or later if the process is killed.

    Raises OSError if it cannot be created.
    """
    sweep()
    outer, handle = _locked_folder(purpose)
    try:
        yield outer / FILES
    finally:
        os.close(handle)  # first, because some systems do not delete open files
        shutil.rmtree(outer, ignore_errors=True)


def sweep() -> None:
    """Delete temporary folders of this user whose processes have ended."""
    with suppress(OSError):
        for folder in Path(tempfile.gettempdir()).iterdir():
            if FOLDER.fullmatch(folder.name) and _is_ours(folder, stat.S_ISDIR):
                _delete_folder(folder)


def temporary_name(name: str) -> str:
    """Return a unique hidden name for a file that becomes `name` when it is complete."""
    return f".{name[:MAX_NAME]}.{HOST}{secrets.token_hex(4)}.tmp"


@contextmanager
def temporary_sibling(folder: Path) -> Iterator[Path]:
    """Create and lock a hidden folder next to a folder; delete it at the end if it still exists.

    The block may move it.  Leftovers of killed processes there are deleted first.  Raises OSError.
    """
    sweep_files.__wrapped__(folder.parent)  # every time: exports are rare and their folders large
    path = folder.with_name(temporary_name(folder.name))
    path.mkdir()
    handle = None
    try:
        if sys.platform != "win32":  # Windows cannot open folders
            handle = os.open(path, os.O_RDONLY)
            with suppress(OSError):
                _lock(handle)
        yield path
    finally:
        if handle is not None:
            os.close(handle)
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def temporary_file(path: Path) -> Iterator[None]:
    """Create and lock an empty file with a temporary name; delete it at the end if it exists.

    Leftovers of killed processes in its folder are deleted first, once per folder.  Raises OSError.
    """
    sweep_files(path.parent)
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
    try:
        with suppress(OSError):
            _lock(handle)
        if sys.platform == "win32":  # Windows cannot rename open files
            os.close(handle)
        yield
    finally:
        if sys.platform != "win32":
            os.close(handle)
        with suppress(OSError):
            path.unlink(missing_ok=True)


@cache
def sweep_files(folder: Path) -> None:
    """Delete temporary files in a folder whose processes have ended; once per process."""
    with suppress(OSError):
        for path in folder.iterdir():
            match = FILE.fullmatch(path.name)
            if not match or not (_is_ours(path, stat.S_ISREG) or _is_ours(path, stat.S_ISDIR)):
                continue
            if not (_is_abandoned(path, path) if match[1] == HOST else _is_old(path)):
                continue
            if path.is_dir():  # left by an export
                shutil.rmtree(path, ignore_errors=True)
            else:
                with suppress(OSError):
                    path.unlink()


def _locked_folder(purpose: Purpose) -> tuple[Path, int]:
    """Return a new folder and the open handle of its lock."""
    while True:
        outer = Path(tempfile.mkdtemp(prefix=f"fcfi-{purpose}-"))
        try:
            handle = os.open(outer / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        except BaseException:
            shutil.rmtree(outer, ignore_errors=True)
            raise
        with suppress(OSError):
            _lock(handle)
        try:
            (outer / FILES).mkdir()
        except FileNotFoundError:
            # Another process deleted it before it was locked: try again.
            os.close(handle)
            continue
        except BaseException:
            os.close(handle)
            shutil.rmtree(outer, ignore_errors=True)
            raise
        return outer, handle


def _delete_folder(folder: Path) -> None:
    """Delete a temporary folder if its lock is free, or if it has none and is old."""
    if _is_abandoned(folder / LOCK, folder):
        shutil.rmtree(folder, ignore_errors=True)


def _is_ours(path: Path, is_kind: Callable[[int], bool]) -> bool:
    """Return whether a path is of a kind, not a link, and belongs to this user."""
    try:
        status = path.lstat()
    except OSError:
        return False
    return is_kind(status.st_mode) and (sys.platform == "win32" or status.st_uid == os.getuid())


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.lstat().st_mtime > ABANDONED_SECONDS
    except OSError:
        return False


def _is_abandoned(locked: Path, whole: Path) -> bool:
    """Return whether no process holds the lock or, without locks, whether `whole` is old."""
    try:
        handle = os.open(locked, os.O_RDONLY)
    except OSError:
        return _is_old(whole)
    try:
        _lock(handle)
    except BlockingIOError:
        return False
    except OSError:
        return _is_old(whole)
    finally:
        os.close(handle)
    return True


def _lock(handle: int) -> None:
    """Lock an open file.  Raises BlockingIOError if it is locked, OSError without locks."""
    if sys.platform == "win32":
        raise OSError("the locks of this system keep others from reading")
    import fcntl

    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
