"""Stopping a run: Ctrl+C and SIGTERM end it after the current step, with everything saved."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def stop_requests() -> Iterator[list[int]]:
    """Yield a list to which Ctrl+C and SIGTERM append the signal's number.

    A second signal raises KeyboardInterrupt at once.
    """
    signals: list[int] = []

    def note(number: int, frame: object) -> None:
        if signals:
            raise KeyboardInterrupt
        signals.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def forgiving_workers(signals: list[int]) -> Iterator[None]:
    """Suppress the RuntimeError of worker processes that a stop signal has ended first."""
    try:
        yield
    except RuntimeError:
        # A terminal also sends Ctrl+C to the processes that make crops: the loader then reports
        # them as killed, although the run only has to save.
        if not signals:
            raise
