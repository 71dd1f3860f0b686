"""`python -m tests.fuzz`: try damaged inputs for a while, and list every fault to reproduce it."""

import argparse
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random, SystemRandom
from typing import Any, Final

from tests.fuzz.doors import doors

ROOT: Final = Path(__file__).parents[2]
SECONDS: Final = 600.0
"""The budget; what is not tried by then is not tried."""
INPUTS: Final = 5000
HANG_SECONDS: Final = 20.0
"""Processor time of a hang: other programs on the machine must not make one."""
WAIT_SECONDS: Final = 90.0
"""Without an answer and without work: a hang too."""
PEAK_BYTES: Final = 1_200_000_000
PROCESSES: Final = max(1, min(4, (os.cpu_count() or 1) // 2))
CHILD: tuple[str, ...] = ("-m", "tests.fuzz.child")
"""The interpreter's arguments in a child."""
TICK: Final = 0.25


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print a table and the faults, and return 1 if there is a fault."""
    options = _parse(arguments)
    seed = options.seed if options.seed is not None else SystemRandom().randrange(10**9)
    print(f"seed {seed}: repeat with --seed {seed}", flush=True)
    todo: queue.Queue[dict[str, Any]] = queue.Queue()
    for asked in inputs(seed, options.inputs, options.only):
        todo.put(asked)
    total, deadline = todo.qsize(), time.monotonic() + options.seconds
    results: queue.Queue[dict[str, Any]] = queue.Queue()
    threads = [
        threading.Thread(target=_work, args=(todo, results, deadline))
        for _ in range(options.processes)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return report(list(results.queue), total)


def inputs(seed: int, count: int, only: str | None = None) -> Iterator[dict[str, Any]]:
    """Yield the inputs to try, in an order in which every door comes early.

    only: "DOOR" or "DOOR:NUMBER".
    """
    door_name, _, number = (only or "").partition(":")
    chosen = [door for door in doors().values() if only is None or door.name == door_name]
    listed = [
        {"door": door.name, "seed": f"{seed}/{n}"}
        for door in chosen
        for n in range(max(1, door.share * count // INPUTS))
        if not number or n == int(number)
    ]
    if number and not listed:
        listed = [{"door": door.name, "seed": f"{seed}/{number}"} for door in chosen]
    Random(seed).shuffle(listed)
    yield from listed


def report(results: Sequence[dict[str, Any]], total: int) -> int:
    """Print the outcomes for each door and every fault; return 1 if there is one."""
    table: dict[str, Counter[str]] = {}
    for result in results:
        table.setdefault(result["door"], Counter())[result["ended"]] += 1
    print(f"{'door':22}{'taken':>8}{'refused':>9}{'faults':>8}{'slowest':>9}{'peak MB':>9}")
    faults = [result for result in results if result["fault"]]
    for door in sorted(table):
        of_door = [result for result in results if result["door"] == door]
        slowest = max(result["seconds"] for result in of_door)
        most = max(result["peak"] for result in of_door) / 1e6
        bad = sum(1 for result in of_door if result["fault"])
        taken, refused = table[door]["taken"], table[door]["refused"]
        print(f"{door:22}{taken:8}{refused:9}{bad:8}{slowest:9.1f}{most:9.0f}")
    for result in faults:
        seed, _, number = result["seed"].rpartition("/")
        again = f"python -m tests.fuzz --seed {seed} --only '{result['door']}:{number}'"
        print(f"\n{again}\n{result['fault'].rstrip()}")
    print(f"\n{len(results)} of {total} inputs tried, {len(faults)} faults", flush=True)
    return 1 if faults else 0


class Child:
    """A process that tries inputs, with its last answer."""

    def __init__(self) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            [sys.executable, *CHILD],
            cwd=ROOT,
            stdin=pipe,
            stdout=pipe,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.answers: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Try an input; a child that ends or hangs is a fault."""
        assert self.process.stdin is not None
        began, busy = time.monotonic(), self._busy()
        try:
            self.process.stdin.write(json.dumps(asked) + "\n")
            self.process.stdin.flush()
        except OSError:
            return self._lost(asked, began)
        while True:
            try:
                line = self.answers.get(timeout=TICK)
            except queue.Empty:
                waited = time.monotonic() - began
                if self._busy() - busy > HANG_SECONDS or waited > WAIT_SECONDS:
                    return self._lost(asked, began)
                continue
            if not line:
                self.process.wait()  # it closed its end, and is about to be gone
                return self._lost(asked, began)
            answer: dict[str, Any] = json.loads(line)
            if not answer["fault"] and answer["peak"] > PEAK_BYTES:
                answer["fault"] = f"{answer['peak'] / 1e6:.0f} MB of memory"
            return answer

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        try:
            for line in self.process.stdout:
                self.answers.put(line)
        except ValueError:  # closed
            pass
        self.answers.put("")

    def _lost(self, asked: dict[str, Any], began: float) -> dict[str, Any]:
        waited = time.monotonic() - began
        code = self.process.poll()
        fault = (
            f"no answer after {waited:.0f} s" if code is None else f"the process ended with {code}"
        )
        return {**asked, "ended": "lost", "fault": fault, "seconds": waited, "peak": 0}

    def _busy(self) -> float:
        """Return its processor seconds (on Linux; elsewhere seconds of the clock)."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return time.monotonic()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _work(
    todo: "queue.Queue[dict[str, Any]]", results: "queue.Queue[dict[str, Any]]", deadline: float
) -> None:
    """Let child processes try inputs until the budget is used."""
    child = Child()
    try:
        while time.monotonic() < deadline:
            try:
                asked = todo.get_nowait()
            except queue.Empty:
                return
            answer = child.ask(asked)
            results.put(answer)
            if answer["ended"] == "lost":
                child.close()
                child = Child()
    finally:
        child.close()


def _parse(arguments: Sequence[str] | None) -> Any:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, help="of the damage; by default a new one")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="budget (%(default)s)")
    parser.add_argument("--inputs", type=int, default=INPUTS, help="about (%(default)s)")
    parser.add_argument("--processes", type=int, default=PROCESSES, help="(%(default)s)")
    parser.add_argument("--only", help="a door, or DOOR:NUMBER of one input")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
