"""Threads behind a bounded queue that run the project's calls, so that the event loop stays free.

Calls with one key run one after the other, in the order in which they came; calls with other keys
run beside them.  However much one client asks for, there is room for another.  Calls are waited for
in one event loop, or begun and left alone (`start`).  Knows nothing of HTTP or projects.
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
"""After how long a refused call may be tried again."""
CLIENT: Final[ContextVar[str]] = ContextVar("client", default="")
"""The client whose request the running task serves; set where the request arrives."""
Value = TypeVar("Value")


class Busy(FCFIError):  # noqa: N818, a state rather than a fault
    """The state in which as many calls as are allowed run or wait."""


@dataclass
class _Turn:
    """The queue of the calls with one key; asyncio.Lock serves in the order of arrival."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    calls: int = 0


class Workers:
    """Threads and a queue: at most `limit` calls run or wait.

    A client may have as many calls as are free: alone half of the queue, beside another client
    with as many calls a third, and so on, so that a further client always finds room.
    Source of the rule: Choudhury and Hahne, "Dynamic queue length thresholds", 1998, for switches.
    """

    def __init__(self, name: str, threads: int, limit: int) -> None:
        """Make the threads; the name shows in the list of the process's threads."""
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"fcfi-{name}")
        self._limit = limit
        self._calls = 0
        self._calls_of: Counter[str] = Counter()
        self._turns: dict[int, _Turn] = {}
        self._counts = Condition()
        """Held where calls are counted, and woken when there is none any more."""

    async def run(self, call: Callable[[], Value]) -> Value:
        """Run a call in a thread and return its result.  Raises Busy, and what the call raises."""
        with self._entered():
            return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    async def in_turn(self, key: int, call: Callable[[], Value]) -> Value:
        """Run a call as `run` does, after all earlier calls with this key have ended."""
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
        """Begin a call, or queue it, without waiting for it.  Raises Busy."""
        client = self._enter()
        try:
            future = self._pool.submit(call)
        except BaseException:
            self._leave(client)
            raise
        future.add_done_callback(lambda _: self._leave(client))
        return future

    def wait_until_idle(self, seconds: float) -> float:
        """Wait until no call runs or waits, at most so long; return how long it was."""
        begun = time.monotonic()
        with self._counts:
            self._counts.wait_for(lambda: not self._calls, seconds)
        return time.monotonic() - begun

    def close(self) -> None:
        """Wait for the running calls; waiting calls are dropped."""
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
            # The first call of a client takes any room that there is.
            if free <= 0 or 0 < self._calls_of[client] >= free:
                raise Busy(f"{self._calls} requests are under way already: try again in a moment")
            self._calls += 1
            self._calls_of[client] += 1
        return client

    def _leave(self, client: str) -> None:
        """Count a call of a client no longer."""
        with self._counts:
            self._calls -= 1
            self._calls_of[client] -= 1
            if not self._calls_of[client]:
                del self._calls_of[client]
            if not self._calls:
                self._counts.notify_all()
