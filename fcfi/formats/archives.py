"""Unpacks foreign zips into a temporary folder.

No file is written outside it, links are refused, and the number and size of files are limited by
what is actually unpacked, since a zip may state wrong sizes.  Knows no format.
"""

import stat
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from fcfi.errors import InputError, guard, write_error
from fcfi.formats.annotation import check_name
from fcfi.temporary_files import temporary_folder

MAX_FILES: Final = 100_000
MAX_BYTES: Final = 4 << 30
"""Total size of the unpacked files."""
CHUNK: Final = 1 << 20
"""Bytes to copy at once."""
MAC_FOLDER: Final = "__MACOSX"
"""A folder of metadata that macOS adds to zips."""


@contextmanager
def unpacked(path: Path, max_files: int = MAX_FILES, max_bytes: int = MAX_BYTES) -> Iterator[Path]:
    """Yield a temporary folder with the files of a zip.

    Raises InputError if the zip is damaged, too large or dangerous, FullDiskError if the disk is
    full.
    """
    problem = f"{path.name} cannot be unpacked"
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(temporary_folder("import"))
        except OSError as error:
            raise write_error(problem, error) from error
        with (
            guard(InputError, problem, "give a whole zip without a password"),
            zipfile.ZipFile(path) as archive,
        ):
            _unpack(archive, folder, path.name, max_files, max_bytes)
        yield _inner(folder)


def names(path: Path) -> list[str]:
    """Return the names in a zip, or none if it cannot be read."""
    try:
        with (
            guard(InputError, f"{path.name} cannot be read", "give a whole zip"),
            zipfile.ZipFile(path) as archive,
        ):
            return archive.namelist()
    except InputError:
        return []


def _unpack(
    archive: zipfile.ZipFile, folder: Path, zipped: str, max_files: int, max_bytes: int
) -> None:
    members = [member for member in archive.infolist() if not member.is_dir()]
    # Known from the zip's directory, before anything is written.
    if len(members) > max_files:
        raise InputError(f"{zipped} holds {len(members)} files: at most {max_files} are unpacked")
    left = max_bytes
    for member in members:
        name = member.filename.replace("\\", "/").removeprefix("./")
        # Hidden folders hold thumbnails and settings of other programs, never annotations.  Names
        # with `..` are refused below.
        if any(
            part.startswith(".") or part == MAC_FOLDER
            for part in name.split("/")[:-1]
            if part != ".."
        ):
            continue
        try:
            check_name(name)
        except InputError as error:
            raise InputError(f"{zipped}: {error}") from error
        # The upper half of the attributes is the Unix mode.
        if stat.S_ISLNK(member.external_attr >> 16):
            raise InputError(
                f"{zipped}: {name} is a link, which is not unpacked: give the file itself"
            )
        target = folder / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            left = _copy(archive, member, target, left)
        except OSError as error:
            raise write_error(f"{name} of {zipped} cannot be unpacked", error) from error
        if left < 0:
            raise InputError(
                f"{zipped} unpacks to more than {max_bytes} bytes: give fewer or smaller files"
            )


def _copy(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: int) -> int:
    """Unpack a file; return how many bytes may still follow, below 0 if it was too large."""
    with archive.open(member) as source, target.open("wb") as sink:
        # Unpacked bytes are counted, since the stated sizes may be wrong (a zip bomb).
        while left >= 0 and (part := source.read(CHUNK)):
            left -= len(part)
            if left >= 0:
                sink.write(part)
    return left


def _inner(folder: Path) -> Path:
    """Return the innermost folder with content, since many zips hold only a folder."""
    while True:
        entries = list(folder.iterdir())
        if len(entries) != 1 or not entries[0].is_dir():
            return folder
        folder = entries[0]
