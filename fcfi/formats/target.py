"""The folder that an export writes to: names stay inside, and no two pictures share a file.

Knows no format.
"""

import os
from pathlib import Path

from fcfi.errors import InputError, write_error
from fcfi.files import write_bytes
from fcfi.formats.annotation import check_name


class Target:
    """A folder to write to; it notes what was written.

    Raises InputError if the folder cannot be made.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self.written: list[Path] = []
        self._taken: dict[str, str] = {}
        _make(self.folder)

    def write(self, name: str, data: bytes | str, source: str = "") -> None:
        """Write a file, whole or not at all.

        name: relative, with / between folders.  source: the picture it is for, if it is for one.
        Raises InputError if it would leave the folder, if another picture has the same file, or if
        the disk refuses.
        """
        content = data.encode("utf-8") if isinstance(data, str) else data
        write_bytes(self.path(name, source), content)

    def path(self, name: str, source: str = "") -> Path:
        """Return the path of a file to write; its folders are made.  Raises as `write` does."""
        check_name(name)
        self.claim(name, source)
        path = self.folder / name
        if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self.folder)):
            raise InputError(
                f"{path} is a link that leads out of {self.folder}: remove it or choose a new "
                "folder"
            )
        _make(path.parent)
        self.written.append(path)
        return path

    def claim(self, name: str, source: str) -> None:
        """Note that a file is for a picture; InputError if another picture has it."""
        # Names that differ in case only are one file on some systems.
        other = self._taken.setdefault(name.casefold(), source)
        if other == source:
            return
        if other and source:
            raise InputError(
                f"the pictures {other} and {source} would both be written to {name}: "
                "rename one of them"
            )
        raise InputError(
            f"{name} is needed for the format itself: rename the picture {other or source}"
        )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_error(f"cannot make the folder {folder}", error) from error
    except ValueError as error:  # a NUL character
        raise InputError(f"cannot make the folder {folder}: {error}") from error
