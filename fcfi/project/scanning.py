"""Finds the pictures in a folder and reads their headers.

Hidden files and folders and the masks of known formats are skipped; links out of the folder and
pictures in unreadable formats are left out and reported.  Only the headers of new or changed files
are read, and the last bytes of a JPEG or PNG, to notice truncated files.  Knows nothing of
databases, and writes nothing.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from fcfi.errors import InputError, PictureError, StoreError
from fcfi.formats.annotation import check_name
from fcfi.formats.registry import mask_folders
from fcfi.formats.tally import Tally
from fcfi.images import ENDINGS, read_size

UNREAD: Final = (
    *(".heic", ".heif", ".hif", ".jxl", ".psd", ".svg"),
    *(".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf", ".rw2"),
)
"""Endings of pictures that fcfi cannot decode; they are reported, since users may miss them."""
LINK: Final = "a link that leads out of the folder, or to nothing: put the picture itself there"
UNUSABLE_NAME: Final = (
    "its name has control characters or backslashes, or is not in UTF-8: rename it"
)
TAIL: Final = 64
"""Bytes at the end of a file that are searched first for its end mark."""
CHUNK: Final = 1 << 20
"""Bytes read at once when the whole file is searched."""


@dataclass(frozen=True, slots=True)
class File:
    """A picture's file.

    name: relative to the folder, / between folders.  modified: time of its last change in ns.
    """

    name: str
    modified: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a picture.

    width, height: of the upright picture, in pixels; 0 if unknown.  problem: why the picture cannot
    be used, or None.
    """

    width: int
    height: int
    problem: str | None


def find(folder: Path) -> tuple[dict[str, File], tuple[str, ...]]:
    """Return the pictures below a folder by name, and sentences about those left out.

    Raises StoreError if the folder cannot be read.
    """
    files: dict[str, File] = {}
    tally = Tally()
    root = os.path.realpath(folder)
    for entry, name in _walk(folder, ""):
        if name.lower().endswith(UNREAD) and _inside(entry, root):
            kind = Path(name).suffix[1:].upper()
            tally.leave_out_picture(f"{kind} cannot be read: convert it to JPEG or PNG", name)
        if not name.lower().endswith(ENDINGS):
            continue
        if not _inside(entry, root):
            if entry.is_symlink():
                tally.leave_out_picture(LINK, name)
            continue
        try:
            status = entry.stat()
            name.encode()
            check_name(name)
        except OSError:  # deleted a moment ago, or a broken link
            continue
        except (UnicodeEncodeError, InputError):
            tally.leave_out_picture(UNUSABLE_NAME, repr(name))
            continue
        files[name] = File(name, status.st_mtime_ns, status.st_size)
    return files, tally.sentences()


def path_of(folder: Path, name: str) -> Path:
    """Return the path of a picture.

    Raises PictureError if it is not a file, or leads out of the folder.
    """
    path = folder / name
    real = os.path.realpath(path)
    if not Path(real).is_relative_to(os.path.realpath(folder)):
        raise PictureError(
            f"{name} is a link that leads out of {folder}: put the picture itself there"
        )
    if not os.path.isfile(real):
        raise PictureError(f"{name} has vanished from {folder}: put it back to continue")
    return path


def look(path: Path, name: str) -> Header:
    """Return the header of a picture; its problem says if the file is unreadable or truncated."""
    try:
        width, height = read_size(path)
    except InputError as error:
        return Header(0, 0, str(error).replace(str(path), name))
    try:
        with path.open("rb") as stream:
            whole = _has_end(stream)
    except OSError as error:
        return Header(width, height, f"{name} cannot be read: {error.strerror or error}")
    return Header(
        width,
        height,
        None if whole else f"{name} is truncated, its end is missing: put a whole file there",
    )


def _walk(folder: Path, prefix: str) -> Iterator[tuple["os.DirEntry[str]", str]]:
    """Yield the files and links that are not hidden, with their names; skip linked folders."""
    try:
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        if not prefix:
            raise StoreError(
                f"the folder {folder} cannot be read: {error.strerror or error}"
            ) from error
        return  # a subfolder that may not be read, or was deleted a moment ago
    masks = mask_folders(entry.name for entry in listed)
    for entry in listed:
        if entry.name.startswith(".") or entry.name in masks:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), f"{prefix}{entry.name}/")
        else:
            yield entry, prefix + entry.name


def _inside(entry: "os.DirEntry[str]", root: str) -> bool:
    """Return whether an entry is a file inside the folder, not a device or a link out of it."""
    try:
        if not entry.is_symlink():
            return entry.is_file()
        return entry.is_file() and Path(os.path.realpath(entry.path)).is_relative_to(root)
    except OSError:
        return False


def _has_end(stream: BinaryIO) -> bool:
    """Return whether a JPEG or PNG has its end mark; True for other files.

    Phones append videos to JPEGs, so the mark need not be at the end of the file; thumbnails have
    end marks too, so the search starts where the pixels start.
    """
    head = stream.read(2)
    jpeg = head == b"\xff\xd8"
    if not jpeg and head != b"\x89P":
        return True
    mark = b"\xff\xd9" if jpeg else b"IEND"
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - TAIL))
    return mark in stream.read() or _holds(stream, mark, _pixels_at(stream) if jpeg else 0)


def _pixels_at(stream: BinaryIO) -> int:
    """Return the position of a JPEG's first start of scan, where its pixels begin.

    Every segment before it states its size (ITU-T T.81, B.1.1.4).
    """
    position = 2
    while True:
        stream.seek(position)
        head = stream.read(4)
        if len(head) < 4 or head[0] != 0xFF or head[1] == 0xDA:
            return position
        position += 2 + int.from_bytes(head[2:4])


def _holds(stream: BinaryIO, mark: bytes, begin: int) -> bool:
    """Return whether a file has a mark at or after a position."""
    stream.seek(begin)
    last = b""
    while part := stream.read(CHUNK):
        if mark in last + part:
            return True
        last = part[-len(mark) :]
    return False


def changed(files: Mapping[str, File], known: Mapping[str, tuple[int, int]]) -> list[File]:
    """Return the files whose time or size differs from `known`: (time, size) by name."""
    return [file for file in files.values() if known.get(file.name) != (file.modified, file.bytes)]
