"""Computing a part: read rows, decode each picture once, predict its objects, write a file.

Knows nothing of processes or machines; the failure of a row becomes its error.
"""

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import pyarrow.parquet as pq

from fcfi.bulk.opening import open_as_planned
from fcfi.bulk.plan import Part, Plan, masks_folder, read_plan, rows_name
from fcfi.bulk.results import Result, mask_columns, schema_of, to_parquet
from fcfi.bulk.rows import Row, id_of, image_of, parse_row
from fcfi.bulk.storage import Pictures, Storage
from fcfi.errors import FCFIError, InputError
from fcfi.images import decode_image
from fcfi.mask_files import decode_mask
from fcfi.prediction.interface import Predictor
from fcfi.prediction.prediction import CachedImage, Prediction

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
        yield from _picture_results(group, data, predictor, pictures)
        done += len(group)


def predict_row(
    row: Row, whole: CachedImage, closer: CachedImage, predictor: Predictor, pictures: Pictures
) -> Prediction:
    """Return the prediction of a row.

    whole, closer: the same picture twice.  All objects start with the same crop of the whole
        picture, which `whole` keeps for all of them (with the encoding, if the network has one),
        while later crops replace each other in `closer`.
    """
    prediction = None
    if row.mask is not None:
        height, width = whole.image.shape[:2]
        mask = decode_mask(pictures.read(row.mask), height, width, row.mask)
        prediction = Prediction.from_mask(mask, predictor.threshold)
    for count in range(1, len(row.prompts) + 1):
        first = prediction is None
        prediction = predictor.predict(
            whole if first else closer,
            row.prompts[:count],
            prediction,
            row.within if first else None,
        )
    assert prediction is not None, "a row has a prompt"
    return prediction


# ── helpers ───────────────────────────────────────────────────────────────────────────────────────


def _picture_results(
    rows: Iterable[str], data: bytes | str, predictor: Predictor, pictures: Pictures
) -> Iterator[Result]:
    """Return the results of the rows of a picture.

    data: the bytes of its file, or the reason why there are none.
    """
    decoded: tuple[CachedImage, CachedImage] | str | None = None
    for text in rows:
        try:
            row = parse_row(text)
        except InputError as error:
            yield _failed(text, str(error))
            continue
        if decoded is None:  # only now: a picture is not decoded for invalid rows
            decoded = data if isinstance(data, str) else _decoded(data, row.image)
        if isinstance(decoded, str):
            yield _failed(text, decoded, row)
            continue
        try:
            prediction = predict_row(row, *decoded, predictor, pictures)
            columns = mask_columns(prediction.mask)
        except FCFIError as error:
            yield _failed(text, str(error), row)
        except MemoryError:
            yield _failed(text, "not enough memory", row)
        except Exception as error:  # a bug must not stop ten million other rows
            reason = f"something went wrong inside fcfi ({type(error).__name__}: {error})"
            yield _failed(text, reason, row)
        else:
            count = len(row.prompts)
            yield Result(
                row.id, row.image, **columns, prompts=count, label=row.label, group=row.group
            )


def _decoded(data: bytes, name: str) -> tuple[CachedImage, CachedImage] | str:
    """Return a picture for first crops and for later ones, or why it cannot be read."""
    try:
        image = decode_image(data, name)
        return CachedImage(image), CachedImage(image)
    except FCFIError as error:
        return str(error)
    except MemoryError:
        return f"{name} needs more memory than there is"


def _failed(text: str, error: str, row: Row | None = None) -> Result:
    content = json.loads(text)
    return Result(
        id_of(content, text),
        image_of(content),
        label=None if row is None else row.label,
        group=None if row is None else row.group,
        error=" ".join(error.split()),
    )


def _image(text: str) -> str:
    return image_of(json.loads(text))


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
