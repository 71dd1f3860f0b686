"""A process that tries damaged inputs: it reads a JSON line for each and writes its outcome.

It has no time limit; the parent ends it.
"""

import json
import resource
import shutil
import sys
import tempfile
import time
import traceback
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from fcfi.errors import FCFIError
from fcfi.runtimes.telemetry import block_telemetry
from tests.fuzz.doors import Door, begin, doors

ADDRESS_SPACE: Final = 16 << 30
"""Bytes; far above what counts as a fault, so that the machine survives one."""


def main() -> None:
    """Try the inputs on stdin until it ends."""
    block_telemetry()
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    out = sys.stdout
    sys.stdout = sys.stderr  # whatever prints does not answer
    with tempfile.TemporaryDirectory(prefix="fcfi-fuzz-") as root:
        tempfile.tempdir = root
        (Path(root) / "whole").mkdir()
        begin(Path(root) / "whole")
        known = doors()
        for line in sys.stdin:
            asked = json.loads(line)
            answer = tried(known[asked["door"]], asked["seed"], Path(root))
            out.write(json.dumps({**asked, **answer}) + "\n")
            out.flush()


def tried(door: Door, seed: str, root: Path) -> dict[str, Any]:
    """Damage an input, pass it to the door, and return the outcome."""
    folder, scratch = root / "input", root / "scratch"
    for path in (folder, scratch):
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
    for name, data in door.damaged(seed).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    forget_peak()
    began = time.monotonic()
    fault, ended = "", "taken"
    try:
        door.enter(folder, scratch)
    except FCFIError as error:
        ended = "refused"
        fault = unshowable(str(error))
    except BaseException:
        ended = "fault"
        fault = traceback.format_exc()
    seconds = round(time.monotonic() - began, 2)
    return {"ended": ended, "fault": fault, "seconds": seconds, "peak": peak()}


def unshowable(message: str) -> str:
    """Return the fault in an error's message, or ""."""
    try:
        message.encode()
    except UnicodeEncodeError:
        return f"a message that cannot be written: {message!a}"
    if not message.strip() or "\n" in message or len(message) > 2000:
        return f"a message that is not one line: {message!a}"
    return ""


def forget_peak() -> None:
    """Reset the peak memory (on Linux; elsewhere it is the process's)."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak() -> int:
    """Return the peak memory since the reset, in bytes."""
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
