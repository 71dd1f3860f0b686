"""Errors as responses: JSON with one sentence, and the HTTP status of the kind of error.

Problems of a picture, the store or the network are written to the log too.  The response to a
fault of ours has no traceback; with FCFI_DEBUG=1 the log has it.
"""

import os
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
    FULL,
    Conflict,
    FCFIError,
    FullDiskError,
    NetworkError,
    NotFound,
    PictureError,
    StoreError,
)
from fcfi.server.connections import NO_HANDLES
from fcfi.server.journal import LOG, Journal, one_line
from fcfi.server.workers import RETRY_SECONDS, Busy

DEBUG_VARIABLE: Final = "FCFI_DEBUG"
"""Environment variable: 1 shows the traceback of a fault of ours."""
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
"""HTTP statuses by class of error; an error has that of the nearest base class found here."""
LOGGED: Final = (PictureError, StoreError, NetworkError, FullDiskError)
"""Errors that the person at the page did not cause."""
RESOURCES: Final[Mapping[int, str]] = {
    **dict.fromkeys(FULL, "the server's disk is full: make room on it; nothing was changed"),
    **dict.fromkeys(NO_HANDLES, "the server has no file handles left: try again in a moment"),
}
"""Sentences for missing resources of the server's machine, by the system's error number."""
SAID: Final[Mapping[int, str]] = {
    404: "nothing is at {path}",
    405: "{path} does not take {method}",
    400: "the request cannot be read: send JSON as the description at /api/openapi.json says",
}
"""Sentences for the requests that the framework refuses, by status."""
MAX_SHOWN: Final = 200
"""How many characters of a path a sentence repeats."""


def problem(
    status: int, sentence: str, headers: Mapping[str, str] | None = None, **more: Any
) -> Response:
    """Return the response {"error": sentence, ...} with this status."""
    return JSONResponse({"error": sentence, **more}, status, dict(headers or {}))


def handle_errors(app: FastAPI, journal: Journal, shown: Callable[[str], str]) -> None:
    """Turn every error that a route raises into such a response.

    shown: returns a sentence as a response may hold it; the log gets the whole sentence.
    """

    async def ours(_: Request, error: Exception) -> Response:
        sentence = _expected(error, journal)
        if sentence is None:
            raise error
        status = next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)
        again = isinstance(error, Busy | OSError)
        headers = {"Retry-After": str(RETRY_SECONDS)} if again else None
        return problem(status, shown(sentence), headers)

    app.add_exception_handler(OSError, ours)
    app.add_exception_handler(FCFIError, ours)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)


def explain(error: Exception, journal: Journal, where: str) -> str:
    """Return the sentence for what ended work that no request waits for, and log it likewise.

    where: the work, for the log.  The sentence may name folders of this machine.
    """
    return _expected(error, journal) or _fault(error, where)


def _expected(error: Exception, journal: Journal) -> str | None:
    """Return the sentence of an error that is not a fault of ours; None for one that is."""
    if isinstance(error, OSError):
        sentence = RESOURCES.get(error.errno or 0)
        if sentence is not None:
            journal.note(f"{sentence} ({error})")
        return sentence
    if not isinstance(error, FCFIError):
        return None
    if isinstance(error, LOGGED):
        journal.note(str(error))
    return str(error)


def _fault(error: Exception, where: str) -> str:
    """Write a fault of ours into the log, and return the sentence for it."""
    sentence = f"something went wrong inside fcfi ({type(error).__name__})"
    debug = os.environ.get(DEBUG_VARIABLE, "") not in ("", "0")
    hint = "" if debug else f"; start with {DEBUG_VARIABLE}=1 to see where"
    LOG.error("%s at %s%s", sentence, one_line(f"{where}: {error}"), hint, exc_info=debug and error)
    return f"{sentence}; what is saved stays saved; please report it"


class Faults:
    """ASGI middleware that turns a fault of ours into a 500 without traceback, and a log line."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and report a fault."""
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            if scope["type"] != "http":
                raise
            sentence = _fault(error, f"{scope['method']} {scope['path']}")
            if begun:  # the answer is cut off, which is all that can be said now
                raise
            await problem(500, sentence)(scope, receive, send)


def sentence_of(errors: Sequence[Mapping[str, Any]]) -> str:
    """Return a sentence for the first error that the validation of a request found."""
    first = errors[0]
    if first["type"] == "json_invalid":
        return f"the request is not JSON ({first.get('ctx', {}).get('error', 'it is cut off')})"
    path, words = [], [str(word) for word in first["loc"]]
    for word in words[1:]:
        path.append(f"[{word}]" if word.isdecimal() else f".{word}")
    said = str(first["msg"]).removeprefix("Value error, ")
    where = "".join(path).removeprefix(".") or "its body"
    return f"the request is wrong at {where}: {said[:1].lower()}{said[1:]}"


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said = str(error.detail)
    try:
        plain = said == HTTPStatus(error.status_code).phrase or said.startswith(
            "There was an error parsing"
        )
    except ValueError:
        plain = False
    if plain:
        path = request.url.path[:MAX_SHOWN]
        said = SAID.get(error.status_code, said).format(path=path, method=request.method)
    return problem(error.status_code, said, error.headers)


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problem(422, sentence_of(error.errors()))
