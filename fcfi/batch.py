"""Batch work: a file with a line for each object becomes a mask for each line, on all cores.

A line of the file is JSON:

    {"image": "photos/a.jpg", "clicks": [[320, 180], [90, 60, "-"]], "box": [40, 60, 520, 400]}

`image` (and `mask`, a start mask) is relative to the file.  Clicks are x, y in pixels, in order,
with "-" off the object; a box, [left, top, right, bottom], is applied before them, and either may
be left out.  `within`, also a box, is the part of the picture for the first prediction.  `name` is
the name of the mask's file.

Masks are written as NAME.png, and the outcome of each line as a line of outcomes.jsonl, as soon as
it is known.  A line that was done before with the same content and network is skipped, so that
interrupted work can be resumed; a line that fails is recorded and does not stop the others.
"""

import hashlib
import json
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import IO, Any, Final, Literal

from fcfi.boxes import Box
from fcfi.errors import FCFIError, FullDiskError, InputError, guard
from fcfi.images import read_image, write_png
from fcfi.mask_files import read_mask
from fcfi.masks.truth import Mask
from fcfi.prediction.interface import Predictor
from fcfi.prediction.prediction import CachedImage, Prediction
from fcfi.prompts.clicks import Click, Prompts, check_count

OUTCOMES: Final = "outcomes.jsonl"
"""Name of the file with the outcome of each line, in the folder of the masks."""
WAITING: Final = 2
"""Lines that are read in advance for each worker."""
MAX_LINE: Final = 1 << 20
"""Largest size of a line in bytes: far more than its prompts can need."""
KEYS: Final = frozenset(("image", "clicks", "box", "within", "mask", "name"))


@dataclass(frozen=True)
class Task:
    """A valid line.

    prompts: applied one after the other.  within: the part of the picture for the first prediction.
    start: path of a start mask.  key: a hash of the content, which identifies the line.
    """

    line: int
    name: str
    image: Path
    prompts: Prompts
    within: Box | None
    start: Path | None
    key: str


@dataclass(frozen=True)
class Outcome:
    """The outcome of a line.

    mask: file of the mask.  part: share of the picture that it covers.  error: a sentence if the
        line failed.
    """

    line: int
    name: str
    key: str
    status: Literal["done", "failed", "skipped"]
    mask: str = ""
    part: float = 0.0
    seconds: float = 0.0
    error: str = ""


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
                    log.write(json.dumps(asdict(outcome), ensure_ascii=False) + "\n")
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
            with guard(InputError, "the line cannot be read", "write it as the guide shows"):
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
        row = json.loads(text)
    except ValueError as error:
        raise InputError(
            f"the line is not JSON ({error}): write an object with image and clicks"
        ) from error
    if not isinstance(row, dict) or not isinstance(row.get("image"), str) or not row["image"]:
        raise InputError(
            'the line has no "image": write {"image": "photo.jpg", "clicks": [[320, 180]]}'
        )
    unknown = sorted(row.keys() - KEYS)
    if unknown:
        raise InputError(f"{unknown[0]!r} is unknown: a line has {', '.join(sorted(KEYS))}")
    image = folder / row["image"]
    start = row.get("mask")
    if start is not None and not isinstance(start, str):
        raise InputError('"mask" is not a path: give the file of a start mask, or leave it out')
    box = _box(row, "box")
    clicks = row.get("clicks", [])
    if not isinstance(clicks, list) or not (clicks or box):
        raise InputError(
            'the line has no "clicks": give at least one, as [[x, y], [x, y, "-"]], or a "box"'
        )
    prompts: Prompts = (*(() if box is None else (box,)), *(_click(click) for click in clicks))
    check_count(prompts)
    key = hashlib.sha256(f"{json.dumps(row, sort_keys=True)} {settings}".encode()).hexdigest()
    return Task(
        number,
        _name(row, number, image),
        image,
        prompts,
        _box(row, "within"),
        folder / start if start else None,
        key,
    )


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
    """Open the file of outcomes for appending, after ending a truncated line."""
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
    """A cache of decoded pictures, so that consecutive lines of one picture decode it once.

    Threads may share it.  If two threads need a picture at the same time, one of them decodes it
    and the other waits; both get the same error if that fails.
    """

    def __init__(self, limit: int) -> None:
        """limit: largest number of pictures to keep."""
        self._limit = limit
        self._lock = Lock()
        self._kept: OrderedDict[Path, Future[CachedImage]] = OrderedDict()

    def get(self, path: Path) -> CachedImage:
        """Return a picture with its own cache of crops.  Raises InputError."""
        with self._lock:
            known = self._kept.get(path)
            future = known or Future()
            self._kept[path] = future
            self._kept.move_to_end(path)
            while len(self._kept) > self._limit:
                self._kept.popitem(last=False)
        if known is None:
            try:
                future.set_result(CachedImage(read_image(path)))
            except BaseException as error:
                future.set_exception(error)
        # Objects in other threads use other crops, of which a `CachedImage` keeps only the last.
        return CachedImage(future.result().image)


