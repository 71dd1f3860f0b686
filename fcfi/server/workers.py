"""Threads behind a bounded queue that run the project's calls, so that the event loop stays free.

Calls with the same key run one after the other, in order of arrival; calls with different keys run
in parallel.  No client can fill the queue alone.  A call is awaited in the event loop, or started
without waiting for it (`start`).  Knows nothing of HTTP or projects.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Condition
from typing import Final, TypeVar

from fcfi.errors import FCFIError

RETRY_SECONDS: Final = 1
"""Time after which a refused call may be tried again."""
CLIENT: Final[ContextVar[str]] = ContextVar("client", default="")
"""The client whose request the present task serves; set where the request arrives."""
Value = TypeVar("Value")


class Busy(FCFIError):  # noqa: N818, a state rather than a fault
    """Refusal of a call, since as many as allowed already run or wait."""


@dataclass
class _Turn:
    """The queue of the calls with the same key; asyncio.Lock serves in order of arrival."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    calls: int = 0


class Workers:
    """Threads and a queue: at most `limit` calls run or wait.

    A client may have at most as many calls as there are free ones: half of the queue if it is
    alone, a third next to another busy client, and so on, so that a new client always finds room.
    Source: Choudhury and Hahne, "Dynamic queue length thresholds", 1998, for network switches.
    """

    def __init__(self, name: str, threads: int, limit: int) -> None:
        """Make the threads.  name: part of their names."""
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"fcfi-{name}")
        self._limit = limit
        self._calls = 0
        self._calls_of: Counter[str] = Counter()
        self._turns: dict[int, _Turn] = {}
        self._counts = Condition()
        """Held while calls are counted; notified when no call is left."""

    async def run(self, call: Callable[[], Value]) -> Value:
        """Run a call in a thread and return its result.  Raises Busy, or what the call raises."""
        with self._entered():
            return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    async def in_turn(self, key: int, call: Callable[[], Value]) -> Value:
        """Run a call as `run` does, after all earlier calls with this key."""
        with self._entered():
            turn = self._turns.setdefault(key, _Turn())
            turn.calls += 1
            try:
                async with turn.lock:
                    return await asyncio.get_running_loop().run_in_executor(self._pool, call)
            finally:
                turn.calls -= 1
                if not turn.calls:
                    del self._turns[key]

    def start(self, call: Callable[[], Value]) -> "Future[Value]":
        """Start a call, or queue it, and return its future at once.  Raises Busy."""
        client = self._enter()
        try:
            future = self._pool.submit(call)
        except BaseException:
            self._leave(client)
            raise
        future.add_done_callback(lambda _: self._leave(client))
        return future

    def wait_until_idle(self, seconds: float) -> float:
        """Wait until no call runs or waits, at most for `seconds`; return the seconds waited."""
        start = time.monotonic()
        with self._counts:
            self._counts.wait_for(lambda: not self._calls, seconds)
        return time.monotonic() - start

    def close(self) -> None:
        """Wait for the running calls; drop the waiting ones."""
        self._pool.shutdown(cancel_futures=True)

    @contextmanager
    def _entered(self) -> Iterator[None]:
        """Count a call of the present client while it runs or waits.  Raises Busy."""
        client = self._enter()
        try:
            yield
        finally:
            self._leave(client)

    def _enter(self) -> str:
        """Count a call of the present client, and return the client.  Raises Busy."""
        client = CLIENT.get()
        with self._counts:
            free = self._limit - self._calls
            # A client's first call may take the last free slot.
            if free <= 0 or 0 < self._calls_of[client] >= free:
                raise Busy(f"{self._calls} requests are already running: try again in a moment")
            self._calls += 1
            self._calls_of[client] += 1
        return client

    def _leave(self, client: str) -> None:
        """Stop counting a call of a client."""
        with self._counts:
            self._calls -= 1
            self._calls_of[client] -= 1
            if not self._calls_of[client]:
                del self._calls_of[client]
            if not self._calls:
                self._counts.notify_all()
