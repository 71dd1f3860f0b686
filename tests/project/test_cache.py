"""The cache never exceeds its limit, drops the oldest value first, and computes a value once."""

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fcfi.project.cache import ByteCache


@given(st.integers(0, 50), st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30)), max_size=60))
def test_it_holds_what_was_used_last_and_never_more_than_its_limit(
    limit: int, steps: list[tuple[int, int]]
) -> None:
    cache, model = ByteCache(limit), dict[int, int]()
    for key, size in steps:
        cache.put(key, f"{key} {size}", size)
        model.pop(key, None)
        if size <= limit:
            model[key] = size
        while sum(model.values()) > limit:
            del model[next(iter(model))]
        assert cache.nbytes == sum(model.values()) <= limit
    for key in range(10):
        assert cache.find(key) == (f"{key} {model[key]}" if key in model else None)


def test_what_is_looked_at_stays() -> None:
    cache = ByteCache(2)
    cache.put("a", 1, 1)
    cache.put("b", 2, 1)
    cache.find("a")
    cache.put("c", 3, 1)
    assert (cache.find("a"), cache.find("b")) == (1, None)


def test_what_many_want_at_once_is_made_once() -> None:
    cache, made = ByteCache(100), list[int]()

    def make() -> str:
        made.append(1)
        time.sleep(0.02)
        return "value"

    threads = [threading.Thread(target=cache.get, args=("key", make, len)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_what_fails_is_not_kept() -> None:
    cache = ByteCache(100)
    with pytest.raises(ZeroDivisionError):
        cache.get("key", lambda: 1 // 0, lambda _: 1)
    assert cache.get("key", lambda: 5, lambda _: 1) == 5
