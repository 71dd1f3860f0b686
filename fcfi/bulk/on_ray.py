"""Running parts on a Ray cluster: an actor per core opens the network once, and parts are tasks.

Ray restarts actors that died, and their tasks.  If actors die repeatedly at a part, it runs in a
separate process that the actor watches, to find out which picture causes it.
"""

import os
from collections.abc import Iterator
from typing import Any, Final

from fcfi.bulk.plan import Part
from fcfi.bulk.work import Done, Job, Task, Worker
from fcfi.errors import ConfigError, FCFIError, InputError, how_to_install

RETRIES: Final = 3
"""Number of times that Ray repeats a task whose actor died."""
ADDRESS: Final = "RAY_ADDRESS"
"""Ray's environment variable for the cluster to join; without it, Ray starts on this machine."""
LOOPBACK: Final = "127.0.0.1"
STARTS: Final = 5
"""Number of times that a cluster is started: Ray waits only 30 s for its own processes."""


class Actor:
    """A worker on a cluster.  It returns errors as texts, which need no class."""

    def __init__(self, job: Job) -> None:
        """Store the job; the network is opened with the first part, so that errors are returned."""
        self._job = job
        self._worker: Worker | None = None

    def make(self, part: Part, watched: bool) -> Done | str:
        """Compute a part and return its summary, or an error that stops all work."""
        try:
            if watched:
                return _watched(self._job, part)
            if self._worker is None:
                self._worker = Worker(self._job)
            return self._worker.make(Task(part), lambda image, rows: None)
        except FCFIError as error:
            return str(error)


def run_on_ray(
    job: Job, parts: Iterator[Part], count: int, workers: int | None
) -> Iterator[int | Done]:
    """Compute parts on a Ray cluster, like `run_on_processes`.

    count: largest number of parts.  workers: actors; None is one for each core of the cluster.
    Raises ConfigError without Ray or if no cluster can be joined or started, and InputError for a
    part that fails or a failing cluster.
    """
    ray = _ray()
    join_cluster(ray, workers)
    actors = min(workers or int(ray.cluster_resources().get("CPU", 1)), count)
    remote = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=RETRIES)(Actor)
    idle = [remote.remote(job) for _ in range(actors)]
    running: dict[Any, tuple[Any, Part, bool]] = {}
    while True:
        while idle and (part := next(parts, None)) is not None:
            actor = idle.pop()
            running[actor.make.remote(part, False)] = actor, part, False
        if not running:
            return
        # At most one part for each actor, because Ray would only keep the others in a queue.
        ready, _ = ray.wait(list(running))
        actor, part, watched = running.pop(ready[0])
        try:
            done = ray.get(ready[0])
        except ray.exceptions.RayActorError as error:
            # Even the watching process died, so the cluster itself is at fault.
            if watched:
                raise InputError(f"the actors of Ray cannot be kept alive: {error}") from error
            running[actor.make.remote(part, True)] = actor, part, True
            continue
        if isinstance(done, str):
            raise InputError(done)
        idle.append(actor)
        yield done.rows
        yield done


def _watched(job: Job, part: Part) -> Done:
    from fcfi.bulk.processes import run_on_processes

    return next(
        event for event in run_on_processes(job, iter([part]), 1) if isinstance(event, Done)
    )


def _ray() -> Any:
    # Ray sends usage reports unless this is set before its import.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        import ray
    except ImportError as error:
        raise ConfigError(
            f"--runner ray needs ray, which is not installed: {how_to_install('ray')}"
        ) from error
    return ray


def join_cluster(ray: Any, workers: int | None) -> None:
    """Join the cluster at RAY_ADDRESS, or start one that only this machine can reach.

    ray: the module.  workers: cores of a new cluster; None means all.  Raises ConfigError if this
    fails, on a busy machine only after several attempts.
    """
    if ray.is_initialized():
        return
    address = os.environ.get(ADDRESS)
    own = {"num_cpus": workers, "include_dashboard": False, "_node_ip_address": LOOPBACK}
    for attempt in range(1, STARTS + 1):
        try:
            ray.init(log_to_driver=False, **({} if address else own))
            return
        except Exception as error:  # Ray raises bare exceptions here
            ray.shutdown()
            reason = str(error).strip().partition("\n")[0]
            if address:
                raise ConfigError(
                    f"the Ray cluster at {address} cannot be joined ({reason}): check {ADDRESS}"
                ) from error
            if attempt == STARTS:
                raise ConfigError(
                    f"Ray cannot be started ({reason}): use --runner local, or try again when this "
                    "machine is less busy"
                ) from error
