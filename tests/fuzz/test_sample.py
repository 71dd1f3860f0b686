"""A small sample of the fuzzer, the same on every machine, and a check that it finds faults."""

import json
import time
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.fuzz import __main__ as fuzz
from tests.fuzz import child, doors
from tests.fuzz.doors import Door, Files

HEAVY = {"checkpoint", "released checkpoint", "network"}
"""Doors whose whole input takes seconds to make."""
LIGHT = tuple(sorted(doors.doors().keys() - HEAVY))


@pytest.fixture(scope="module", autouse=True)
def whole_inputs(tmp_path_factory: pytest.TempPathFactory) -> None:
    doors.begin(tmp_path_factory.mktemp("whole"))


@pytest.mark.parametrize("door", LIGHT)
def test_damaged_input_ends_with_a_result_or_a_sentence(door: str, tmp_path: Path) -> None:
    for number in range(4):
        answer = child.tried(doors.doors()[door], f"0/{number}", tmp_path)
        assert not answer["fault"], (door, number, answer["fault"])


@pytest.mark.slow
@pytest.mark.parametrize("door", sorted(HEAVY))
def test_damaged_networks_end_with_a_result_or_a_sentence(door: str, tmp_path: Path) -> None:
    for number in range(2):
        answer = child.tried(doors.doors()[door], f"0/{number}", tmp_path)
        assert not answer["fault"], (door, number, answer["fault"])


@pytest.mark.parametrize("door", LIGHT)
def test_whole_input_is_taken(door: str, tmp_path: Path) -> None:
    """Else the fuzzer would only ever try the first check of a door."""
    found = doors.doors()[door]
    whole = {**found.whole()}
    if door in ("picture", "mask", "recipe", "override"):
        name = {"mask": "bits.png", "override": "override.txt"}.get(door, min(whole))
        whole = {name: whole[name].splitlines()[0] if door == "override" else whole[name]}
    if door == "import zip":
        whole = {"a.zip": doors.zipped(whole)}
    taken = Door(found.name, 1, lambda: whole, found.enter, unharmed)
    answer = child.tried(taken, "0", tmp_path)
    assert (answer["ended"], answer["fault"]) == ("taken", "")


def test_damage_follows_from_the_seed() -> None:
    for door in (doors.doors()["import coco"], doors.doors()["picture"]):
        first, again = door.damaged("7/1"), door.damaged("7/1")
        assert first == again
        assert any(door.damaged(f"7/{number}") != first for number in range(2, 9))
        whole = door.whole()
        assert any(first[name] != whole[name] for name in first) or first.keys() != whole.keys()


# ── the fuzzer sees faults ────────────────────────────────────────────────────────────────────────


def unharmed(files: Files, _: Random) -> Files:
    return files


def test_what_is_no_error_of_ours_is_a_fault(tmp_path: Path) -> None:
    def fail(*_: Path) -> None:
        raise ZeroDivisionError

    answer = child.tried(Door("bad", 1, dict, fail, unharmed), "0", tmp_path)
    assert answer["ended"] == "fault"
    assert "ZeroDivisionError" in answer["fault"]


@pytest.mark.parametrize("message", ["", "two\nlines", "x" * 3000, "half \ud83d"])
def test_a_message_that_cannot_be_shown_is_a_fault(message: str) -> None:
    assert child.unshowable(message)
    assert not child.unshowable("a.json cannot be read: give another")


STAND_IN = """
import json, os, sys, time
for line in sys.stdin:
    asked = json.loads(line)
    if asked["door"] == "hang":
        while True:
            pass
    if asked["door"] == "die":
        os._exit(3)
    answer = {"ended": "taken", "fault": "", "seconds": 0.0, "peak": asked["peak"]}
    print(json.dumps({**asked, **answer}), flush=True)
"""


@pytest.mark.parametrize(
    ("door", "peak", "fault"),
    [
        ("good", 1000, ""),
        ("large", fuzz.PEAK_BYTES + 1, "MB of memory"),
        ("die", 0, "the process ended with 3"),
        ("hang", 0, "no answer"),
    ],
)
def test_hangs_crashes_and_memory_are_faults(
    door: str, peak: int, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fuzz, "CHILD", ("-c", STAND_IN))
    monkeypatch.setattr(fuzz, "HANG_SECONDS", 0.2)
    started = fuzz.Child()
    try:
        answer = started.ask({"door": door, "seed": "0/0", "peak": peak})
    finally:
        started.close()
    assert fault in answer["fault"]
    assert bool(answer["fault"]) == bool(fault)


def test_a_run_lists_its_faults_and_how_to_repeat_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fuzz, "CHILD", ("-c", STAND_IN.replace('asked["peak"]', str(2 * 10**9))))
    assert fuzz.main(["--seed", "5", "--only", "recipe:3", "--processes", "1"]) == 1
    said = capsys.readouterr().out
    assert said.startswith("seed 5: repeat with --seed 5\n")
    assert "python -m tests.fuzz --seed 5 --only 'recipe:3'\n2000 MB of memory" in said
    assert "1 of 1 inputs tried, 1 faults" in said


def test_a_run_ends_with_its_budget(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter(range(10**6))  # seconds: one goes by at every look
    monkeypatch.setattr(fuzz, "CHILD", ("-c", STAND_IN.replace('asked["peak"]', "0")))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    assert fuzz.main(["--seed", "5", "--seconds", "40", "--processes", "1"]) == 0
    tried = int(capsys.readouterr().out.splitlines()[-1].split()[0])
    assert 0 < tried < 40


def test_about_five_thousand_inputs_are_tried_at_every_door() -> None:
    listed = list(fuzz.inputs(1, fuzz.INPUTS))
    assert 5000 <= len(listed) <= 5500
    assert {asked["door"] for asked in listed} == doors.doors().keys()
    early: list[Any] = [asked["door"] for asked in listed[:1000]]
    assert set(early) == doors.doors().keys()
    assert len({json.dumps(asked) for asked in listed}) == len(listed)
