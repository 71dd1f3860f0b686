"""Serving an application with real HTTP in a thread of the test's process."""

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import uvicorn
from starlette.types import ASGIApp

from fcfi.server import serve


@contextlib.contextmanager
def served(app: ASGIApp, **options: Any) -> Iterator[str]:
    """Serve an application during the block, and yield its address."""
    listening = serve.listen("127.0.0.1", 0)
    given = {"log_level": "warning", "ws": "none", "lifespan": "on", **options}
    server = uvicorn.Server(uvicorn.Config(app, **given))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def client(address: str) -> httpx.Client:
    """Return a client that ignores the proxy settings of the environment."""
    return httpx.Client(base_url=address, trust_env=False, timeout=120)
