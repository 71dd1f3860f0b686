"""`python -m tests.kills`: kill running commands, finish them and compare the results."""

import argparse
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from random import Random, SystemRandom
from typing import Any, Final

from fcfi.runtimes.telemetry import block_telemetry
from tests.kills.scenes import (
    SCENES,
    annotate,
    killed,
    prepare_annotation,
    undisturbed,
)

KILLS: Final = 200
SECONDS: Final = 900.0
SHARES: Final = {
    "annotation": 40,
    "import": 60,
    "export coco": 30,
    "export labelme": 30,
    "batch": 36,
    "training": 4,
}
"""Number of 200 kills that each scene gets."""
SERVED: Final = 400
"""Moments of a server among which it is killed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all scenes, print a line for each and every fault, and return 1 if there is a fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    parser.add_argument("--seed", type=int, help="of the moments; by default a new one")
    parser.add_argument("--kills", type=int, default=KILLS, help="about (%(default)s)")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="budget (%(default)s)")
    parser.add_argument("--only", help="a scene")
    options = parser.parse_args(arguments)
    block_telemetry()
    seed = options.seed if options.seed is not None else SystemRandom().randrange(10**9)
    print(f"seed {seed}: repeat with --seed {seed}", flush=True)
    deadline, faults, kills = time.monotonic() + options.seconds, 0, 0
    for name, share in SHARES.items():
        if options.only in (None, name):
            count = max(1, share * options.kills // KILLS)
            with tempfile.TemporaryDirectory(prefix="fcfi-kills-") as root:
                done, bad = scene(name, count, Random(f"{seed}/{name}"), Path(root), deadline)
            print(f"{name:16}{done:5} of {count} kills, {bad} faults", flush=True)
            faults, kills = faults + bad, kills + done
    print(f"{kills} kills, {faults} faults")
    return 1 if faults else 0


def scene(name: str, count: int, random: Random, root: Path, deadline: float) -> tuple[int, int]:
    """Kill a scene a number of times; return the actual kills and the number of faults."""
    moments, expected = 0, None
    if name == "annotation":
        prepare_annotation(root / "prepared")
    else:
        moments, expected = undisturbed(SCENES[name], root / "prepared")
    done = faults = 0
    while done < count and time.monotonic() < deadline:
        folder = root / f"run-{done}"
        at = [random.randint(1, moments or SERVED) for _ in range(min(count - done, 1 + done % 2))]
        try:
            check(name, root / "prepared", folder, at, expected, random)
        except Exception:
            faults += 1
            print(f"\n{name}, killed at {at}\n{traceback.format_exc()}", flush=True)
        done += len(at)
        shutil.rmtree(folder, ignore_errors=True)
    return done, faults


def check(
    name: str, prepared: Path, folder: Path, at: Sequence[int], expected: Any, random: Random
) -> None:
    """Kill at these moments.  Raises AssertionError if the result is wrong."""
    if name != "annotation":
        found = killed(SCENES[name], prepared, folder, at)
        assert found == expected, f"{found!r:.400} is not {expected!r:.400}"
        return
    for number, moment in enumerate(at):
        copy = folder.with_name(f"{folder.name}-{number}")
        shutil.copytree(prepared, copy)
        annotate(copy, moment if number else 0, random.randint(1, 30), random)
        shutil.rmtree(copy)


if __name__ == "__main__":
    sys.exit(main())
