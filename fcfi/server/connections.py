"""Closes idle connections, and reports a lack of file handles in one line of the log.

A connection is closed when the client makes no progress for a while: it sends no request, stops
within the head or body of a request, or does not receive its response.
When the process runs out of file handles, new connections wait until some are free.
Knows nothing of the application behind it.
"""

import asyncio
import errno
from collections.abc import Mapping
from typing import Any, Final

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from fcfi.server.server_log import ServerLog

SILENCE_SECONDS: Final = 30.0
"""Longest time that a client may take for the next bytes of a request or response."""
NO_HANDLES: Final = frozenset((errno.EMFILE, errno.ENFILE))
TOO_MANY: Final = (
    "no file handles are left, so new connections wait: close unused pages, or raise the limit "
    "(ulimit -n)"
)
Base: Any = AutoHTTPProtocol


class ImpatientProtocol(Base):  # type: ignore[misc]
    """The HTTP of a connection, which is closed after `silence` seconds without progress."""

    silence = SILENCE_SECONDS

    def connection_made(self, transport: Any) -> None:
        """Start waiting for a request."""
        super().connection_made(transport)
        self._is_new_request = True
        self._unsent = 0
        self._progress()
        self._check = self.loop.call_later(self.silence, self._look)

    def data_received(self, data: bytes) -> None:
        """Note that bytes arrived, unless they are single bytes of a request's head."""
        waited_for_head = self._waits_for_head()
        super().data_received(data)
        # The whole head has one time limit, so that single bytes do not hold a connection open.
        if self._is_new_request or not (waited_for_head and self._waits_for_head()):
            self._progress()
        self._is_new_request = False

    def on_response_complete(self) -> None:
        """Start waiting for the next request."""
        super().on_response_complete()
        self._is_new_request = True
        self._progress()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop checking the connection."""
        self._check.cancel()
        super().connection_lost(exc)

    def _progress(self) -> None:
        self._since = self.loop.time()

    def _waits_for_head(self) -> bool:
        """Return whether the head of a request is still awaited."""
        return self.cycle is None or bool(self.cycle.response_complete)

    def _is_their_turn(self) -> bool:
        """Return whether the client has to send something, or to receive its response."""
        if self._waits_for_head():
            return True
        sends = self.cycle.more_body and not self.flow.read_paused
        unsent = self.transport.get_write_buffer_size()
        takes = 0 < unsent == self._unsent
        self._unsent = unsent
        return bool(sends or takes)

    def _look(self) -> None:
        """Close the connection if the client was silent for too long, else check again later."""
        if not self._is_their_turn():
            self._progress()
        remaining = self._since + self.silence - self.loop.time()
        if remaining > 0:
            self._check = self.loop.call_later(remaining, self._look)
        else:
            self.transport.abort()  # close() would wait for the client to receive the response


def report_missing_handles(loop: asyncio.AbstractEventLoop, server_log: ServerLog) -> None:
    """Make a loop write one line, not a traceback, when no file handles are left."""

    def handle(loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, OSError) and error.errno in NO_HANDLES:
            server_log.note(TOO_MANY)
        else:
            loop.default_exception_handler(dict(context))

    loop.set_exception_handler(handle)
