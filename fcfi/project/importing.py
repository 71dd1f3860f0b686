"""Placeholder."""

from pathlib import Path
from typing import TYPE_CHECKING

from fcfi.formats import Sizes
from fcfi.project.states import ImportReport

if TYPE_CHECKING:
    from fcfi.project.project import Project


def read(project: "Project", sizes: Sizes, path: Path, format: str, author: str) -> ImportReport:  # noqa: A002
    """Read."""
    raise NotImplementedError
