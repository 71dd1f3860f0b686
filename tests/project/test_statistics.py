"""The work by day and person, from the changes and marks of a project."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fcfi.errors import InputError
from fcfi.project import MarkPicture, Project, Undo
from fcfi.project.states import DayWork
from tests.project.builders import click, predictor, write_photos

DAY = 86_400
NOON = 20_000 * DAY + 43_200
"""In the middle of day 20,000."""


class Clock:
    def __init__(self) -> None:
        self.now = float(NOON)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def project(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    with Project.open(write_photos(tmp_path, "a.png", "b.png"), predictor()) as made:
        monkeypatch.setattr(made, "_clock", clock)
        monkeypatch.setattr(made._editing, "_clock", clock)
        yield made


def test_work_is_counted_by_day_and_person_without_pauses(project: Project, clock: Clock) -> None:
    first, second = (row.id for row in project.pictures().items)
    project.act(first, 0, click(10, 10), "Ann")
    clock.now += 30
    project.act(first, 1, click(20, 20, 1), "Ann")
    clock.now += 600  # away
    project.act(second, 0, click(10, 10), "Ann")
    clock.now += 90
    project.act(second, 1, MarkPicture("done"), "Ann")
    project.act(first, 2, MarkPicture("doubtful"), "")
    clock.now += DAY
    project.act(second, 2, MarkPicture("checked"), "Ben")
    assert project.work_of_days() == (
        DayWork(20_001, "Ben", 1, 1, 0.0, checked=1),
        DayWork(20_000, "", 1, 1, 0.0, doubtful=1),
        # Ann's mark is not the present one any more.
        DayWork(20_000, "Ann", 4, 2, 120.0),
    )
    assert [work.day for work in project.work_of_days(1)] == [20_001]


def test_days_are_those_of_the_clock_that_is_asked_for(project: Project, clock: Clock) -> None:
    first, _ = (row.id for row in project.pictures().items)
    clock.now = NOON + 40_000  # 23:06:40 UTC
    project.act(first, 0, click(10, 10), "Ann")
    project.act(first, 1, Undo(), "Ann")
    assert [(work.day, work.changes) for work in project.work_of_days()] == [(20_000, 2)]
    assert [work.day for work in project.work_of_days(offset=3600)] == [20_001]
    assert project.work_of_days(1, -9 * 3600) == project.work_of_days(1)


@pytest.mark.parametrize(("days", "offset"), [(0, 0), (3651, 0), (1, 86_401), (1, -86_401)])
def test_impossible_days_are_refused(project: Project, days: int, offset: int) -> None:
    with pytest.raises(InputError, match="expected 1 to 3650 days"):
        project.work_of_days(days, offset)
