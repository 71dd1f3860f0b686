"""Reads the files of an annotation folder for the codecs: names, text and JSON, maybe damaged.

Knows no format.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final

from fcfi.errors import DatasetError, InputError
from fcfi.formats.annotation import MAX_SHOWN, UNNAMED
from fcfi.images import ENDINGS, read_size

EXPORT_AGAIN: Final = "export it again from the tool that wrote it"


LINK: Final = "a link, which is not followed: put the file itself there"
_root: ContextVar[Path | None] = ContextVar("root", default=None)
"""The folder below which links are not followed, inside `without_links`."""


def listed(folder: Path, pattern: str) -> list[Path]:
    """Return the files below a folder that match a pattern, sorted; no hidden ones, no links."""
    # macOS puts a hidden `._NAME` next to every file of a foreign disk.
    return sorted(
        path
        for path in folder.rglob(pattern)
        if not path.name.startswith(".") and not is_link(path)
    )


@contextmanager
def without_links(root: Path) -> Iterator[None]:
    """Do not follow links below a foreign folder while the block runs."""
    token = _root.set(root)
    try:
        yield
    finally:
        _root.reset(token)


def is_link(path: Path) -> bool:
    """Return whether a path leads through a link that must not be followed now."""
    root = _root.get()
    if root is None:
        return False
    try:
        inner = Path(os.path.abspath(path)).relative_to(os.path.abspath(root))
    except ValueError:  # not below the folder
        return False
    return Path(os.path.realpath(path)) != Path(os.path.realpath(root)) / inner


def links_below(folder: Path) -> Iterator[str]:
    """Yield the names of the links below a folder, relative to it, without entering links."""
    for parent, folders, files in os.walk(folder):
        for name in sorted((*folders, *files)):
            path = Path(parent, name)
            if path.is_symlink():
                yield path.relative_to(folder).as_posix()


def sizes_in(folder: Path) -> dict[str, tuple[int, int]]:
    """Return the upright (width, height) of each picture below a folder by name, from its header.

    Unreadable pictures are left out.
    """
    sizes = {}
    for path in listed(folder, "*"):
        if path.suffix.lower() in ENDINGS and path.is_file():
            with suppress(InputError):  # other pictures may be undamaged
                sizes[path.relative_to(folder).as_posix()] = read_size(path)
    return sizes


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file.  Raises DatasetError if it cannot be read."""
    try:
        if is_link(path):
            raise DatasetError(f"{path} is {LINK}")
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise DatasetError(f"{path} is a device or pipe: give a file")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise DatasetError(
            f"{path} cannot be read: {getattr(error, 'strerror', None) or error}"
        ) from error


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file.  Raises DatasetError if it is not UTF-8."""
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DatasetError(
            f"expected text in UTF-8 in {path}, got others: {error.reason} at byte "
            f"{error.start}; save it as UTF-8"
        ) from error


def read_json(path: Path) -> Any:
    """Return the content of a JSON file.  Raises DatasetError if it is damaged."""
    try:
        return json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{path} cannot be read as JSON: {error}") from error


def field(record: Any, key: str, kind: type | tuple[type, ...], file: Path) -> Any:
    """Return `record[key]`.  Raises DatasetError if it is missing or not of the kind."""
    value = record.get(key) if isinstance(record, dict) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        kinds = kind if isinstance(kind, tuple) else (kind,)
        names = " or ".join(accepted.__name__ for accepted in kinds)
        got = "none" if value is None else repr(str(value)[:MAX_SHOWN])
        raise DatasetError(f'expected "{key}" of kind {names} in {file}, got {got}: {EXPORT_AGAIN}')
    return value


def need_some(count: int, listed: int, file: Path) -> None:
    """Raise DatasetError if a file lists pictures and none of them is known."""
    if listed and not count:
        raise DatasetError(
            f"none of the {listed} pictures in {file} is among yours: compare their names"
        )


def one_label(label: object, file: Path) -> str:
    """Return a label on one line, without blanks around it.  Raises DatasetError if it is empty."""
    text = " ".join(str(label).split())
    if not isinstance(label, str | int) or not text:
        raise DatasetError(
            f"expected a text as a label in {file}, got {str(label)[:MAX_SHOWN]!r}: "
            f"name it, for example {UNNAMED}"
        )
    return text