def do(task: Task, predictor: Predictor, folder: Path, pictures: Pictures | None = None) -> Outcome:
    """Predict and write the mask of one line; a failure becomes part of the outcome.

    pictures: a shared cache; None decodes the picture for this line.
    Raises FullDiskError.
    """
    began = time.perf_counter()
    try:
        with guard(InputError, f"{task.image} cannot be segmented", "give another picture"):
            picture = (pictures or Pictures(1)).get(task.image)
            mask = _mask(task, picture, predictor)
            write_png(folder / f"{task.name}.png", mask)
    except FullDiskError:
        raise  # later lines could not be written either
    except FCFIError as error:
        return Outcome(task.line, task.name, task.key, "failed", error=str(error))
    taken = round(time.perf_counter() - began, 4)
    return Outcome(
        task.line,
        task.name,
        task.key,
        "done",
        f"{task.name}.png",
        round(float(mask.mean()), 6),
        taken,
    )


def _mask(task: Task, picture: CachedImage, predictor: Predictor) -> Mask:
    """Return the mask (H, W) of one line."""
    height, width = picture.image.shape[:2]
    prediction = None
    if task.start is not None:
        prediction = Prediction.from_mask(read_mask(task.start, height, width), predictor.threshold)
    for count in range(1, len(task.prompts) + 1):
        within = task.within if count == 1 else None
        prediction = predictor.predict(picture, task.prompts[:count], prediction, within)
    assert prediction is not None
    return prediction.mask


def cores() -> int:
    """Return the number of cores that this process may use."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return usable or 1


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
                running.add(pool.submit(do, line, predictor, folder, pictures))
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


def _box(row: dict[str, Any], key: str) -> Box | None:
    """Return row[key] as a box, or None if it is missing."""
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, list) or [type(side) for side in value] != [int] * 4:
        raise InputError(
            f'expected "{key}" as [left, top, right, bottom] in pixels, got {json.dumps(value)}'
        )
    return Box(*value)


def _click(value: Any) -> Click:
    """Return the click given as [x, y], [x, y, "+"] or [x, y, "-"]."""
    whole = (
        isinstance(value, list)
        and len(value) in (2, 3)
        and all(type(number) is int for number in value[:2])
    )
    if not whole or (len(value) == 3 and value[2] not in ("+", "-")):
        raise InputError(
            f'expected a click as [x, y] in pixels, or [x, y, "-"] off the object, '
            f"got {json.dumps(value)}"
        )
    return Click(value[0], value[1], value[2:] != ["-"])


def _name(row: dict[str, Any], number: int, image: Path) -> str:
    """Return the mask's name without suffix: the line's own, or its number and picture."""
    name = row.get("name", f"{number:06d}-{image.stem}")
    if (
        not isinstance(name, str)
        or not name
        or name != Path(name).name
        or name in (".", "..")
        or "\\" in name
        # A lone surrogate is not printable, and no file can have it in its name.
        or not name.isprintable()
    ):
        raise InputError(
            f"expected the name of a file, without folders, got {name!r}: give another name"
        )
    return name
