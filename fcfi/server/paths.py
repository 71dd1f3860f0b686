"""Paths on the wire: none that comes leaves its folder, and none of this machine goes out."""

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
"""Bytes of a file's name, in UTF-8: file systems take 255."""
UNSAFE: Final = frozenset('<>:"|?*\\/') | {chr(code) for code in (*range(32), 127)}
"""What some file system does not take in a name."""


def inside(folder: Path, relative: str) -> Path:
    """The file or folder at `relative` in a folder, links followed.

    Raises InputError if it is not in there.
    """
    refused = InputError(
        f"{relative[:MAX_NAME]!r} is no path inside of the folder of pictures: give one relative to it"
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
            f"there is no {relative[:MAX_NAME]!r} in the folder of pictures: check the name"
        )
    return path


TEMPORARY: Final = re.compile(rf"{FOLDER.pattern}/(?:{FILES}/)?")
"""A temporary folder of ours, whose name says nothing to a person."""
ABSOLUTE: Final = re.compile(r"(?<![\w/.:])/(?:[^/\s'\",;:()]+/)+(?=[^/\s])")
"""The folders of an absolute path in a sentence."""


def folders_of(*folders: Path) -> tuple[str, ...]:
    """Return the spellings of these folders, and of those of this machine, the longest first."""
    here = (Path.cwd(), Path.home(), Path(sys.prefix), Path(tempfile.gettempdir()))
    given = {folder.absolute() for folder in (*folders, *here)}
    spelt = {str(path) for folder in given for path in (folder, folder.resolve())}
    # The root would take every slash away.
    return tuple(sorted((text for text in spelt if text != os.sep), key=len, reverse=True))


def without_folders(text: str, folders: Iterable[str]) -> str:
    """Return a sentence in which no folder of this machine is named; what lies in one stays.

    >>> without_folders("cannot write /srv/my work/a/b.png: disk full", ["/srv/my work"])
    'cannot write a/b.png: disk full'
    """
    for folder in folders:
        text = text.replace(f"{folder}{os.sep}", "")
        text = text.replace(folder, Path(folder).name)
    # Whatever else lies on this machine keeps its last name.
    return ABSOLUTE.sub("", TEMPORARY.sub("", text))


def file_name(given: str | None) -> str:
    """A name for a file that was sent, without folders and signs that a file system does not take.

    Raises InputError if nothing is left of it.
    """
    last = (given or "").replace("\\", "/").rpartition("/")[2]
    kept = "".join(sign for sign in last if sign not in UNSAFE)
    kept = kept.encode("utf-8", "ignore")[-MAX_NAME:].decode("utf-8", "ignore").strip(" .")
    if not kept:
        raise InputError("a file came without a name: send it with the name that it has on disk")
    return kept
