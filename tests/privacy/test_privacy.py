"""Privacy: nothing leaves the machine, and files change only in expected places.

Each command runs in a separate process under an audit hook (watcher/sitecustomize.py), which child
processes inherit.  The hook cannot see what native code sends: strace watches that if it is
installed.
"""

import ast
import base64
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from fcfi import cli
from fcfi.models.build import build
from fcfi.models.checkpoint import save_model
from fcfi.models.config import variants
from tests.data.builders import write_shard
from tests.models.test_released import checkpoint as released_checkpoint
from tests.networks import METADATA, write_onnx
from tests.project.builders import HEIGHT, WIDTH, click, opened, write_photos
from tests.server.live_server import client

ROOT = Path(__file__).parents[2]
WATCHER = Path(__file__).parent / "watcher"
PHOTO = ROOT / "examples" / "images" / "coffee.jpg"
OFF_LOOPBACK = r"sa_family=AF_INET6?,(?!.*(127\.0\.0\.1|\"::1\"))"
"""An address of another machine, as strace writes it."""
RECIPE = """
name = "small"
[data]
root = "unused"
[crops]
minimum_visible = 20
[run]
steps = 2
batch = 2
workers = 1
sizes = [[0.0, 64, 64]]
accelerator = "cpu"
"""
COMMANDS: Sequence[tuple[str, ...]] = (
    ("segment", str(PHOTO), "--click", "290,130", "-o", "out/default.png"),
    ("segment", str(PHOTO), "--click", "290,130", "-o", "out/ort.png", "--runtime", "onnxruntime"),
    ("segment", str(PHOTO), "--click", "9,9", "-o", "out/torch.png",
     "--network", "model.safetensors"),
    ("segment", str(PHOTO), "--click", "9,9", "-o", "out/soon.png", "--budget", "9s",
     "--network", "tiny.onnx"),
    ("segment", "--batch", "clicks.jsonl", "-o", "out/masks"),
    ("evaluate", "--data", str(ROOT / "examples"), "--limit", "1", "--network", "tiny.onnx",
     "--json", "out/result.json", "--plot", "out/plot.png", "--worst", "out/worst"),
    ("train", "small.toml", "--data", "train-000.tar", "-o", "out/run"),
    ("finetune", str(ROOT / "examples"), "--held-out", str(ROOT / "examples"), "-o", "out/mine",
     "--from", "model.safetensors", "--old", "tiny.onnx", "--set", "run.minutes=0",
     "--set", "run.steps=1", "--set", "run.batch=2", "--set", "run.sizes=[[0.0, 64, 64]]"),
    ("export", "model.safetensors", "-o", "out/model.onnx"),
    ("import", "released.pth", "-o", "out/released.safetensors"),
    ("networks",),
    ("bulk", "plan", "objects.jsonl", "-o", "out/bulk", "--network", "tiny.onnx"),
    ("bulk", "run", "out/bulk", "--workers", "1"),
    ("bulk", "status", "out/bulk"),
    ("bulk", "merge", "out/bulk", "-o", "out/bulk.parquet"),
    ("export-masks", "photos", "--format", "coco", "-o", "out/coco", "--logs"),
    ("import-masks", "others", "photos-labelme"),
)  # fmt: skip
"""Every command, with options that make it compute; the servers have tests of their own."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the inputs of all commands, a folder for results, and an empty home."""
    folder = tmp_path_factory.mktemp("watched").resolve()
    for name in ("out", "home/.cache", "tmp"):
        (folder / name).mkdir(parents=True)
    with opened(write_photos(folder / "photos", "a.png", "b.png"), labels=("cat",)) as project:
        project.act(1, 0, click(10, 10, label=1))
        project.export("labelme", folder / "photos-labelme")
    write_photos(folder / "others", "a.png", "b.png")
    write_onnx(folder / "tiny.onnx", {**METADATA, "zoom_target": "64"})
    write_shard(folder / "train-000.tar")
    save_model(build(variants()["lite0"]), folder / "model.safetensors", {"zoom_target": "64"})
    torch.save(released_checkpoint(), folder / "released.pth")
    (folder / "small.toml").write_text(RECIPE)
    row = '{"image": "photos/a.png", "clicks": [[10, 10]], "name": "a"}\n'
    (folder / "clicks.jsonl").write_text(row)
    (folder / "objects.jsonl").write_text('{"image": "photos/a.png", "clicks": [[10, 10]]}\n')
    return folder


