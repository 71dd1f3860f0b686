"""A real Ray cluster on this machine: a killed worker costs only time."""

import gc
import os
import signal
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ray", reason="ray is not installed: pip install '.[ray]'")

from fcfi.bulk.on_ray import ADDRESS, STARTS, join_cluster
from fcfi.bulk.plan import read_plan
from fcfi.bulk.planning import make_plan
from fcfi.bulk.running import run
from fcfi.bulk.status import status_of
from fcfi.bulk.storage import Storage
from fcfi.errors import ConfigError, FCFIError
from tests.bulk.conftest import objects
from tests.bulk.test_running import make_all, parts_in

OURS = "FCFI_TEST_RAY_CLUSTER"
"""Environment variable that marks the processes of this cluster: another may run beside it."""
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # ray's own


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Start a cluster with two cores that only this machine can reach."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ[OURS] = str(os.getpid())
    import ray

    join_cluster(ray, 2)
    yield ray
    # Ray leaves handles of processes that still end; collected later, they warn in other tests.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ray.shutdown()
        del ray
        gc.collect()


def actor_processes() -> set[int]:
    """Return the processes of this cluster with an actor, found by Ray's process names."""
    mark = f"{OURS}={os.getpid()}".encode()
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            ours = mark in (entry / "environ").read_bytes().split(b"\0")
            if ours and b"ray::Actor" in (entry / "cmdline").read_bytes():
                found.add(int(entry.name))
        except (OSError, ValueError):
            continue
    return found


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds processes in /proc")
def test_a_killed_worker_costs_nothing_but_time(
    cluster: Any,
    manifest: Callable[[Sequence[Any]], str],
    network_file: Path,
    tmp_path: Path,
) -> None:
    for name in ("calm", "stormy"):
        make_plan(manifest(objects(240)), str(tmp_path / name), 2, 6, str(network_file))
    make_all(tmp_path / "calm")
    killed: list[int] = []

    def kill_some(rows: int) -> None:
        if len(killed) < 3 and (running := actor_processes() - set(killed)):
            victim = min(running)
            os.kill(victim, signal.SIGKILL)
            killed.append(victim)

    summary = run(str(tmp_path / "stormy"), runner="ray", workers=2, progress=kill_some)
    assert len(killed) == 3
    assert (summary.rows, summary.failed) == (240, 0)
    assert parts_in(tmp_path / "stormy") == parts_in(tmp_path / "calm")


def test_errors_stop_the_run_with_a_sentence(
    cluster: Any,
    manifest: Callable[[Sequence[Any]], str],
    network_file: Path,
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    make_plan(manifest(objects(6)), str(out), 1, 6, str(network_file))
    with pytest.raises(FCFIError, match="does not exist"):
        run(str(out), runner="ray", workers=1, network=str(tmp_path / "none.onnx"))
    assert status_of(str(out)).parts_done == 0
    assert sum(read_plan(Storage(str(out))).parts) == 1


class BusyRay:
    """A stand-in for the module, whose cluster does not start the first times."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.starts: list[dict[str, Any]] = []
        self.stops = 0

    def is_initialized(self) -> bool:
        return False

    def init(self, **options: Any) -> None:
        self.starts.append(options)
        if len(self.starts) <= self.failures:
            raise Exception("The current node timed out.\nMore of it")  # as Ray does

    def shutdown(self) -> None:
        self.stops += 1


def test_a_cluster_that_starts_slowly_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ADDRESS, raising=False)
    ray = BusyRay(STARTS - 1)
    join_cluster(ray, 3)
    assert [options["num_cpus"] for options in ray.starts] == [3] * STARTS
    assert {options["_node_ip_address"] for options in ray.starts} == {"127.0.0.1"}
    assert ray.stops == STARTS - 1


def test_a_cluster_that_does_not_start_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ADDRESS, raising=False)
    ray = BusyRay(STARTS)
    with pytest.raises(
        ConfigError, match=r"Ray cannot be started \(The current node timed out\.\)"
    ):
        join_cluster(ray, None)
    assert len(ray.starts) == ray.stops == STARTS
    monkeypatch.setenv(ADDRESS, "127.0.0.1:1")
    ray = BusyRay(1)
    with pytest.raises(ConfigError, match=r"cluster at 127\.0\.0\.1:1 cannot be joined"):
        join_cluster(ray, None)
    assert ray.starts == [{"log_to_driver": False}]
