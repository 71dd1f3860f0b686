"""The routes of the built page.

A browser requests its index again each time, and may cache a file with a hash in its name forever.
"""

import asyncio
import gzip
import re
from functools import lru_cache
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
"""Cache-Control of a file that is cached but requested again each time."""
TEXTS: Final = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
"""Media types of the files that are sent compressed, by suffix."""
MISSING: Final = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>fcfi</title>'
    "<p>The server runs, but this installation has no page: the released package has it, and in a "
    "checkout it is built in the folder <code>web</code>.</p></html>"
)


def add(app: FastAPI, static: Path) -> None:
    """Serve the page in a folder: its index at /, the files next to it, and its assets."""

    async def index(request: Request) -> Response:
        if not (static / INDEX).is_file():
            return HTMLResponse(MISSING, headers={"Cache-Control": CHECKED})
        return await asyncio.to_thread(_file, request, static, static / INDEX)

    async def beside(request: Request) -> Response:
        path = static / request.path_params["name"]
        return await asyncio.to_thread(_file, request, static, path)

    async def asset(request: Request) -> Response:
        path = static / ASSETS / request.path_params["path"]
        return await asyncio.to_thread(_file, request, static / ASSETS, path)

    app.add_route("/", index, include_in_schema=False)
    app.add_route("/assets/{path:path}", asset, include_in_schema=False)
    app.add_route("/{name}", beside, include_in_schema=False)


def _file(request: Request, folder: Path, path: Path) -> Response:
    """Return a file of a folder, links followed, compressed if the client accepts that.

    Raises HTTPException 404 for anything else.
    """
    try:
        real = path.resolve()
        found = real.is_relative_to(folder.resolve()) and real.is_file()
    except (OSError, ValueError):  # a NUL, a name that is too long
        found = False
    if not found:
        raise HTTPException(404)
    keep = IMMUTABLE if HASHED.search(path.name) else CHECKED
    headers = {"Cache-Control": keep, "Vary": "Accept-Encoding"}
    if real.suffix not in TEXTS or not _accepts_gzip(request):
        return FileResponse(real, headers=headers)
    stat = real.stat()
    tag = f'"{stat.st_mtime_ns:x}-{stat.st_size:x}-gzip"'
    headers["ETag"] = tag
    # A file that the browser has cached is not sent again.
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    content = _compressed(real, stat.st_mtime_ns, stat.st_size)
    headers["Content-Encoding"] = "gzip"
    return Response(content, headers=headers, media_type=TEXTS[real.suffix])


def _accepts_gzip(request: Request) -> bool:
    """Return whether the client accepts gzip: named, and not with the quality 0."""
    for part in request.headers.get("accept-encoding", "").lower().split(","):
        name, _, quality = part.replace(" ", "").partition(";")
        if name in ("gzip", "*"):
            return quality not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


@lru_cache(maxsize=64)
def _compressed(path: Path, modified: int, size: int) -> bytes:
    """Return a file's bytes as gzip; cached by time and size, so that a new file is read."""
    return gzip.compress(path.read_bytes(), compresslevel=9, mtime=0)
