"""The faces: each tool's requests and responses, one module a tool.

To add a tool, write a module with a function `router` and add a line to FACES.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter

from fcfi.serving.answering import Answering
from fcfi.serving.faces import cvat, label_studio, osam, samapi, x_anylabeling


@dataclass(frozen=True)
class Face:
    """The interface for a tool.

    title: the tool's own name.  router: returns its routes.
    """

    title: str
    router: Callable[[Answering], APIRouter]


FACES: Final[Mapping[str, Face]] = {
    "label-studio": Face("Label Studio", label_studio.router),
    "cvat": Face("CVAT", cvat.router),
    "x-anylabeling": Face("X-AnyLabeling", x_anylabeling.router),
    "qupath": Face("QuPath", samapi.router),
    "osam": Face("osam", osam.router),
}
"""The faces by the name that `fcfi serve --for` takes."""
