"""Fine-tuning of the project's network on its finished objects, by `fcfi finetune` in a child.

A run's results are a folder that appears when they are complete.  Its network is used only after it
has needed fewer clicks on held-out objects, and somebody has chosen it; the choice is stored in the
project.  Knows nothing of HTTP.
"""

import hashlib
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final

import fcfi
from fcfi import weights
from fcfi.errors import Conflict, FCFIError, InputError, NetworkError, NotFound, write_error
from fcfi.evaluation.comparison import NETWORK, RESULT, Comparison, read_comparison
from fcfi.prediction.interface import Predictor
from fcfi.prediction.lazy import LazyPredictor, NetworkStatus, status_of
from fcfi.prediction.methods import make_for_people
from fcfi.project.examples import Example, Split, count, split
from fcfi.project.location import HIDDEN
from fcfi.project.progress import FILE, Progress, read_progress
from fcfi.project.project import Project
from fcfi.runtimes.choice import RunRequest, choose, this_machine
from fcfi.runtimes.network_file import CHECKPOINT, SUFFIX
from fcfi.segmenter import find_files, open_lazily
from fcfi.server.jobs import Job, Jobs
from fcfi.server.server_log import LOG, one_line
from fcfi.server.workers import Workers
from fcfi.temporary_files import sweep_files, temporary_sibling

FOLDER: Final = "learning"
"""Name of the folder of all runs."""
RUN: Final = re.compile(r"[0-9a-f]{16}")
"""The name of a run."""
RUN_BYTES: Final = 8
LEARN_FROM, HELD_OUT, OUTPUT, LINES = "learn-from", "held-out", "output", "lines.txt"
"""Names in the folder of a run that is under way."""
STARTING: Final = "starting"
"""The stage in which the child loads its libraries."""
TICK: Final = 0.25
"""Seconds between two looks at the child."""
LOWEST: Final = 19
"""The child's priority (nice), so that clicks are answered first."""
ERROR: Final = "error: "
"""Beginning of the line in which a command reports an error."""
MISTAKE: Final = 2
"""Exit code of a command after an error that a person can correct."""
Open = Callable[[str | None], Predictor]
"""Returns the predictor of a network by its name or path; None is the default network."""

Describe = Callable[["Result"], Mapping[str, Any]]


def open_for_people(network: str | None, request: RunRequest | None = None) -> Predictor:
    """Return a predictor that loads a network in the background and looks twice if it can."""
    chosen = choose(find_files(network), request or RunRequest(), this_machine())
    return open_lazily(chosen, make_for_people)


@dataclass(frozen=True)
class Result:
    """The results of a run.  run: its name."""

    run: str
    comparison: Comparison


@dataclass(frozen=True)
class Status:
    """The objects to learn from, the run in progress, and the results of earlier runs.

    objects, pictures: finished objects and their pictures.  held_out: objects to measure on.
    problem: why no run can start, or None.  job: the running job's id.  used: the run whose
    network is used, None for the usual network.  result: of the last run.
    """

    objects: int
    pictures: int
    held_out: int
    problem: str | None
    job: str | None
    used: str | None
    result: Result | None