def watched(folder: Path) -> dict[str, str]:
    """Return an environment with the hook, without any sign that a test is running."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "PYTHONPATH": os.pathsep.join((str(WATCHER), str(ROOT))),
        "PYTHONDONTWRITEBYTECODE": "1",
        "FCFI_WATCH_REPORT": str(folder / "report"),
        "FCFI_WATCH_FOLDERS": os.pathsep.join(
            str(folder / name) for name in ("out", "photos", "others", "tmp", "home/.cache/fcfi")
        ),
    }


def complaints(folder: Path) -> list[str]:
    """Return the reports of hook and strace since the last call, and new files in the home."""
    seen: set[str] = set()
    for name, pattern in (("report", ".*"), ("trace", OFF_LOOPBACK)):
        report = folder / name
        if report.is_file():
            lines = report.read_text().splitlines()
            seen |= {line for line in lines if re.search(pattern, line)}
            report.unlink()
    home = folder / "home"
    files = [path.relative_to(home) for path in home.rglob("*") if path.is_file()]
    shutil.rmtree(home)
    (home / ".cache").mkdir(parents=True)
    outside = [path for path in files if not path.is_relative_to(".cache/fcfi")]
    return sorted(seen | {f"written into the home: {path}" for path in outside})


def traced(folder: Path) -> list[str]:
    """Return the words that run a command under strace; none if it is missing or forbidden."""
    words = ["strace", "-D", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg"]
    fast = [*words, "--seccomp-bpf"]  # stops a program at these calls only; newer releases have it
    for tried in (fast, words):
        try:
            subprocess.run([*tried, "-o", os.devnull, "true"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return [*tried, "-o", str(folder / "trace")]
    return []


def test_every_command_is_watched() -> None:
    from typer.main import get_command

    names = set(get_command(cli.app).commands)  # type: ignore[attr-defined]
    assert {words[0] for words in COMMANDS} | {"annotate", "serve"} == names


@pytest.mark.slow
@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words)[:60])
def test_a_command_asks_nobody_and_writes_only_its_results(
    words: tuple[str, ...], folder: Path
) -> None:
    done = subprocess.run(
        [*traced(folder), sys.executable, "-m", "fcfi", *words],
        cwd=folder,
        env=watched(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert complaints(folder) == []


@contextmanager
def watched_server(folder: Path, command: Sequence[str], prefix: str) -> Iterator[str]:
    """Yield the address that a command prints after a prefix, and stop it properly at the end."""
    with subprocess.Popen(
        [*traced(folder), sys.executable, "-m", "fcfi", *command],
        cwd=folder,
        env=watched(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            lines = iter(process.stdout)
            yield next(line.split()[1] for line in lines if line.startswith(prefix))
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0
            process.stdout.read()  # ends when strace does
        finally:
            process.kill()


@pytest.mark.slow
def test_annotate_asks_nobody_and_writes_only_into_the_project(folder: Path) -> None:
    command = ["annotate", "photos", "--no-browser", "--port", "0", "--import", "photos-labelme"]
    with (
        watched_server(folder, command, "Open:") as address,
        client(address) as browser,
    ):
        page = browser.get("/")
        clicked = browser.post(
            "/api/pictures/2/actions",
            json={
                "version": 0,
                "action": {
                    "type": "click",
                    "object": None,
                    "clicks": [{"x": WIDTH // 2, "y": HEIGHT // 2, "positive": True}],
                },
            },
        )
        file = (folder / "photos-labelme" / "a.json").read_bytes()
        sent = browser.post("/api/imports", files={"file": ("a.json", file)})
        exported = browser.post("/api/exports", json={"format": "coco", "only_done": False})
        for begun in (sent, exported):
            job = begun.json()
            while job["state"] in ("queued", "running"):
                time.sleep(0.05)
                job = browser.get(begun.headers["location"]).json()
            assert job["state"] == "done", job
    for answer in (page, clicked):
        assert answer.status_code == 200, answer.text
    assert complaints(folder) == []


@pytest.mark.slow
def test_serve_asks_nobody_and_writes_nothing(folder: Path) -> None:
    command = ["serve", "--for", "cvat", "--port", "0", "--network", "tiny.onnx"]
    picture = base64.b64encode((folder / "photos" / "a.png").read_bytes()).decode()
    with (
        watched_server(folder, command, "Address:") as address,
        client(address) as tool,
    ):
        answer = tool.post(
            "/api/function_invocations", json={"image": picture, "pos_points": [[9, 9]]}
        )
    assert answer.status_code == 200, answer.text
    assert complaints(folder) == []


def test_the_hook_sees_what_it_is_there_for(folder: Path) -> None:
    program = """
import os, socket, subprocess, sys, tempfile, urllib.request
for attempt in (
    lambda: socket.getaddrinfo("host.invalid", 80),
    lambda: socket.create_connection(("192.0.2.1", 9), timeout=0.01),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.2", 9)),
    lambda: open(os.path.expanduser("~/intel"), "w"),
    lambda: os.mkdir("beside"),
    lambda: subprocess.run(["true"]),
    lambda: subprocess.run([sys.executable, "-c", "open('by a child', 'w')"], check=True),
    lambda: os.fork() or (open("by a fork", "w"), os._exit(0)),
    lambda: socket.create_server(("127.0.0.1", 0)),
    lambda: open("/dev/null", "w"),
    lambda: tempfile.mkdtemp(),
):
    try:
        attempt()
    except OSError:
        pass
os.wait()
"""
    strace = traced(folder)
    command = [*strace, sys.executable, "-c", program]
    subprocess.run(command, cwd=folder, env=watched(folder), check=True, capture_output=True)
    lines = complaints(folder)
    native = [line for line in lines if "sa_family" in line]
    assert not strace or any("192.0.2.1" in line for line in native)
    found = "\n".join(line for line in lines if line not in native)
    expected = (
        "look-up of 'host.invalid'",
        "socket.connect ('192.0.2.1', 9)",
        "socket.sendto ('192.0.2.2', 9)",
        "home/intel'",
        "written into the home: intel",
        "os.mkdir 'beside'",
        "program 'true'",
        "open 'by a child'",
        "open 'by a fork'",
        "look-up of '192.0.2.1'",
    )
    assert [words for words in expected if words not in found] == []
    assert len(found.splitlines()) == len(expected)


def test_runtimes_that_report_their_use_are_imported_in_one_file() -> None:
    reporting = {"openvino", "onnxruntime", "openvino_telemetry"}
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in ("fcfi", "benchmarks", "examples")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in imported(node)
        if name.split(".")[0] in reporting
    }
    assert found == {"fcfi/runtimes/telemetry.py"}


def imported(node: ast.AST) -> list[str]:
    """Return the modules in an import statement."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []
