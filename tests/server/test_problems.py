"""Every error is JSON with one sentence, and the size of request bodies is limited."""

import errno
import logging
from collections.abc import AsyncIterator
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import StreamingResponse

from fcfi.errors import (
    ConfigError,
    Conflict,
    FullDiskError,
    InputError,
    NetworkError,
    NotFound,
    PictureError,
    StoreError,
)
from fcfi.server.limits import UPLOADS, BodyLimit
from fcfi.server.problems import RESOURCES, Faults, handle_errors
from fcfi.server.schemas import ActionRequest, ImportPath, action_request
from fcfi.server.server_log import ServerLog
from fcfi.server.workers import Busy
from tests.server.client import ask

LIMIT, UPLOAD = 5000, 20000
RAISED = {
    "input": InputError("wrong input"),
    "config": ConfigError("wrong setting"),
    "network": NetworkError("no network"),
    "missing": NotFound("no such picture"),
    "conflict": Conflict("too late"),
    "picture": PictureError("it vanished"),
    "store": StoreError("the disk is full"),
    "busy": Busy("too much"),
    "disk": FullDiskError("no room"),
    "system disk": OSError(errno.ENOSPC, "No space left on device", "/secret/file"),
    "handles": OSError(errno.EMFILE, "Too many open files", "/secret/file"),
    "fault": ZeroDivisionError("secret detail"),
    "detail": HTTPException(418, "a teapot"),
    "unusual": HTTPException(499, "unusual"),
}


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/raise/{what}")
    async def fail(what: str) -> None:
        raise RAISED[what]

    async def act(body: ActionRequest) -> Any:
        return body.model_dump()

    act.__annotations__["body"] = action_request()
    app.post("/act")(act)

    @app.post("/path")
    async def path(body: ImportPath) -> Any:
        return body.path

    @app.get("/search")
    async def search(limit: Annotated[int, Query(le=10)] = 1) -> int:
        return limit

    @app.post(UPLOADS)
    async def upload(request: Request) -> Any:
        async with request.form() as form:
            return len(form)

    @app.get("/cut")
    async def cut() -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"one"
            raise ZeroDivisionError

        return StreamingResponse(pieces())

    handle_errors(app, ServerLog(), lambda sentence: sentence)
    app.add_middleware(BodyLimit, json_bytes=LIMIT, upload_bytes=UPLOAD)
    app.add_middleware(Faults)
    return app


@pytest.mark.parametrize(
    ("what", "status", "sentence"),
    [
        ("input", 400, "wrong input"),
        ("config", 400, "wrong setting"),
        ("network", 503, "no network"),
        ("missing", 404, "no such picture"),
        ("conflict", 409, "too late"),
        ("picture", 422, "it vanished"),
        ("store", 503, "the disk is full"),
        ("disk", 503, "no room"),
        ("system disk", 503, RESOURCES[errno.ENOSPC]),
        ("handles", 503, RESOURCES[errno.EMFILE]),
        ("busy", 503, "too much"),
        ("detail", 418, "a teapot"),
        ("unusual", 499, "unusual"),
    ],
)
def test_errors_have_their_status_and_their_sentence(
    app: FastAPI, what: str, status: int, sentence: str
) -> None:
    answer = ask(app, "GET", f"/raise/{what}")
    assert (answer.status, answer.json) == (status, {"error": sentence})
    again = what in ("busy", "system disk", "handles")
    assert answer.headers.get("retry-after") == ("1" if again else None)


