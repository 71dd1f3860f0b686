"""Bulk work: a file with a line for each object becomes a mask for each line, on all cores.

A line of the file is JSON:

    {"image": "photos/a.jpg", "clicks": [[320, 180], [90, 60, "-"]], "box": [40, 60, 520, 400]}

`image` (and `mask`, a start mask) is relative to the file.  Clicks are x, y in pixels, with "-" off
the object, in their order; a box, [left, top, right, bottom], is given before them, and either may
be left out.  `within`, a box too, is the part of the picture for the first look.  `name` is the
name of the mask's file.

Masks are written as NAME.png, and the outcome of each line as a line of outcomes.jsonl, as soon as
it is known.  A line that was done before, with the same content and network, is skipped, so that
stopped work can be resumed; a line that fails is recorded there and stops nothing.
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
from fcfi.prompts.clicks import Click, Prompts

OUTCOMES: Final = "outcomes.jsonl"
"""Name of the file, in the folder of the masks, with the outcome of each line."""
WAITING: Final = 2
"""Lines that are read ahead for each worker."""
MAX_LINE: Final = 1 << 20
"""Bytes of a line: some ten thousand clicks."""
KEYS: Final = frozenset(("image", "clicks", "box", "within", "mask", "name"))


@dataclass(frozen=True)
class Task:
    """A line that can be done.

    prompts: given one after the other.  within: the part of the picture for the first look.
    start: a start mask.  key: a hash of the content, by which the line is recognised.
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

    mask: its file.  part: of the picture, that it covers.  error: a sentence, if it failed.
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
    """The numbers of lines done now, done before, and failed; and the first failure."""

    done: int = 0
    skipped: int = 0
    failed: int = 0
    first_error: str = ""

    def after(self, outcome: Outcome) -> "Summary":
        """Return the summary with a further outcome."""
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
    """Do every line of a file that is not done yet, and return the counts.

    predictor: shared by all workers; its network should take as many streams.
    workers: threads; None takes one for each core.

    Raises InputError if the file cannot be read or the folder cannot be written; never for a single
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
        # Recorded outcomes stay, and no line is done without a record.
        raise InputError(
            f"cannot write into {folder} ({_reason(error)}): make room there and give the "
            "same command again, which does the rest"
        ) from error
    return summary


def count_lines(path: Path) -> int:
    """Return the number of lines that are not empty.  Raises InputError if it cannot be read."""
    return sum(1 for _ in _lines(path))


def read_tasks(path: Path, settings: str = "") -> Iterator[Task | Outcome]:
    """Yield the lines of a file; a line that cannot be understood is a failed outcome.

    settings: what else a mask depends on; part of the keys.

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

    Raises InputError, in a sentence, for a line that does not describe a task.
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
    """Return names and keys of the lines whose masks lie in a folder already."""
    done = set()
    path = folder / OUTCOMES
    if path.is_file():
        for text in path.read_bytes().splitlines():
            try:
                row = json.loads(text)
                if row["status"] == "done" and (folder / row["mask"]).is_file():
                    done.add((str(row["name"]), str(row["key"])))
            except (ValueError, KeyError, TypeError):
                # A line that was cut off when the program was stopped.
                continue
    return frozenset(done)


def open_outcomes(folder: Path) -> IO[str]:
    """Open the file of outcomes to add to it; a line that was cut off is ended first."""
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
    """The pictures used last, decoded: lines of one picture that follow each other decode it once.

    Threads may share it.  A picture that two threads ask for at the same time is decoded by one of
    them, for which the other waits; a failure is that of each line.
    """

    def __init__(self, limit: int) -> None:
        """Keep at most so many pictures."""
        self._limit = limit
        self._lock = Lock()
        self._kept: OrderedDict[Path, Future[CachedImage]] = OrderedDict()

    def get(self, path: Path) -> CachedImage:
        """Return a picture with a memory of its own for looks.  Raises InputError."""
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
        # Objects in other threads look at other crops, of which a `CachedImage` keeps the last.
        return CachedImage(future.result().image)


def do(task: Task, predictor: Predictor, folder: Path, pictures: Pictures | None = None) -> Outcome:
    """Make and write the mask of one line; a failure is part of the outcome.

    pictures: from which others take theirs too; None decodes the picture for this line.
    Raises FullDiskError.
    """
    began = time.perf_counter()
    try:
        with guard(InputError, f"{task.image} cannot be segmented", "give another picture"):
            picture = (pictures or Pictures(1)).get(task.image)
            mask = _mask(task, picture, predictor)
            write_png(folder / f"{task.name}.png", mask)
    except FullDiskError:
        raise  # the lines after this one could not be written either
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
    """Yield the lines that are not empty: number from 1, and at most the first bytes."""
    try:
        with path.open("rb") as stream:
            number = 0
            while text := stream.readline(MAX_LINE + 1):
                number += 1
                if text.strip():
                    yield number, text
                # The rest of a line that is too long, of which only a piece is in memory.
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
    """Yield outcomes as they are ready; few lines are read ahead, so that any file fits."""
    running: set[Future[Outcome]] = set()
    pool = ThreadPoolExecutor(workers)
    # One for each worker is enough, since they take the lines in their order.
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
    """Return what the system says."""
    cause = error.__cause__ if isinstance(error, FullDiskError) else error
    return getattr(cause, "strerror", None) or str(error)


def _settings(predictor: Predictor) -> str:
    """Return what a mask depends on beside the line."""
    return f"{predictor.info.sha256} {json.dumps(dict(predictor.settings), sort_keys=True)}"


def _box(row: dict[str, Any], key: str) -> Box | None:
    """Return row[key] as a box, or None if it is not there."""
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, list) or [type(side) for side in value] != [int] * 4:
        raise InputError(
            f'expected "{key}" as [left, top, right, bottom] in pixels, got {json.dumps(value)}'
        )
    return Box(*value)


def _click(value: Any) -> Click:
    """Return the click of [x, y], [x, y, "+"] or [x, y, "-"]."""
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
    """Return the mask's name without its ending: the line's own, or its number and picture."""
    name = row.get("name", f"{number:06d}-{image.stem}")
    if (
        not isinstance(name, str)
        or not name
        or name != Path(name).name
        or name in (".", "..")
        or "\\" in name
        # Half of a character is not printable: no file can have it in its name.
        or not name.isprintable()
    ):
        raise InputError(
            f"expected the name of a file, without folders, got {name!r}: give another name"
        )
    return name
