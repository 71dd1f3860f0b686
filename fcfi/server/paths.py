"""Paths in requests must stay inside their folder; responses do not name this machine's folders."""

import os
import re
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Final

from fcfi.errors import InputError
from fcfi.leftovers import FILES, FOLDER

MAX_NAME: Final = 200
"""The longest name of a file, in bytes of UTF-8: file systems take 255."""
UNSAFE: Final = frozenset('<>:"|?*\\/') | {chr(code) for code in (*range(32), 127)}
"""Signs that some file system does not take in a name."""


def inside(folder: Path, relative: str) -> Path:
    """Return the path of a file or folder inside of a folder, links followed.

    Raises InputError if it is outside or does not exist.
    """
    refused = InputError(
        f"expected a path inside of the folder of pictures, got {relative[:MAX_NAME]!r}: "
        "give a path relative to the folder"
    )
    if (
        not relative
        or "\0" in relative
        or "\\" in relative
        or PurePosixPath(relative).is_absolute()
    ):
        raise refused
    root = folder.resolve()
    try:
        path = (root / relative).resolve()
        there = path.exists()
    except (
        OSError,
        RuntimeError,
        ValueError,
    ) as error:  # links in a circle, names that are too long
        raise refused from error
    if not path.is_relative_to(root):
        raise refused
    if not there:
        raise InputError(
            f"{relative[:MAX_NAME]!r} is not in the folder of pictures: check the name"
        )
    return path


TEMPORARY: Final = re.compile(rf"{FOLDER.pattern}/(?:{FILES}/)?")
"""A temporary folder of fcfi, whose name says nothing to a person."""
ABSOLUTE: Final = re.compile(r"(?<![\w/.:])/(?:[^/\s'\",;:()]+/)+(?=[^/\s])")
"""The folders of an absolute path in a sentence."""


def folders_of(*folders: Path) -> tuple[str, ...]:
    """Return the spellings of these folders and of this machine's usual ones, longest first."""
    here = (Path.cwd(), Path.home(), Path(sys.prefix), Path(tempfile.gettempdir()))
    given = {folder.absolute() for folder in (*folders, *here)}
    spelt = {str(path) for folder in given for path in (folder, folder.resolve())}
    # The root would take every slash away.
    return tuple(sorted((text for text in spelt if text != os.sep), key=len, reverse=True))


def without_folders(text: str, folders: Iterable[str]) -> str:
    """Return a sentence without the names of this machine's folders; paths inside of them stay.

    >>> without_folders("cannot write /srv/my work/a/b.png: disk full", ["/srv/my work"])
    'cannot write a/b.png: disk full'
    """
    for folder in folders:
        text = text.replace(f"{folder}{os.sep}", "")
        text = text.replace(folder, Path(folder).name)
    # Of any other absolute path the last name stays.
    return ABSOLUTE.sub("", TEMPORARY.sub("", text))


def file_name(given: str | None) -> str:
    """Return a name for a file that was sent, without folders and unsafe signs.

    Raises InputError if the name is then empty.
    """
    last = (given or "").replace("\\", "/").rpartition("/")[2]
    kept = "".join(sign for sign in last if sign not in UNSAFE)
    kept = kept.encode("utf-8", "ignore")[-MAX_NAME:].decode("utf-8", "ignore").strip(" .")
    if not kept:
        raise InputError(
            f"expected a file with a name, got {(given or '')[:MAX_NAME]!r}: "
            "send it under the name that it has on disk"
        )
    return kept
