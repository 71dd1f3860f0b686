"""Writing files so that a reader never meets half of one.

A file is written under a temporary name in the folder where it will live, brought to disk (fsync)
and renamed over the old one, which is one step for the file system.  What fails on the way leaves
the old file as it was and no new one. Knows nothing of what is written.
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fcfi.errors import InputError

MAX_NAME = 100
"""Characters of the old name that the temporary one repeats; file systems allow 255 bytes."""


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path to write to; when the block ends well, it becomes `path`, else it is removed.

    The block does nothing but write: an OSError inside it is told as "cannot write PATH".  A link
    is followed. Raises InputError if the folder is missing, the path is a folder or a device, or
    the disk refuses.
    """
    target = _target(path)
    temporary = target.with_name(f".{target.name[:MAX_NAME]}.{secrets.token_hex(6)}.tmp")
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        if target.exists():
            shutil.copymode(target, temporary)
        yield temporary
        _to_disk(temporary)
        temporary.replace(target)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    with suppress(OSError):  # some network file systems cannot sync a folder
        _to_disk(target.parent)


def write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Write `data` to `path`, whole or not at all.  Raises InputError as `replacing` does."""
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write `text` as UTF-8 to `path`, whole or not at all.  Raises InputError as `replacing` does."""
    write_bytes(path, text.encode("utf-8"))


def _target(path: str | os.PathLike[str]) -> Path:
    """The real file behind `path`; InputError if nothing can be written there."""
    try:
        target = Path(os.path.realpath(path))
        folder, is_folder, is_other = (
            target.parent.is_dir(),
            target.is_dir(),
            target.exists() and not target.is_file(),
        )
    except (OSError, ValueError) as error:  # a name too long, a NUL character
        raise InputError(f"cannot write {str(path)[:MAX_NAME]!r}: {error}") from error
    if is_folder:
        raise InputError(f"cannot write {path}: it is a folder; give the name of a file")
    if is_other:
        raise InputError(f"cannot write {path}: it is a device or pipe; give the name of a file")
    if not folder:
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
