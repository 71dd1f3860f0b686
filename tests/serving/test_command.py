"""`fcfi serve` answers immediately while the network loads, and stops silently."""

import re
import signal
import subprocess
import sys
import time

import httpx
import pytest

from fcfi import cli


def test_the_command_serves_and_stops() -> None:
    command = [sys.executable, "-m", "fcfi", "serve", "--port", "0", "--for", "cvat"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        assert lines[0] == "For:     CVAT\n"
        found = re.search(r"http://127\.0\.0\.1:\d+/", lines[1])
        assert found, lines
        with httpx.Client(base_url=found[0], trust_env=False) as http:
            deadline = time.monotonic() + 60
            health = _health(http, deadline)
            assert health["network"] in ("loading", "ready")
            while _health(http, deadline)["network"] == "loading":
                assert time.monotonic() < deadline, "the network never loads"
                time.sleep(0.1)
            assert _health(http, deadline)["models_loaded"] == 1
            assert "fcfi" in http.get("/api/functions").json()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert errors == ""


def _health(http: httpx.Client, deadline: float) -> dict[str, object]:
    while True:
        try:
            answer: dict[str, object] = http.get("/health").json()
            return answer
        except httpx.TransportError:
            assert time.monotonic() < deadline, "the server never listens"
            time.sleep(0.1)


def test_a_configuration_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["serve", "--print-config", "cup,dog"]) == 0
    text = capsys.readouterr().out
    assert text.index("KeyPointLabels") < text.index("BrushLabels")
    assert text.count('<Label value="dog"/>') == 3


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--for", "labelme"], "expected --for with names of label-studio, cvat"),
        (["--root", "nowhere"], "expected --root to be a folder, got nowhere"),
        (["--tool-server", "localhost"], "expected the address of a server"),
        (["--print-config", "a,,b"], "expected --labels as names with commas"),
    ],
)
def test_mistakes_are_one_line(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["serve", *arguments]) == 2
    assert sentence in capsys.readouterr().err
