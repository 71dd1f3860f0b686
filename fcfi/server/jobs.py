"""Jobs: long operations that a request starts, with progress, result and cancel.

They are listed in a bounded table in memory, which drops the oldest ended jobs.  Threads may share
it.  Knows nothing of HTTP or projects.
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

Kind = Literal["import", "export", "scan", "learning", "carry"]
State = Literal["queued", "running", "done", "failed", "cancelled"]
ENDED: Final = frozenset[State](("done", "failed", "cancelled"))
KEPT: Final = 64
"""Most jobs in the table; jobs that have not ended always stay."""
ID_BYTES: Final = 16
ASIDE_SECONDS: Final = 0.25
"""A job waits for clicks at most this long, and then runs at least as long as it waited."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job at one moment.

    id: a random text that cannot be guessed.  what: its stage, "" before the first.
    done, total: pictures done in this stage, and all of them (None: not known).
    problem: why it failed, or None.  result: what its work returned, or None until it is done.
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
"""The function that a job runs.  The progress that it calls raises Cancelled to end it."""


class Jobs:
    """The table of jobs: starts, reports and cancels them."""

    def __init__(
        self,
        workers: Workers,
        explain: Callable[[Kind, Exception], str],
        yields_to: Workers | None = None,
        keep: int = KEPT,
    ) -> None:
        """Make an empty table.

        workers: run the jobs.  explain: logs the error that ended a job, and returns its sentence.
        yields_to: workers whose calls go first: a job pauses while they run.
        """
        self._workers = workers
        self._explain = explain
        self._yields_to = yields_to
        self._keep = keep
        self._jobs: dict[str, Job] = {}  # in the order in which they were started
        self._futures: dict[str, Future[None]] = {}
        self._cancelled: set[str] = set()
        self._lock = Lock()

    def start(
        self,
        kind: Kind,
        work: Work,
        release: Callable[[], object] = lambda: None,
        workers: Workers | None = None,
    ) -> Job:
        """Start a job, or queue it.

        release: called when the job ends in any way.  Raises Busy; then nothing is called.
        workers: run the job; None means those of all jobs.
        """
        job = Job(secrets.token_urlsafe(ID_BYTES), kind)
        with self._lock:
            # Under the lock, so that the job's thread finds the job in the table.
            future = (workers or self._workers).start(lambda: self._run(job.id, work))
            self._jobs[job.id] = job
            self._futures[job.id] = future
            self._drop_oldest()
        future.add_done_callback(lambda _: release())
        return job

    def find(self, identity: str) -> Job | None:
        """Return the present state of a job, or None if it is no longer in the table."""
        with self._lock:
            return self._jobs.get(identity)

    def cancel(self, identity: str) -> Job | None:
        """Cancel a job and return its state, or None if it is no longer in the table.

        A queued job ends at once, a running job at its next picture; an ended job is not changed.
        """
        with self._lock:
            job = self._jobs.get(identity)
            if job is None or job.state in ENDED:
                return job
            self._cancelled.add(identity)
            future = self._futures[identity]
        # Without the lock, since this calls `release`.
        if future.cancel():
            self._end(identity, state="cancelled")
        return self.find(identity)

    def cancel_all(self) -> None:
        """Cancel all queued and running jobs."""
        with self._lock:
            found = [job.id for job in self._jobs.values() if job.state not in ENDED]
        for identity in found:
            self.cancel(identity)

    def close(self) -> None:
        """Cancel all jobs, and wait for their end."""
        self.cancel_all()
        self._workers.close()

    def _run(self, identity: str, work: Work) -> None:
        """Run the work of a job, in a thread, and record how it ends."""
        self._change(identity, state="running")
        try:
            result = work(self._progress_of(identity))
        except Cancelled:
            self._end(identity, state="cancelled")
        except Exception as error:  # reported in the table, as nothing waits for this thread
            kind = self._jobs[identity].kind
            self._end(identity, state="failed", problem=self._explain(kind, error))
        else:
            self._end(identity, state="done", result=result)

    def _progress_of(self, identity: str) -> Progress:
        """Return the progress function of a job: it records, pauses for clicks, and cancels."""
        works_until = 0.0

        def progress(stage: str, done: int, total: int | None) -> None:
            nonlocal works_until
            if identity in self._cancelled:
                raise Cancelled("somebody cancelled this")
            self._change(identity, what=stage, done=done, total=total)
            # Threads share one interpreter, so a busy job slows clicks down: it pauses for them.
            # Not while it saves: clicks then wait for the store, and each would wait for the other.
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
        """Drop the oldest ended jobs until few enough are kept."""
        ended = [job.id for job in self._jobs.values() if job.state in ENDED]
        for identity in ended[: max(0, len(self._jobs) - self._keep)]:
            del self._jobs[identity]