class Learning:
    """The runs of a project, and the network that it uses.  Threads may share it."""

    def __init__(
        self,
        project: Project,
        usual: str | None = None,
        open_network: Open = open_for_people,
        changes: Sequence[str] = (),
    ) -> None:
        """Keep the project.

        usual: the network that the server was started with.  changes: other values for keys of
        the recipe, for tests.
        """
        store = Path(project.location)
        # A PostgreSQL store has no folder.
        self.folder = (store.parent if store.is_file() else project.folder / HIDDEN) / FOLDER
        self.warning: str | None = None
        self._project = project
        self._usual = usual
        self._open = open_network
        self._changes = changes
        self._workers = Workers("learn", threads=1, limit=1)
        self._used: str | None = None
        self._job: str | None = None
        self._running = False
        self._lock = Lock()

    def restore(self) -> None:
        """Use the network that was chosen; if it cannot be used, say so in `warning`.

        Deletes the leftovers of killed runs.
        """
        sweep_files(self.folder)
        learnt = self._project.learnt()
        # With another network on the command line, that network is meant.
        if learnt is None or learnt.get("usual") != self._usual:
            return
        run = str(learnt.get("run"))
        try:
            self._project.use(self._open(str(self._checked(run, learnt.get("sha256")))))
            self._used = run
        except FCFIError as error:
            self.warning = (
                f"the usual network answers, since the learnt one cannot be used ({error})"
            )

    def network(self) -> NetworkStatus | None:
        """Return the status of the network that answers, or None without one."""
        predictor = self._project.predictor
        if isinstance(predictor, LazyPredictor):
            return predictor.status
        return None if predictor is None else status_of(predictor)

    def status(self) -> Status:
        """Return what can be learnt now, and what was."""
        examples = self._project.examples()
        problem, parts = None, Split((), ())
        try:
            parts = self._possible(examples)
        except FCFIError as error:
            problem = str(error)
        return Status(
            count(examples),
            len(examples),
            count(parts.held_out),
            problem,
            self._job if self._running else None,
            self._used,
            self.result(),
        )

    def start(self, jobs: Jobs, minutes: int, described: Describe) -> Job:
        """Start a run, as a job.

        minutes: of training.  described: returns a result in the form in which the job has it.
        Raises Conflict if a run is under way, InputError for too few objects, ConfigError or
        NetworkError if this installation cannot train the network.
        """
        parts = self._possible(self._project.examples())
        with self._lock:
            if self._running:
                raise Conflict("the network is already learning: wait until it ends, or cancel it")
            self._running = True
        try:
            # Apart from other jobs, which would wait for it.
            job = jobs.start(
                "learning",
                lambda progress: described(self._run(parts, minutes, progress)),
                self._ended,
                self._workers,
            )
        except BaseException:
            self._ended()
            raise
        self._job = job.id
        return job

    def use(self, run: str | None) -> None:
        """Use the network of a run from now on, or the usual network; no mask changes.

        Raises NotFound for an unknown run, InputError if its network is not better, NetworkError
        if its file is damaged.
        """
        with self._lock:
            learnt, network = None, self._usual
            if run is not None:
                found = next((result for result in self._results() if result.run == run), None)
                if found is None:
                    raise NotFound("this run is not there any more: let the network learn again")
                if not found.comparison.is_better:
                    raise InputError(
                        "the network of this run does not need fewer clicks: keep the present one"
                    )
                path = self._checked(run)
                network, learnt = str(path), {"run": run, "sha256": _sha256(path)}
            self._project.use(self._open(network))
            self._project.set_learnt(learnt and {**learnt, "usual": self._usual})
            self._used, self.warning = run, None

    def result(self) -> Result | None:
        """Return the result of the last run, or None."""
        results = self._results()
        return results[-1] if results else None

    def close(self) -> None:
        """Wait for the run under way, which its job has cancelled."""
        self._workers.close()

    def _possible(self, examples: Sequence[Example]) -> Split:
        """Return the examples divided; raise an error if no run is possible."""
        weights.need_training("learning from masks")
        self._weights()
        return split(examples)

    def _weights(self) -> Path:
        """Return the checkpoint to start from.  Raises NetworkError."""
        name = self._usual or weights.find().name
        path = Path(name)
        if path.suffix == SUFFIX:
            path = path.with_suffix(CHECKPOINT)
            if not path.is_file():
                raise NetworkError(
                    f"expected the weights {path.name} next to the network {name} to learn from, "
                    "got none: start with a shipped network"
                )
        return weights.checkpoint(str(path))

    def _run(self, parts: Split, minutes: int, progress: Progress) -> Result:
        """Write the examples, let the child train and measure, and keep its results."""
        run = secrets.token_hex(RUN_BYTES)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with temporary_sibling(self.folder / run) as temporary:
                for name, examples in (
                    (LEARN_FROM, parts.learn_from),
                    (HELD_OUT, parts.held_out),
                ):
                    self._project.write_examples(examples, temporary / name, progress)
                self._train(temporary, minutes, progress)
                output = temporary / OUTPUT
                comparison = read_comparison(output / RESULT)
                kept = (RESULT, NETWORK) if comparison.is_better else (RESULT,)
                _keep_only(output, kept)
                output.rename(self.folder / run)
        except OSError as error:
            raise write_error(f"cannot write {self.folder}", error) from error
        for folder in self.folder.iterdir():
            if RUN.fullmatch(folder.name) and folder.name not in (run, self._used):
                shutil.rmtree(folder, ignore_errors=True)
        return Result(run, comparison)

    def _train(self, folder: Path, minutes: int, progress: Progress) -> None:
        """Run the child in a folder until it ends; an error of `progress` kills it."""
        old = self._usual or weights.find().name
        if self._used is not None:
            old = str(self._checked(self._used))
        words = [
            *("finetune", str(folder / LEARN_FROM), "--held-out", str(folder / HELD_OUT)),
            *("--from", str(self._weights()), "--old", old, "--minutes", str(minutes)),
            *("-o", str(folder / OUTPUT), "--parent", str(os.getpid())),
            *(word for change in self._changes for word in ("--set", change)),
        ]
        progress(STARTING, 0, None)
        with (folder / LINES).open("wb") as lines:
            process = _started(words, lines.fileno())
        try:
            while process.poll() is None:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(TICK)
                progress(*(read_progress(folder / OUTPUT / FILE) or (STARTING, 0, None)))
        finally:
            _kill(process)
        if process.returncode:
            raise _error(process.returncode, folder / LINES)

    def _checked(self, run: str, sha256: object = None) -> Path:
        """Return the network file of a run.

        sha256: of the file.  Raises NetworkError if it is missing or another.
        """
        path = self.folder / run / NETWORK
        again = "let the network learn again"
        # A run's name becomes part of a path.
        if not RUN.fullmatch(run) or not path.is_file():
            raise NetworkError(f"its file {NETWORK} is missing: {again}")
        if sha256 is not None and sha256 != _sha256(path):
            raise NetworkError(f"its file {NETWORK} is damaged: {again}")
        return path

    def _results(self) -> list[Result]:
        """Return the results of the runs that are kept, in the order in which they ended."""
        found = []
        with suppress(FileNotFoundError):
            for folder in self.folder.iterdir():
                if RUN.fullmatch(folder.name):
                    # A damaged result is as good as none.
                    with suppress(InputError, FileNotFoundError):
                        result = Result(folder.name, read_comparison(folder / RESULT))
                        found.append(((folder / RESULT).stat().st_mtime_ns, result))
        return [result for _, result in sorted(found, key=lambda pair: pair[0])]

    def _ended(self) -> None:
        with self._lock:
            self._running = False


