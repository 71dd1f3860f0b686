"""The queue is bounded, and calls with one key keep their order."""

import asyncio
import threading
import time
from collections.abc import Callable

import pytest

from fcfi.server.workers import CLIENT, Busy, Workers


def test_one_call_more_than_allowed_is_refused_and_then_taken_again() -> None:
    async def scene() -> None:
        workers, gate = Workers("test", threads=1, limit=2), threading.Event()
        waiting = [as_client(name, workers, gate) for name in ("ann", "bob")]
        await asyncio.sleep(0)
        CLIENT.set("carol")
        with pytest.raises(Busy, match="2 requests are already running: try again"):
            await workers.run(gate.wait)
        with pytest.raises(Busy):
            await workers.in_turn(1, gate.wait)
        gate.set()
        assert await asyncio.gather(*waiting) == [True, True]
        assert await workers.run(lambda: 3) == 3
        workers.close()

    asyncio.run(scene())


@pytest.mark.parametrize(("others", "share"), [(0, 6), (1, 4), (2, 3)])
def test_a_client_has_a_share_of_the_queue_and_leaves_room_for_another(
    others: int, share: int
) -> None:
    async def scene() -> None:
        workers, gate = Workers("test", threads=1, limit=12), threading.Event()
        greedy = [f"greedy {number}" for number in range(others + 1)]
        waiting = []
        for _ in range(12):  # all of them ask in turn, for as much as they can get
            for client in greedy:
                waiting.append(as_client(client, workers, gate))
                await asyncio.sleep(0)
        refused = [task for task in waiting if task.done()]
        assert len(waiting) - len(refused) == share * len(greedy)
        assert all(isinstance(task.exception(), Busy) for task in refused)
        modest = as_client("modest", workers, gate)
        await asyncio.sleep(0)
        assert not modest.done()
        gate.set()
        assert await modest
        await asyncio.gather(*(task for task in waiting if task not in refused))
        assert await as_client(greedy[0], workers, gate)  # what has ended does not count
        workers.close()

    asyncio.run(scene())


def as_client(name: str, workers: Workers, gate: threading.Event) -> "asyncio.Task[bool]":
    """Make a client's call, which waits for the gate."""

    async def call() -> bool:
        CLIENT.set(name)
        return await workers.run(gate.wait)

    return asyncio.create_task(call())


def test_calls_with_one_key_run_one_after_the_other_in_the_order_of_arrival() -> None:
    seen: dict[int, list[int]] = {1: [], 2: []}
    running: dict[int, int] = {1: 0, 2: 0}

    def work(key: int, number: int) -> Callable[[], None]:
        def call() -> None:
            running[key] += 1
            assert running[key] == 1
            time.sleep(0.002 if number % 2 else 0)
            seen[key].append(number)
            running[key] -= 1

        return call

    async def scene() -> None:
        workers = Workers("test", threads=4, limit=100)
        await asyncio.gather(
            *(workers.in_turn(key, work(key, number)) for number in range(20) for key in (1, 2))
        )
        workers.close()

    asyncio.run(scene())
    assert seen == {1: list(range(20)), 2: list(range(20))}


def test_calls_with_other_keys_do_not_wait() -> None:
    async def scene() -> None:
        workers, gate = Workers("test", threads=2, limit=10), threading.Event()
        first = asyncio.create_task(workers.in_turn(1, gate.wait))
        assert await asyncio.wait_for(workers.in_turn(2, lambda: "done"), 10) == "done"
        gate.set()
        await first
        workers.close()

    asyncio.run(scene())


def test_a_call_that_fails_makes_way_for_the_next() -> None:
    def fail() -> None:
        raise ValueError("no")

    async def scene() -> None:
        workers = Workers("test", threads=1, limit=1)
        for _ in range(3):
            with pytest.raises(ValueError, match="no"):
                await workers.in_turn(1, fail)
            with pytest.raises(ValueError, match="no"):
                await workers.run(fail)
        workers.close()

    asyncio.run(scene())
