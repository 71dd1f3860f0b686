"""Paths that come over the wire: none leaves its folder, whatever it is made of."""

from pathlib import Path, PurePosixPath
from typing import Final

from fcfi.errors import InputError

MAX_NAME: Final = 200
"""Bytes of a file's name, in UTF-8: file systems take 255."""
UNSAFE: Final = frozenset('<>:"|?*\\/') | {chr(code) for code in (*range(32), 127)}
"""What some file system does not take in a name."""


def inside(folder: Path, relative: str) -> Path:
    """The file or folder at `relative` in a folder, links followed.  Raises InputError if it is not in there."""
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
