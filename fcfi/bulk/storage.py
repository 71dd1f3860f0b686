"""Storage of plans, parts and pictures: a local folder, or anything that fsspec supports by URL.

A file is written atomically: a local one is renamed to its final name, and an object store shows an
object only when it is complete.  fsspec handles credentials.
"""

import os
import shutil
from pathlib import Path
from typing import IO, Any, Final

from fsspec.core import url_to_fs

from fcfi.errors import ConfigError, InputError, write_error
from fcfi.files import replacing, write_bytes

SCHEME: Final = "://"
LOCAL: Final = "file"
"""Scheme of a path without a scheme."""


class Storage:
    """A local or remote folder.  Threads may share it; processes share its URL."""

    def __init__(self, url: str) -> None:
        """Take a path or an fsspec URL; nothing is read or created yet.

        Raises ConfigError if the packages for this kind of storage are not installed.
        """
        self.url = url if SCHEME in url else str(Path(url).absolute())
        self._system, self._root = _filesystem(self.url)
        self._local = self.scheme == LOCAL

    @property
    def scheme(self) -> str:
        """The URL's scheme, `file` for a local folder."""
        return scheme_of(self.url)

    def read(self, name: str) -> bytes:
        """Return the content of a file.  Raises InputError if it cannot be read."""
        path = self._path(name)
        try:
            # Reading a pipe or device might never end, and a row may name one.
            if self._local and os.path.exists(path) and not os.path.isfile(path):
                raise InputError(f"{path} is a folder, device or pipe: give a file")
            return bytes(self._system.cat_file(path))
        except InputError:
            raise
        except FileNotFoundError as error:
            raise InputError(f"{self._path(name)} does not exist: check the name") from error
        except Exception as error:  # each kind of storage has its own errors
            raise InputError(f"{self._path(name)} cannot be read: {_words(error)}") from error

    def open(self, name: str) -> IO[bytes]:
        """Open a file to read parts of it.  Raises InputError if it cannot be read."""
        try:
            return self._system.open(self._path(name), "rb")  # type: ignore[no-any-return]
        except Exception as error:
            raise InputError(f"{self._path(name)} cannot be read: {_words(error)}") from error

    def write(self, name: str, data: bytes) -> None:
        """Write a file atomically, replacing an old one.  Raises InputError."""
        path = self._path(name)
        if self._local:
            _make_folder_of(path)
            write_bytes(path, data)
            return
        try:
            self._system.pipe_file(path, data)
        except Exception as error:
            raise InputError(f"cannot write {path}: {_words(error)}") from error

    def copy(self, file: Path, name: str) -> None:
        """Copy a local file here in pieces; it appears whole or not at all.  Raises InputError."""
        path = self._path(name)
        if self._local:
            _make_folder_of(path)
            with replacing(path) as temporary:
                shutil.copyfile(file, temporary)
            return
        try:
            self._system.put_file(str(file), path)
        except Exception as error:
            raise InputError(f"cannot write {path}: {_words(error)}") from error

    def names(self, folder: str) -> list[str]:
        """Return the names of the files in a folder, sorted; empty if it does not exist.

        Raises InputError if it cannot be listed.
        """
        try:
            self._system.invalidate_cache()  # other machines write here as well
            found = self._system.ls(self._path(folder), detail=False)
        except FileNotFoundError:
            return []
        except Exception as error:
            raise InputError(f"{self._path(folder)} cannot be listed: {_words(error)}") from error
        return sorted(str(path).replace("\\", "/").rsplit("/", 1)[-1] for path in found)

    def exists(self, name: str) -> bool:
        """Return whether a file exists.  Raises InputError if the storage does not answer."""
        try:
            self._system.invalidate_cache()
            return bool(self._system.exists(self._path(name)))
        except Exception as error:
            raise InputError(f"{self._path(name)} cannot be read: {_words(error)}") from error

    def _path(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}" if name else self._root


def scheme_of(url: str) -> str:
    """Return the scheme of a URL, `file` for a path."""
    return url.split(SCHEME, 1)[0] if SCHEME in url else LOCAL


def split_url(url: str) -> tuple[str, str]:
    """Return the folder and the name in a file's path or URL."""
    if SCHEME in url:
        folder, _, name = url.rpartition("/")
        return folder, name
    path = Path(url).absolute()
    return str(path.parent), path.name


class Pictures:
    """Reads the pictures and masks of rows, in the storage of a base folder."""

    def __init__(self, base: str) -> None:
        """base: base folder or URL of relative paths."""
        self._base = Storage(base)

    def read(self, name: str) -> bytes:
        """Return the bytes of a picture or mask.  Raises InputError.

        A manifest may come from other people, so a URL may only have the base's kind of storage: a
        row cannot make this machine contact another one.
        """
        elsewhere = SCHEME in name or os.path.isabs(name)
        if elsewhere and scheme_of(name) != self._base.scheme:
            raise InputError(
                f"expected a picture in storage of the kind {self._base.scheme}://, got {name}: "
                "copy it there, or plan it with a --base of its kind"
            )
        if elsewhere:
            folder, file = split_url(name)
            return Storage(folder).read(file)
        return self._base.read(name)


def _make_folder_of(path: str) -> None:
    """Make the folder of a local file.  Raises InputError."""
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_error(f"cannot write {path}", error) from error


def _filesystem(url: str) -> tuple[Any, str]:
    """Return fsspec's file system of a URL and the path in it."""
    try:
        return url_to_fs(url)  # type: ignore[no-any-return]
    except (ImportError, ValueError) as error:
        raise ConfigError(f"{url} cannot be used: {_words(error)}") from error


def _words(error: BaseException) -> str:
    return " ".join(str(getattr(error, "strerror", None) or error).split()) or type(error).__name__
