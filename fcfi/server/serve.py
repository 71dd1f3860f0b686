"""Runs the server: finds a free port, makes a token, opens the browser, and stops cleanly.

Knows nothing of projects or the command line.
"""

import errno
import os
import secrets
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

import uvicorn
from fastapi import FastAPI

from fcfi.errors import ConfigError
from fcfi.server.connections import ImpatientProtocol
from fcfi.server.settings import is_loopback

PORTS_TRIED: Final = 100
GRACE_SECONDS: Final = 2
"""Longest time that running requests may take once the server stops."""
LAST_SECONDS: Final = 2.7
"""Time from a signal to the forced end of the process, so that it ends within three seconds."""
KEEP_ALIVE_SECONDS: Final = 30
TOKEN_BYTES: Final = 32
HIGHEST_PORT: Final = 65535
ANY_ADDRESS: Final = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}
"""The address to open in a browser of this machine for a server that listens everywhere."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens at the first free port, starting at `port`.

    Raises ConfigError if no port of PORTS_TRIED is free, or the host cannot be used.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError, OverflowError) as error:
        raise ConfigError(
            f"expected an address of this machine as --host, got {host}: give 127.0.0.1, or "
            "0.0.0.0 for all"
        ) from error
    for number in range(port, min(port + PORTS_TRIED, HIGHEST_PORT + 1)):
        try:
            return _bound(family, (address[0], number, *address[2:]))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                continue
            if error.errno == errno.EACCES:
                raise ConfigError(
                    f"--port {number} is reserved for the system: give a port of 1024 or above"
                ) from error
            reason = error.strerror or error
            raise ConfigError(
                f"cannot listen at {host}, port {number}: {reason}; give another --host"
            ) from error
    raise ConfigError(
        f"port {port} and all others tried are in use: stop a server, or give another --port"
    )


def new_token(host: str, further: Sequence[str] = ()) -> str | None:
    """Return a random token, or None if only this machine can reach the server.

    further: other host names of the server, such as that of a proxy, which others can reach.
    """
    return None if is_loopback(host) and not further else secrets.token_urlsafe(TOKEN_BYTES)


def url(host: str, port: int, token: str | None) -> str:
    """Return the address to open in a browser on this machine."""
    name = ANY_ADDRESS.get(host, host)
    return f"http://{f'[{name}]' if ':' in name else name}:{port}/" + (
        f"?token={token}" if token else ""
    )


def run(app: FastAPI, listening: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM; running requests have GRACE_SECONDS to end."""
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        lifespan="on",
        http=ImpatientProtocol,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    server = _PunctualServer(config)
    with _signals_end_quietly():
        try:
            server.run(sockets=[listening])
        finally:
            server.stopped()


class _PunctualServer(uvicorn.Server):
    """A server that ends within LAST_SECONDS of a signal, whatever still runs.

    Requests and jobs first have time to end cleanly.  What is still running then, such as a large
    transaction, ends with the process; as after any kill, the store has all of it or nothing.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._last_call: threading.Timer | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop, and start the timer that ends the process."""
        super().handle_exit(sig, frame)
        if self._last_call is None:
            self._last_call = threading.Timer(LAST_SECONDS, _end_now)
            self._last_call.daemon = True
            self._last_call.start()

    def stopped(self) -> None:
        """Cancel the timer: the server has stopped by itself."""
        if self._last_call is not None:
            self._last_call.cancel()


def _end_now() -> None:
    """End the process without waiting for its threads."""
    print("Stopped; unfinished work was undone.", file=sys.stderr, flush=True)  # noqa: T201
    os._exit(0)


def open_browser(address: str) -> bool:
    """Open the address in the default browser, in the background, and return True.

    On a machine without windows open nothing and return False.
    """
    windows = sys.platform in ("win32", "darwin") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    )
    if windows:
        threading.Thread(target=_open, args=(address, webbrowser.open), daemon=True).start()
    return windows


def _open(address: str, opener: Callable[[str], Any]) -> None:
    try:
        opener(address)
    except Exception as error:  # no fault of a browser stops the server
        print(f"the browser could not be opened ({error}): open {address}", file=sys.stderr)  # noqa: T201


def _bound(family: int, address: tuple[Any, ...]) -> socket.socket:
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # on Windows this option would let two servers share a port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen()
    except BaseException:
        listening.close()
        raise
    return listening


@contextmanager
def _signals_end_quietly() -> Iterator[None]:
    """Ignore the signal that uvicorn raises again after its clean stop."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ignore(_: int, __: FrameType | None) -> None:
        """Do nothing: the server has stopped."""

    before = {number: signal.signal(number, ignore) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
