"""Computing a part: read rows, decode each picture once, predict its objects, write a file.

Knows nothing of processes or machines; the failure of a row becomes its error.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import pyarrow.parquet as pq

from fcfi.bulk.objects import Picture, make
from fcfi.bulk.opening import open_as_planned
from fcfi.bulk.plan import Part, Plan, masks_folder, read_plan, rows_name
from fcfi.bulk.results import Result, mask_columns, schema_of, to_parquet
from fcfi.bulk.rows import Row, content_of, id_of, image_of, parse_row
from fcfi.bulk.storage import Pictures, Storage
from fcfi.errors import FCFIError, InputError
from fcfi.images import Image, decode_image
from fcfi.mask_files import decode_mask
from fcfi.masks.truth import Mask
from fcfi.prediction.interface import Predictor

AHEAD: Final = 2
"""Pictures that are read in advance, because remote storage is slow."""
DEATHS: Final = 3
"""Deaths at a picture before its rows become errors; a single death may be accidental."""
KILLED: Final = f"the process died {DEATHS} times at this picture: it may need too much memory"

Started = Callable[[str, int], None]
"""Called before each picture with its name and the number of finished rows."""


@dataclass(frozen=True)
class Task:
    """A part to compute.  killers: pictures at which processes died; their rows become errors."""

    part: Part
    killers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Done:
    """A finished part: its number of rows, and how many of them failed."""

    part: Part
    rows: int
    failed: int


@dataclass(frozen=True)
class Job:
    """The input of a worker.

    url: the plan's folder.  network, base: their paths on this machine, if they differ from the
        plan's.
    """

    url: str
    network: str | None = None
    base: str | None = None


class Worker:
    """Opens a network once and computes one part after the other."""

    def __init__(self, job: Job) -> None:
        """Read the plan and open its network.  Raises InputError, NetworkError, ConfigError."""
        self._storage = Storage(job.url)
        self._plan = read_plan(self._storage)
        self._pictures = Pictures(job.base or self._plan.base)
        self._predictor = open_as_planned(self._plan.network, job.network)

    def make(self, task: Task, started: Started) -> Done:
        """Compute and write a part.  Raises InputError if the folder cannot be read or written."""
        part = task.part
        results = list(
            results_of(
                read_rows(self._storage, part),
                self._predictor,
                self._pictures,
                task.killers,
                started,
            )
        )
        data = to_parquet(results, schema_of(self._plan))
        self._storage.write(f"{masks_folder(part.shard)}/{part.name}", data)
        failed = sum(result.error is not None for result in results)
        return Done(part, len(results), failed)


def read_rows(storage: Storage, part: Part) -> list[str]:
    """Return the texts of the rows of a part."""
    with storage.open(rows_name(part.shard)) as stream:
        table = pq.ParquetFile(stream).read_row_group(part.index, columns=["row"])
    return list(table.column("row").to_pylist())


def plan_of(job: Job) -> Plan:
    """Return the plan of a job."""
    return read_plan(Storage(job.url))


def results_of(
    rows: Iterable[str],
    predictor: Predictor,
    pictures: Pictures,
    killers: frozenset[str] = frozenset(),
    started: Started | None = None,
) -> Iterator[Result]:
    """Return the result of each row, in order.

    rows: canonical texts; the rows of a picture are consecutive.  killers: pictures to skip.
    """
    done = 0
    groups = [(image, list(group)) for image, group in groupby(rows, _image)]
    for (image, group), data in zip(groups, _read_ahead(groups, pictures, killers), strict=True):
        if started is not None:
            started(image, done)
        yield from _picture_results(image, group, data, predictor, pictures)
        done += len(group)


# ── helpers ───────────────────────────────────────────────────────────────────────────────────────


def _picture_results(
    image: str,
    rows: Iterable[str],
    data: bytes | str,
    predictor: Predictor,
    pictures: Pictures,
) -> Iterator[Result]:
    """Return the results of the rows of a picture.

    data: the bytes of its file, or the reason why there are none.
    """

    def decode() -> Image:
        if isinstance(data, str):
            raise InputError(data)
        return decode_image(data, image)

    def read_mask(name: str, height: int, width: int) -> Mask:
        return decode_mask(pictures.read(name), height, width, name)

    picture = Picture(decode)
    for text in rows:
        row = None
        try:
            row = parse_row(text)
            columns = make(row, picture, predictor, read_mask, mask_columns)
        except FCFIError as error:
            yield _failed(text, str(error), row)
        else:
            count = len(row.prompts)
            yield Result(
                row.id, row.image, **columns, prompts=count, label=row.label, group=row.group
            )


def _failed(text: str, error: str, row: Row | None = None) -> Result:
    content = content_of(text)
    return Result(
        id_of(content, text),
        image_of(content),
        label=None if row is None else row.label,
        group=None if row is None else row.group,
        error=" ".join(error.split()),
    )


def _image(text: str) -> str:
    return image_of(content_of(text))


def _read_ahead(
    groups: Iterable[tuple[str, list[str]]], pictures: Pictures, killers: frozenset[str]
) -> Iterator[bytes | str]:
    """Return the bytes of each picture's file in order, or the reason why there are none."""

    def read(image: str) -> bytes | str:
        if image in killers:
            return KILLED
        if not image:
            return "no picture is named"
        try:
            return pictures.read(image)
        except FCFIError as error:
            return str(error)

    # One thread: it mostly waits, and reading stays in the order of the rows.
    waiting: deque[Future[bytes | str]] = deque()
    with ThreadPoolExecutor(1) as reader:
        for image, _ in groups:
            waiting.append(reader.submit(read, image))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