def test_what_is_wrong_with_a_picture_the_store_or_the_network_is_in_the_log(
    app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    for what in RAISED.keys() - {"fault"}:
        ask(app, "GET", f"/raise/{what}")
    assert sorted(caplog.messages) == [
        "it vanished",
        "no network",
        "no room",
        "the disk is full",
        f"{RESOURCES[errno.EMFILE]} ([Errno 24] Too many open files: '/secret/file')",
        f"{RESOURCES[errno.ENOSPC]} ([Errno 28] No space left on device: '/secret/file')",
    ]


def test_a_fault_does_not_forge_lines_of_the_log(
    app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    ask(app, "GET", "/raise/other%0Aa%20line%1B")
    assert "\n" not in caplog.messages[-1]
    assert "\x1b" not in caplog.messages[-1]


def test_a_fault_of_ours_is_reported_without_its_details(
    app: FastAPI, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FCFI_DEBUG", raising=False)
    with caplog.at_level(logging.ERROR, "fcfi.server"):
        answer = ask(app, "GET", "/raise/fault")
    assert answer.status == 500
    assert answer.error.startswith("something went wrong inside fcfi (ZeroDivisionError)")
    assert "secret" not in answer.body.decode()
    assert "GET /raise/fault: secret detail; start with FCFI_DEBUG=1" in caplog.text
    assert "Traceback" not in caplog.text
    monkeypatch.setenv("FCFI_DEBUG", "1")
    ask(app, "GET", "/raise/fault")
    assert "Traceback" in caplog.text


def test_a_fault_in_the_middle_of_an_answer_cuts_it_off(app: FastAPI) -> None:
    with pytest.raises(ZeroDivisionError):
        ask(app, "GET", "/cut")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "sentence"),
    [
        ("GET", "/nothing", None, 404, "nothing is at /nothing"),
        ("DELETE", "/act", None, 405, "/act does not take DELETE"),
        (
            "GET",
            "/search?limit=11",
            None,
            422,
            "the request is wrong at limit: input should be less than or equal to 10",
        ),
        ("POST", "/act", b"{", 422, "the request is not JSON"),
        ("POST", "/act", b"", 422, "the request is wrong at its body: field required"),
        ("POST", "/act", b"\xff", 400, "the request cannot be read"),
        ("POST", "/act", b"[" * 4000, 400, "the request cannot be read"),
        ("POST", "/act", {"version": 1}, 422, "the request is wrong at action: field required"),
        (
            "POST",
            "/act",
            {"version": 1, "action": {"type": "fly"}},
            422,
            "the request is wrong at action: ",
        ),
    ],
)
def test_what_the_framework_refuses_is_one_sentence(
    app: FastAPI, method: str, path: str, body: Any, status: int, sentence: str
) -> None:
    answer = ask(app, method, path, body)
    assert answer.status == status
    assert answer.error.startswith(sentence)
    if status == 405:
        assert answer.headers["allow"] == "POST"


CLICK = {"x": 1, "y": 2, "positive": True}


@pytest.mark.parametrize(
    ("clicks", "field"),
    [
        ([], "clicks"),
        ([CLICK] * 101, "clicks"),
        ([{**CLICK, "x": float("nan")}], "clicks[0].x"),
        ([{**CLICK, "y": float("inf")}], "clicks[0].y"),
        ([{**CLICK, "x": 1.5}], "clicks[0].x"),
        ([{**CLICK, "x": "1"}], "clicks[0].x"),
        ([{**CLICK, "x": True}], "clicks[0].x"),
        ([{**CLICK, "x": -1}], "clicks[0].x"),
        ([{**CLICK, "x": 10**30}], "clicks[0].x"),
        ([CLICK, {**CLICK, "positive": 1}], "clicks[1].positive"),
        ([{**CLICK, "z": 1}], "clicks[0].z"),
        (None, "clicks"),
    ],
)
def test_clicks_that_cannot_be_are_refused_by_their_field(clicks: Any, field: str) -> None:
    app = FastAPI()

    async def act(body: ActionRequest) -> None:
        """Never reached."""

    act.__annotations__["body"] = action_request()
    app.post("/act")(act)

    handle_errors(app, ServerLog(), lambda sentence: sentence)
    action = {"type": "click", "object": None, "clicks": clicks}
    answer = ask(app, "POST", "/act", {"version": 0, "action": action})
    assert answer.status == 422
    assert answer.error.startswith(f"the request is wrong at action.click.{field}: ")


def test_a_text_with_half_a_sign_is_refused(app: FastAPI) -> None:
    body = {"version": 1, "action": {"type": "undo"}, "author": "\ud800"}
    assert ask(app, "POST", "/act", body).status == 422
    assert ask(app, "POST", "/path", {"path": "\ud800"}).status == 422


@pytest.mark.parametrize(("path", "limit"), [("/act", LIMIT), (UPLOADS, UPLOAD)])
def test_a_body_that_is_too_large_is_refused_by_its_header_and_while_it_streams(
    app: FastAPI, path: str, limit: int
) -> None:
    kind = "multipart/form-data; boundary=x" if path == UPLOADS else "application/json"
    for length in (str(limit + 1), "9" * 5000, "-1", "x"):
        answer = ask(app, "POST", path, [], content_type=kind, content_length=length)
        assert answer.status == 413
        assert "send less at once" in answer.error
    start = (
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'
        if path == UPLOADS
        else b" "
    )
    chunks = [start] + [b" " * 100] * (limit // 100)
    answer = ask(app, "POST", path, chunks, content_type=kind)
    assert answer.status == 413
    assert "send less at once" in answer.error
