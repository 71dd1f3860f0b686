"""The log: what the page was told of pictures, stores, networks and imports, for who looks at the terminal.

One line each, whatever signs the name of a file holds.  The same sentence comes once a minute at
most, since a page asks for many tiles of one damaged picture.  Knows nothing of HTTP.
"""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final

LOG: Final = logging.getLogger("fcfi.server")
QUIET_SECONDS: Final = 60.0
KEPT: Final = 1000
"""Sentences that are remembered."""
SHOWN: Final = 20
"""Of many sentences that come at once."""


class Journal:
    """Writes sentences into the log.  Threads may share it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """clock: seconds."""
        self._clock = clock
        self._told: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def note(self, sentence: str) -> None:
        """Write a sentence, unless it was written just now."""
        line, now = one_line(sentence), self._clock()
        with self._lock:
            last = self._told.get(line)
            if last is not None and now - last < QUIET_SECONDS:
                return
            self._told[line] = now
            self._told.move_to_end(line)
            if len(self._told) > KEPT:
                self._told.popitem(last=False)
        LOG.warning("%s", line)

    def note_all(self, sentences: Sequence[str]) -> None:
        """Write the first of many sentences, and how many there are beside them."""
        for sentence in sentences[:SHOWN]:
            self.note(sentence)
        if len(sentences) > SHOWN:
            LOG.warning("and %d more like these", len(sentences) - SHOWN)


def one_line(text: str) -> str:
    """The text without signs that end a line or steer a terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
