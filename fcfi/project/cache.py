"""A cache limited in bytes, which drops the least recently used values.

Thread-safe; a value that several threads request at once is made once.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

Value = TypeVar("Value")


class ByteCache:
    """A cache of values by key.  A value larger than the limit is not kept."""

    def __init__(self, limit: int) -> None:
        """Make an empty cache.  limit: in bytes."""
        self.limit = limit
        self._items: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._bytes = 0
        self._making: dict[Hashable, Lock] = {}
        self._lock = Lock()

    @property
    def nbytes(self) -> int:
        """The size of all cached values."""
        return self._bytes

    def find(self, key: Hashable) -> Any:
        """Return the cached value of a key, or None."""
        with self._lock:
            if key not in self._items:
                return None
            self._items.move_to_end(key)
            return self._items[key][0]

    def put(self, key: Hashable, value: Any, nbytes: int) -> None:
        """Cache a value of `nbytes` bytes."""
        with self._lock:
            self._bytes -= self._items.pop(key, (None, 0))[1]
            if nbytes > self.limit:
                return
            self._items[key] = (value, nbytes)
            self._bytes += nbytes
            while self._bytes > self.limit:
                self._bytes -= self._items.popitem(last=False)[1][1]

    def get(
        self, key: Hashable, make: Callable[[], Value], nbytes: Callable[[Value], int]
    ) -> Value:
        """Return the value of a key; make and cache it if it is not cached.

        nbytes: returns the size of a value.  Raises what `make` raises; then nothing is cached.
        """
        known: Value | None = self.find(key)
        if known is not None:
            return known
        with self._lock:
            making = self._making.setdefault(key, Lock())
        try:
            with making:
                known = self.find(key)
                if known is None:
                    known = make()
                    self.put(key, known, nbytes(known))
                return known
        finally:
            with self._lock:
                self._making.pop(key, None)
