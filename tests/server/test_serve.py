"""The server as a process: free ports, its output, and stopping."""

import contextlib
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from fcfi import cli
from fcfi.cli.annotate import show_import
from fcfi.errors import ConfigError
from fcfi.project.actions import DeleteObjects
from fcfi.server import serve
from tests.project.builders import click, opened, write_photos

ROOT = Path(__file__).parents[2]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return write_photos(tmp_path / "photos", "a.png", "b.png")


@contextlib.contextmanager
def started(
    folder: Path, network: Path, *options: str, program: tuple[str, str] = ("-m", "fcfi")
) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Start the command in a separate process, and return its output until it serves."""
    command = [
        sys.executable,
        *program,
        "annotate",
        str(folder),
        "--network",
        str(network),
        "--no-browser",
    ]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen([*command, *options], cwd=ROOT, text=True, **pipes) as process:  # type: ignore[call-overload]
        try:
            assert process.stdout is not None
            said = []
            for line in process.stdout:
                said.append(line.rstrip())
                if line.startswith("Stop:"):
                    break
            yield process, said
        finally:
            process.kill()


def address(said: list[str]) -> str:
    return next(line.split()[1] for line in said if line.startswith("Open:"))


def test_a_taken_port_gives_the_next_free_one() -> None:
    with serve.listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with serve.listen("127.0.0.1", port) as second:
            assert port < second.getsockname()[1] < port + serve.PORTS_TRIED


def test_an_address_that_is_not_ours_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    for host in ("no.such.host.invalid", "192.0.2.1", "\0", "x" * 300):
        with pytest.raises(ConfigError, match="--host"):
            serve.listen(host, 8017)
    monkeypatch.setattr(serve, "PORTS_TRIED", 1)
    with (
        serve.listen("127.0.0.1", 0) as first,
        pytest.raises(ConfigError, match="are in use: stop a server"),
    ):
        serve.listen("127.0.0.1", first.getsockname()[1])


def test_the_address_is_one_that_a_browser_of_this_machine_opens() -> None:
    assert serve.url("127.0.0.1", 8017, None) == "http://127.0.0.1:8017/"
    assert serve.url("0.0.0.0", 80, "abc") == "http://127.0.0.1:80/?token=abc"
    assert serve.url("::1", 80, None) == "http://[::1]:80/"
    assert serve.url("gpu-box", 80, "abc") == "http://gpu-box:80/?token=abc"


def test_only_who_can_be_reached_by_others_gets_a_token() -> None:
    assert serve.new_token("localhost") is None
    # A proxy may bring others here.
    assert serve.new_token("localhost", ["masks.example.org"])
    first, second = serve.new_token("0.0.0.0"), serve.new_token("0.0.0.0")
    assert first is not None
    assert first != second
    assert len(first) > 40


def test_no_browser_is_opened_where_there_are_no_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    assert not serve.open_browser("http://127.0.0.1:1/")
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr("threading.Thread.start", lambda thread: thread.run())
    assert serve.open_browser("http://127.0.0.1:1/")
    assert opened == ["http://127.0.0.1:1/"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_what_it_serves_and_stops_cleanly(
    photos: Path, network_file: Path, number: signal.Signals
) -> None:
    with started(photos, network_file, "--labels", "person, dog", "--port", "0") as (process, said):
        assert said[0] == f"2 pictures in {photos} (0 done, 0 in progress)"
        assert said[1] == "Labels:  person, dog"
        assert str(photos / ".fcfi" / "project.sqlite") in said[2]
        assert said[-1] == "Stop:    Ctrl+C"
        with httpx.Client(base_url=address(said), trust_env=False) as client:
            body = {
                "version": 0,
                "action": {"type": "click", "object": None, "clicks": [{"x": 9, "y": 9}]},
            }
            assert client.post("/api/pictures/1/actions", json=body).status_code == 200
            assert client.get("/api/health").json()["network"]["state"] == "ready"
            assert client.get("/api/project", headers={"Host": "evil.example"}).status_code == 403
            process.send_signal(number)  # with the browser's connection still open
            assert process.stdout is not None
            assert process.stdout.read() == "Stopped; everything is saved.\n"
            assert process.wait(20) == 0


STUCK = """
import sys, time
from fcfi import cli
from fcfi.project import exporting

exporting.write = lambda *given: time.sleep(600)  # work that does not ask whether it is cancelled
sys.exit(cli.main())
"""


def test_a_signal_ends_it_whatever_a_job_is_doing(photos: Path, network_file: Path) -> None:
    program = ("-c", STUCK)
    with started(photos, network_file, "--port", "0", program=program) as (process, said):
        with httpx.Client(base_url=address(said), trust_env=False) as client:
            job = client.post("/api/exports", json={"format": "coco"}).json()["id"]
            while client.get(f"/api/jobs/{job}").json()["state"] == "queued":
                pass
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        assert process.stdout.read() == "Stopped; unfinished work was undone.\n"
        assert process.wait(60) == 0


def test_others_need_the_printed_token(photos: Path, network_file: Path) -> None:
    with started(photos, network_file, "--host", "0.0.0.0", "--port", "0") as (_, said):
        printed = httpx.URL(address(said))
        assert any("anyone with this address" in line for line in said)
        assert any("in place of 127.0.0.1" in line for line in said)
        with httpx.Client(base_url=printed.copy_with(query=None), trust_env=False) as client:
            assert client.get("/api/project").status_code == 401
            assert client.get("/").status_code == 401
            assert (
                client.get("/?" + printed.query.decode()).status_code == 200
            )  # and leaves its cookie
            assert client.get("/api/project").status_code == 200


def test_a_port_in_use_is_said(photos: Path, network_file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with started(photos, network_file, "--port", str(port)) as (_, said):
            used = httpx.URL(address(said)).port
            assert f"note: port {port} is taken, so {used} is used" in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["missing"], "missing does not exist: give the folder with your pictures"),
        (["photos/a.png"], "is a file: give the folder"),
        (["photos", "--labels", "a,,b"], "expected --labels as names with commas between them"),
        (["photos", "--network", "nothing"], "no shipped network is called 'nothing'"),
        (["photos", "--host", "no.such.host.invalid"], "as --host, got no.such.host.invalid"),
        (["photos", "--port", "70000"], "less than or equal to 65535"),
        (["photos", "--memory", "1"], "128"),
        (["photos", "--import", "nothing.json", "--port", "0"], "nothing.json"),
    ],
)
def test_what_cannot_be_served_is_one_sentence(
    photos: Path,
    arguments: list[str],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(photos.parent)
    assert cli.main(["annotate", "--no-browser", *arguments]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("error: ")
    assert said.err.count("\n") == 1
    assert sentence in said.err


def test_files_of_other_tools_are_imported_first(
    photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(photos, labels=("person",)) as project:
        project.act(1, 0, click(10, 10, label=1))
        project.export("coco", photos.parent / "coco")
        project.act(1, 1, DeleteObjects((1,)))
        coco = photos.parent / "coco"
        show_import(coco, project.import_files(coco))
        assert (
            capsys.readouterr().out
            == f"{photos.parent / 'coco'} (coco): 1 object added on 1 picture\n"
        )
        assert len(project.picture(1).document.objects) == 1
