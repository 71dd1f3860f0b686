"""Exceptions of libraries on external data become our errors, which any terminal can show."""

import json
import logging
import pickle
import zlib
from collections.abc import Iterator

import pytest

from fcfi.errors import MAX_MESSAGE, DatasetError, FCFIError, InputError, guard, guarded


class SpeechlessError(Exception):
    """An exception that cannot be converted to text."""

    def __str__(self) -> str:
        raise ValueError


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        (OverflowError("cannot convert float infinity to integer"), "OverflowError: cannot"),
        (RecursionError(), "RecursionError"),
        (zlib.error("Error -3"), "error: Error -3"),
        (NotImplementedError("compression\ntype 99"), "NotImplementedError: compression type 99"),
        (MemoryError(), "not enough memory"),
        (OSError(28, "No space left on device"), "[Errno 28] No space left on device"),
        (SpeechlessError(), "SpeechlessError"),
        (ValueError("x" * 1000), f"ValueError: {'x' * 200})"),
    ],
)
def test_anything_becomes_the_error_of_the_door(cause: Exception, reason: str) -> None:
    with (
        pytest.raises(DatasetError) as caught,
        guard(DatasetError, "a.json cannot be read", "give a whole file"),
    ):
        raise cause
    message = str(caught.value)
    assert message.startswith(f"a.json cannot be read ({reason}")
    assert message.endswith("): give a whole file")
    assert caught.value.__cause__ is cause


def test_our_own_errors_and_the_end_of_the_program_pass() -> None:
    for passing in (InputError("the click lies outside"), KeyboardInterrupt(), SystemExit()):
        with (
            pytest.raises(type(passing)) as caught,
            guard(DatasetError, "a.json cannot be read", "give a whole file"),
        ):
            raise passing
        assert caught.value is passing


def test_the_cause_is_in_the_debug_log(caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.DEBUG, "fcfi"),
        pytest.raises(InputError),
        guard(InputError, "the line cannot be read", "give another"),
    ):
        json.loads("[" * 100_000)
    (record,) = caplog.records
    assert record.exc_info is not None
    assert record.exc_info[0] is RecursionError


def test_items_are_guarded_while_they_are_made_and_not_while_they_are_used() -> None:
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise OverflowError

    found = []
    with pytest.raises(DatasetError, match=r"set \(OverflowError\): repair it"):
        for item in guarded(items(), DatasetError, "set", "repair it"):
            found.append(item)
    assert found == [1, 2]
    with pytest.raises(ZeroDivisionError):
        for item in guarded([0], DatasetError, "set", "repair it"):
            _ = 1 // item
    assert list(guarded([], DatasetError, "set", "repair it")) == []


def test_a_message_can_be_encoded_and_is_bounded() -> None:
    label = json.loads(r'"half \ud83d"')
    assert str(FCFIError(f"the label {label}")) == "the label half \\ud83d"
    long = str(InputError("x" * 10_000_000))
    assert len(long) == MAX_MESSAGE
    assert long.endswith("x…")


def test_errors_travel_between_processes() -> None:
    again = pickle.loads(pickle.dumps(DatasetError("a.json is empty: give another")))
    assert (type(again), str(again)) == (DatasetError, "a.json is empty: give another")
