"""Many simultaneous users get the same results as one after the other."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image as Pillow

import fcfi
from fcfi.prediction.interface import Predictor
from fcfi.project.project import Project
from fcfi.server.app import create_app
from fcfi.server.settings import Settings
from tests.project.builders import predictor as colour_predictor
from tests.project.builders import write_photos
from tests.server.live_server import client, served

USERS = 20


def actions(seed: int, height: int, width: int) -> Iterator[dict[str, Any]]:
    """Yield one user's actions: clicks on two objects, labels, undo, removal of a click."""
    random = np.random.default_rng(seed)

    def click(object_: int | None, positive: bool = True) -> dict[str, Any]:
        x, y = int(random.integers(width)), int(random.integers(height))
        return {
            "type": "click",
            "object": object_,
            "clicks": [{"x": x, "y": y, "positive": positive}],
        }

    yield click(None)
    yield click(1, positive=False)
    yield {"type": "edit_object", "object": 1, "finished": True, "label": 1}
    yield {**click(None), "keep_out": True}
    yield {"type": "undo"}
    yield {"type": "remove_click", "object": 1, "index": 1}


@dataclass(frozen=True)
class Task:
    """The work of each user: a number of actions on pictures of this size."""

    count: int
    height: int
    width: int


def work(http: httpx.Client, picture: int, task: Task) -> dict[str, Any]:
    """Return the final state of one user's work on one picture, without the file's time."""
    version = 0
    for action in islice(actions(picture, task.height, task.width), task.count):
        answer = http.post(
            f"/api/pictures/{picture}/actions", json={"version": version, "action": action}
        )
        assert answer.status_code == 200, answer.text
        version = answer.json()["picture"]["version"]
    state: dict[str, Any] = http.get(f"/api/pictures/{picture}").json()
    del state["picture"]["modified"]
    return state


def states(folder: Path, predictor: Predictor, task: Task, at_once: bool) -> list[dict[str, Any]]:
    """Return the results of all users, who work at once or in turn."""
    with (
        Project.open(folder, predictor, ["person"]) as project,
        served(create_app(project, Settings())) as address,
    ):
        if not at_once:
            with client(address) as http:
                return [work(http, picture, task) for picture in range(1, USERS + 1)]
        gate = Barrier(USERS)

        def user(picture: int) -> dict[str, Any]:
            with client(address) as http:
                gate.wait()
                return work(http, picture, task)

        with ThreadPoolExecutor(USERS) as pool:
            return list(pool.map(user, range(1, USERS + 1)))


def compare(
    tmp_path: Path,
    predictor: Callable[[], Predictor],
    fill: Callable[[Path], object],
    task: Task,
) -> None:
    turn, once = tmp_path / "in_turn" / "photos", tmp_path / "at_once" / "photos"
    fill(turn)
    fill(once)
    expected = states(turn, predictor(), task, at_once=False)
    assert states(once, predictor(), task, at_once=True) == expected
    assert (
        len({str(state["masks"]) for state in expected}) > USERS / 2
    )  # they did not all do the same


def test_twenty_users_at_once_get_what_twenty_in_turn_get(tmp_path: Path) -> None:
    def fill(folder: Path) -> None:
        write_photos(folder, *(f"{number:02}.png" for number in range(USERS)))

    compare(tmp_path, colour_predictor, fill, Task(6, 48, 64))


@pytest.mark.slow
def test_twenty_users_of_the_shipped_network(tmp_path: Path, examples: Path) -> None:
    def fill(folder: Path) -> None:
        folder.mkdir(parents=True)
        photographs = sorted((examples / "images").iterdir())
        for number in range(USERS):
            with Pillow.open(photographs[number % len(photographs)]) as photograph:
                photograph.crop((number, 0, number + 320, 240)).save(folder / f"{number:02}.png")

    compare(tmp_path, lambda: fcfi.load(threads=1), fill, Task(2, 240, 320))


def test_users_of_one_picture_lose_nothing(tmp_path: Path) -> None:
    """Each tries again after a conflict; all changes are there at the end, in one order."""
    folder = write_photos(tmp_path / "photos", "a.png")
    mask = {"left": 1, "top": 1, "width": 2, "height": 2, "runs": [0, 4]}
    with (
        Project.open(folder, colour_predictor()) as project,
        served(create_app(project, Settings())) as address,
        ThreadPoolExecutor(8) as pool,
    ):

        def user(number: int) -> int:
            tries = version = 0
            with client(address) as http:
                while True:
                    tries += 1
                    action = {"type": "set_mask", "object": None, "mask": {**mask, "left": number}}
                    body = {"version": version, "action": action, "author": f"user {number}"}
                    answer = http.post("/api/pictures/1/actions", json=body)
                    if answer.status_code == 200:
                        return tries
                    assert answer.status_code == 409
                    state = answer.json()["state"]
                    assert len(answer.json()["changes"]) == state["picture"]["version"] - version
                    version = state["picture"]["version"]

        tries = list(pool.map(user, range(8)))
        state = project.picture(1)
    assert state.picture.version == 8
    assert sorted(runs.left for runs in state.masks.values()) == list(range(8))
    assert sum(tries) > 8
