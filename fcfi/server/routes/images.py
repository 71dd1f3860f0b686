"""The routes of pixels: a picture's tiles and its thumbnail.

With `?v=` (the row's `modified`) the response never changes, so that a browser may cache it; each
window of a deep picture has its own address.
"""

import os
from contextlib import nullcontext
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from fcfi.errors import InputError, PictureError
from fcfi.grey_window import GreyWindow
from fcfi.images import read_small
from fcfi.server import tiles, wire
from fcfi.server.backend import Backend
from fcfi.server.problems import problem
from fcfi.server.routes.described import PictureId, errors
from fcfi.server.schemas import RangeAnswer
from fcfi.server.tiles import JPEG, PNG, Tile

THUMBNAIL: Final = 192
"""The longer side of a thumbnail, in pixels."""
LARGE: Final = 25_000_000
"""Larger pictures are decoded one at a time, since each needs 100 MB or more."""
SCALED: Final = (".jpg", ".jpeg", ".jpe", ".jfif")
"""Endings of files that can be decoded at a smaller scale."""
KEPT: Final = "private, max-age=31536000, immutable"
"""Cache-Control of a response that never changes."""
CHECKED: Final = "private, no-cache"
"""Cache-Control of a response that a browser may cache but must request again each time."""
MAX_LEVEL: Final = 16
MAX_TILE: Final = 65535

Level = Annotated[
    int,
    Path(ge=0, le=MAX_LEVEL, description="0 has the picture's size; each above halves it."),
]
TileIndex = Annotated[
    int, Path(ge=0, le=MAX_TILE, description="Counted in tiles from the top left.")
]
Version = Annotated[
    str | None,
    Query(max_length=40, description="The picture's `modified`: lets a browser cache it."),
]
Window = Annotated[
    str | None,
    Query(
        max_length=100,
        description="low,high: the values of a deep picture (grey of more than 8 bits) that are "
        "shown as black and white; other pictures are not changed.",
    ),
]


def router(backend: Backend) -> APIRouter:
    """Return the routes of pixels."""
    routes = APIRouter(prefix="/api/pictures/{picture}", tags=["pixels"])

    @routes.get(
        "/thumbnail",
        response_class=Response,
        responses=errors(400, 404) | _pictures(JPEG),
        summary=f"A JPEG whose longer side is {THUMBNAIL} px",
    )
    async def thumbnail(picture: PictureId, v: Version = None, window: Window = None) -> Response:
        shown = _parsed(window)
        made, modified = await backend.reads.run(lambda: _thumbnail(backend, picture, shown))
        return _image(made, v if v == str(modified) else None)

    @routes.get(
        "/tiles/{level}/{column}/{row}",
        response_class=Response,
        responses=errors(400, 404) | _pictures(PNG, JPEG),
        summary=f"A tile of {tiles.SIDE} px: PNG with exact pixels at level 0, JPEG above",
    )
    async def tile(
        picture: PictureId,
        level: Level,
        column: TileIndex,
        row: TileIndex,
        v: Version = None,
        window: Window = None,
    ) -> Response:
        shown = _parsed(window)
        found = await backend.reads.run(lambda: _tile(backend, picture, shown, level, column, row))
        if found is None:
            return problem(404, f"the picture has no tile {column}, {row} at level {level}")
        made, modified = found
        return _image(made, v if v == str(modified) else None)

    @routes.get(
        "/range",
        response_model=RangeAnswer,
        responses=errors(404),
        summary="The range of the values of a deep picture, for its window",
    )
    async def value_range(picture: PictureId) -> Response:
        found = await backend.reads.run(lambda: backend.project.value_range(picture))
        return wire.answer(wire.value_range(found))

    return routes


def _parsed(window: str | None) -> GreyWindow | None:
    """Return the window of a request.  Raises InputError for a text that is not a window."""
    return None if window is None else GreyWindow.parse(window)


def _tile(
    backend: Backend, picture: int, window: GreyWindow | None, level: int, column: int, row: int
) -> tuple[Tile, int] | None:
    """Return a tile and the `modified` of its file, or None for a tile outside the picture."""
    window = backend.project.effective_window(picture, window)
    known = backend.project.row(picture)
    if known.height and not tiles.exists(known.height, known.width, level, column, row):
        return None
    held: Tile | None = backend.encoded.find((picture, known.modified, window, level, column, row))
    if held is not None:
        return held, known.modified
    image = backend.project.image(picture, window)
    known = backend.project.row(picture)  # reading a file that changed has updated its row
    if not tiles.exists(image.shape[0], image.shape[1], level, column, row):
        return None
    key = (picture, known.modified, window, level, column, row)
    made = backend.encoded.get(
        key, lambda: tiles.tile(image, level, column, row), lambda tile: len(tile.data)
    )
    return made, known.modified


def _thumbnail(backend: Backend, picture: int, window: GreyWindow | None) -> tuple[Tile, int]:
    """Return a picture's thumbnail and the time when its file was modified, read from the disk."""
    window = backend.project.effective_window(picture, window)
    known, path = backend.project.row(picture), backend.project.path(picture)
    modified = os.stat(path).st_mtime_ns

    def make() -> Tile:
        large = known.width * known.height > LARGE and path.suffix.lower() not in SCALED
        try:
            with backend.large if large else nullcontext():
                return Tile(tiles.jpeg(read_small(path, THUMBNAIL, window=window)), JPEG)
        except InputError as error:
            raise PictureError(str(error).replace(str(path), known.name)) from error

    key = (picture, modified, window)
    return backend.encoded.get(key, make, lambda tile: len(tile.data)), modified


def _image(found: Tile, version: str | None) -> Response:
    return Response(
        found.data,
        media_type=found.media_type,
        headers={"Cache-Control": CHECKED if version is None else KEPT},
    )


def _pictures(*media_types: str) -> dict[int | str, dict[str, Any]]:
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {200: {"description": "The pixels.", "content": dict.fromkeys(media_types, binary)}}
