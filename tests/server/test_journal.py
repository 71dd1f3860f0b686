"""The log: one line per sentence, without repetition."""

import pytest

from fcfi.server.journal import QUIET_SECONDS, SHOWN, Journal


def test_a_sentence_is_one_line_and_comes_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    journal = Journal(lambda: now)
    for _ in range(3):
        journal.note("a\n\x1b[31mb.png has vanished")
    assert caplog.messages == ["a\ufffd\ufffd[31mb.png has vanished"]
    journal.note("another")
    now = QUIET_SECONDS + 1
    journal.note("another")
    assert caplog.messages[1:] == ["another", "another"]


def test_of_many_sentences_the_first_come_and_the_rest_are_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    Journal().note_all([f"picture {number}" for number in range(SHOWN + 5)])
    assert caplog.messages[-2:] == [f"picture {SHOWN - 1}", "and 5 more like these"]
    assert len(caplog.messages) == SHOWN + 1
