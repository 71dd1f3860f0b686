"""Making a plan: any number of rows are sorted by the hash of their picture in bounded memory.

The rows go through a buffer into buckets on the local disk, each a range of hashes; then each
bucket is read, sorted and written as parts.  A bucket holds some ten thousand rows, so ten million
rows need a few hundred megabytes of memory, and their own size on disk.
"""

import hashlib
import json
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from tempfile import gettempdir
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import fcfi
from fcfi.bulk.plan import PART_ROWS, PLAN, NetworkPlan, Plan, digest_of, read_plan, rows_name
from fcfi.bulk.rows import HASH_BITS, canonical, hash_of, id_of, image_of, shard_of
from fcfi.bulk.storage import Storage, split_url
from fcfi.errors import ConfigError, InputError, write_error
from fcfi.temporary_files import temporary_folder

BUCKETS: Final = 1024
"""Fewest buckets for all shards together, so that the buckets of ten million rows stay small."""
BUFFER: Final = 32 * 2**20
"""Bytes of rows that are buffered in memory."""
LARGEST_PART: Final = 4
"""Largest multiple of the usual rows in a part, which otherwise ends between two pictures."""
MAX_SHARDS: Final = 100_000
BATCH: Final = 10_000
"""Rows of a Parquet manifest that are read at once."""
HEX: Final = HASH_BITS // 4
PARQUET: Final = (".parquet", ".pq")
_DECODE: Final = json.JSONDecoder().decode

Progress = Callable[[int], None]
"""Called with the number of rows read since the previous call."""


