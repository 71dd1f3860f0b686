"""The built page.  Its index is asked for anew each time; what has a hash in its name may be kept for ever."""

import re
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

INDEX: Final = "index.html"
ASSETS: Final = "assets"
HASHED: Final = re.compile(r"[-.][A-Za-z0-9_-]{8,}\.[a-z0-9.]+$")
IMMUTABLE: Final = "public, max-age=31536000, immutable"
CHECKED: Final = "no-cache"
"""Kept, but asked for anew each time."""
MISSING: Final = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>fcfi</title>'
    "<p>The server is there, but this installation has no page: it comes with the released package, and in a "
    "checkout it is built in the folder <code>web</code>.</p></html>"
)


def add(app: FastAPI, static: Path) -> None:
    """Serve the page in a folder: its index at /, the files beside it, and its assets."""

    async def index(_: Request) -> Response:
        if not (static / INDEX).is_file():
            return HTMLResponse(MISSING, headers={"Cache-Control": CHECKED})
        return FileResponse(static / INDEX, headers={"Cache-Control": CHECKED})

    async def beside(request: Request) -> Response:
        return _file(static, static / request.path_params["name"])

    async def asset(request: Request) -> Response:
        return _file(static / ASSETS, static / ASSETS / request.path_params["path"])

    app.add_route("/", index, include_in_schema=False)
    app.add_route("/assets/{path:path}", asset, include_in_schema=False)
    app.add_route("/{name}", beside, include_in_schema=False)


def _file(folder: Path, path: Path) -> Response:
    """A file of a folder, links followed; 404 for anything else."""
    try:
        there = path.resolve()
        found = there.is_relative_to(folder.resolve()) and there.is_file()
    except (OSError, ValueError):  # a NUL, a name that is too long
        found = False
    if not found:
        raise HTTPException(404)
    keep = IMMUTABLE if HASHED.search(path.name) else CHECKED
    return FileResponse(there, headers={"Cache-Control": keep})
