"""External files are read in a separate process, whose failure becomes one sentence."""

import functools
import io
import multiprocessing
import sys
import tempfile
from pathlib import Path
from typing import TextIO

import pytest

from fcfi.errors import DatasetError, FullDiskError, InputError
from fcfi.formats import Codec, register, registry
from fcfi.project import Project, SetMask
from fcfi.project.progress import ADDING, READING, Cancelled, Progress, silent
from fcfi.project.reading import Question, Summary, read
from fcfi.project.reading_process import (
    LEAST_BYTES,
    LEAST_SECONDS,
    Limits,
    limits_for,
    read_apart,
)
from tests.project.builders import opened, runs, write_photos
from tests.project.odd_readers import (
    dies,
    dies_in_its_folder,
    fails,
    fills_the_disk,
    for_ever,
    read_dots,
    takes_all_memory,
    waits,
    write_dots,
)
from tests.project.test_jobs import Recorder

AMPLE = Limits(600.0, LEAST_BYTES)


@pytest.fixture
def question(tmp_path: Path) -> Question:
    """Make labels of two pictures in labelme's format, one of which cannot be read."""
    folder = write_photos(tmp_path / "photos", "a.png", "b.png", "c.png")
    with opened(folder, labels=("cat",), store=str(tmp_path / "other.sqlite")) as project:
        for number in (1, 2, 3):
            project.act(number, 0, SetMask(None, runs(2 + number, 3), label=1))
        project.export("labelme", tmp_path / "labels")
        sizes = {row.name: (row.width, row.height) for row in project.pictures().items}
    (tmp_path / "labels" / "b.json").write_text("{")
    return Question(tmp_path / "labels", "auto", folder, sizes, ["cat"])


def processes() -> int:
    return len(multiprocessing.active_children())


def test_it_reads_what_is_read_here(question: Question) -> None:
    here, there, seen = io.StringIO(), io.StringIO(), Recorder()
    assert read_apart(question, there, seen) == read(question, here, silent)
    assert there.getvalue() == here.getvalue() != ""
    calls = list(dict.fromkeys(seen.calls))
    assert calls == [(READING, 0, None), (READING, 1, None), (READING, 2, None)]
    assert processes() == 0


def test_a_refusal_is_the_same_as_here(question: Question) -> None:
    for path in (question.path / "b.json", question.path / "missing.json"):
        asked = Question(path, "auto", question.folder, question.sizes, [])
        said = []
        for reader in (read, read_apart):
            with pytest.raises((InputError, DatasetError)) as error:
                reader(asked, io.StringIO(), silent)
            said.append((type(error.value), str(error.value)))
        assert said[0] == said[1]


def test_what_takes_too_long_is_ended(question: Question) -> None:
    # Long enough for the first picture to come in on any machine, and never enough for the next.
    with pytest.raises(DatasetError) as error:
        read_apart(question, io.StringIO(), silent, Limits(3.0, LEAST_BYTES), for_ever)
    assert str(error.value).startswith("expected files that can be read in 3 s for each picture, ")
    assert processes() == 0


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on processor time there")
def test_a_busy_machine_does_not_count(question: Question) -> None:
    spool = io.StringIO()
    assert read_apart(question, spool, silent, Limits(3.0, LEAST_BYTES), waits).pictures == 2
    assert len(spool.getvalue().splitlines()) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on memory there")
def test_what_takes_too_much_memory_is_ended(question: Question) -> None:
    with pytest.raises(DatasetError, match="memory"):
        read_apart(question, io.StringIO(), silent, Limits(600.0, 1 << 30), takes_all_memory)
    assert processes() == 0


def test_a_death_is_one_sentence_that_names_the_last_picture(question: Question) -> None:
    with pytest.raises(DatasetError) as error:
        read_apart(question, io.StringIO(), silent, AMPLE, dies)
    assert str(error.value) == (
        "expected labels to be read, got the end of the process that read it (signal 15) after "
        "the annotations of a.png: leave out what is damaged, or split them into smaller files"
    )


def test_an_error_of_no_kind_is_one_sentence(question: Question) -> None:
    with pytest.raises(DatasetError) as error:
        read_apart(question, io.StringIO(), silent, AMPLE, fails)
    assert str(error.value) == (
        "labels cannot be read (OverflowError: too large for a line): "
        "export it again from the tool that wrote it"
    )


def test_a_full_disk_stays_one(question: Question) -> None:
    with pytest.raises(FullDiskError, match="make room there and try again"):
        read_apart(question, io.StringIO(), silent, AMPLE, fills_the_disk)


def test_a_killed_process_leaves_no_folder(
    question: Question, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    with pytest.raises(DatasetError, match="signal 9"):
        read_apart(question, io.StringIO(), silent, AMPLE, dies_in_its_folder)
    assert list(temporary.iterdir()) == []


def test_cancelling_ends_the_process_in_the_middle_of_a_picture(question: Question) -> None:
    calls = []

    def cancel(stage: str, done: int, total: int | None) -> None:
        calls.append(stage)
        if len(calls) == 3:  # the process itself reports nothing
            raise Cancelled("cancelled")

    with pytest.raises(Cancelled):
        read_apart(question, io.StringIO(), cancel, AMPLE, for_ever)
    assert processes() == 0


def test_nothing_is_imported_when_the_process_dies(question: Question) -> None:
    def reader(question: Question, spool: TextIO, progress: Progress) -> Summary:
        return read_apart(question, spool, progress, AMPLE, dies)

    with Project.open(question.folder, None) as project:
        with pytest.raises(DatasetError):
            project.import_files(question.path, reader=reader)
        assert [row.objects for row in project.pictures().items] == [0, 0, 0]
        # The next one is read.
        seen = Recorder()
        report = project.import_files(question.path, progress=seen, reader=read_apart)
        assert (report.pictures, report.taken) == (2, 2)
        assert any("b.json" in problem for problem in report.problems)
        assert (ADDING, 2, 2) in seen.calls


def test_formats_of_the_program_are_known_there(
    question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_registered", {})
    asked = Question(question.path, "dots", question.folder, question.sizes, [])
    made_on_the_fly = functools.partial(lambda *_: read_dots())  # which cannot be sent
    for reader in (read_dots, made_on_the_fly):
        registry._registered.clear()
        register(Codec("dots", "Dots", write_dots, reader))
        spool = io.StringIO()
        read_apart(asked, spool, silent)
        assert '"dot"' in spool.getvalue()


def test_larger_files_may_take_more(tmp_path: Path) -> None:
    small, large = tmp_path / "small.json", tmp_path / "large.json"
    small.write_bytes(b"")
    large.write_bytes(bytes(1 << 20))
    assert limits_for(small) == Limits(LEAST_SECONDS, LEAST_BYTES)
    assert limits_for(large) == Limits(2 * LEAST_SECONDS, LEAST_BYTES + 40 * (1 << 20))
    assert limits_for(tmp_path) == limits_for(large)
    assert limits_for(tmp_path / "missing") == limits_for(small)
    large.rename(tmp_path / "large.zip")
    assert limits_for(tmp_path / "large.zip").seconds == 11 * LEAST_SECONDS
