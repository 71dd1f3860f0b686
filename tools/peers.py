"""Testing `fcfi serve` with a real Label Studio: its page must get the masks of a session.

    make peers

Starts Label Studio (in a separate environment) and fcfi on this machine only, creates a project and
connects fcfi through Label Studio's interface.  Then it uses the page in Chromium with the smart
tools: a click on the object, one off it, and a box; the submitted masks are read back.  Finally it
requests the same masks like the page, for a picture in a folder and for an uploaded one.  Fails
unless every mask matches a session's with an IoU of 0.99, and a further click costs one prediction.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx

import fcfi
from fcfi.formats.label_studio import decode
from fcfi.masks.runs import pixels_of
from fcfi.masks.truth import Mask
from fcfi.server.serve import listen
from fcfi.serving.faces.label_studio import config

ROOT: Final = Path(__file__).parent.parent
PHOTO: Final = ROOT / "examples" / "images" / "coffee.jpg"
USER, PASSWORD, TOKEN = "peer@fcfi.test", "peer-of-fcfi", "0123456789abcdef0123456789abcdef01234567"
START_SECONDS: Final = 1200
"""Time for the start of Label Studio, which creates its database the first time."""
LEAST_IOU: Final = 0.99
LABEL: Final = "cup"
CLICKS: Final = ((241, 158, True), (109, 336, False))
BOX: Final = (170, 60, 470, 290)
QUIET: Final = {
    "COLLECT_ANALYTICS": "false",
    "LATEST_VERSION_CHECK": "false",
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
}
"""Settings that keep Label Studio from contacting other machines."""
LOCAL: Final = {
    "ML_BLOCK_LOCAL_IP": "false",
    "SSRF_PROTECTION_ENABLED": "false",
    "LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED": "true",
    "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
}
"""Settings that let it contact a server on this machine, and read files in a folder."""


def main(program: str) -> int:
    """Run the test with this `label-studio` program; return 0 if it passes."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "photos").mkdir()
        (folder / "photos" / PHOTO.name).write_bytes(PHOTO.read_bytes())
        with label_studio(program, folder) as studio:
            options = ("--root", str(folder), "--tool-server", studio, "--tool-token", TOKEN)
            with fcfi_serve(options) as backend:
                check(studio, backend, folder)
    print("Label Studio's masks are those of fcfi, and a further click costs one prediction.")
    return 0


def check(studio: str, backend: str, folder: Path) -> None:
    """Create a project, connect fcfi, and compare its masks with a session's."""
    headers = {"Authorization": f"Token {TOKEN}"}
    with httpx.Client(base_url=studio, headers=headers, timeout=120, trust_env=False) as http:
        project = _ok(
            http.post("/api/projects", json={"title": "fcfi", "label_config": config([LABEL])})
        )["id"]
        # Label Studio serves the files of a folder only if it is a storage of the project.
        storage = {"project": project, "path": str(folder / "photos"), "use_blob_urls": True}
        _ok(http.post("/api/storages/localfiles", json=storage))
        local = f"/data/local-files/?d=photos/{PHOTO.name}"
        _ok(http.post(f"/api/projects/{project}/import", json=[{"image": local}]))
        with PHOTO.open("rb") as file:
            upload = {"file": (PHOTO.name, file, "image/jpeg")}
            _ok(http.post(f"/api/projects/{project}/import", files=upload))
        model = _ok(
            http.post("/api/ml", json={"url": backend, "project": project, "is_interactive": True})
        )["id"]
        tasks = _ok(http.get("/api/tasks", params={"project": project, "fields": "all"}))["tasks"]
        assert len(tasks) == 2, f"expected two tasks, got {len(tasks)}"
        # The page first, while its requests are new to fcfi, so that predictions can be counted.
        use_page(http, backend, project, [task["id"] for task in tasks], folder / "asked.json")
        for task in tasks:
            compare(http, model, task)


def use_page(
    http: httpx.Client, backend: str, project: int, tasks: Sequence[int], output: Path
) -> None:
    """Click in Label Studio's page, and compare the submitted masks with a session's.

    tasks: the task for the clicks, and the task for the box.
    """
    given = {
        "studio": str(http.base_url).rstrip("/"),
        "backend": backend,
        "user": USER,
        "password": PASSWORD,
        "project": project,
        "tasks": tasks,
        "clicks": CLICKS,
        "box": BOX,
        "output": str(output),
    }
    environment = {**os.environ, "FCFI_PEERS": json.dumps(given)}
    subprocess.run(["npm", "run", "label-studio"], cwd=ROOT / "web", env=environment, check=True)
    costs = [asked["predictions"] for asked in json.loads(output.read_text("utf-8"))]
    assert costs == [1] * (len(CLICKS) + 1), f"expected one prediction a click, got {costs}"
    clicked, boxed = expected_masks()
    _same(_submitted(http, tasks[0]), clicked[-1], f"the page, {len(CLICKS)} clicks")
    _same(_submitted(http, tasks[1]), boxed, "the page, a box")


def expected_masks() -> tuple[list[Mask], Mask]:
    """Return a session's masks after each click, and for the box."""
    segmenter = fcfi.load()
    session = segmenter.session(PHOTO)
    clicked = [session.click(x, y, positive=positive) for x, y, positive in CLICKS]
    boxed = segmenter.predictor.predict(session.image, (fcfi.Box(*BOX),)).mask
    return clicked, boxed


