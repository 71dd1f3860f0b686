"""Writing files atomically, so that a reader never sees an incomplete one.

A file is written under a temporary name in its final folder, flushed to disk (fsync) and renamed
over the old file, which the file system does in a single step.  A failure leaves the old file
unchanged and no new file; the leftovers of a killed process are deleted when the next one writes
into the folder.  Knows nothing of the content.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fcfi.errors import InputError, write_error
from fcfi.temporary_files import temporary_file, temporary_name

MEBIBYTE = 1 << 20
"""Bytes in a mebibyte, which options and messages call MB."""
MAX_NAME = 100
"""Characters of a path that a message repeats, if it cannot be a file's."""


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path to write to; it becomes `path`, or is removed if the block fails.

    The block should only write: an OSError inside it is reported as "cannot write PATH".  Links are
    followed.

    Raises InputError if the folder is missing, the path is a folder or a device, or writing fails;
    FullDiskError if the disk is full.
    """
    target = _target(path)
    temporary = target.with_name(temporary_name(target.name))
    try:
        with temporary_file(temporary):
            if target.exists():
                shutil.copymode(target, temporary)
            yield temporary
            _to_disk(temporary)
            temporary.replace(target)
    except OSError as error:
        raise write_error(f"cannot write {path}", error) from error
    # The new name is on disk only when the folder is flushed; some network disks cannot do that.
    with suppress(OSError):
        _to_disk(target.parent)


def write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Write `data` to `path` atomically.  Raises the errors of `replacing`."""
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write `text` as UTF-8 to `path` atomically.  Raises the errors of `replacing`."""
    write_bytes(path, text.encode("utf-8"))


def _target(path: str | os.PathLike[str]) -> Path:
    """Return the real file of `path`.  Raises InputError if it cannot be written."""
    try:
        target = Path(os.path.realpath(path))
        has_folder = target.parent.is_dir()
        is_folder = target.is_dir()
        is_other = target.exists() and not target.is_file()
    except (OSError, ValueError) as error:
        # The name is too long, or contains a NUL character.
        raise InputError(f"cannot write {str(path)[:MAX_NAME]!r}: {error}") from error
    if is_folder:
        raise InputError(f"cannot write {path}: it is a folder; give the name of a file")
    if is_other:
        raise InputError(f"cannot write {path}: it is a device or pipe; give the name of a file")
    if not has_folder:
        raise InputError(
            f"cannot write {path}: its folder {target.parent} does not exist; create it first"
        )
    return target


def _to_disk(path: Path) -> None:
    """Wait until the content of a file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
