"""Temporary folders and files, and those that killed runs left behind, which go at the next start.

What is temporary is locked by the process that made it, and the system lets go of a lock when its
process ends, however it ends.  So an unlocked one is nobody's: it is deleted.  Where the file
system keeps no locks, only what is a day old goes.  Knows nothing of content.
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
"""A word for what a temporary folder is made, part of its name."""
FOLDER: Final = re.compile(r"fcfi-(import|export|plan)-[a-z0-9_]{8}")
LOCK: Final = "lock"
"""The locked file in a temporary folder."""
FILES: Final = "files"
"""The folder beside it that the user of a temporary folder gets."""
HOST: Final = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:4]
"""In the name of a temporary file: locks of other machines may not be seen on a shared disk."""
FILE: Final = re.compile(r"\..*\.([0-9a-f]{4})[0-9a-f]{8}\.tmp", re.DOTALL)
MAX_NAME: Final = 100
"""Characters of a name that a temporary one repeats."""
ABANDONED_SECONDS: Final = 24 * 3600.0
"""Nothing is written for so long."""


@contextmanager
def temporary_folder(purpose: Purpose) -> Iterator[Path]:
    """Make a folder that is deleted when the block ends; if the process is killed, by a later one.

    Raises OSError if none can be made.
    """
    sweep()
    outer, handle = _locked_folder(purpose)
    try:
        yield outer / FILES
    finally:
        os.close(handle)  # first, since some systems do not delete what is open
        shutil.rmtree(outer, ignore_errors=True)


def sweep() -> None:
    """Delete the temporary folders of processes of this user that have ended."""
    with suppress(OSError):
        for folder in Path(tempfile.gettempdir()).iterdir():
            if FOLDER.fullmatch(folder.name) and _is_ours(folder, stat.S_ISDIR):
                _delete_folder(folder)


def temporary_name(name: str) -> str:
    """Return a hidden name that is not taken, for a file that becomes `name` when it is whole."""
    return f".{name}.{HOST}{secrets.token_hex(4)}.tmp"


@contextmanager
def temporary_sibling(folder: Path) -> Iterator[Path]:
    """Make a hidden folder beside a folder, hold its lock, and delete what is left of it.

    The block may move it away.  Others that killed processes left there go first.  Raises OSError.
    """
    sweep_files.__wrapped__(folder.parent)  # each time: an export is rare and its folder is large
    path = folder.with_name(temporary_name(folder.name[:MAX_NAME]))
    path.mkdir()
    handle = None
    try:
        if sys.platform != "win32":  # where folders cannot be opened
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
    """Make the empty file of a temporary name and hold its lock; delete what is left of it.

    Others of its folder that killed processes left go first, once for each folder.  Raises OSError.
    """
    sweep_files(path.parent)
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
    try:
        with suppress(OSError):
            _lock(handle)
        if sys.platform == "win32":  # which does not rename what is open
            os.close(handle)
        yield
    finally:
        if sys.platform != "win32":
            os.close(handle)
        with suppress(OSError):
            path.unlink(missing_ok=True)


@cache
def sweep_files(folder: Path) -> None:
    """Delete what is temporary in a folder and whose processes have ended; once in each process."""
    with suppress(OSError):
        for path in folder.iterdir():
            match = FILE.fullmatch(path.name)
            if not match or not (_is_ours(path, stat.S_ISREG) or _is_ours(path, stat.S_ISDIR)):
                continue
            if not (_is_abandoned(path, path) if match[1] == HOST else _is_old(path)):
                continue
            if path.is_dir():  # of an export
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
            # Another process took it for abandoned before it was locked: the next one will do.
            os.close(handle)
            continue
        except BaseException:
            os.close(handle)
            shutil.rmtree(outer, ignore_errors=True)
            raise
        return outer, handle


def _delete_folder(folder: Path) -> None:
    """Delete a temporary folder if its lock is free, or if it is old and has none."""
    if _is_abandoned(folder / LOCK, folder):
        shutil.rmtree(folder, ignore_errors=True)


def _is_ours(path: Path, is_kind: Callable[[int], bool]) -> bool:
    """Return whether this is of a kind, not a link, and belongs to this user."""
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
    """Return whether no process holds a lock; where there are none, whether `whole` is old."""
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
    """Take the lock of an open file.  Raises BlockingIOError if held, OSError without locks."""
    if sys.platform == "win32":
        raise OSError("the locks of this system keep others from reading")
    import fcntl

    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
