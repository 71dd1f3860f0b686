"""The scenes: commands to kill, and the comparison of results with an undisturbed run."""

import hashlib
import json
import os
import re
import shutil
import signal
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
import numpy as np

from fcfi.temporary_files import FILE, FOLDER
from tests.data.builders import write_shard
from tests.kills import victim
from tests.networks import METADATA, write_onnx
from tests.project.builders import click, opened, write_photos

PICTURES: Final = tuple(f"{number}.png" for number in range(4))
PATIENCE: Final = 120.0
"""Seconds for a server to start."""


@dataclass(frozen=True)
class Scene:
    """A command that can be repeated.

    prepare: creates its input in a folder.  command: its words, relative to the folder.
    result:  returns the result, which must not depend on kills.
    """

    name: str
    prepare: Callable[[Path], None]
    command: Sequence[str]
    result: Callable[[Path], Any]


def undisturbed(scene: Scene, folder: Path) -> tuple[int, Any]:
    """Prepare a folder and run the scene; return its number of moments and its result."""
    folder.mkdir(parents=True, exist_ok=True)
    scene.prepare(folder)
    fresh = folder.with_name(f"{folder.name}-whole")
    shutil.copytree(folder, fresh)
    assert victim.run(scene.command, fresh) == 0
    return victim.moments(fresh), scene.result(fresh)


def killed(scene: Scene, prepared: Path, folder: Path, kills: Sequence[int]) -> Any:
    """Run the scene in a copy, kill it at each of these moments, finish it; return the result."""
    shutil.copytree(prepared, folder)
    for moment in kills:
        code = victim.run(scene.command, folder, moment)
        assert code in (-signal.SIGKILL, 0), code  # what was done before has fewer moments
    assert victim.run(scene.command, folder) == 0
    left = leftovers(folder)
    assert not left, f"left behind: {left}"
    return scene.result(folder)


def leftovers(folder: Path) -> list[str]:
    """Return the temporary folders and files below a folder."""
    found = (path for path in folder.rglob("*") if path.name != victim.TELLS)
    return sorted(
        path.relative_to(folder).as_posix()
        for path in found
        if FOLDER.fullmatch(path.name) or FILE.fullmatch(path.name)
    )


# ── scenes ────────────────────────────────────────────────────────────────────────────────────────


def worked_on(folder: Path) -> None:
    """Make a folder of pictures with annotated objects."""
    write_photos(folder, *PICTURES)
    with opened(folder, labels=("cat", "dog")) as project:
        for number in range(1, len(PICTURES) + 1):
            project.act(number, 0, click(10, 10, label=1))
            project.act(number, 1, click(50, 30, label=2))


def prepare_import(folder: Path) -> None:
    worked_on(folder / "other")
    with opened(folder / "other") as project:
        project.export("labelme", folder / "labels")
    shutil.rmtree(folder / "other")
    write_photos(folder / "photos", *PICTURES)


def project_of(folder: Path) -> Any:
    """Return all labels, and the objects of every picture."""
    with opened(folder / "photos") as project:
        names = {label.id: label.name for label in project.labels()}
        states = [project.picture(number) for number in range(1, len(PICTURES) + 1)]
        return sorted(names.values()), [
            [(names[drawn.label or 0], drawn.mask) for drawn in state.document.objects]
            for state in states
        ]


