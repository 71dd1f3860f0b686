"""Long work that a request begins: how far it is, how it ended, and how it is cancelled.

The table is in memory and bounded; jobs that have ended leave it, the oldest first.  Threads may
share it.  Knows nothing of HTTP or projects.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, Final, Literal

from fcfi.project.progress import SAVING, Cancelled, Progress
from fcfi.server.workers import Workers

Kind = Literal["import", "export", "scan"]
State = Literal["queued", "running", "done", "failed", "cancelled"]
ENDED: Final = frozenset[State](("done", "failed", "cancelled"))
KEPT: Final = 64
"""Jobs in the table; those that have not ended stay, however many they are."""
ID_BYTES: Final = 16
ASIDE_SECONDS: Final = 0.25
"""A job waits at most so long for clicks, and then works at least as long as it waited."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it is at one moment.

    id: cannot be guessed.  what: the stage that it is in, "" before the first.
    done, total: pictures that are through the stage, and all of them (None: not known).
    problem: why it failed, or None.  result: what its work returned, None before it has ended.
    """

    id: str
    kind: Kind
    state: State = "queued"
    what: str = ""
    done: int = 0
    total: int | None = None
    problem: str | None = None
    result: Mapping[str, Any] | None = None


Work = Callable[[Progress], Mapping[str, Any]]
"""What a job does.  Its progress raises Cancelled, which ends the work."""


class Jobs:
    """Starts jobs and keeps them, also for a while after their end."""

    def __init__(
        self,
        workers: Workers,
        explain: Callable[[Kind, Exception], str],
        yields_to: Workers | None = None,
        keep: int = KEPT,
    ) -> None:
        """Make an empty table.

        workers: run the jobs.  explain: returns the sentence for what ended one, and logs it.
        yields_to: calls for which a job steps aside.
        """
        self._workers = workers
        self._explain = explain
        self._yields_to = yields_to
        self._keep = keep
        self._jobs: dict[str, Job] = {}  # in the order in which they were started
        self._futures: dict[str, Future[None]] = {}
        self._cancelled: set[str] = set()
        self._lock = Lock()

    def start(self, kind: Kind, work: Work, release: Callable[[], object] = lambda: None) -> Job:
        """Begin a job, or queue it.

        release: called at its end, whichever it is.  Raises Busy, and then calls nothing.
        """
        job = Job(secrets.token_urlsafe(ID_BYTES), kind)
        with self._lock:
            # Under the lock, so that nobody asks for a job that is not in the table yet.
            future = self._workers.start(lambda: self._run(job.id, work))
            self._jobs[job.id] = job
            self._futures[job.id] = future
            self._drop_oldest()
        future.add_done_callback(lambda _: release())
        return job

    def find(self, identity: str) -> Job | None:
        """Return a job as it is now, None if it is not in the table any more."""
        with self._lock:
            return self._jobs.get(identity)

    def cancel(self, identity: str) -> Job | None:
        """Cancel a job and return it as it is now, None if it is not in the table any more.

        A queued one has ended then; a running one ends at its next picture; an ended one stays
        as it is.
        """
        with self._lock:
            job = self._jobs.get(identity)
            if job is None or job.state in ENDED:
                return job
            self._cancelled.add(identity)
            future = self._futures[identity]
        # Outside of the lock, since this calls `release`.
        if future.cancel():
            self._end(identity, state="cancelled")
        return self.find(identity)

    def cancel_all(self) -> None:
        """Cancel whatever is queued or runs."""
        with self._lock:
            found = [job.id for job in self._jobs.values() if job.state not in ENDED]
        for identity in found:
            self.cancel(identity)

    def close(self) -> None:
        """Cancel all jobs, and wait until none runs."""
        self.cancel_all()
        self._workers.close()

    def _run(self, identity: str, work: Work) -> None:
        """Do the work in a thread and note how it ends."""
        self._change(identity, state="running")
        try:
            result = work(self._progress_of(identity))
        except Cancelled:
            self._end(identity, state="cancelled")
        except Exception as error:  # the table is where it is reported
            kind = self._jobs[identity].kind
            self._end(identity, state="failed", problem=self._explain(kind, error))
        else:
            self._end(identity, state="done", result=result)

    def _progress_of(self, identity: str) -> Progress:
        """Return the progress of a job, which notes it, steps aside for clicks, and cancels."""
        works_until = 0.0

        def progress(stage: str, done: int, total: int | None) -> None:
            nonlocal works_until
            if identity in self._cancelled:
                raise Cancelled("somebody cancelled this")
            self._change(identity, what=stage, done=done, total=total)
            # Threads share one interpreter: beside a job that computes, a click takes longer.
            # While a job saves, clicks wait for the store, so that it must not wait for them.
            if self._yields_to is None or stage == SAVING:
                return
            if time.monotonic() >= works_until:
                waited = self._yields_to.wait_until_idle(ASIDE_SECONDS)
                works_until = time.monotonic() + waited

        return progress

    def _change(self, identity: str, **values: Any) -> None:
        with self._lock:
            self._jobs[identity] = replace(self._jobs[identity], **values)

    def _end(self, identity: str, **values: Any) -> None:
        with self._lock:
            self._jobs[identity] = replace(self._jobs[identity], **values)
            self._futures.pop(identity, None)
            self._cancelled.discard(identity)

    def _drop_oldest(self) -> None:
        """Drop jobs that have ended until few enough are kept."""
        ended = [job.id for job in self._jobs.values() if job.state in ENDED]
        for identity in ended[: max(0, len(self._jobs) - self._keep)]:
            del self._jobs[identity]
