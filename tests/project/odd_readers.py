"""Readers that fail, and a format, which the reading process imports by name.

Imports little, because that process imports it as well.
"""

import errno
import os
import signal
import time
from collections.abc import Iterator
from typing import Any, TextIO

import numpy as np

from fcfi.errors import write_error
from fcfi.formats.annotation import AnnotatedObject, AnnotatedPicture
from fcfi.project.progress import Progress
from fcfi.project.reading import Question, Summary, read
from fcfi.temporary_files import temporary_folder

LINE = '{"name": "a.png", "objects": []}\n'


def for_ever(question: Question, spool: TextIO, progress: Progress, /) -> Summary:
    spool.write(LINE)
    while True:
        pass


def waits(question: Question, spool: TextIO, progress: Progress, /) -> Summary:
    time.sleep(4)  # as on a machine that has no time for this process
    return read(question, spool, progress)


def takes_all_memory(question: Question, spool: TextIO, progress: Progress, /) -> Summary:
    taken = []
    while True:
        taken.append(bytes(1 << 26))


def dies(question: Question, spool: TextIO, progress: Progress, /) -> Summary:
    spool.write(LINE)
    os.kill(os.getpid(), signal.SIGTERM)
    return Summary("none", 0, 0, 0, ())


def fills_the_disk(question: Question, spool: TextIO, progress: Progress, /) -> Summary:
    raise write_error("labels.zip cannot be unpacked", OSError(errno.ENOSPC, "no space"))


def dies_in_its_folder(question: Question, spool: TextIO, progress: Progress, /) -> Summary:
    with temporary_folder("import") as folder:
        (folder / "large").write_bytes(bytes(1000))
        os.kill(os.getpid(), signal.SIGKILL)
    return Summary("none", 0, 0, 0, ())


def fails(question: Question, spool: TextIO, progress: Progress, /) -> Summary:
    raise OverflowError("too large\nfor a line")


def read_dots(*_: Any, **__: Any) -> Iterator[AnnotatedPicture]:
    dot = AnnotatedObject.of_pixels("dot", np.ones((48, 64), bool))
    yield AnnotatedPicture("a.png", 64, 48, (dot,))


def write_dots(*_: Any, **__: Any) -> tuple[()]:
    return ()
