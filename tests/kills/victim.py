"""Running a command that is killed at a moment chosen by number, so that it can be repeated.

Moments are before each opening of a file for writing, each rename, creation and deletion, and
before each database statement and commit.  The command runs in a fork of this process, which has
imported its modules.
"""

import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, event

from fcfi import cli

CHANGES: Final = frozenset(
    ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "os.symlink")
)
WRITING: Final = os.O_WRONLY | os.O_RDWR
TELLS: Final = "moments"
"""File, in the folder for temporary files, that says how many moments a whole run had."""


def run(command: Sequence[str], folder: Path, kill_at: int = 0) -> int:
    """Run a command of fcfi in a folder; return its exit code, or -9 if it was killed.

    kill_at: the number of the moment, from 1; 0 for an undisturbed run.
    """
    child = os.fork()
    if child == 0:
        code = 70
        try:
            code = _run(command, folder, kill_at)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def moments(folder: Path) -> int:
    """Return the number of moments in the last undisturbed run in a folder."""
    return int((folder / "temporary" / TELLS).read_text())


def start(command: Sequence[str], folder: Path, kill_at: int, out: Path) -> int:
    """Start a command like `run`, and return its process; its output is written to `out`."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            # Not only the file handles: tests put streams of their own in their place.
            sys.stdout = sys.stderr = out.open("w", encoding="utf-8", buffering=1)
            code = _run(command, folder, kill_at)
        finally:
            os._exit(code)
    return child


def _run(command: Sequence[str], folder: Path, kill_at: int) -> int:
    temporary = folder / "temporary"
    temporary.mkdir(exist_ok=True)
    tempfile.tempdir = str(temporary)
    os.chdir(folder)
    counted = Counter(kill_at)
    sys.addaudithook(counted.hear)
    for name in ("before_cursor_execute", "commit"):
        event.listen(Engine, name, counted.count)
    code = cli.main(list(command))
    seen, counted.kill_at = counted.seen, 0
    (temporary / TELLS).write_text(str(seen))
    return code


class Counter:
    """Counts moments, and kills the process at one of them."""

    def __init__(self, kill_at: int) -> None:
        self.kill_at = kill_at
        self.seen = 0

    def hear(self, name: str, arguments: tuple[Any, ...]) -> None:
        """Handle an audit event of the interpreter."""
        if name in CHANGES or (name == "open" and _writes(*arguments)):
            self.count()

    def count(self, *_: Any) -> None:
        """Count a moment."""
        self.seen += 1
        if self.seen == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def _writes(path: Any, mode: Any, flags: Any, *_: Any) -> bool:
    """Return whether a file on disk is opened for writing."""
    return isinstance(path, str | bytes | os.PathLike) and bool(flags & WRITING)
