"""Batch work: a file with a line for each object becomes a mask for each line, on all cores.

A line of the file is a row as `fcfi.bulk.rows` describes it:

    {"image": "photos/a.jpg", "clicks": [[320, 180], [90, 60, "-"]], "box": [40, 60, 520, 400]}

Paths (`image`, and `mask`, a start mask) are relative to the file.  `name`, or `id`, is the name of
the mask's file; the default is the line's number and the picture's name.

Rows become masks as in all bulk work (`fcfi.bulk.objects`).  Here threads share one network, a mask
is a PNG file, NAME.png, and the outcome of each line is written as a line of outcomes.jsonl as soon
as it is known.  A line that was done before with the same content and network is skipped, so that
interrupted work can be resumed; a line that fails is recorded and does not stop the others.
"""

import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, Final, Literal

from fcfi.bulk.objects import Picture, make
from fcfi.bulk.rows import NAMES, Row, canonical, row_of
from fcfi.errors import FCFIError, FullDiskError, InputError
from fcfi.images import read_image, write_png
from fcfi.mask_files import read_mask
from fcfi.masks.truth import Mask
from fcfi.prediction.interface import Predictor
from fcfi.runtimes.processor import cores

OUTCOMES: Final = "outcomes.jsonl"
"""Name of the file with the outcome of each line, in the folder of the masks."""
WAITING: Final = 2
"""Lines that are read in advance for each worker."""
MAX_LINE: Final = 1 << 20
"""Largest size of a line in bytes: far more than its prompts can need."""


@dataclass(frozen=True)
class Task:
    """A valid line.

    line: its number, from 1.  name: name of the mask's file, without suffix.  folder: base of its
        paths.  key: a hash of the content, which identifies the line.
    """

    line: int
    name: str
    row: Row
    folder: Path
    key: str

    @property
    def image(self) -> Path:
        """The picture's file."""
        return self.folder / self.row.image


@dataclass(frozen=True)
class Outcome:
    """The outcome of a line.

    mask: file of the mask.  part: share of the picture that it covers.  error: a sentence if the
        line failed.  label, group: as in the line.
    """

    line: int
    name: str
    key: str
    status: Literal["done", "failed", "skipped"]
    mask: str = ""
    part: float = 0.0
    seconds: float = 0.0
    error: str = ""
    label: str | None = None
    group: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return texts and numbers; label and group only where the line has them."""
        return {key: value for key, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class Summary:
    """The numbers of lines done now, done before and failed, and the first failure."""

    done: int = 0
    skipped: int = 0
    failed: int = 0
    first_error: str = ""

    def after(self, outcome: Outcome) -> "Summary":
        """Return the summary with one more outcome."""
        counts = {
            name: getattr(self, name) + (outcome.status == name)
            for name in ("done", "skipped", "failed")
        }
        error = f"line {outcome.line}: {outcome.error}" if outcome.status == "failed" else ""
        return Summary(**counts, first_error=self.first_error or error)


Progress = Callable[[Outcome], None]


def run(
    path: Path,
    predictor: Predictor,
    folder: Path,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Process every line of a file that is not done yet, and return the counts.

    predictor: shared by all workers; its network should have the same number of streams.
    workers: number of threads; None means one for each core.

    Raises InputError if the file cannot be read or the folder cannot be written, never for a single
    line.
    """
    known = read_done(folder)
    summary = Summary()
    tasks = read_tasks(path, _settings(predictor))
    try:
        with open_outcomes(folder) as log:
            for outcome in _outcomes(tasks, predictor, folder, workers or cores(), known):
                if outcome.status != "skipped":
                    log.write(json.dumps(outcome.to_json(), ensure_ascii=False) + "\n")
                    log.flush()
                summary = summary.after(outcome)
                if progress is not None:
                    progress(outcome)
    except (OSError, FullDiskError) as error:
        # Recorded outcomes are kept, and no line is done without a record.
        raise InputError(
            f"cannot write into {folder} ({_reason(error)}): make room there and give the "
            "same command again, which does the rest"
        ) from error
    return summary


def count_lines(path: Path) -> int:
    """Return the number of lines that are not empty.  Raises InputError if it cannot be read."""
    return sum(1 for _ in _lines(path))


def read_tasks(path: Path, settings: str = "") -> Iterator[Task | Outcome]:
    """Yield the tasks in a file; an invalid line is yielded as a failed outcome.

    settings: everything else on which a mask depends; part of the keys.

    Raises InputError if the file cannot be read.
    """
    names: set[str] = set()
    for number, text in _lines(path):
        try:
            task = parse_task(text, number, path.parent, settings)
            if task.name in names:
                raise InputError(
                    f"the name {task.name!r} is taken by a line before: give it another"
                )
            names.add(task.name)
            yield task
        except InputError as error:
            yield Outcome(number, "", "", "failed", error=str(error))


def parse_task(text: bytes, number: int, folder: Path, settings: str = "") -> Task:
    """Return the task of a line; paths are relative to `folder`.

    Raises InputError with one sentence for an invalid line.
    """
    if len(text) > MAX_LINE:
        raise InputError(
            f"expected a line of at most {MAX_LINE} bytes, got a longer line: "
            "write a line for each object"
        )
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"the line is not JSON ({error}): write an object with image and clicks"
        ) from error
    row = row_of(content, canonical(content))
    text_of_key = f"{json.dumps(content, sort_keys=True)} {settings}"
    key = hashlib.sha256(text_of_key.encode()).hexdigest()
    return Task(number, _name(content, row, number), row, folder, key)


