"""Limits the size of a request's body, by its header and while the body streams in.

The header alone is not enough, since it may be wrong.  Of the routes it knows only which path takes
files.
"""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fcfi.files import MEBIBYTE
from fcfi.server.problems import problem

UPLOADS: Final = "/api/imports"
"""The only path that takes files."""

MAX_DIGITS: Final = 15
"""A stated size with more digits is too large; it is not converted to a number."""


class BodyLimit:
    """ASGI middleware that refuses a body that is too large with status 413.

    If the header states the size, the body is refused before it is read.
    """

    def __init__(self, app: ASGIApp, json_bytes: int, upload_bytes: int) -> None:
        self._app = app
        self._json_bytes = json_bytes
        self._upload_bytes = upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._upload_bytes if scope["path"] == UPLOADS else self._json_bytes
        stated = dict(scope["headers"]).get(b"content-length", b"0")
        if not stated.isdigit() or len(stated) > MAX_DIGITS or int(stated) > limit:
            await problem(413, _too_large(limit))(scope, receive, send)
            return
        await self._app(scope, _counted(receive, limit), send)


def _counted(receive: Receive, limit: int) -> Receive:
    """Return a `receive` that raises once more than `limit` bytes have arrived."""
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise HTTPException(413, _too_large(limit))
        return message

    return counted


def _too_large(limit: int) -> str:
    return (
        f"expected a request of at most {limit / MEBIBYTE:g} MB, got a larger body: "
        "send less at once"
    )
