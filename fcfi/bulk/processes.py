"""Running parts on the cores of this machine: one process per core, watched by the caller.

If a process dies (a picture that needs too much memory, a signal), another one computes its part.
After DEATHS deaths at one picture, its rows become errors.  A pool from the standard library is not
enough: it stops as a whole when one of its processes dies.
"""

import multiprocessing
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from fcfi.bulk.plan import Part
from fcfi.bulk.work import DEATHS, Done, Job, Task, Worker
from fcfi.errors import FCFIError, InputError


@dataclass(frozen=True)
class Started:
    """Sent when a process starts a picture.  rows: finished rows of its part."""

    image: str
    rows: int


@dataclass(frozen=True)
class Failed:
    """Sent for an error that stops all work: the network or the folder cannot be used."""

    message: str


Event = Started | Done | Failed


def run_on_processes(job: Job, parts: Iterator[Part], processes: int) -> Iterator[int | Done]:
    """Compute parts and yield events: rows finished since the last event, and finished parts.

    parts: taken one by one, when a process is idle.  The number of rows is negative if a process
    died and its rows are lost.  Raises InputError if the work cannot continue.
    """
    tasks = _Tasks(parts)
    deaths: Counter[tuple[Part, str]] = Counter()
    workers = [_Process(job) for _ in range(processes)]
    try:
        while busy := _hand_out(workers, tasks):
            for worker in _ready(busy):
                event = worker.receive()
                if isinstance(event, Failed):
                    raise InputError(event.message)
                # Rows of an unfinished part are lost with its process; the progress goes back.
                if event is None:
                    yield -worker.rows
                    tasks.again.append(_after_death(worker, deaths))
                    workers[workers.index(worker)] = _Process(job)
                else:
                    yield event.rows - worker.rows
                    worker.rows = event.rows
                if isinstance(event, Started):
                    worker.image = event.image
                elif isinstance(event, Done):
                    yield event
                    worker.task = None
    finally:
        for worker in workers:
            worker.stop()


@dataclass
class _Process:
    """A process, its task and its progress."""

    job: Job
    task: Task | None = None
    image: str = ""
    rows: int = 0
    connection: "Connection[Task, Event]" = field(init=False)
    process: SpawnProcess = field(init=False)

    def __post_init__(self) -> None:
        # Spawned, not forked, because the threads of the runtimes do not survive a fork.
        context = multiprocessing.get_context("spawn")
        self.connection, other = context.Pipe()
        self.process = context.Process(target=_serve, args=(other, self.job), daemon=True)
        self.process.start()
        other.close()  # only the child may hold this end, so that its death closes the connection

    def give(self, task: Task) -> None:
        self.task, self.image, self.rows = task, "", 0
        with suppress(OSError):  # it died while it was idle, which `receive` reports
            self.connection.send(task)

    def receive(self) -> Event | None:
        """Return the next event, or None if the process died."""
        try:
            return self.connection.recv()
        except (EOFError, OSError):
            return None

    def stop(self) -> None:
        self.process.terminate()
        self.process.join()
        self.connection.close()


def _serve(connection: "Connection[Event, Task]", job: Job) -> None:
    """Compute parts from the connection, in a separate process, until the caller closes it."""
    try:
        worker = Worker(job)
        while True:
            task = connection.recv()
            done = worker.make(task, lambda image, rows: connection.send(Started(image, rows)))
            connection.send(done)
    except FCFIError as error:
        connection.send(Failed(str(error)))
    except (EOFError, OSError, KeyboardInterrupt):
        return  # an unfinished part is not written


class _Tasks:
    """The remaining tasks: first those of processes that died, then further parts."""

    def __init__(self, parts: Iterator[Part]) -> None:
        self._parts = parts
        self.again: deque[Task] = deque()

    def next(self) -> Task | None:
        if self.again:
            return self.again.popleft()
        part = next(self._parts, None)
        return None if part is None else Task(part)


def _hand_out(workers: list[_Process], tasks: _Tasks) -> list[_Process]:
    """Send each idle process a task, if there is one; return the busy processes."""
    for worker in workers:
        if worker.task is None and (task := tasks.next()) is not None:
            worker.give(task)
    return [worker for worker in workers if worker.task is not None]


def _ready(workers: list[_Process]) -> list[_Process]:
    """Wait for processes that sent an event or died."""
    ready = wait([worker.connection for worker in workers])
    return [worker for worker in workers if worker.connection in ready]


def _after_death(worker: _Process, deaths: Counter[tuple[Part, str]]) -> Task:
    """Return the task of a process that died, to repeat it.

    Raises InputError if a process dies every time.
    """
    task = worker.task
    assert task is not None, "only busy processes are waited for"
    worker.stop()
    deaths[task.part, worker.image] += 1
    if deaths[task.part, worker.image] < DEATHS:
        return task
    if not worker.image:
        raise InputError(
            f"a process died {DEATHS} times before its first picture (exit code "
            f"{worker.process.exitcode}): there may be too little memory; try fewer --workers"
        )
    return replace(task, killers=task.killers | {worker.image})