def read_done(folder: Path) -> frozenset[tuple[str, str]]:
    """Return the names and keys of the lines whose masks are already in a folder."""
    done = set()
    path = folder / OUTCOMES
    if path.is_file():
        for text in path.read_bytes().splitlines():
            try:
                row = json.loads(text)
                if row["status"] == "done" and (folder / row["mask"]).is_file():
                    done.add((str(row["name"]), str(row["key"])))
            except (ValueError, KeyError, TypeError):
                # A line that was truncated when the program was stopped.
                continue
    return frozenset(done)


def open_outcomes(folder: Path) -> IO[str]:
    """Open the file of outcomes for appending, after ending a truncated line.

    Raises InputError if the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / OUTCOMES
        torn = path.is_file() and path.read_bytes()[-1:] not in (b"", b"\n")
        stream = path.open("a", encoding="utf-8")
        stream.write("\n" if torn else "")
    except OSError as error:
        raise InputError(
            f"cannot write into {folder} ({error.strerror or error}): give a folder for the masks"
        ) from error
    return stream


class Pictures:
    """A cache of decoded pictures, so that consecutive lines of one picture decode it once."""

    def __init__(self, limit: int) -> None:
        """limit: largest number of pictures to keep."""
        self._limit = limit
        self._kept: OrderedDict[Path, Picture] = OrderedDict()

    def get(self, path: Path) -> Picture:
        """Return the picture of a file, which is decoded when it is first needed."""
        picture = self._kept.setdefault(path, Picture(partial(read_image, path)))
        self._kept.move_to_end(path)
        while len(self._kept) > self._limit:
            self._kept.popitem(last=False)
        return picture


def do(task: Task, picture: Picture, predictor: Predictor, folder: Path) -> Outcome:
    """Predict and write the mask of one line; a failure becomes part of the outcome.

    Raises FullDiskError.
    """
    began = time.perf_counter()

    def write(mask: Mask) -> float:
        write_png(folder / f"{task.name}.png", mask)
        return round(float(mask.mean()), 6)

    def read_start(name: str, height: int, width: int) -> Mask:
        return read_mask(task.folder / name, height, width)

    outcome = partial(
        Outcome, task.line, task.name, task.key, label=task.row.label, group=task.row.group
    )
    try:
        part = make(task.row, picture, predictor, read_start, write)
    except FullDiskError:
        raise  # later lines could not be written either
    except FCFIError as error:
        return outcome("failed", error=str(error))
    taken = round(time.perf_counter() - began, 4)
    return outcome("done", mask=f"{task.name}.png", part=part, seconds=taken)


# ── helpers ───────────────────────────────────────────────────────────────────────────────────────


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the number, from 1, and the first MAX_LINE bytes of each line that is not empty."""
    try:
        with path.open("rb") as stream:
            number = 0
            while text := stream.readline(MAX_LINE + 1):
                number += 1
                if text.strip():
                    yield number, text
                # Skip the rest of a line that is too long, piece by piece.
                while len(text) > MAX_LINE and not text.endswith(b"\n"):
                    text = stream.readline(MAX_LINE + 1) or b"\n"
    except OSError as error:
        reason = error.strerror or error
        raise InputError(
            f"{path} cannot be read ({reason}): give a file with a line for each object"
        ) from error


def _outcomes(
    lines: Iterator[Task | Outcome],
    predictor: Predictor,
    folder: Path,
    workers: int,
    known: frozenset[tuple[str, str]],
) -> Iterator[Outcome]:
    """Yield outcomes as they are ready; few lines are read ahead, whatever the file's size."""
    running: set[Future[Outcome]] = set()
    pool = ThreadPoolExecutor(workers)
    # One picture for each worker is enough, because they take the lines in order.
    pictures = Pictures(workers)
    try:
        for line in lines:
            if isinstance(line, Outcome):
                yield line
            elif (line.name, line.key) in known:
                yield Outcome(line.line, line.name, line.key, "skipped", f"{line.name}.png")
            else:
                running.add(pool.submit(do, line, pictures.get(line.image), predictor, folder))
            if len(running) >= WAITING * workers:
                ready, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in ready)
        while running:
            ready, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in ready)
    finally:
        pool.shutdown(cancel_futures=True)


def _reason(error: OSError | FullDiskError) -> str:
    """Return the system's reason for an error."""
    cause = error.__cause__ if isinstance(error, FullDiskError) else error
    return getattr(cause, "strerror", None) or str(error)


def _settings(predictor: Predictor) -> str:
    """Return a text of everything on which a mask depends besides the line."""
    return f"{predictor.info.sha256} {json.dumps(dict(predictor.settings), sort_keys=True)}"


def _name(content: Mapping[str, Any], row: Row, number: int) -> str:
    """Return the mask's name without suffix: the line's own, or its number and picture."""
    given = [content[key] for key in reversed(NAMES) if content.get(key) is not None]
    name = given[0] if given else f"{number:06d}-{Path(row.image).stem}"
    if (
        name != Path(name).name
        or name in (".", "..")
        or "\\" in name
        # A lone surrogate is not printable, and no file can have it in its name.
        or not name.isprintable()
    ):
        raise InputError(
            f"expected the name of a file, without folders, got {name!r}: give another name"
        )
    return name
