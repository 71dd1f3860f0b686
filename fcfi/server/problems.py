"""Turns errors into responses: JSON with one sentence, and an HTTP status by the class of error.

Problems of a picture, the store or the network are also written to the log.  The response to a
fault of ours has no traceback; with FCFI_DEBUG=1 the log has it.
"""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fcfi.errors import (
    DEBUG_VARIABLE,
    FULL,
    Conflict,
    FCFIError,
    FullDiskError,
    NetworkError,
    NotFound,
    PictureError,
    StoreError,
    is_debugging,
)
from fcfi.server.connections import NO_HANDLES
from fcfi.server.server_log import LOG, ServerLog, one_line
from fcfi.server.workers import RETRY_SECONDS, Busy

STATUSES: Final[Mapping[type[BaseException], int]] = {
    NotFound: 404,
    Conflict: 409,
    PictureError: 422,
    Busy: 503,
    FullDiskError: 503,
    NetworkError: 503,
    StoreError: 503,
    OSError: 503,
    FCFIError: 400,
}
"""The HTTP status of each class of error; a subclass has its nearest base class's."""
LOGGED: Final = (PictureError, StoreError, NetworkError, FullDiskError)
"""Errors that go to the log too, since the annotator did not cause them."""
RESOURCES: Final[Mapping[int, str]] = {
    **dict.fromkeys(FULL, "the server's disk is full: make room on it; nothing was changed"),
    **dict.fromkeys(NO_HANDLES, "the server has no file handles left: try again in a moment"),
}
"""Sentences for missing resources of the server, by the system's error number."""
REFUSALS: Final[Mapping[int, str]] = {
    404: "nothing is at {path}",
    405: "{path} does not take {method}",
    400: "the request cannot be read: send JSON as described at /api/openapi.json",
}
"""Sentences that replace the framework's own for refused requests, by status."""
PARSING: Final = "There was an error parsing"
"""Beginning of the framework's own sentence for a body that it cannot read."""
MAX_SHOWN: Final = 200
"""Characters of a path that a sentence repeats."""


def problem(
    status: int, sentence: str, headers: Mapping[str, str] | None = None, **more: Any
) -> Response:
    """Return a response {"error": sentence, ...}.  more: its further keys."""
    return JSONResponse({"error": sentence, **more}, status, dict(headers or {}))


def handle_errors(app: FastAPI, server_log: ServerLog, shown: Callable[[str], str]) -> None:
    """Turn every error that a route raises into a response of `problem`.

    shown: shortens a sentence for responses, which must not name folders; the log has all of it.
    """

    async def respond(_: Request, error: Exception) -> Response:
        sentence = _expected(error, server_log)
        if sentence is None:
            raise error
        status = next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)
        may_retry = isinstance(error, Busy | OSError)
        headers = {"Retry-After": str(RETRY_SECONDS)} if may_retry else None
        return problem(status, shown(sentence), headers)

    app.add_exception_handler(OSError, respond)
    app.add_exception_handler(FCFIError, respond)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)


def explain(error: Exception, server_log: ServerLog, where: str) -> str:
    """Return the sentence for an error outside any request, and log it as a request's error.

    where: the work that failed, for the log.  The sentence may name folders of this machine.
    """
    return _expected(error, server_log) or _fault(error, where)


def _expected(error: Exception, server_log: ServerLog) -> str | None:
    """Return the sentence of an error, and log it if need be; None for a fault of ours."""
    if isinstance(error, OSError):
        sentence = RESOURCES.get(error.errno or 0)
        if sentence is not None:
            server_log.note(f"{sentence} ({error})")
        return sentence
    if not isinstance(error, FCFIError):
        return None
    if isinstance(error, LOGGED):
        server_log.note(str(error))
    return str(error)


def _fault(error: Exception, where: str) -> str:
    """Write a fault of ours to the log, and return the sentence for the response."""
    sentence = f"something went wrong inside fcfi ({type(error).__name__})"
    debug = is_debugging()
    hint = "" if debug else f"; start with {DEBUG_VARIABLE}=1 to see where"
    LOG.error("%s at %s%s", sentence, one_line(f"{where}: {error}"), hint, exc_info=debug and error)
    return f"{sentence}; saved work is safe; please report it"


class Faults:
    """ASGI middleware that turns a fault of ours into a response 500 and a line of the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and report a fault."""
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            if scope["type"] != "http":
                raise
            sentence = _fault(error, f"{scope['method']} {scope['path']}")
            if started:  # too late for another status: the response is cut off
                raise
            await problem(500, sentence)(scope, receive, send)


def sentence_of(errors: Sequence[Mapping[str, Any]]) -> str:
    """Return a sentence for the first of the errors that validation found in a request."""
    first = errors[0]
    if first["type"] == "json_invalid":
        return f"the request is not JSON ({first.get('ctx', {}).get('error', 'it is cut off')})"
    # The first part of the location is "body" or "query"; the others are keys and indices.
    keys = [str(key) for key in first["loc"][1:]]
    path = "".join(f"[{key}]" if key.isdecimal() else f".{key}" for key in keys)
    where = path.removeprefix(".") or "its body"
    message = str(first["msg"]).removeprefix("Value error, ")
    return f"the request is wrong at {where}: {message[:1].lower()}{message[1:]}"


async def _refused(request: Request, error: Exception) -> Response:
    """Return the response for a request that the framework, or a middleware here, refuses."""
    assert isinstance(error, HTTPException)
    sentence = str(error.detail)
    try:
        phrase = HTTPStatus(error.status_code).phrase
    except ValueError:  # a status that HTTP does not define
        phrase = None
    # The framework's own words are replaced, those of the middleware are not.
    if sentence == phrase or sentence.startswith(PARSING):
        path = request.url.path[:MAX_SHOWN]
        sentence = REFUSALS.get(error.status_code, sentence)
        sentence = sentence.format(path=path, method=request.method)
    return problem(error.status_code, sentence, error.headers)


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problem(422, sentence_of(error.errors()))
