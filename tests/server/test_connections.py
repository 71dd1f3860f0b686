"""Connections without progress are closed; a lack of file handles is logged on one line."""

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from h11 import NEED_DATA
from uvicorn.server import ServerState

from fcfi.server.connections import (
    SILENCE_SECONDS,
    TOO_MANY,
    ImpatientProtocol,
    report_missing_handles,
)
from fcfi.server.server_log import ServerLog
from tests.server.live_server import served

HEAD = b"GET / HTTP/1.1\r\nHost: a\r\nX: yyyyyyyyyyyyyyyyyy"


class Clock:
    """The timers of an event loop, which the test advances."""

    def __init__(self) -> None:
        self.now = 0.0
        self.calls: list[tuple[float, Callable[[], None]]] = []

    def time(self) -> float:
        return self.now

    def call_later(self, seconds: float, call: Callable[[], None], *_: Any) -> Any:
        entry = (self.now + seconds, call)
        self.calls.append(entry)
        return SimpleNamespace(cancel=lambda: self.cancel(entry))

    def cancel(self, entry: tuple[float, Callable[[], None]]) -> None:
        if entry in self.calls:
            self.calls.remove(entry)

    def wait(self, seconds: float) -> None:
        """Advance the time, and make the calls that are due, each at its time."""
        until = self.now + seconds
        while due := [entry for entry in self.calls if entry[0] <= until]:
            entry = min(due, key=lambda entry: entry[0])
            self.calls.remove(entry)
            self.now = entry[0]
            entry[1]()
        self.now = until


class Transport:
    """The transport of a connection, which the test fills and empties."""

    def __init__(self) -> None:
        self.closed = False
        self.unsent = 0

    def get_extra_info(self, _: str) -> None:
        return None

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def abort(self) -> None:
        self.closed = True

    close = abort

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        """Do nothing: only the test sends data."""

    resume_reading = pause_reading


Connection = tuple[Any, Transport, Clock]


@pytest.fixture
def connection() -> Connection:
    clock, transport = Clock(), Transport()
    app: Any = None
    config = uvicorn.Config(app, log_config=None, timeout_keep_alive=30)
    protocol = ImpatientProtocol(
        config=config, server_state=ServerState(), app_state={}, _loop=clock
    )
    protocol.connection_made(transport)
    return protocol, transport, clock


def under_way(protocol: Any, **cycle: Any) -> Any:
    """Start a request."""
    protocol.cycle = SimpleNamespace(
        **{"response_complete": False, "more_body": False, "disconnected": False, **cycle}
    )
    return protocol.cycle


def is_closed(transport: Transport) -> bool:
    return transport.closed


def test_a_connection_that_says_nothing_is_closed_after_thirty_seconds(
    connection: Connection,
) -> None:
    _, transport, clock = connection
    assert SILENCE_SECONDS == 30
    clock.wait(29.9)
    assert not is_closed(transport)
    clock.wait(0.2)
    assert is_closed(transport)


def test_a_head_that_comes_byte_by_byte_has_no_longer(connection: Connection) -> None:
    protocol, transport, clock = connection
    for byte in HEAD:
        if not is_closed(transport):
            protocol.data_received(bytes([byte]))
            clock.wait(1)
    assert is_closed(transport)
    assert clock.now <= SILENCE_SECONDS + 1


def test_a_body_may_take_long_as_long_as_it_comes(connection: Connection) -> None:
    protocol, transport, clock = connection
    under_way(protocol, more_body=True)
    protocol.conn = SimpleNamespace(
        receive_data=lambda _: None,
        next_event=lambda: NEED_DATA,
    )
    for _ in range(10):
        clock.wait(25)
        protocol.data_received(b"x")
    assert not is_closed(transport)
    protocol.flow.read_paused = True  # the server does not take it just now
    clock.wait(100)
    assert not is_closed(transport)
    protocol.flow.read_paused = False
    clock.wait(61)
    assert is_closed(transport)


def test_a_long_answer_is_waited_for_and_must_be_taken(connection: Connection) -> None:
    protocol, transport, clock = connection
    under_way(protocol)
    clock.wait(1000)  # an import
    assert not is_closed(transport)
    for size in (900, 600, 300):  # taken slowly
        transport.unsent = size
        clock.wait(30)
    assert not is_closed(transport)
    clock.wait(91)  # and then not at all
    assert is_closed(transport)


def test_a_further_request_has_its_own_time(connection: Connection) -> None:
    protocol, transport, clock = connection
    cycle = under_way(protocol)
    clock.wait(100)
    cycle.response_complete = True
    protocol.on_response_complete()
    clock.wait(25)
    protocol.data_received(HEAD)  # begins in time
    clock.wait(25)
    assert not is_closed(transport)
    clock.wait(6)
    assert is_closed(transport)


def test_a_silent_client_of_a_real_server_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImpatientProtocol, "silence", 0.05)

    async def app(_: Any, __: Any, send: Any) -> None:
        """Answer no request."""

    with served(app, http=ImpatientProtocol, lifespan="off") as address:
        host, _, port = address.removeprefix("http://").partition(":")
        with (
            socket.create_connection((host, int(port)), timeout=60) as client,
            contextlib.suppress(ConnectionResetError),  # as good
        ):
            assert client.recv(1) == b""


def test_a_lack_of_file_handles_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    async def scene() -> None:
        loop = asyncio.get_running_loop()
        report_missing_handles(loop, ServerLog())
        for number in (errno.EMFILE, errno.ENFILE, errno.EMFILE):
            error = OSError(number, "Too many open files")
            loop.call_exception_handler({"message": "socket.accept()", "exception": error})

    with caplog.at_level(logging.WARNING):
        asyncio.run(scene())
    assert [record.getMessage() for record in caplog.records] == [TOO_MANY]
    assert caplog.records[0].exc_info is None


def test_other_faults_of_a_loop_are_reported_as_ever(caplog: pytest.LogCaptureFixture) -> None:
    async def scene() -> None:
        loop = asyncio.get_running_loop()
        report_missing_handles(loop, ServerLog())
        loop.call_exception_handler({"message": "other", "exception": OSError(errno.EIO, "x")})

    with caplog.at_level(logging.ERROR):
        asyncio.run(scene())
    assert caplog.records[0].exc_info
