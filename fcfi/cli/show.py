"""The console: tables on stdout, progress bars on stderr.  Both load rich when they are used."""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from fcfi.files import write_text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import ProgressColumn, TaskID

    from fcfi.batch import Outcome
    from fcfi.evaluation import ObjectResult, Progress
    from fcfi.formats.tally import LeftOut
    from fcfi.project.progress import Progress as Work

SHOWN_TARGET: Final = 0.90
"""The progress bar shows the mean clicks to this IoU."""
LINE_SECONDS: Final = 10.0
"""Time between two lines of progress where stderr is not a terminal."""
FILE_SECONDS: Final = 1.0
"""Time between two writes of the progress to a file."""
PIPED_WIDTH: Final = 120
"""Columns of a table where stdout is not a terminal."""


def console() -> "Console":
    """Return the console for results."""
    from rich.console import Console

    # Rich assumes 80 columns for a pipe, which are too few for the tables.
    return Console(width=None if sys.stdout.isatty() else PIPED_WIDTH, highlight=False)


def print_left_out(left_out: "Iterable[LeftOut]") -> None:
    """Print to stderr which items of a dataset could not be used, a line for each reason."""
    for left in left_out:
        typer.echo(f"warning: {' '.join(left.sentence().split())}", err=True)


def _counted() -> "tuple[ProgressColumn, ...]":
    """Return the columns of a bar with a known end: name, bar, count and remaining time."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

    return (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )


@contextmanager
def progress_bar(name: str, total: int) -> "Iterator[Progress]":
    """Show a bar on stderr with the mean clicks to 90 % IoU so far and the remaining time."""
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(*_counted(), console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=total)
        clicks: list[int] = []

        def advance(done: int, _: int, result: "ObjectResult | None") -> None:
            if result is not None:
                clicks.append(result.noc(SHOWN_TARGET))
            mean = sum(clicks) / max(1, len(clicks))
            bar.update(task, completed=done, description=f"{name}  NoC@90 {mean:.2f}")

        yield advance


@contextmanager
def work_bar() -> "Iterator[Work]":
    """Show the progress of scans, imports and exports on stderr.

    A bar for each stage where stderr is a terminal, else a line every ten seconds.
    """
    from rich.console import Console
    from rich.progress import Progress as Bar

    screen = Console(stderr=True)
    if not screen.is_terminal:
        with _terminated_as_interrupted():
            yield _lines(time.monotonic)
        return
    with (
        _terminated_as_interrupted(),
        Bar(*_counted(), console=screen, transient=True) as bar,
    ):
        tasks: dict[str, TaskID] = {}

        def advance(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield advance


@contextmanager
def _terminated_as_interrupted() -> "Iterator[None]":
    """Let SIGTERM end the block as Ctrl+C does, so that unfinished files are removed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # Python's own handler of Ctrl+C raises KeyboardInterrupt, which the program reports.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _lines(clock: "Callable[[], float]") -> "Work":
    """Return a Progress that prints a line every LINE_SECONDS.  clock: returns seconds."""
    last = clock()

    def advance(stage: str, done: int, total: int | None) -> None:
        nonlocal last
        if clock() - last >= LINE_SECONDS:
            last = clock()
            of = "" if total is None else f" of {total}"
            print(f"{stage}: {done}{of} pictures", file=sys.stderr, flush=True)  # noqa: T201

    return advance


def stages() -> "Work":
    """Return a Progress that prints the name of each stage to stderr when it begins."""
    shown = ""

    def advance(stage: str, done: int, total: int | None) -> None:
        nonlocal shown
        if stage != shown:
            shown = stage
            print(f"{stage}...", file=sys.stderr, flush=True)  # noqa: T201

    return advance


def written_to(path: Path, parent: int) -> "Work":
    """Return a Progress that writes to a file, as JSON, and ends this process with its parent.

    parent: the number of the process that reads the file.
    """
    stage_before, last = "", 0.0

    def advance(stage: str, done: int, total: int | None) -> None:
        nonlocal stage_before, last
        # A killed process leaves its children to another parent.
        if os.getppid() != parent:
            os._exit(1)
        now = time.monotonic()
        if stage != stage_before or now - last >= FILE_SECONDS:
            stage_before, last = stage, now
            write_text(path, json.dumps([stage, done, total]))

    return advance


@contextmanager
def lines_bar(name: str, total: int) -> "Iterator[Callable[[Outcome], None]]":
    """Show a bar on stderr with the lines done and failed and the remaining time.

    Each failure is printed on a line of its own above the bar.
    """
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress as Bar

    with Bar(*_counted(), console=Console(stderr=True, soft_wrap=True)) as bar:
        task = bar.add_task(name, total=total)
        failed = 0

        def advance(outcome: "Outcome") -> None:
            nonlocal failed
            if outcome.status == "failed":
                failed += 1
                bar.console.print(escape(f"line {outcome.line}: {outcome.error}"), highlight=False)
            bar.update(task, advance=1, description=f"{name}  {failed} failed" if failed else name)

        yield advance


@contextmanager
def rows_bar(name: str, total: int) -> "Iterator[Callable[[int], None]]":
    """Show a bar on stderr with the rows done and the remaining time.

    total: an estimate; the bar may end early or late.  Its function takes the further rows done.
    """
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(*_counted(), console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=total)
        yield lambda rows: bar.update(task, advance=rows)


@contextmanager
def counter(name: str) -> "Iterator[Callable[[int], None]]":
    """Show a growing number on stderr; its function takes what is added."""
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.completed:.0f} {task.description}"),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=None)
        yield lambda count: bar.update(task, advance=count)
