"""Keeps paths of requests inside the folder, and this machine's folders out of responses."""

import os
import re
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Final

from fcfi.errors import InputError
from fcfi.temporary_files import FILES, FOLDER

MAX_NAME: Final = 200
"""The longest file name, in bytes of UTF-8; file systems allow 255."""
UNSAFE: Final = frozenset('<>:"|?*\\/') | {chr(code) for code in (*range(32), 127)}
"""Characters that some file system forbids in names."""


def inside(folder: Path, relative: str) -> Path:
    """Return the path of a file or folder inside a folder, links followed.

    Raises InputError if it is outside or does not exist.
    """
    refused = InputError(
        f"expected a path inside the folder of pictures, got {relative[:MAX_NAME]!r}: "
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
        exists = path.exists()
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a name too long
        raise refused from error
    if not path.is_relative_to(root):
        raise refused
    if not exists:
        raise InputError(
            f"{relative[:MAX_NAME]!r} is not in the folder of pictures: check the name"
        )
    return path


TEMPORARY: Final = re.compile(rf"{FOLDER.pattern}/(?:{FILES}/)?")
"""A temporary folder of fcfi, whose random name is left out of sentences."""
ABSOLUTE: Final = re.compile(r"(?<![\w/.:])/(?:[^/\s'\",;:()]+/)+(?=[^/\s])")
"""The folders of an absolute path in a sentence."""


def folders_of(*folders: Path) -> tuple[str, ...]:
    """Return all spellings of these folders and of this machine's usual ones, longest first."""
    here = (Path.cwd(), Path.home(), Path(sys.prefix), Path(tempfile.gettempdir()))
    given = {folder.absolute() for folder in (*folders, *here)}
    spelt = {str(path) for folder in given for path in (folder, folder.resolve())}
    # Without the root folder: every slash would be removed with it.
    return tuple(sorted((text for text in spelt if text != os.sep), key=len, reverse=True))


def without_folders(text: str, folders: Iterable[str]) -> str:
    """Return a sentence without the paths of folders; relative paths inside them stay.

    >>> without_folders("cannot write /srv/my work/a/b.png: disk full", ["/srv/my work"])
    'cannot write a/b.png: disk full'
    """
    for folder in folders:
        text = text.replace(f"{folder}{os.sep}", "")
        text = text.replace(folder, Path(folder).name)
    # Any other absolute path is cut to its last name.
    return ABSOLUTE.sub("", TEMPORARY.sub("", text))


def file_name(given: str | None) -> str:
    """Return a safe name for an uploaded file, without folders and unsafe characters.

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
