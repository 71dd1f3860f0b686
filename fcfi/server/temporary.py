"""Temporary folders of exports and imports, and what a server that was killed has left of them."""

import os
import shutil
import stat
import tempfile
import time
from pathlib import Path
from typing import Final

EXPORT: Final = "fcfi-export-"
IMPORT: Final = "fcfi-import-"
"""How names of such folders begin."""
ABANDONED_SECONDS: Final = 24 * 3600.0
"""Nobody downloads an export, and no import runs, for so long."""


def sweep() -> None:
    """Delete folders of ours that nothing was put into for a day: who made them is gone."""
    for prefix in (EXPORT, IMPORT):
        for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
            if _abandoned(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _abandoned(folder: Path) -> bool:
    """Whether it is a folder (no link), belongs to this user, and is old."""
    try:
        status = folder.lstat()
    except OSError:
        return False
    ours = not hasattr(os, "getuid") or status.st_uid == os.getuid()
    return (
        ours and stat.S_ISDIR(status.st_mode) and time.time() - status.st_mtime > ABANDONED_SECONDS
    )
