"""An audit hook that Python loads when it starts with this folder on PYTHONPATH.

It runs in every process of a command, and stops nothing.  It writes a line to the file in
FCFI_WATCH_REPORT for each name look-up, each connection except loopback, each start of another
program, and each change of the file system outside the folders in FCFI_WATCH_FOLDERS.
"""

import os
import sys
import threading
from typing import Any

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
DEVICES = ("/dev/null", "/dev/tty", "/dev/shm/")
"""Files that hold nothing, and memory that processes share."""
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
LOOKUPS = frozenset(
    {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}
)
CONNECTIONS = frozenset({"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"})
PATHS_CHANGED = {
    "os.chmod": 1,
    "os.link": 2,
    "os.mkdir": 1,
    "os.remove": 1,
    "os.rename": 2,
    "os.rmdir": 1,
    "os.symlink": 2,
    "os.truncate": 1,
    "os.utime": 1,
    "sqlite3.connect": 1,
}
"""Events that change files, with the number of their paths."""
RELATIVE = frozenset({"os.mkdir", "os.remove", "os.rmdir"})
"""Events whose last value may be an open folder that the path is relative to."""
HARMLESS = frozenset({"fc-list", "lscpu", "nvidia-smi", "uname"})
"""Programs that describe this computer and do nothing else."""
PROGRAMS = frozenset({"os.exec", "os.posix_spawn", "os.system", "subprocess.Popen"})

_busy = threading.local()


def complaint(event: str, values: tuple[Any, ...]) -> str | None:
    """Return the complaint about an event, or None."""
    if event in LOOKUPS:
        host = values[0][0] if isinstance(values[0], tuple) else values[0]
        return None if _is_loopback(host) else f"look-up of {host!r}"
    if event in CONNECTIONS:
        address = values[1]
        local = not isinstance(address, tuple) or _is_loopback(address[0])  # else a Unix socket
        return None if local else f"{event} {address!r}"
    if event == "open":
        path, _, flags = values
        changed = (path,) if flags & WRITING else ()
    elif event in PATHS_CHANGED:
        folder = values[-1] if event in RELATIVE and values[-1] >= 0 else None
        changed = tuple(_in(folder, path) for path in values[: PATHS_CHANGED[event]])
    elif event in PROGRAMS:
        program = os.fsdecode(values[0] or values[1][0])
        ours = os.path.realpath(program) == os.path.realpath(sys.executable)
        return None if ours or program in HARMLESS else f"program {program!r}"
    else:
        return None
    outside = [path for path in changed if not _is_allowed(path)]
    return f"{event} {outside[0]!r}" if outside else None


def _is_loopback(host: Any) -> bool:
    text = host.decode() if isinstance(host, bytes) else host
    return text is None or text in LOOPBACK  # None: an address to listen at


def _is_allowed(path: Any) -> bool:
    if isinstance(path, int):  # a file that is open already
        return True
    real = os.path.realpath(os.fsdecode(path))
    folders = os.environ["FCFI_WATCH_FOLDERS"].split(os.pathsep)
    return real.startswith(DEVICES) or any(
        real == folder or real.startswith(folder + os.sep) for folder in folders
    )


def _in(folder: int | None, path: Any) -> Any:
    """Return a path in an open folder, if the system can name the folder, as on Linux."""
    link = f"/proc/self/fd/{folder}"
    if folder is None or not os.path.lexists(link):
        return path
    return os.path.join(os.readlink(link), os.fsdecode(path))


def _watch(event: str, values: tuple[Any, ...]) -> None:
    if getattr(_busy, "now", False) or "FCFI_WATCH_REPORT" not in os.environ:
        return
    _busy.now = True  # what the hook itself opens is not an event
    try:
        found = complaint(event, values)
        if found is not None:
            report = os.open(
                os.environ["FCFI_WATCH_REPORT"], os.O_WRONLY | os.O_APPEND | os.O_CREAT
            )
            os.write(report, f"{found}\n".encode(errors="backslashreplace"))
            os.close(report)
    finally:
        _busy.now = False


sys.addaudithook(_watch)
