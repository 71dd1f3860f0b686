"""The folder that an export writes to: files stay inside it, and no two pictures share a file.

Knows no format.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fcfi.errors import InputError, write_error
from fcfi.files import write_bytes
from fcfi.formats.annotation import check_name
from fcfi.temporary_files import temporary_sibling


class Target:
    """A folder to write to, with a list of the written files.

    Raises InputError if the folder cannot be made.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self.written: list[Path] = []
        self._taken: dict[str, str] = {}
        _make(self.folder)

    def write(self, name: str, data: bytes | str, source: str = "") -> None:
        """Write a file, whole or not at all.

        name: relative, with / between folders.  source: the picture of the file, or "".
        Raises InputError if it would leave the folder, if another picture has the same file, or if
        it cannot be written.
        """
        content = data.encode("utf-8") if isinstance(data, str) else data
        write_bytes(self.path(name, source), content)

    def path(self, name: str, source: str = "") -> Path:
        """Return the path of a file to write, after making its folders.  Raises as `write` does."""
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
        """Reserve a file for a picture.  Raises InputError if another picture has it."""
        # Names that differ only in case are the same file on some systems.
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


@contextmanager
def in_place(folder: Path) -> Iterator[Path]:
    """Yield a hidden folder next to a folder; move its files there if the block does not raise.

    After an error the hidden folder is deleted; after a kill, the next export into the same parent
    deletes it.  A new or empty folder appears complete, in one step; in any other folder, files
    with the same names are replaced one by one.
    Raises InputError if the folder cannot be written.
    """
    cannot = f"cannot write the folder {folder}"
    _make(folder.parent)
    try:
        with temporary_sibling(folder) as hidden:
            try:
                yield hidden
            except InputError as error:
                message = str(error)
                if str(hidden) not in message:
                    raise
                raise type(error)(message.replace(str(hidden), str(folder))) from error
            try:
                # Replaces a folder only if it is missing or empty.
                os.rename(hidden, folder)
            except OSError:
                _move_files(hidden, folder)
    except OSError as error:
        raise write_error(cannot, error) from error
    except ValueError as error:  # a NUL character
        raise InputError(f"{cannot}: {error}") from error


def _move_files(source: Path, folder: Path) -> None:
    """Move the files below a folder to the same names below another one."""
    target = Target(folder)
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        name = path.relative_to(source).as_posix()
        os.replace(path, target.path(name, name))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_error(f"cannot make the folder {folder}", error) from error
    except ValueError as error:  # a NUL character
        raise InputError(f"cannot make the folder {folder}: {error}") from error
