"""The curves of a run are plotted from its log; another file is refused."""

from pathlib import Path

import pytest

from benchmarks import curve
from fcfi import cli


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "expected the log of a run (log.jsonl), got no file"),
        ('{"step": 60, "loss": 1, "iou": 0.5}', "got 1 in"),
    ],
)
def test_a_file_that_is_not_a_log_is_refused(
    text: str | None, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log.jsonl"
    if text is not None:
        log.write_text(text)
    assert cli.main([str(log), "-o", str(tmp_path / "a.png")], curve.app, "curve") == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "a.png").exists()