def _started(words: Sequence[str], output: int) -> "subprocess.Popen[bytes]":
    """Start a command of this package at the lowest priority.  output: a file handle."""
    folder = str(Path(fcfi.__file__).parents[1])
    paths = os.pathsep.join(filter(None, (folder, os.environ.get("PYTHONPATH"))))
    options: dict[str, Any] = {}
    if sys.platform == "win32":
        options["creationflags"] = subprocess.IDLE_PRIORITY_CLASS
    else:
        # Not reached by Ctrl+C; in the same session, since nice compares within one only.
        options["process_group"] = 0
    process = subprocess.Popen(
        # -P: without it, files in the present folder could replace Python's own modules.
        [sys.executable, "-P", "-m", "fcfi", *words],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        env={**os.environ, "PYTHONPATH": paths},
        **options,
    )
    if sys.platform != "win32":
        with suppress(OSError):  # it may have ended
            os.setpriority(os.PRIO_PROCESS, process.pid, LOWEST)
    return process


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process with its own children, if it still runs."""
    if process.poll() is None:
        if sys.platform == "win32":
            process.kill()
        else:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _error(code: int, path: Path) -> FCFIError:
    """Return the error of a command from its exit code and the file with its output."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    if code == MISTAKE and lines and lines[-1].startswith(ERROR):
        return InputError(lines[-1].removeprefix(ERROR))
    for line in lines[-20:]:
        LOG.error("%s", one_line(line))
    why = f"signal {-code}" if code < 0 else f"code {code}"
    return InputError(
        f"expected the fine-tuning to end with a result, got its end by {why}: the terminal has "
        "its last lines"
    )


def _keep_only(folder: Path, names: Sequence[str]) -> None:
    """Delete everything in a folder but these files."""
    for path in folder.iterdir():
        if path.name not in names:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
