"""Jobs: progress, results and cancellation."""

import logging
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, UploadFile

from fcfi.errors import InputError, StoreError
from fcfi.project import exporting
from fcfi.project.progress import SAVING, WRITING, ZIPPING, Progress
from fcfi.project.project import Project
from fcfi.server.jobs import Job, Jobs
from fcfi.server.problems import explain
from fcfi.server.server_log import ServerLog
from fcfi.server.workers import CLIENT, Busy, Workers
from tests.server.client import ask, ended, problem_of, result_of

PATIENCE = 20.0
"""Seconds after which a test that waits for an event has failed."""


class Gate:
    """Work that waits at a chosen point until it is released."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self._opened = threading.Event()

    def __call__(self, progress: Progress) -> dict[str, Any]:
        progress(WRITING, 3, 5)
        self.reached.set()
        assert self._opened.wait(PATIENCE)
        progress(WRITING, 4, 5)
        return {"written": 5}

    def wait(self) -> None:
        """Wait until the work has reached the gate."""
        assert self.reached.wait(PATIENCE)

    def open(self) -> None:
        """Release the work."""
        self._opened.set()


def failing(error: Exception) -> Any:
    def work(_: Progress) -> dict[str, Any]:
        raise error

    return work


@contextmanager
def table(limit: int = 8, keep: int = 64) -> Iterator[Jobs]:
    """Make a table of jobs that runs one at a time."""
    workers, server_log = Workers("test", threads=1, limit=limit), ServerLog()
    jobs = Jobs(workers, lambda kind, error: explain(error, server_log, f"the {kind}"), keep=keep)
    yield jobs
    jobs.close()


def over(jobs: Jobs, job: Job) -> Job:
    """Return a job when it has ended."""
    last = threading.Event()
    jobs.start("scan", lambda _: {}, last.set)
    assert last.wait(PATIENCE)
    found = jobs.find(job.id)
    assert found is not None
    return found


# ── the table ─────────────────────────────────────────────────────────────────────────────────────


def test_a_job_is_queued_runs_and_is_done() -> None:
    first, second = Gate(), Gate()
    with table() as jobs:
        job, behind = jobs.start("export", first), jobs.start("import", second)
        first.wait()
        running = jobs.find(job.id)
        assert running == Job(job.id, "export", "running", WRITING, 3, 5)
        assert jobs.find(behind.id) == Job(behind.id, "import", "queued")
        first.open()
        second.wait()
        done = jobs.find(job.id)
        assert done == Job(job.id, "export", "done", WRITING, 4, 5, None, {"written": 5})
        second.open()
        assert jobs.find("another") is None


def test_a_running_job_is_cancelled_at_its_next_picture() -> None:
    gate, released = Gate(), threading.Event()
    with table() as jobs:
        job = jobs.start("export", gate, released.set)
        gate.wait()
        asked = jobs.cancel(job.id)
        assert asked is not None
        assert asked.state == "running"
        assert not released.is_set()
        gate.open()
        assert over(jobs, job) == Job(job.id, "export", "cancelled", WRITING, 3, 5)
        assert released.is_set()
        assert jobs.cancel(job.id) == jobs.find(job.id)  # an ended job stays as it is


def test_a_queued_job_is_cancelled_at_once_and_never_begins() -> None:
    gate, behind, released = Gate(), Gate(), threading.Event()
    with table() as jobs:
        jobs.start("scan", gate)
        job = jobs.start("import", behind, released.set)
        gate.wait()
        assert jobs.cancel(job.id) == Job(job.id, "import", "cancelled")
        assert released.is_set()
        gate.open()
        assert over(jobs, job).state == "cancelled"
        assert not behind.reached.is_set()
        assert jobs.cancel("another") is None


def test_a_job_that_has_saved_is_done_although_it_was_cancelled() -> None:
    saved, cancelled = threading.Event(), threading.Event()

    def work(progress: Progress) -> dict[str, Any]:
        progress(SAVING, 0, 1)
        saved.set()
        assert cancelled.wait(PATIENCE)
        return {"objects": 1}

    with table() as jobs:
        job = jobs.start("import", work)
        assert saved.wait(PATIENCE)
        jobs.cancel(job.id)
        cancelled.set()
        assert over(jobs, job).result == {"objects": 1}


def test_a_job_that_fails_says_why(caplog: pytest.LogCaptureFixture) -> None:
    with table() as jobs:
        mistake = jobs.start("import", failing(InputError("no annotations in a.json")))
        store = jobs.start("scan", failing(StoreError("the disk is gone")))
        fault = jobs.start("export", failing(ZeroDivisionError("secret")))
        assert over(jobs, mistake).problem == "no annotations in a.json"
        assert over(jobs, store).problem == "the disk is gone"
        said = over(jobs, fault)
    assert said.state == "failed"
    assert said.problem is not None
    assert said.problem.startswith("something went wrong inside fcfi (ZeroDivisionError)")
    assert "secret" not in said.problem
    levels = [(record.levelno, record.message[:36]) for record in caplog.records]
    assert levels == [
        (logging.WARNING, "the disk is gone"),
        (logging.ERROR, "something went wrong inside fcfi (Zer"[:36]),
    ]


def test_more_jobs_than_there_is_room_for_are_refused_and_release_nothing() -> None:
    gate, released = Gate(), threading.Event()
    with table(limit=2) as jobs:
        for client in ("ann", "bob"):
            CLIENT.set(client)
            jobs.start("scan", gate)
        CLIENT.set("carol")
        with pytest.raises(Busy):
            jobs.start("scan", gate, released.set)
        assert not released.is_set()
        gate.open()
    CLIENT.set("")


def test_the_last_jobs_are_kept_and_those_under_way_all() -> None:
    gate = Gate()
    with table(keep=3) as jobs:
        ended = [jobs.start("scan", lambda _: {}) for _ in range(3)]
        running = jobs.start("export", gate)
        gate.wait()
        waiting = [jobs.start("scan", lambda _: {}) for _ in range(2)]
        kept = [jobs.find(job.id) is not None for job in (*ended, running, *waiting)]
        assert kept == [False, False, False, True, True, True]
        gate.open()


def test_the_end_of_the_table_cancels_all(project: Project) -> None:
    gate, behind = Gate(), Gate()
    with table() as jobs:
        job, queued = jobs.start("export", gate), jobs.start("import", behind)
        gate.wait()
        jobs.cancel_all()
        gate.open()
    assert [getattr(jobs.find(started.id), "state", None) for started in (job, queued)] == [
        "cancelled",
        "cancelled",
    ]
    assert not behind.reached.is_set()


def test_a_job_steps_aside_for_clicks_but_not_while_it_saves() -> None:
    clicks, asked = Workers("act", threads=1, limit=4), list[str]()

    class Watched(Workers):
        def wait_until_idle(self, seconds: float) -> float:
            asked.append("asked")
            return clicks.wait_until_idle(seconds)

    watched = Watched("watched", threads=1, limit=1)
    jobs = Jobs(Workers("test", 1, 4), lambda *_: "", watched)

    def work(progress: Progress) -> dict[str, Any]:
        progress(SAVING, 0, 2)
        assert asked == []
        progress(WRITING, 0, 2)
        assert asked == ["asked"]
        return {}

    assert over(jobs, jobs.start("import", work)).state == "done"
    for workers in (clicks, watched):
        workers.close()
    jobs.close()


def test_idle_workers_wake_who_waits_for_them() -> None:
    workers, gate, begun = Workers("act", 1, 4), threading.Event(), threading.Event()

    def click() -> None:
        begun.set()
        assert gate.wait(PATIENCE)

    future = workers.start(click)
    assert begun.wait(PATIENCE)
    assert workers.wait_until_idle(0.01) >= 0.01
    gate.set()
    assert workers.wait_until_idle(PATIENCE) < PATIENCE
    future.result()
    workers.close()


# ── over HTTP ─────────────────────────────────────────────────────────────────────────────────────


def worked_on(app: FastAPI) -> None:
    clicks = [{"x": 10, "y": 10, "positive": True}]
    for number in (1, 2):
        action = {"type": "click", "object": None, "clicks": clicks, "label": 1}
        body = {"version": 0, "action": action}
        assert ask(app, "POST", f"/api/pictures/{number}/actions", body).status == 200


def test_an_export_is_begun_and_asked_for(app: FastAPI) -> None:
    worked_on(app)
    begun = ask(app, "POST", "/api/exports", {"format": "png"})
    assert begun.status == 202
    assert begun.headers["location"] == f"/api/jobs/{begun.json['id']}"
    job = ended(app, begun)
    assert (job["kind"], job["state"], job["problem"]) == ("export", "done", None)
    assert job["result"]["report"]["objects"] == 2
    assert job["what"] == ZIPPING
    assert job["done"] == job["total"] > 0
    assert ask(app, "GET", job["result"]["url"]).status == 200
    assert ask(app, "DELETE", begun.headers["location"]).json == job
    for method in ("GET", "DELETE"):
        answer = ask(app, method, "/api/jobs/another")
        assert (answer.status, answer.error) == (
            404,
            "this job is not known any more: start it again",
        )


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """Make a gate before the last picture of an export."""
    gate, pictures = Gate(), exporting.Work._pictures

    def slow(work: exporting.Work) -> Iterator[Any]:
        *first, last = pictures(work)
        yield from first
        gate(lambda *_: None)
        yield last

    monkeypatch.setattr(exporting.Work, "_pictures", slow)
    yield gate
    gate.open()


def test_a_cancelled_export_leaves_nothing_and_clicks_go_through_meanwhile(
    app: FastAPI, held: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    worked_on(app)
    begun = ask(app, "POST", "/api/exports", {"format": "png"})
    held.wait()
    job = ask(app, "GET", begun.headers["location"]).json
    assert (job["state"], job["what"], job["done"], job["total"]) == ("running", WRITING, 1, 2)
    undo = {"version": 1, "action": {"type": "undo"}}
    assert ask(app, "POST", "/api/pictures/1/actions", undo).status == 200
    assert ask(app, "DELETE", begun.headers["location"]).status == 200
    held.open()
    assert ended(app, begun)["state"] == "cancelled"
    assert [path.name for path in temporary.rglob("*") if path.is_file()] == ["lock"]
    result_of(app, ask(app, "POST", "/api/exports", {"format": "png"}))


def test_what_was_sent_goes_with_its_job(
    app: FastAPI, held: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fcfi.server.routes import transfer

    closed: list[str] = []
    close = transfer._close

    def watched(files: Mapping[str, UploadFile]) -> None:
        closed.extend(files)
        close(files)

    monkeypatch.setattr(transfer, "_close", watched)
    worked_on(app)
    export = ask(app, "POST", "/api/exports", {"format": "png"})
    held.wait()
    parts = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.json"\r\n\r\n{}\r\n'
        b"--x--\r\n"
    )
    kind = "multipart/form-data; boundary=x"
    begun = [ask(app, "POST", "/api/imports", parts, content_type=kind) for _ in range(2)]
    assert closed == []
    assert ask(app, "DELETE", begun[0].headers["location"]).json["state"] == "cancelled"
    assert closed == ["a.json"]  # although it never began
    held.open()
    result_of(app, export)
    assert "a.json" in problem_of(app, begun[1])
    assert closed == ["a.json", "a.json"]
