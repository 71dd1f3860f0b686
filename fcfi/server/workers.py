"""Threads that do the work, behind a bounded queue, so that the event loop is free to answer.

Calls with one key run one after the other, in the order in which they came; calls with other keys
run beside them. Used from one event loop; knows nothing of HTTP or projects.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, TypeVar

from fcfi.errors import FCFIError

RETRY_SECONDS: Final = 1
"""When a refused call is worth another try."""
Value = TypeVar("Value")


class Busy(FCFIError):  # noqa: N818, what it is and no fault
    """As much work as is allowed is under way or waits."""


@dataclass
class _Turn:
    """Whose turn it is among calls with one key.  asyncio.Lock serves in the order of arrival."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    calls: int = 0


class Workers:
    """Some threads and a queue: at most `limit` calls run or wait."""

    def __init__(self, name: str, threads: int, limit: int) -> None:
        """The name shows in the list of the process's threads."""
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"fcfi-{name}")
        self._limit = limit
        self._calls = 0
        self._turns: dict[int, _Turn] = {}

    async def run(self, call: Callable[[], Value]) -> Value:
        """What the call gives, run in a thread.  Raises Busy, and what it raises."""
        self._enter()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, call)
        finally:
            self._calls -= 1

    async def in_turn(self, key: int, call: Callable[[], Value]) -> Value:
        """As `run`, after all earlier calls with this key have ended."""
        self._enter()
        turn = self._turns.setdefault(key, _Turn())
        turn.calls += 1
        try:
            async with turn.lock:
                return await asyncio.get_running_loop().run_in_executor(self._pool, call)
        finally:
            self._calls -= 1
            turn.calls -= 1
            if not turn.calls:
                del self._turns[key]

    def close(self) -> None:
        """Wait for what runs; what waits is dropped."""
        self._pool.shutdown(cancel_futures=True)

    def _enter(self) -> None:
        if self._calls >= self._limit:
            raise Busy(f"{self._limit} requests are under way already: try again in a moment")
        self._calls += 1
