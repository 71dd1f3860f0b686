"""Files of an annotation folder: names that stay inside, JSON and text that may be broken, pictures by name or stem.

Shared by the codecs; knows no format.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from fcfi.errors import DatasetError, FCFIError, InputError
from fcfi.files import write_bytes
from fcfi.formats.annotation import MAX_SHOWN, Sizes, check_name
from fcfi.images import MAX_PIXELS, read_size

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp")
"""Ends of names that are taken for pictures when a folder is searched."""


Problem = Callable[[FCFIError], None]
"""Is told why a picture's annotations cannot be read."""
Value = TypeVar("Value")


class Target:
    """The folder that an export goes to; gives safe places in it and notes what was written.

    Raises InputError if the folder cannot be made.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self.written: list[Path] = []
        self._taken: dict[str, str] = {}
        _make(self.folder)

    def write(self, name: str, data: bytes | str, source: str = "") -> None:
        """Write the file `name` (relative, / between folders), whole or not at all; `source` is the picture it is for.

        Raises InputError if it would leave the folder, if another picture has the same file, or if
        the disk refuses.
        """
        write_bytes(
            self.place(name, source), data.encode("utf-8") if isinstance(data, str) else data
        )

    def place(self, name: str, source: str = "") -> Path:
        """The path of the file `name`, its folders made, noted as written.  Raises as `write` does."""
        check_name(name)
        self.claim(name, source)
        path = self.folder / name
        if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self.folder)):
            raise InputError(
                f"{path} is a link that leads out of {self.folder}: remove it or choose a new folder"
            )
        _make(path.parent)
        self.written.append(path)
        return path

    def claim(self, name: str, source: str) -> None:
        """Note that `name` is for the picture `source`.  InputError if another one has it.

        Names that differ in case only are one file on some systems.
        """
        other = self._taken.setdefault(name.casefold(), source)
        if other != source:
            raise InputError(
                f"the pictures {other} and {source} would both be written to {name}: rename one of them"
                if other and source
                else f"{name} is needed for the format itself: rename the picture {other or source}"
            )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise InputError(
            f"cannot make the folder {folder}: {getattr(error, 'strerror', None) or error}"
        ) from error


class Known:
    """The pictures that an import is for; without them every name is taken as it comes.

    problem: is told of each picture that cannot be read, and the rest is read; without it the first
        one is raised.
    """

    def __init__(self, sizes: Sizes | None, problem: Problem | None = None) -> None:
        self.sizes = sizes
        self._problem = problem
        names = list(sizes or ())
        self._by_base = _unique((PurePosixPath(name).name, name) for name in names)
        self._by_stem = _unique((stem(name), name) for name in names)
        self._by_base_stem = _unique((PurePosixPath(name).stem, name) for name in names)

    def read(self, load: Callable[[], Value | None]) -> Iterator[Value]:
        """What `load` gives of one picture, if anything.  Raises what it raises, unless there is somebody to tell."""
        try:
            found = load()
        except FCFIError as error:
            if self._problem is None:
                raise
            self._problem(error)
            return
        if found is not None:
            yield found

    def name(self, given: str, file: Path) -> str | None:
        """The picture that `given` in the file means: that name, or its last part if only one picture has it.

        None if it is not among the pictures.  DatasetError if the name leaves the folder.
        """
        name = given.replace("\\", "/").removeprefix("./")
        try:
            check_name(name)
        except InputError as error:
            raise DatasetError(f"{file}: {error}") from error
        if self.sizes is None or name in self.sizes:
            return name
        return self._by_base.get(PurePosixPath(name).name)

    def of_stem(self, given: str) -> str | None:
        """The picture whose name without its ending is `given`, or whose last part is that of `given`.

        None if there is none, or there are several.
        """
        return self._by_stem.get(given) or self._by_base_stem.get(PurePosixPath(given).name)

    def check(self, name: str, width: int, height: int, file: Path) -> None:
        """DatasetError if the file says another size than the picture has, or one that is too large."""
        size = self.sizes.get(name) if self.sizes is not None else None
        if size is not None and size != (width, height):
            raise DatasetError(
                f"{file} is for {name} of {width} x {height} pixels, and the picture has {size[0]} x {size[1]}: "
                "give the annotations of this picture"
            )
        if width < 1 or height < 1 or width * height > MAX_PIXELS:
            raise DatasetError(
                f"{file} says that {name} has {width} x {height} pixels: accepted are 1 to {MAX_PIXELS}"
            )


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The pairs whose first part comes once."""
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: values[0] for key, values in found.items() if len(values) == 1}


def stem(name: str) -> str:
    """`sub/photo` of `sub/photo.jpg`."""
    return str(PurePosixPath(name).with_suffix(""))


def sizes_in(folder: Path) -> dict[str, tuple[int, int]]:
    """Name and upright size of every picture below a folder, from their headers; unreadable ones are left out."""
    sizes = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in SUFFIXES and path.is_file():
            with suppress(InputError):  # another one may be whole
                sizes[path.relative_to(folder).as_posix()] = read_size(path)
    return sizes


def read_bytes(path: Path) -> bytes:
    """The bytes of a file.  DatasetError if there is none that can be read."""
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise DatasetError(f"{path} is a device or pipe: give a file")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise DatasetError(
            f"{path} cannot be read: {getattr(error, 'strerror', None) or error}"
        ) from error


def read_text(path: Path) -> str:
    """The text of a UTF-8 file.  DatasetError if there is none that can be read."""
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DatasetError(
            f"{path} is no text in UTF-8: {error.reason} at byte {error.start}"
        ) from error


def read_json(path: Path) -> Any:
    """The content of a JSON file.  DatasetError if it is broken."""
    try:
        return json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{path} cannot be read as JSON: {error}") from error


def field(record: Any, key: str, kind: type | tuple[type, ...], file: Path) -> Any:
    """`record[key]`, which must be of a kind.  DatasetError says what is missing."""
    value = record.get(key) if isinstance(record, dict) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        names = " or ".join(one.__name__ for one in (kind if isinstance(kind, tuple) else (kind,)))
        what = "is missing" if value is None else f"is {str(value)[:MAX_SHOWN]!r}"
        raise DatasetError(f'{file}: "{key}" {what}; expected is a value of kind {names}')
    return value


def need_some(count: int, listed: int, file: Path) -> None:
    """DatasetError if a file lists pictures and none of them is among the known ones."""
    if listed and not count:
        raise DatasetError(
            f"none of the {listed} pictures in {file} is among yours: compare their names"
        )


def one_label(label: object, file: Path) -> str:
    """A label as it stands in a file, blanks round it removed.  DatasetError if there is nothing left."""
    text = " ".join(str(label).split())
    if not isinstance(label, str | int) or not text:
        raise DatasetError(f"{file}: {str(label)[:MAX_SHOWN]!r} is no label; expected is a text")
    return text


def told(file: Path, error: FCFIError) -> DatasetError:
    """The same error with the file's name before it."""
    return DatasetError(f"{file}: {error}")