def make_plan(
    manifest: str,
    folder: str,
    shards: int = 1,
    part_rows: int = PART_ROWS,
    network: str | None = None,
    runtime: str = "auto",
    precision: str = "float32",
    flip: str = "none",
    base: str | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Plan the work of a manifest and write the plan into a folder.

    manifest: JSONL or Parquet, a path or an fsspec URL.  folder: the folder of the results, a path
        or URL.
    base:     base folder of relative picture paths; None is the manifest's folder.
    Raises InputError if the manifest cannot be read, two rows have the same id, or the folder
    already has another plan; ConfigError or NetworkError for an invalid setting or network.
    """
    if not 1 <= shards <= MAX_SHARDS:
        raise ConfigError(f"expected 1 to {MAX_SHARDS} shards, got {shards}")
    if part_rows < 1:
        raise ConfigError(f"expected at least 1 row in a part, got {part_rows}")
    storage = Storage(folder)
    network_plan = _network(network, runtime, precision, flip)
    with temporary_folder("plan") as temporary:
        # 1) Rows into buckets; a folder with another plan is refused before anything is written.
        buckets = Buckets(temporary, shards)
        sha256 = _fill(buckets, read_manifest(manifest), progress)
        _check_same(storage, digest_of(sha256, part_rows, network_plan, shards))
        # 2) Buckets into shards.
        counts = [
            _write_shard(storage, shard, buckets.sorted_rows(shard), part_rows, temporary)
            for shard in range(shards)
        ]
    # 3) The plan itself.
    plan = Plan(
        fcfi.__version__,
        base or split_url(manifest)[0],
        sha256,
        part_rows,
        network_plan,
        tuple(rows for rows, _ in counts),
        tuple(parts for _, parts in counts),
    )
    # The plan is written last, so that a folder with a plan has all its rows.
    storage.write(PLAN, (json.dumps(plan.to_json(), indent=1) + "\n").encode())
    return plan


def read_manifest(url: str) -> Iterator[Any]:
    """Return the rows of a manifest as JSON values, one by one.

    A line that is not JSON is returned as text, and becomes an error in the results.  Raises
    InputError if the manifest cannot be read.
    """
    folder, name = split_url(url)
    with Storage(folder).open(name) as stream:
        if name.lower().endswith(PARQUET):
            yield from _parquet_rows(stream, url)
        else:
            yield from _json_rows(stream)


class Buckets:
    """Rows on the local disk, with a file for each range of hashes; shards have equal numbers."""

    def __init__(self, folder: Path, shards: int) -> None:
        """Use an empty folder."""
        self._folder = folder
        self._each = -(-BUCKETS // shards)
        self._count = self._each * shards
        self._buffer: defaultdict[int, list[str]] = defaultdict(list)
        self._size = 0
        self._number = 0
        # The rows of a picture are usually consecutive.
        self._hash_of = lru_cache(maxsize=16)(hash_of)

    def add(self, image: str, row: str) -> None:
        """Add a row, a text of one line."""
        number = self._hash_of(image)
        # Hash and row number have a fixed width, so that sorting lines sorts by picture and order.
        line = f"{number:0{HEX}x}{self._number:012x}{row}\n"
        self._buffer[shard_of(number, self._count)].append(line)
        self._number += 1
        self._size += len(line)
        if self._size > BUFFER:
            self._flush()

    def sorted_rows(self, shard: int) -> Iterator[tuple[str, str]]:
        """Return the rows of a shard as (mark of the picture, text), sorted."""
        self._flush()
        for bucket in range(shard * self._each, (shard + 1) * self._each):
            path = self._folder / str(bucket)
            if path.is_file():
                for line in sorted(path.read_text(encoding="ascii").splitlines()):
                    yield line[:HEX], line[HEX + 12 :]
                path.unlink()

    def _flush(self) -> None:
        # Files are reopened each time: there may be more than a process may have open.
        try:
            for bucket, lines in self._buffer.items():
                with (self._folder / str(bucket)).open("a", encoding="ascii") as stream:
                    stream.writelines(lines)
        except OSError as error:
            raise _full(error) from error
        self._buffer.clear()
        self._size = 0


def _fill(buckets: Buckets, rows: Iterable[Any], progress: Progress | None) -> str:
    """Put all rows into buckets and return the sha256 of their texts in order."""
    digest = hashlib.sha256()
    ids = array("Q")
    for number, row in enumerate(rows, start=1):
        text = canonical(row)
        digest.update(f"{text}\n".encode())
        ids.append(hash_of(id_of(row, text)))
        buckets.add(image_of(row), text)
        if progress is not None and number % BATCH == 0:
            progress(BATCH)
    if not ids:
        raise InputError("expected a manifest with at least one row, got none")
    _check_ids(ids)
    if progress is not None:
        progress(len(ids) % BATCH)
    return digest.hexdigest()


def _check_ids(ids: "array[int]") -> None:
    """Raise InputError if two rows have the same id.  ids: 64-bit hashes, to save memory."""
    values = np.frombuffer(ids, np.uint64)
    ordered = np.sort(values)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    if len(twice):
        first, second = np.flatnonzero(values == twice[0])[:2] + 1
        raise InputError(
            f"expected an id of its own for each row, got the same for rows {first} and {second}: "
            'give each row another "id"'
        )


def _write_shard(
    storage: Storage,
    shard: int,
    rows: Iterator[tuple[str, str]],
    part_rows: int,
    temporary: Path,
) -> tuple[int, int]:
    """Write the rows of a shard and return the numbers of rows and parts.

    temporary: a folder for the growing file, which may be large: a plan may have a single shard.
    """
    schema = pa.schema([("row", pa.string())])
    path = temporary / "rows"
    count = 0
    parts = 0
    try:
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            for part in split_parts(rows, part_rows):
                writer.write_table(pa.table({"row": part}, schema), row_group_size=len(part))
                count += len(part)
                parts += 1
    except OSError as error:
        raise _full(error) from error
    storage.copy(path, rows_name(shard))
    path.unlink()
    return count, parts


def _full(error: OSError) -> InputError:
    """Return the error of a temporary folder that cannot be written."""
    return write_error(f"cannot write into the temporary folder {gettempdir()}", error)


def split_parts(rows: Iterable[tuple[str, str]], part_rows: int) -> Iterator[list[str]]:
    """Return lists of rows, each with all objects of its pictures if possible.

    rows: (mark of the picture, text); the rows of a picture are consecutive.
    """
    part: list[str] = []
    before = ""
    for mark, text in rows:
        full = len(part) >= part_rows and mark != before
        if full or len(part) >= LARGEST_PART * part_rows:
            yield part
            part = []
        part.append(text)
        before = mark
    if part:
        yield part


def _json_rows(stream: Iterable[bytes]) -> Iterator[Any]:
    for line in stream:
        if line.isspace():
            continue
        try:
            # Twice as fast as `json.loads(line)`, which detects the encoding of each line.
            yield _DECODE(line.decode())
        except (ValueError, RecursionError):
            yield _odd_row(line)


def _odd_row(line: bytes) -> Any:
    """Return the value of a line in another encoding or with a byte order mark, or its text."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return line.decode("utf-8", "replace").strip()


def _parquet_rows(stream: Any, url: str) -> Iterator[Any]:
    try:
        for batch in pq.ParquetFile(stream).iter_batches(BATCH):
            for row in batch.to_pylist():
                # An empty column is a key that the row does not have.
                yield {key: value for key, value in row.items() if value is not None}
    except pa.ArrowException as error:
        raise InputError(f"{url} cannot be read as Parquet: {error}") from error


def _network(source: str | None, runtime: str, precision: str, flip: str) -> NetworkPlan:
    """Return the network as it will be run; it is opened here once to report errors early."""
    from fcfi.bulk.opening import open_as_planned, plan_network

    network = plan_network(source, runtime, precision, flip)
    open_as_planned(network)
    return network


def _check_same(storage: Storage, digest: str) -> None:
    """Raise InputError if a folder has another plan."""
    if storage.exists(PLAN) and read_plan(storage).digest != digest:
        raise InputError(
            f"{storage.url} has the plan of another manifest, network or setting: "
            "give another folder"
        )