def compare(http: httpx.Client, model: int, task: dict[str, Any]) -> None:
    """Request masks for a task like the page, and compare each with a session's."""
    clicked, boxed = expected_masks()
    shape = boxed.shape
    asked: list[dict[str, Any]] = []
    for (x, y, positive), expected in zip(CLICKS, clicked, strict=True):
        asked.append(_point(shape, x, y, positive))
        _same(_mask(http, model, task["id"], asked), expected, f"{len(asked)} clicks")
    _same(_mask(http, model, task["id"], [_rectangle(shape, *BOX)]), boxed, "a box")


@contextmanager
def label_studio(program: str, folder: Path) -> Iterator[str]:
    """Start Label Studio with a user and a token, and yield its address when it is ready."""
    port = _free_port()
    command = [program, "start", "--no-browser", "--internal-host", "127.0.0.1"]
    command += ["--port", str(port), "--data-dir", str(folder / "studio")]
    command += ["--username", USER, "--password", PASSWORD, "--user-token", TOKEN]
    environment = {**os.environ, **QUIET, **LOCAL}
    environment["LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT"] = str(folder)
    with _running(command, environment, folder / "studio.log") as process:
        address = f"http://127.0.0.1:{port}"
        _wait(process, f"{address}/health", folder / "studio.log")
        yield address


@contextmanager
def fcfi_serve(options: Sequence[str]) -> Iterator[str]:
    """Start `fcfi serve` and yield its address."""
    command = [sys.executable, "-m", "fcfi", "serve", "--for", "label-studio", "--port", "0"]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            lines = [process.stdout.readline() for _ in range(2)]
            found = re.search(r"http://[^/]+", lines[1])
            assert found, f"expected an address, got {lines}"
            yield found[0]
        finally:
            process.terminate()


@contextmanager
def _running(
    command: Sequence[str], environment: dict[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command, env=environment, stdout=output, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            if httpx.get(address, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"Label Studio does not start:\n{log.read_text()[-2000:]}")
        time.sleep(1)


def _free_port() -> int:
    with listen("127.0.0.1", 20000) as listening:
        return int(listening.getsockname()[1])


def _ok(answer: httpx.Response) -> Any:
    assert answer.is_success, f"{answer.request.url}: {answer.status_code} {answer.text[:500]}"
    return answer.json()


def _region(shape: tuple[int, ...], kind: str, value: dict[str, Any]) -> dict[str, Any]:
    """Return a region in the page's format."""
    names = {"keypointlabels": "click", "rectanglelabels": "box"}
    return {
        "original_width": shape[1],
        "original_height": shape[0],
        "image_rotation": 0,
        "value": value | {kind: [LABEL]},
        "id": f"{names[kind]}{value['x']:.3f}",
        "from_name": names[kind],
        "to_name": "image",
        "type": kind,
        "origin": "manual",
    }


def _point(shape: tuple[int, ...], x: int, y: int, positive: bool) -> dict[str, Any]:
    # The centre of the pixel, in percent.
    value = {"x": 100 * (x + 0.5) / shape[1], "y": 100 * (y + 0.5) / shape[0], "width": 0.3}
    return _region(shape, "keypointlabels", value) | {"is_positive": positive}


def _rectangle(
    shape: tuple[int, ...], left: int, top: int, right: int, bottom: int
) -> dict[str, Any]:
    value = {
        "x": 100 * left / shape[1],
        "y": 100 * top / shape[0],
        "width": 100 * (right - left) / shape[1],
        "height": 100 * (bottom - top) / shape[0],
        "rotation": 0,
    }
    return _region(shape, "rectanglelabels", value)


def _mask(http: httpx.Client, model: int, task: int, regions: Sequence[dict[str, Any]]) -> Mask:
    """Return the mask that Label Studio sends to its page."""
    asked = {"task": task, "context": {"result": list(regions)}}
    answer = _ok(http.post(f"/api/ml/{model}/interactive-annotating", json=asked))
    prediction = answer["data"]
    assert prediction, f"expected a prediction, got {answer}"
    (result,) = prediction["result"]
    return _pixels(result)


def _pixels(result: Mapping[str, Any]) -> Mask:
    """Return the mask of a brush stroke."""
    height, width = result["original_height"], result["original_width"]
    return pixels_of(decode(result["value"]["rle"], height, width), height, width)


def _submitted(http: httpx.Client, task: int) -> Mask:
    """Return the mask that the page has drawn and submitted."""
    (annotation,) = _ok(http.get(f"/api/tasks/{task}/annotations"))
    brushes = [region for region in annotation["result"] if region["type"] == "brushlabels"]
    assert len(brushes) == 1, f"expected one mask on task {task}, got {len(brushes)}"
    (result,) = brushes
    return _pixels(result)


def _same(mask: Mask, expected: Mask, what: str) -> None:
    iou = float((mask & expected).sum() / (mask | expected).sum())
    print(f"{what}: IoU {iou:.4f}")
    assert iou >= LEAST_IOU, f"expected an IoU of at least {LEAST_IOU} for {what}, got {iou:.4f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
