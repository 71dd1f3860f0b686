"""Exports ready for download, as zip files in a temporary folder of the server.

The folder is deleted when the server stops.  Knows nothing of HTTP.
"""

import re
import secrets
import shutil
import zipfile
from collections import OrderedDict
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from fcfi.errors import write_error
from fcfi.formats import Report
from fcfi.project.progress import ZIPPING, Progress, counted, silent
from fcfi.project.project import Project
from fcfi.temporary_files import temporary_folder

KEPT: Final = 8
"""Number of exports that are kept; a further export replaces the oldest."""
UNWRITTEN: Final = "the export cannot be written"
STORED: Final = frozenset({".png", ".jpg", ".jpeg", ".zip"})
"""Endings of files that are compressed already."""
PIECE: Final = 1 << 20
"""Bytes to compress between two reports of progress."""


@dataclass(frozen=True, slots=True)
class Export:
    """An export.  id: a random text that cannot be guessed.  path: its zip file."""

    id: str
    path: Path
    report: Report


class Exports:
    """The last exports of a project.  Threads may share it."""

    def __init__(self, project: Project, keep: int = KEPT) -> None:
        """Keep the project and the number of exports; the first export makes the folder."""
        self._project = project
        self._keep = keep
        self._folder: Path | None = None
        self._stack = ExitStack()
        self._kept: OrderedDict[str, Export] = OrderedDict()
        self._lock = Lock()

    def make(
        self,
        format_name: str,
        only_done: bool = False,
        only_checked: bool = False,
        progress: Progress = silent,
    ) -> Export:
        """Write the project in a format.  Raises ConfigError, InputError, FullDiskError.

        progress: may raise an error; then, as after any error, the export is deleted.
        """
        identity = secrets.token_urlsafe(16)
        try:
            folder = self._open_folder() / identity
        except OSError as error:
            raise write_error(UNWRITTEN, error) from error
        path = folder / f"{_safe(self._project.folder.name)}-{_safe(format_name)}.zip"
        try:
            report = self._project.export(
                format_name, folder / "files", only_done, progress, only_checked
            )
            _zip(folder / "files", path, progress)
            shutil.rmtree(folder / "files")
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise write_error(UNWRITTEN, error) from error
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        made = Export(identity, path, report)
        self._hold(made)
        return made

    def find(self, identity: str, name: str) -> Path | None:
        """Return the path of an export's zip file, or None if it is no longer kept."""
        with self._lock:
            kept = self._kept.get(identity)
        return (
            kept.path
            if kept is not None and kept.path.name == name and kept.path.is_file()
            else None
        )

    def close(self) -> None:
        """Delete all exports."""
        with self._lock:
            self._kept.clear()
            self._folder = None
            self._stack.close()

    def _open_folder(self) -> Path:
        """Return the folder of exports; make it if it does not exist."""
        with self._lock:
            if self._folder is None or not self._folder.is_dir():
                self._stack.close()  # release the lock of a folder that another program deleted
                self._folder = self._stack.enter_context(temporary_folder("export"))
            return self._folder

    def _hold(self, made: Export) -> None:
        with self._lock:
            self._kept[made.id] = made
            oldest = self._kept.popitem(last=False)[1] if len(self._kept) > self._keep else None
        if oldest is not None:
            shutil.rmtree(oldest.path.parent, ignore_errors=True)


def _zip(folder: Path, path: Path, progress: Progress) -> None:
    """Write all files of a folder as a zip file, in the order of their names."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    with zipfile.ZipFile(path, "w") as archive:
        for done, file in enumerate(counted(files, progress, ZIPPING, len(files))):
            info = zipfile.ZipInfo.from_file(file, file.relative_to(folder))
            stored = file.suffix.lower() in STORED
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            # In pieces: with a large file in one piece, a cancel would wait for seconds.
            with file.open("rb") as source, archive.open(info, "w") as target:
                while piece := source.read(PIECE):
                    target.write(piece)
                    progress(ZIPPING, done, len(files))


def _safe(text: str) -> str:
    """Return a text as a file name of ASCII letters, digits, dots, hyphens and underscores."""
    return re.sub(r"[^A-Za-z0-9.-]+", "_", text).strip("._") or "pictures"
