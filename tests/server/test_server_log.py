"""The log: one line per sentence, without repetition."""

import pytest

from fcfi.server.server_log import QUIET_SECONDS, SHOWN, ServerLog


def test_a_sentence_is_one_line_and_comes_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    server_log = ServerLog(lambda: now)
    for _ in range(3):
        server_log.note("a\n\x1b[31mb.png has vanished")
    assert caplog.messages == ["a\ufffd\ufffd[31mb.png has vanished"]
    server_log.note("another")
    now = QUIET_SECONDS + 1
    server_log.note("another")
    assert caplog.messages[1:] == ["another", "another"]


def test_of_many_sentences_the_first_come_and_the_rest_are_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ServerLog().note_all([f"picture {number}" for number in range(SHOWN + 5)])
    assert caplog.messages[-2:] == [f"picture {SHOWN - 1}", "and 5 more like these"]
    assert len(caplog.messages) == SHOWN + 1
