"""The progress of a plan, from a listing of its folder and the footers of finished parts."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from fcfi.bulk.plan import Part, Plan, done_parts, masks_folder, read_plan
from fcfi.bulk.results import failed_in
from fcfi.bulk.storage import Storage
from fcfi.errors import InputError

READERS: Final = 16
"""Footers read at once: remote storage is slow, but serves many requests in parallel."""


@dataclass(frozen=True)
class Status:
    """The progress of a plan.

    parts, rows: planned and finished numbers.  failed: finished rows with an error.
    missing: shards with missing parts.
    """

    parts: int
    parts_done: int
    rows: int
    rows_done: int
    failed: int
    missing: tuple[int, ...]


def status_of(url: str) -> Status:
    """Return the progress of the plan in a folder.  Raises InputError if it cannot be read."""
    # 1) The finished parts, by one listing for each shard.
    storage = Storage(url)
    plan = read_plan(storage)
    done: list[Part] = []
    missing = []
    for shard in range(plan.shards):
        there = done_parts(storage, shard)
        found = [part for part in plan.parts_of(shard) if part.name in there]
        done += found
        if len(found) < plan.parts[shard]:
            missing.append(shard)
    # 2) Their rows and failures, from the footers.
    with ThreadPoolExecutor(READERS) as pool:
        counts = list(pool.map(lambda part: _counts(storage, part), done))
    rows = sum(count for count, _ in counts)
    failed = sum(count for _, count in counts)
    return Status(sum(plan.parts), len(done), plan.total, rows, failed, tuple(missing))


def ranges(shards: Sequence[int]) -> str:
    """Return numbers in the notation of job arrays: `0-3,7`."""
    groups: list[list[int]] = []
    for shard in shards:
        if groups and shard == groups[-1][-1] + 1:
            groups[-1].append(shard)
        else:
            groups.append([shard])
    return ",".join(
        str(group[0]) if len(group) == 1 else f"{group[0]}-{group[-1]}" for group in groups
    )


def parse_ranges(text: str) -> list[int]:
    """Return the numbers in a text of `ranges`.  Raises InputError for anything else."""
    numbers: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise InputError(f"expected shards as numbers and ranges, like 0-3,7, got {text!r}")
        numbers += range(int(first), int(last or first) + 1)
    return numbers


def read_part(storage: Storage, part: Part) -> pa.Table:
    """Return the results of a part.  Raises InputError if the file is missing or damaged."""
    name = f"{masks_folder(part.shard)}/{part.name}"
    with storage.open(name) as stream:
        try:
            return pq.read_table(stream)
        except pa.ArrowException as error:
            raise _damaged(storage, name, error) from error


def _counts(storage: Storage, part: Part) -> tuple[int, int]:
    """Return the number of rows in a part, and how many of them failed."""
    name = f"{masks_folder(part.shard)}/{part.name}"
    with storage.open(name) as stream:
        try:
            file = pq.ParquetFile(stream)
            return file.metadata.num_rows, failed_in(file)
        except pa.ArrowException as error:
            raise _damaged(storage, name, error) from error


def _damaged(storage: Storage, name: str, error: Exception) -> InputError:
    return InputError(
        f"{storage.url}/{name} is damaged ({error}): remove it and run its shard again"
    )


def all_parts(plan: Plan) -> list[Part]:
    """Return the parts of all shards, in order."""
    return [part for shard in range(plan.shards) for part in plan.parts_of(shard)]
