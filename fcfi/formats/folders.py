"""Files of an annotation folder: names that stay inside, JSON and text that may be broken, pictures by name or stem.

Shared by the codecs; knows no format.
"""

import json
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any, Final, TypeVar
from urllib.parse import unquote

from fcfi.errors import DatasetError, FCFIError, InputError, guard
from fcfi.files import write_bytes
from fcfi.formats.annotation import MAX_SHOWN, Sizes, check_name
from fcfi.formats.tally import Tally
from fcfi.images import MAX_PIXELS, read_size

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp")
"""Ends of names that are taken for pictures when a folder is searched."""


UPLOADED: Final = re.compile(r"^[0-9a-f]{8}-")
"""What Label Studio puts before the name of an uploaded picture."""
MASK_ENDING: Final = re.compile(r"[-_](mask|masks|seg|gt|label)$", re.IGNORECASE)
"""What people put after a picture's name to name its mask."""
UNREADABLE: Final = "expected whole data, got something else"
EXPORT_AGAIN: Final = "export it again from the tool that wrote it"
Value = TypeVar("Value")


class NoPixelError(DatasetError):
    """A shape that covers no pixel of its picture."""


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
    """The pictures that an import is for; without them every name is taken as it stands."""

    def __init__(self, sizes: Sizes | None, tally: Tally | None = None) -> None:
        """tally: notes what cannot be read, and the rest is read; without it the first error is raised."""
        self.sizes = sizes
        self._tally = tally
        names = list(sizes or ())
        self._by_form = _unique((_form(name), name) for name in names)
        self._by_base = _groups((PurePosixPath(_form(name)).name, name) for name in names)
        self._by_folded = _groups((_form(name).casefold(), name) for name in names)
        self._by_folded_base = _groups(
            (PurePosixPath(_form(name)).name.casefold(), name) for name in names
        )
        self._by_stem = _groups((stem(_form(name)), name) for name in names)
        self._by_base_stem = _groups((PurePosixPath(_form(name)).stem, name) for name in names)

    def read(self, load: Callable[[], Value | None]) -> Iterator[Value]:
        """Yield what `load` returns of one picture, if anything; an error is noted, or raised without a tally."""
        try:
            with guard(DatasetError, UNREADABLE, EXPORT_AGAIN):
                found = load()
        except FCFIError as error:
            if self._tally is None:
                raise
            self._tally.problem(error)
            return
        if found is not None:
            yield found

    @contextmanager
    def shape(self, picture: str, number: int, file: Path) -> Iterator[None]:
        """Count a shape while it is read; an error leaves it out or, without a tally, is raised with its name.

        A shape without a pixel is left out either way.
        """
        if self._tally is not None:
            with self._tally.shape(picture, number), guard(DatasetError, UNREADABLE, EXPORT_AGAIN):
                yield
            return
        try:
            with guard(DatasetError, UNREADABLE, EXPORT_AGAIN):
                yield
        except NoPixelError:
            return
        except DatasetError as error:
            raise DatasetError(f"{file}: {picture}, shape {number}: {error}") from error

    def leave_out(self, reason: str, picture: str, number: int) -> None:
        """Note a shape that is of no use."""
        if self._tally is not None:
            self._tally.leave_out(reason, picture, number)

    def leave_out_picture(self, reason: str, name: str) -> None:
        """Note a picture of a file whose shapes are not read."""
        if self._tally is not None:
            self._tally.leave_out_picture(reason, name)

    def name(self, given: str, file: Path) -> str | None:
        """Return the picture that `given` in a file means, or None if it is not among the pictures.

        Tried in turn: the name as it stands, without leading folders, its last part, without the
        mark that Label Studio puts before an upload, in another case; each only where exactly one
        picture has it.  Without pictures the name itself; DatasetError if it leaves the folder.
        """
        name = _tidy(given)
        if self.sizes is None:
            try:
                check_name(name)
            except InputError as error:
                raise DatasetError(f"{file}: {error}") from error
            return name
        found = self._found(name)
        if found is None and self._tally is not None:
            several = self._by_base.get(PurePosixPath(_form(name)).name, ())
            reason = (
                "several of your pictures have this name"
                if len(several) > 1
                else "not among your pictures"
            )
            self._tally.leave_out_picture(reason, given[:MAX_SHOWN])
        return found

    def _found(self, name: str) -> str | None:
        for spelling in dict.fromkeys((name, unquote(name))):
            form = _form(spelling)
            parts = [part for part in PurePosixPath(form).parts if part not in ("/", "..")]
            tails = ["/".join(parts[first:]) for first in range(len(parts))]
            base = tails[-1] if tails else form
            unmarked = UPLOADED.sub("", base)
            for tail in (*tails, unmarked):
                if tail in self._by_form:
                    return self._by_form[tail]
            for index, key in (
                (self._by_base, base),
                (self._by_base, unmarked),
                (self._by_folded, form.casefold()),
                (self._by_folded_base, base.casefold()),
                (self._by_folded_base, unmarked.casefold()),
            ):
                names = index.get(key, ())
                if len(names) == 1:
                    return names[0]
        return None

    def size(self, name: str, width: object, height: object, file: Path) -> tuple[int, int]:
        """Return the width and height that a file says, or the picture's own where it says none.

        DatasetError if they differ from the picture's, or are needed and missing, or too large.
        """
        said = (_whole(width), _whole(height))
        known = self.sizes.get(name) if self.sizes is not None else None
        if None in said and known is not None:
            return known
        if said[0] is None or said[1] is None:
            raise DatasetError(
                f"expected the width and height of {name} in {file}, got {width!r} and {height!r}: "
                "add them, or import into a project that has the picture"
            )
        self.check(name, said[0], said[1], file)
        return said[0], said[1]

    def of_stem(self, given: str) -> str | None:
        """Return the picture whose name without its ending is `given`, or ends in its last part.

        None if there is none, or there are several.
        """
        form = _form(given)
        base = PurePosixPath(form).name
        for index, key in (
            (self._by_stem, form),
            (self._by_base_stem, base),
            (self._by_base_stem, UPLOADED.sub("", base)),
            (self._by_base_stem, MASK_ENDING.sub("", base)),
        ):
            names = index.get(key, ())
            if len(names) == 1:
                return names[0]
        return None

    def name_of_stem(self, given: str) -> str | None:
        """Return what `of_stem` returns; a file for none of the pictures is noted."""
        found = self.of_stem(given)
        if found is None and self._tally is not None:
            same = self._by_base_stem.get(PurePosixPath(_form(given)).name, ())
            reason = (
                "several of your pictures have this name"
                if len(same) > 1
                else "not among your pictures"
            )
            self._tally.leave_out_picture(reason, given[:MAX_SHOWN])
        return found

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


def _groups(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the second parts by their first."""
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the pairs whose first part comes once."""
    return {key: values[0] for key, values in _groups(pairs).items() if len(values) == 1}


def _tidy(name: str) -> str:
    """Return a name with / between folders, without empty parts and dots."""
    name = name.replace("\\", "/")
    rooted = "/" if name.startswith("/") else ""
    return rooted + "/".join(part for part in name.split("/") if part not in ("", "."))


def _form(name: str) -> str:
    """Return a name with its letters composed: some systems store an umlaut as two characters."""
    return unicodedata.normalize("NFC", name)


def _whole(value: object) -> int | None:
    """Return a whole number of at least 1 that a file holds as a number or text, else None."""
    try:
        number = float(value) if isinstance(value, int | float | str) else 0.0
    except ValueError:
        return None
    return int(number) if number >= 1 and number.is_integer() else None


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


def listed(folder: Path, pattern: str) -> list[Path]:
    """Return the files of a pattern below a folder, by name, without hidden ones.

    macOS puts a hidden `._NAME` beside every file of a foreign disk.
    """
    return sorted(path for path in folder.rglob(pattern) if not path.name.startswith("."))


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
