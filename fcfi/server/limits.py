"""The size of a request's body, bounded while it streams in: a header may promise anything.

Knows which paths take files and nothing else of them.
"""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fcfi.server.problems import problem

UPLOADS: Final = "/api/imports"
"""The one path that takes files."""

MAX_DIGITS: Final = 15
"""Of a length that is worth reading as a number."""


class BodyLimit:
    """ASGI middleware: 413 for a body that is too large, told before it is read where the header says so."""

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
        promised = dict(scope["headers"]).get(b"content-length", b"0")
        if not promised.isdigit() or len(promised) > MAX_DIGITS or int(promised) > limit:
            await problem(413, _too_large(limit))(scope, receive, send)
            return
        await self._app(scope, _counted(receive, limit), send)


def _counted(receive: Receive, limit: int) -> Receive:
    """`receive`, which raises once more than `limit` bytes have come."""
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
        f"the request is larger than the {limit / (1 << 20):g} MB that are taken: send less at once"
    )
