"""A client that sends requests with any bytes to an ASGI application without a server."""

import asyncio
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message

HOST = "127.0.0.1:8017"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> str:
        return str(self.json["error"])


def ask(app: ASGIApp, method: str, address: str, body: Any = None, **headers: str) -> Answer:
    """Send JSON, bytes or a list of chunks of bytes.

    Headers: `content_type="..."`; host is there already.
    """
    return asyncio.run(asking(app, method, address, body, **headers))


async def asking(
    app: ASGIApp, method: str, address: str, body: Any = None, **headers: str
) -> Answer:
    path, _, query = address.partition("?")
    given = {"host": HOST} | {name.replace("_", "-"): value for name, value in headers.items()}
    chunks: list[bytes] = body if isinstance(body, list) else []
    if body is not None and not isinstance(body, list):
        chunks = [body if isinstance(body, bytes) else json.dumps(body).encode()]
        given.setdefault("content-length", str(len(chunks[0])))
    if body is not None:
        given.setdefault("content-type", "application/json")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in given.items()
            if value
        ],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8017),
    }
    sent: list[Message] = []
    incoming = iter(_messages(chunks))

    async def receive() -> Message:
        for message in incoming:
            return message
        return await asyncio.Future()  # the client stays and says no more

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = sent[0]
    return Answer(
        start["status"],
        {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in start["headers"]
        },
        b"".join(message.get("body", b"") for message in sent[1:]),
    )


def result_of(app: ASGIApp, answer: Answer) -> Any:
    """Return the result of the job that a response has started, which must succeed."""
    job = ended(app, answer)
    assert job["state"] == "done", job
    return job["result"]


def problem_of(app: ASGIApp, answer: Answer) -> str:
    """Return the error of the job that a response has started, which must fail."""
    job = ended(app, answer)
    assert job["state"] == "failed", job
    return str(job["problem"])


def ended(app: ASGIApp, answer: Answer) -> Any:
    """Return the job that a response has started, after it has ended."""
    assert answer.status == 202, answer.body
    job = answer.json
    while job["state"] in ("queued", "running"):
        time.sleep(0.002)  # its thread works meanwhile
        job = ask(app, "GET", answer.headers["location"]).json
    return job


def _messages(chunks: list[bytes]) -> Iterable[Message]:
    for chunk in chunks:
        yield {"type": "http.request", "body": chunk, "more_body": True}
    yield {"type": "http.request", "body": b"", "more_body": False}