def files_of(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def prepare_batch(folder: Path) -> None:
    write_photos(folder, *PICTURES)
    write_onnx(folder / "tiny.onnx", {**METADATA, "zoom_target": "64"})
    rows = [
        {"image": PICTURES[number % len(PICTURES)], "clicks": [[5 + 4 * number, 20]]}
        for number in range(8)
    ]
    (folder / "lines.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def masks_of(folder: Path) -> Any:
    """Return the masks, and the lines recorded as done."""
    rows = (folder / "out" / "outcomes.jsonl").read_text(encoding="utf-8").splitlines()
    whole = [json.loads(row) for row in rows if row.endswith("}")]
    done = {(row["name"], row["key"]) for row in whole if row["status"] == "done"}
    masks = {name: sha256 for name, sha256 in files_of(folder / "out").items() if ".png" in name}
    return masks, sorted(done)


RECIPE: Final = """
name = "small"
[crops]
minimum_visible = 20
[run]
steps = 2
batch = 1
workers = 0
sizes = [[0.0, 64, 64]]
accelerator = "cpu"
save_minutes = 0.0
"""


def prepare_training(folder: Path) -> None:
    write_shard(folder / "train-000.tar")
    (folder / "small.toml").write_text(RECIPE)


def weights_of(folder: Path) -> Any:
    from fcfi.models.checkpoint import load_model
    from fcfi.training.run_state import WEIGHTS

    weights = load_model(folder / "run" / WEIGHTS).state_dict()
    return {name: np.asarray(tensor).tobytes() for name, tensor in weights.items()}


EXPORT: Final = ("export-masks", "photos", "-o", "out", "--format")
SCENES: Final = {
    scene.name: scene
    for scene in (
        Scene("import", prepare_import, ("import-masks", "photos", "labels"), project_of),
        *(
            Scene(
                f"export {name}",
                lambda folder: worked_on(folder / "photos"),
                (*EXPORT, name),
                lambda folder: files_of(folder / "out"),
            )
            for name in ("coco", "labelme")
        ),
        Scene(
            "batch",
            prepare_batch,
            ("segment", "--batch", "lines.jsonl", "--network", "tiny.onnx", "-o", "out"),
            masks_of,
        ),
        Scene(
            "training",
            prepare_training,
            ("train", "small.toml", "--data", "train-000.tar", "-o", "run"),
            weights_of,
        ),
    )
}


# ── annotation ────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def served(folder: Path, kill_at: int) -> Iterator[tuple[int, str]]:
    """Serve a folder with `fcfi annotate`; yield the process id and the address."""
    said = folder / f"said-{uuid.uuid4().hex}"
    options = ("--no-browser", "--port", "0", "--network", "tiny.onnx")
    process = victim.start(("annotate", "photos", *options), folder, kill_at, said)
    try:
        deadline = time.monotonic() + PATIENCE
        address = ""
        while not address and time.monotonic() < deadline:
            if os.waitpid(process, os.WNOHANG)[0]:
                process = 0  # killed before it served
                break
            text = said.read_text() if said.exists() else ""
            match = re.search(r"Open: +(\S+)", text)
            address = match[1] if match and "Stop:" in text else ""
            time.sleep(0.02)
        yield process, address
    finally:
        if process:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)


def annotate(folder: Path, kill_at: int, actions: int, random: Random) -> tuple[int, int]:
    """Apply actions until the server is killed; check that no acknowledged action is lost.

    kill_at: the moment, or 0 to kill it from outside after a number of responses.
    Returns the number of acknowledged actions, and how many of them were repeated requests.
    """
    acknowledged: dict[int, int] = {}
    unanswered: list[tuple[int, dict[str, Any]]] = []
    with served(folder, kill_at) as (process, address):
        if process:
            send(process, address, actions, random, acknowledged, unanswered)
    with opened(folder / "photos") as project:
        for picture, version in acknowledged.items():
            state = project.picture(picture)
            found = state.picture.version
            assert version <= found <= version + 1, (picture, version, found)
            assert len(state.document.objects) == found
            assert set(state.masks) == state.document.masks
    # What was not answered is asked for again, and happens once.
    with served(folder, 0) as (_, address):
        for picture, body in unanswered:
            with httpx.Client(base_url=address, trust_env=False, timeout=PATIENCE) as client:
                answer = client.post(f"/api/pictures/{picture}/actions", json=body)
            assert answer.status_code == 200, answer.text
            assert answer.json()["picture"]["version"] == body["version"] + 1
    return sum(acknowledged.values()), len(unanswered)


def send(
    process: int,
    address: str,
    actions: int,
    random: Random,
    acknowledged: dict[int, int],
    unanswered: list[tuple[int, dict[str, Any]]],
) -> None:
    """Click on the pictures in turn; record which actions were acknowledged."""
    with httpx.Client(base_url=address, trust_env=False, timeout=PATIENCE) as client:
        for number in range(actions):
            picture = 1 + number % len(PICTURES)
            position = {"x": random.randrange(64), "y": random.randrange(48), "positive": True}
            body = {
                "version": acknowledged.get(picture, 0),
                "key": str(uuid.UUID(int=random.getrandbits(128), version=4)),
                "action": {"type": "click", "object": None, "clicks": [position]},
            }
            if number == actions - 1:
                os.kill(process, signal.SIGKILL)  # at the latest
            try:
                answer = client.post(f"/api/pictures/{picture}/actions", json=body)
            except httpx.TransportError:
                unanswered.append((picture, body))
                return
            assert answer.status_code == 200, answer.text
            acknowledged[picture] = answer.json()["picture"]["version"]


def prepare_annotation(folder: Path) -> None:
    write_photos(folder / "photos", *PICTURES)
    write_onnx(folder / "tiny.onnx", {**METADATA, "zoom_target": "64"})
