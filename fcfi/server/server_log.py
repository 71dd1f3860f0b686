"""The server log: problems of pictures, stores, networks and imports as lines in the terminal.

A sentence is one line, whatever characters a file name holds.  The same sentence is written at most
once a minute, since a page requests many tiles of a damaged picture.  Knows nothing of HTTP.
"""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final

LOG: Final = logging.getLogger("fcfi.server")
QUIET_SECONDS: Final = 60.0
"""Time in which the same sentence is not written again."""
KEPT: Final = 1000
"""Number of written sentences that are remembered."""
SHOWN: Final = 20
"""Number of sentences of a list that are written."""


class ServerLog:
    """The writer of sentences into the server log.  Threads may share it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Keep the clock, which returns seconds."""
        self._clock = clock
        self._written: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def note(self, sentence: str) -> None:
        """Write a sentence, unless it was written within the last minute."""
        line, now = one_line(sentence), self._clock()
        with self._lock:
            last = self._written.get(line)
            if last is not None and now - last < QUIET_SECONDS:
                return
            self._written[line] = now
            self._written.move_to_end(line)
            if len(self._written) > KEPT:
                self._written.popitem(last=False)
        LOG.warning("%s", line)

    def note_all(self, sentences: Sequence[str]) -> None:
        """Write the first sentences of a list, and how many more there are."""
        for sentence in sentences[:SHOWN]:
            self.note(sentence)
        if len(sentences) > SHOWN:
            LOG.warning("and %d more like these", len(sentences) - SHOWN)


def one_line(text: str) -> str:
    """Return a text whose line ends and control characters are replaced."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
