"""Running the missing parts of a plan, on this machine's cores or on a Ray cluster."""

import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow.parquet as pq

from fcfi.bulk.plan import Part, Plan, done_parts, masks_folder, read_plan
from fcfi.bulk.results import failed_in
from fcfi.bulk.storage import Storage
from fcfi.bulk.work import Done, Job
from fcfi.errors import ConfigError, InputError
from fcfi.runtimes.processor import cores

RUNNERS: Final = ("local", "ray")
ARRAY_VARIABLES: Final = (
    "SLURM_ARRAY_TASK_ID",
    "JOB_COMPLETION_INDEX",
    "AWS_BATCH_JOB_ARRAY_INDEX",
)
"""Environment variables of Slurm, Kubernetes and AWS Batch with the task number in an array."""

Progress = Callable[[int], None]
"""Called with the rows finished since the last call; negative if a process died."""


@dataclass(frozen=True)
class Summary:
    """The result of a run: parts computed now and before, and the rows of those computed now."""

    parts: int = 0
    before: int = 0
    rows: int = 0
    failed: int = 0

    def after(self, done: Done) -> "Summary":
        """Return the summary with one more part."""
        return Summary(
            self.parts + 1, self.before, self.rows + done.rows, self.failed + done.failed
        )


def run(
    url: str,
    shards: Sequence[int] | None = None,
    runner: str = "local",
    workers: int | None = None,
    network: str | None = None,
    base: str | None = None,
    retry_errors: bool = False,
    progress: Progress | None = None,
) -> Summary:
    """Compute the missing parts of a plan.

    url:     the plan's folder.  shards: None means all.  workers: processes or actors; None means
        one per core.
    network, base: paths of the network and the pictures on this machine, if they differ from the
        plan's.
    retry_errors: compute parts with failed rows again.
    Raises InputError, NetworkError or ConfigError if the work cannot be done at all, never for a
    single row.
    """
    if runner not in RUNNERS:
        raise ConfigError(f"expected a runner of {', '.join(RUNNERS)}, got {runner!r}")
    if workers is not None and workers < 1:
        raise ConfigError(f"expected at least 1 worker, got {workers}")
    storage = Storage(url)
    plan = read_plan(storage)
    parts = [part for shard in chosen_shards(plan, shards) for part in plan.parts_of(shard)]
    missing = missing_parts(storage, plan, shards, retry_errors)
    # In random order, so that two runners of the same shard share it without waiting.
    random.shuffle(missing)
    summary = Summary(before=len(parts) - len(missing))
    job = Job(storage.url, network, base)
    left = _still_missing(storage, missing, retry_errors)
    for event in _events(runner, job, left, len(missing), workers):
        if isinstance(event, Done):
            summary = summary.after(event)
        elif progress is not None:
            progress(event)
    return summary


def chosen_shards(plan: Plan, shards: Sequence[int] | None) -> Sequence[int]:
    """Return the shards in order, or all for None.  Raises InputError if one does not exist."""
    if shards is None:
        return range(plan.shards)
    for shard in shards:
        if not 0 <= shard < plan.shards:
            raise InputError(f"expected a shard from 0 to {plan.shards - 1}, got {shard}")
    return sorted(set(shards))


def missing_parts(
    storage: Storage, plan: Plan, shards: Sequence[int] | None = None, with_errors: bool = False
) -> list[Part]:
    """Return the missing parts, by listing each shard's folder.

    with_errors: parts with failed rows count as missing.
    """
    missing = []
    for shard in chosen_shards(plan, shards):
        there = done_parts(storage, shard)
        for part in plan.parts_of(shard):
            if part.name not in there or (with_errors and _failed(storage, part)):
                missing.append(part)
    return missing


def array_shard(environment: Mapping[str, str] = os.environ) -> int | None:
    """Return this process's task number in a job array of a scheduler, or None."""
    for name in ARRAY_VARIABLES:
        if environment.get(name, "").isdecimal():
            return int(environment[name])
    return None


# ── helpers ───────────────────────────────────────────────────────────────────────────────────────


def _events(
    runner: str, job: Job, parts: Iterator[Part], count: int, workers: int | None
) -> Iterator[int | Done]:
    """Return the events of a runner.  count: largest number of parts."""
    if runner == "ray":
        from fcfi.bulk.on_ray import run_on_ray

        return run_on_ray(job, parts, count, workers)
    from fcfi.bulk.processes import run_on_processes

    return run_on_processes(job, parts, min(workers or cores(), count))


def _still_missing(storage: Storage, parts: list[Part], again: bool) -> Iterator[Part]:
    """Return parts one by one, without those that another runner has computed meanwhile."""
    for part in parts:
        # Checked just before its turn: another runner may have computed it since the listing.
        if again or not storage.exists(f"{masks_folder(part.shard)}/{part.name}"):
            yield part


def _failed(storage: Storage, part: Part) -> int:
    with storage.open(f"{masks_folder(part.shard)}/{part.name}") as stream:
        return failed_in(pq.ParquetFile(stream))
