"""The page's requests and responses: the project, its pictures, actions, pixels and files."""

import asyncio
import errno
import gzip
import io
import json
import os
import socket
import tempfile
import threading
import time
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from PIL import Image as Pillow

from fcfi import __version__
from fcfi.grey_window import GreyWindow
from fcfi.images import read_image, read_small
from fcfi.prediction.interface import identity
from fcfi.prediction.lazy import NetworkStatus
from fcfi.project.project import Project
from fcfi.server.app import create_app
from fcfi.server.backend import READERS
from fcfi.server.exports import Exports
from fcfi.server.settings import Settings
from tests.deep import deep_picture
from tests.project.builders import HEIGHT, WIDTH, photo, predictor
from tests.server.client import Answer, ask, asking, ended, problem_of, result_of
from tests.server.conftest import NAMES, closed
from tests.server.live_server import client, served


def click(x: int, y: int, object_: int | None = None, **more: Any) -> dict[str, Any]:
    return {
        "type": "click",
        "object": object_,
        "clicks": [{"x": x, "y": y, "positive": True}],
        **more,
    }


def act(app: FastAPI, picture: int, version: int, action: dict[str, Any], **more: Any) -> Answer:
    return ask(
        app,
        "POST",
        f"/api/pictures/{picture}/actions",
        {"version": version, "action": action, **more},
    )


# ── the project ───────────────────────────────────────────────────────────────────────────────────


def test_the_project_says_what_the_page_needs(app: FastAPI, folder: Path) -> None:
    project = ask(app, "GET", "/api/project").json
    assert (project["name"], project["folder"], project["version"]) == (
        "photos",
        "photos",
        __version__,
    )
    assert [label["name"] for label in project["labels"]] == ["person", "dog"]
    assert project["counts"] == {
        "all": 3,
        "new": 3,
        "work": 0,
        "done": 0,
        "doubtful": 0,
        "checked": 0,
    }
    assert project["settings"] == {}
    assert {
        "name": "coco",
        "title": "COCO",
        "cannot_hold": [],
        "holds_attributes": True,
    } in project["formats"]
    network = {
        "name": "colour",
        "sha256": "sha256 of colour",
        "runtime": "numpy",
        "state": "ready",
        "problem": None,
        "identity": identity(predictor()),
    }
    assert project["network"] == network
    assert ask(app, "GET", "/api/health").json == {
        "status": "ok",
        "version": __version__,
        "network": network,
    }


def test_settings_are_kept_whole(app: FastAPI) -> None:
    wanted = {"theme": "dark", "keys": {"undo": ["Ctrl+Z"]}, "opacity": 0.5, "none": None}
    assert ask(app, "PUT", "/api/settings", wanted).json == wanted
    assert ask(app, "PUT", "/api/settings", {"theme": "light"}).json == {"theme": "light"}
    assert ask(app, "GET", "/api/project").json["settings"] == {"theme": "light"}
    assert ask(app, "PUT", "/api/settings?author=Ada", wanted).json == wanted
    assert ask(app, "GET", "/api/project?author=Ada").json["settings"] == wanted
    assert ask(app, "GET", "/api/project").json["settings"] == {"theme": "light"}
    assert ask(app, "PUT", f"/api/settings?author={'x' * 101}", wanted).status == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"a": float("nan")},
        {"a": [float("inf")]},
        {"a": "x" * 70_000},
        b"[1]",
        {"a": "\ud800"},
        {"\ud800": 1},
    ],
)
def test_settings_that_cannot_be_kept_are_refused(app: FastAPI, wrong: Any) -> None:
    answer = ask(app, "PUT", "/api/settings", wrong)
    assert answer.status == 422
    assert ask(app, "GET", "/api/project").json["settings"] == {}


def test_labels_are_added_changed_merged_and_removed(app: FastAPI) -> None:
    added = ask(app, "POST", "/api/labels", {"name": "cat", "colour": "#102030"}).json["labels"]
    assert [(label["name"], label["index"]) for label in added] == [
        ("person", 0),
        ("dog", 1),
        ("cat", 2),
    ]
    cat = added[2]["id"]
    schema = [{"name": "age", "kind": "number", "choices": []}]
    with_age = ask(app, "PATCH", f"/api/labels/{cat}", {"attributes": schema}).json["labels"]
    assert with_age[-1]["attributes"] == schema
    no_choice = {"attributes": [{"name": "age", "kind": "choice"}]}
    assert "expected choices" in ask(app, "PATCH", f"/api/labels/{cat}", no_choice).error
    changed = ask(app, "PATCH", f"/api/labels/{cat}", {"name": "lion", "index": 0}).json["labels"]
    assert [label["name"] for label in changed] == ["lion", "person", "dog"]
    assert changed[0]["colour"] == "#102030"
    state = act(app, 1, 0, click(10, 10, label=cat)).json
    assert state["document"]["objects"][0]["label"] == cat
    refused = ask(app, "DELETE", f"/api/labels/{cat}")
    assert (refused.status, "is used by 1 object" in refused.error) == (400, True)
    dog = changed[2]["id"]
    assert len(ask(app, "POST", f"/api/labels/{cat}/merge", {"into": dog}).json["labels"]) == 2
    assert ask(app, "GET", "/api/pictures/1").json["document"]["objects"][0]["label"] == dog
    assert ask(app, "DELETE", f"/api/labels/{cat}").status == 404
    for wrong in (
        {"name": ""},
        {"name": "a\nb"},
        {"name": "x" * 300},
        {"name": "x", "colour": "red"},
        {},
    ):
        assert ask(app, "POST", "/api/labels", wrong).status == 422
    assert ask(app, "POST", "/api/labels", {"name": "dog"}).status == 400


# ── pictures ──────────────────────────────────────────────────────────────────────────────────────


def test_the_list_of_pictures_is_asked_in_parts(app: FastAPI, folder: Path) -> None:
    whole = ask(app, "GET", "/api/pictures").json
    assert [row["name"] for row in whole["items"]] == list(NAMES)
    first = whole["items"][0]
    assert (first["width"], first["height"], first["state"], first["version"]) == (
        WIDTH,
        HEIGHT,
        "new",
        0,
    )
    assert first["modified"] == str((folder / "a.png").stat().st_mtime_ns)
    part = ask(app, "GET", "/api/pictures?search=SUB%2F&offset=0&limit=1").json
    assert (part["total"], [row["name"] for row in part["items"]]) == (1, ["sub/c.png"])
    assert ask(app, "GET", "/api/pictures?state=done").json["items"] == []
    assert ask(app, "GET", "/api/pictures?most=0&order=fewest_objects").json["total"] == 3
    assert ask(app, "GET", "/api/pictures?label=1").json["items"] == []
    assert ask(app, "GET", "/api/labels/counts").json == {"counts": {}}
    assert ask(app, "GET", "/api/statistics").json == {"days": []}
    nobody = {"people": [{"name": "", "pictures": len(NAMES), "finished": 0}]}
    assert ask(app, "GET", "/api/pictures/people").json == nobody
    given = ask(app, "POST", "/api/pictures/assign", {"names": ["Ann"]})
    assert [person["name"] for person in given.json["people"]] == ["Ann"]
    listed = ask(app, "GET", "/api/pictures?assigned=Ann").json
    assert {row["assigned"] for row in listed["items"]} == {"Ann"}
    assert ask(app, "GET", "/api/pictures?assigned=").json["total"] == 0
    refused = ask(app, "POST", "/api/pictures/assign", {"names": ["Ann", "Ann"]})
    assert (refused.status, "give each person once" in refused.json["error"]) == (400, True)
    for wrong in (
        "order=size",
        "label=-1",
        "least=x",
        "state=old",
        "limit=-1",
        "limit=9999",
        "offset=x",
        f"search={'x' * 500}",
    ):
        assert ask(app, "GET", f"/api/pictures?{wrong}").status == 422


def test_new_pictures_are_found(app: FastAPI, folder: Path) -> None:
    Pillow.fromarray(photo(7)).save(folder / "new.png")
    assert result_of(app, ask(app, "POST", "/api/pictures/scan")) == {
        "counts": {"all": 4, "new": 4, "work": 0, "done": 0, "doubtful": 0, "checked": 0}
    }


def test_a_picture_that_is_not_there_is_reported(app: FastAPI) -> None:
    for address in ("", "/thumbnail", "/tiles/0/0/0", "/logs"):
        answer = ask(app, "GET", f"/api/pictures/99{address}")
        assert answer.status == 404
        assert "99" in answer.error
    assert act(app, 99, 0, click(1, 1)).status == 404
    assert ask(app, "GET", "/api/pictures/0").status == 422
    assert ask(app, "GET", f"/api/pictures/{2**63}").status == 422


# ── actions ───────────────────────────────────────────────────────────────────────────────────────


def test_a_click_makes_an_object_and_undo_takes_it_back(app: FastAPI) -> None:
    state = act(app, 1, 0, click(10, 10)).json
    assert (state["picture"]["version"], state["picture"]["state"], state["can_undo"]) == (
        1,
        "work",
        True,
    )
    drawn = state["document"]["objects"][0]
    assert drawn["clicks"] == [{"x": 10, "y": 10, "positive": True, "round": 0, "index": 0}]
    assert (drawn["id"], drawn["label"], drawn["start"], drawn["visible"], drawn["finished"]) == (
        1,
        None,
        False,
        True,
        False,
    )
    mask = state["masks"][drawn["mask"]]
    assert sum(mask["runs"]) == mask["width"] * mask["height"]
    assert drawn["area"] == sum(mask["runs"][1::2]) > 0
    assert state["undo_text"] == "1 click on the new object 1"
    undone = act(app, 1, 1, {"type": "undo"}).json
    assert (undone["document"]["objects"], undone["masks"], undone["can_redo"]) == ([], {}, True)
    assert act(app, 1, 2, {"type": "redo"}).json["document"] == state["document"]
    assert ask(app, "GET", "/api/pictures/1").json["masks"] == state["masks"]


def test_masks_that_the_page_has_are_not_sent_again(app: FastAPI) -> None:
    first = act(app, 1, 0, click(10, 10)).json
    known = list(first["masks"])
    second = act(app, 1, 1, click(50, 30), known=known).json
    assert len(second["document"]["objects"]) == 2
    assert not set(known) & set(second["masks"])
    assert {drawn["mask"] for drawn in second["document"]["objects"]} <= {*known, *second["masks"]}


def test_a_mask_comes_back_as_it_was_drawn(app: FastAPI) -> None:
    mask = {"left": 3, "top": 4, "width": 5, "height": 2, "runs": [0, 10]}
    state = act(app, 1, 0, {"type": "set_mask", "object": None, "mask": mask, "label": 1}).json
    assert list(state["masks"].values()) == [mask]
    assert state["document"]["objects"][0]["start"] is True


def test_a_key_that_is_absent_leaves_its_property(app: FastAPI) -> None:
    act(app, 1, 0, click(10, 10, label=1))
    hidden = act(app, 1, 1, {"type": "edit_object", "object": 1, "visible": False}).json[
        "document"
    ]["objects"][0]
    assert (hidden["label"], hidden["visible"]) == (1, False)
    bare = act(app, 1, 2, {"type": "edit_object", "object": 1, "label": None}).json["document"][
        "objects"
    ][0]
    assert (bare["label"], bare["visible"]) == (None, False)


@pytest.mark.parametrize(
    ("action", "status"),
    [
        (click(WIDTH, 0), 400),
        (click(0, HEIGHT), 400),
        (click(1, 1, 7), 400),
        (click(1, 1, label=99), 400),
        ({"type": "undo"}, 400),
        (
            {
                "type": "set_mask",
                "object": None,
                "mask": {"left": 0, "top": 0, "width": 9, "height": 9, "runs": [1]},
            },
            400,
        ),
        (
            {
                "type": "set_mask",
                "object": None,
                "mask": {
                    "left": 0,
                    "top": 0,
                    "width": 2**31 - 1,
                    "height": 1,
                    "runs": [0, 2**31 - 1],
                },
            },
            400,
        ),
        ({"type": "import_objects", "objects": []}, 422),
        ({"type": "delete_objects", "objects": []}, 422),
        ({"type": "edit_object", "object": 1, "visible": None}, 422),
    ],
)
def test_actions_that_cannot_be_are_refused_and_change_nothing(
    app: FastAPI, action: dict[str, Any], status: int
) -> None:
    answer = act(app, 1, 0, action)
    assert answer.status == status
    assert answer.error
    assert ask(app, "GET", "/api/pictures/1").json["picture"]["version"] == 0


def test_a_late_change_is_refused_with_what_happened(app: FastAPI) -> None:
    act(app, 1, 0, click(10, 10), author="Ada")
    late = act(app, 1, 0, click(50, 30), author="Grace")
    assert late.status == 409
    assert "was changed meanwhile" in late.error
    assert [(change["author"], change["text"]) for change in late.json["changes"]] == [
        ("Ada", "1 click on the new object 1")
    ]
    assert late.json["state"] == ask(app, "GET", "/api/pictures/1").json
    assert act(app, 1, 1, click(50, 30), author="Grace").status == 200


MASK = {"left": 3, "top": 4, "width": 9, "height": 1, "runs": [0, 4, 1, 4]}
DONE_TWICE_IS_WRONG = (
    click(10, 10),
    {"type": "set_mask", "object": None, "mask": MASK},
    {"type": "clean", "object": 1, "drop_specks": 5},
    {"type": "redo"},
    {"type": "undo"},
)


@pytest.mark.parametrize("action", DONE_TWICE_IS_WRONG, ids=lambda action: str(action["type"]))
def test_who_never_read_the_answer_may_ask_again_and_gets_it(
    app: FastAPI, action: dict[str, Any]
) -> None:
    version = 0
    for before in (
        {"type": "set_mask", "object": None, "mask": MASK},
        click(40, 30),
        {"type": "undo"},
    ):
        version = act(app, 1, version, before).json["picture"]["version"]
    asked = {"version": version, "action": action, "author": "Ada", "key": str(uuid.uuid4())}
    with served(app) as address, client(address) as browser:
        body = json.dumps(asked).encode()
        head = (
            f"POST /api/pictures/1/actions HTTP/1.1\r\nHost: {address[7:]}\r\n"
            "Content-Type: application/json\r\n"
        )
        with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2]))) as line:
            line.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        for _ in range(1000):  # the line is gone; the server does what it was asked
            now = browser.get("/api/pictures/1").json()
            if now["picture"]["version"] > version:
                break
            time.sleep(0.01)
        assert now["picture"]["version"] == version + 1
        assert browser.post("/api/pictures/1/actions", json=asked).json() == now
        late = browser.post("/api/pictures/1/actions", json={**asked, "key": str(uuid.uuid4())})
        assert late.status_code == 409


@pytest.mark.parametrize("key", ["", "1", "x" * 36, 5, "1B4E28BA-2FA1-4D2E-883F-0016D3CCA427"])
def test_a_key_that_is_none_is_refused(app: FastAPI, key: object) -> None:
    assert act(app, 1, 0, click(10, 10), key=key).status == 422


def test_logs_of_clicks_are_given(app: FastAPI) -> None:
    assert ask(app, "GET", "/api/pictures/1/logs").json == []
    act(app, 1, 0, click(10, 12))
    logs = ask(app, "GET", "/api/pictures/1/logs").json
    assert len(logs) == 1
    assert "sha256 of colour" in json.dumps(logs)


def test_more_than_the_queue_holds_is_refused_with_a_time_to_try_again(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(project, Settings(threads=1, queue=4))
    gate, entered = threading.Event(), threading.Event()
    before: Callable[..., Any] = project.act

    def slow(*arguments: Any) -> Any:
        entered.set()
        gate.wait(60)
        return before(*arguments)

    monkeypatch.setattr(project, "act", slow)

    async def scene() -> list[Answer]:
        body = {"version": 0, "action": click(10, 10)}
        waiting = [
            asyncio.create_task(asking(app, "POST", f"/api/pictures/{n}/actions", body))
            for n in (1, 2)
        ]
        await asyncio.to_thread(entered.wait, 60)
        refused = await asking(app, "POST", "/api/pictures/3/actions", body)
        health = await asking(app, "GET", "/api/pictures")
        gate.set()
        return [refused, health, *(await asyncio.gather(*waiting))]

    refused, listed, first, second = asyncio.run(scene())
    assert (refused.status, refused.headers["retry-after"]) == (503, "1")
    assert "try again" in refused.error
    assert [listed.status, first.status, second.status] == [200] * 3
    closed(app)


@pytest.mark.parametrize(
    ("method", "address", "body", "name"),
    [
        ("POST", "/api/labels", {"name": "cup"}, "add_label"),
        ("PATCH", "/api/labels/1", {"name": "cup"}, "edit_label"),
        ("POST", "/api/labels/1/merge", {"into": 2}, "merge_label"),
        ("DELETE", "/api/labels/1", None, "remove_label"),
        ("PUT", "/api/settings", {"theme": "dark"}, "set_settings"),
    ],
)
def test_changes_that_wait_for_the_store_leave_the_reading_threads_free(
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    address: str,
    body: object,
    name: str,
) -> None:
    app = create_app(project)
    gate, entered = threading.Event(), threading.Event()

    def waiting_for_the_store(*_: Any, **__: Any) -> None:
        entered.set()
        gate.wait(60)

    monkeypatch.setattr(project, name, waiting_for_the_store)

    async def scene() -> tuple[list[int], Answer]:
        writes = [
            asyncio.create_task(asking(app, method, address, body)) for _ in range(READERS + 1)
        ]
        await asyncio.to_thread(entered.wait, 60)
        listed = await asyncio.wait_for(asking(app, "GET", "/api/pictures"), 60)
        gate.set()
        return [answer.status for answer in await asyncio.gather(*writes)], listed

    statuses, listed = asyncio.run(scene())
    assert listed.status == 200
    assert statuses == [200] * (READERS + 1)
    closed(app)


def test_objects_are_carried_in_a_job(app: FastAPI, folder: Path) -> None:
    for name in ("b.jpg", "sub/c.png"):  # the same picture again and again
        Pillow.fromarray(photo(0)).save(folder / name, quality=95)
    result_of(app, ask(app, "POST", "/api/pictures/scan"))
    act(app, 1, 0, click(10, 10))
    body = {"count": 5, "share": 0, "least": 0, "author": "Ann"}
    answer = ask(app, "POST", "/api/pictures/1/carry?order=name", body)
    job = ended(app, answer)
    assert (job["kind"], job["state"]) == ("carry", "done")
    names = [picture["name"] for picture in job["result"]["pictures"]]
    assert (names, job["result"]["stops"]) == (["b.jpg", "sub/c.png"], [])
    (carried,) = job["result"]["pictures"][0]["objects"]
    assert carried.keys() == {"source", "object", "score"}
    state = ask(app, "GET", "/api/pictures/2").json
    assert [drawn["id"] for drawn in state["document"]["objects"]] == [carried["object"]]
    assert state["undo_text"] == "1 object carried from the picture before"

    (folder / "b.jpg").unlink()
    gone = problem_of(app, ask(app, "POST", "/api/pictures/1/carry", body))
    assert gone.startswith("b.jpg has vanished")
    assert str(folder) not in gone
    for wrong in ({"count": 0}, {"count": 2, "share": 2}, {"count": 2, "objects": []}, {}):
        assert ask(app, "POST", "/api/pictures/1/carry", wrong).status == 422
    late = problem_of(app, ask(app, "POST", "/api/pictures/3/carry", {"count": 2}))
    assert "a list with a picture after sub/c.png" in late


# ── pixels ────────────────────────────────────────────────────────────────────────────────────────


def pixels(answer: Answer) -> np.ndarray:
    assert answer.status == 200, answer.error
    return np.asarray(Pillow.open(io.BytesIO(answer.body)))


def test_tiles_have_the_pixels_of_the_picture(app: FastAPI, folder: Path) -> None:
    modified = ask(app, "GET", "/api/pictures/1").json["picture"]["modified"]
    answer = ask(app, "GET", f"/api/pictures/1/tiles/0/0/0?v={modified}")
    assert answer.headers["content-type"] == "image/png"
    assert "max-age=31536000" in answer.headers["cache-control"]
    np.testing.assert_array_equal(
        np.asarray(Pillow.open(io.BytesIO(answer.body))), read_image(folder / "a.png")
    )
    assert "no-cache" in ask(app, "GET", "/api/pictures/1/tiles/0/0/0").headers["cache-control"]
    for address in ("1/0/0", "0/1/0", "0/0/1"):
        outside = ask(app, "GET", f"/api/pictures/1/tiles/{address}")
        assert (outside.status, "no tile" in outside.error) == (404, True)
    assert ask(app, "GET", "/api/pictures/1/tiles/-1/0/0").status == 422


def test_a_changed_picture_has_other_tiles(app: FastAPI, folder: Path) -> None:
    before = ask(app, "GET", "/api/pictures/1/tiles/0/0/0").body
    Pillow.fromarray(255 - photo(0)).save(folder / "a.png")
    ended(app, ask(app, "POST", "/api/pictures/scan"))
    assert ask(app, "GET", "/api/pictures/1/tiles/0/0/0").body != before


def test_tiles_of_a_picture_that_changed_and_came_back_are_not_mixed_up(
    app: FastAPI, folder: Path
) -> None:
    modified = ask(app, "GET", "/api/pictures/1").json["picture"]["modified"]
    path, times = folder / "a.png", os.stat(folder / "a.png")
    path.rename(folder.parent / "away.png")
    Pillow.fromarray(255 - photo(0)).save(path)
    other = ask(app, "GET", f"/api/pictures/1/tiles/0/0/0?v={modified}")
    np.testing.assert_array_equal(np.asarray(Pillow.open(io.BytesIO(other.body))), 255 - photo(0))
    assert "no-cache" in other.headers["cache-control"]
    (folder.parent / "away.png").rename(path)
    assert os.stat(path).st_mtime_ns == times.st_mtime_ns
    act(app, 1, 0, click(10, 10))
    again = ask(app, "GET", f"/api/pictures/1/tiles/0/0/0?v={modified}")
    np.testing.assert_array_equal(np.asarray(Pillow.open(io.BytesIO(again.body))), photo(0))
    assert "max-age" in again.headers["cache-control"]


def test_thumbnails_are_small_jpegs(app: FastAPI, folder: Path) -> None:
    Pillow.fromarray(photo(1, 800, 400)).save(folder / "large.jpg")
    ended(app, ask(app, "POST", "/api/pictures/scan"))
    found = ask(app, "GET", "/api/pictures?search=large").json["items"][0]["id"]
    answer = ask(app, "GET", f"/api/pictures/{found}/thumbnail?v=2")
    assert answer.headers["content-type"] == "image/jpeg"
    assert Pillow.open(io.BytesIO(answer.body)).size == (96, 192)


def test_tiles_and_thumbnails_show_a_deep_picture_through_a_window(
    app: FastAPI, folder: Path
) -> None:
    path = deep_picture(folder / "deep.png")
    plain = ask(app, "GET", "/api/pictures/1/tiles/0/0/0").body
    result_of(app, ask(app, "POST", "/api/pictures/scan"))
    row = next(
        row for row in ask(app, "GET", "/api/pictures").json["items"] if row["name"] == "deep.png"
    )
    address = f"/api/pictures/{row['id']}"
    for window in (None, GreyWindow(1030, 1050), GreyWindow(0, 2000.5), None):
        query = f"?v={row['modified']}" + ("" if window is None else f"&window={window}")
        tile = ask(app, "GET", f"{address}/tiles/0/0/0{query}")
        np.testing.assert_array_equal(pixels(tile), read_image(path, window=window))
        assert "immutable" in tile.headers["cache-control"]
        small = pixels(ask(app, "GET", f"{address}/thumbnail{query}")).astype(int)
        shown = read_small(path, 192, window=window)
        assert np.abs(small - shown).mean() < 3
    # A picture of 8 bits is shown as before, so that a window may stay set in a mixed folder.
    assert ask(app, "GET", "/api/pictures/1/tiles/0/0/0?window=3,4").body == plain
    for wrong in ("4,3", "3", "nan,4", ""):
        for kind in ("thumbnail", "tiles/0/0/0"):
            answer = ask(app, "GET", f"{address}/{kind}?window={wrong}")
            assert answer.status == 400
            assert "expected a window as two finite numbers" in answer.error
    assert ask(app, "GET", f"{address}/thumbnail?window={'1' * 101}").status == 422


def test_the_range_of_a_deep_picture_is_that_of_its_file(app: FastAPI, folder: Path) -> None:
    assert ask(app, "GET", "/api/pictures/1/range").json == {"range": None}
    deep_picture(folder / "deep.png")
    result_of(app, ask(app, "POST", "/api/pictures/scan"))
    rows = ask(app, "GET", "/api/pictures").json["items"]
    found = next(row["id"] for row in rows if row["name"] == "deep.png")
    whole = {"low": 0, "high": 4095, "black": 0, "white": 4095, "whole": True}
    for _ in range(2):
        assert ask(app, "GET", f"/api/pictures/{found}/range").json == {"range": whole}
    values = np.full((48, 64), 700, np.uint16)
    values[5:] = 800
    Pillow.fromarray(values).save(folder / "deep.png")
    now = ask(app, "GET", f"/api/pictures/{found}/range").json["range"]
    assert (now["low"], now["high"]) == (700, 800)
    (folder / "deep.png").write_bytes(b"no picture")
    broken = ask(app, "GET", f"/api/pictures/{found}/range")
    assert broken.status == 422
    assert "deep.png" in broken.error


def test_a_click_through_a_window_is_refused_unless_its_values_are_in_order(
    app: FastAPI, folder: Path
) -> None:
    wrong = act(app, 1, 0, click(3, 3, window={"low": 2, "high": 1}))
    assert (wrong.status, "the lower one first, got 2 and 1" in wrong.error) == (400, True)
    made = act(app, 1, 0, click(3, 3, window={"low": 1, "high": 2})).json
    assert made["document"]["objects"][0]["window"] is None, "the picture has 8 bits"


def test_a_thumbnail_is_that_of_the_file_as_it_is_now(app: FastAPI, folder: Path) -> None:
    def asked(version: str) -> Answer:
        return ask(app, "GET", f"/api/pictures/1/thumbnail?v={version}")

    before = ask(app, "GET", "/api/pictures/1").json["picture"]["modified"]
    first = asked(before)
    assert "max-age=31536000" in first.headers["cache-control"]
    Pillow.fromarray(255 - photo(0)).save(folder / "a.png")  # the list does not know it yet
    os.utime(folder / "a.png", (5, 5))
    now = asked(before)
    assert now.body != first.body
    assert "no-cache" in now.headers["cache-control"]
    ended(app, ask(app, "POST", "/api/pictures/scan"))
    again = asked(ask(app, "GET", "/api/pictures/1").json["picture"]["modified"])
    assert (again.body, "max-age=31536000" in again.headers["cache-control"]) == (now.body, True)


def test_large_pictures_have_thumbnails_in_turn(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fcfi.server.routes.images.LARGE", 1)
    reading: list[int] = []

    def counted(*arguments: Any, **options: Any) -> Any:
        reading.append(1)
        assert len(reading) == 1
        time.sleep(0.02)
        reading.pop()
        return read_small(*arguments, **options)

    monkeypatch.setattr("fcfi.server.routes.images.read_small", counted)

    async def scene() -> list[Answer]:
        return await asyncio.gather(
            *(asking(app, "GET", f"/api/pictures/{n}/thumbnail") for n in (1, 3))
        )

    assert [answer.status for answer in asyncio.run(scene())] == [200, 200]


def test_a_picture_that_vanishes_is_reported_and_the_others_go_on(
    app: FastAPI, folder: Path
) -> None:
    state = act(app, 1, 0, click(10, 10)).json
    (folder / "a.png").rename(folder.parent / "away.png")
    for answer in (
        ask(app, "GET", "/api/pictures/1/tiles/0/0/0"),
        ask(app, "GET", "/api/pictures/1/thumbnail"),
        act(app, 1, 1, click(40, 30)),
    ):
        assert answer.status == 422
        assert "a.png has vanished" in answer.error
    kept = ask(app, "GET", "/api/pictures/1").json
    assert (kept["document"], kept["masks"]) == (state["document"], state["masks"])
    assert "vanished" in kept["picture"]["problem"]
    assert act(app, 1, 1, {"type": "undo"}).status == 200
    assert act(app, 2, 0, click(10, 10)).status == 200
    (folder.parent / "away.png").rename(folder / "a.png")
    assert act(app, 1, 2, {"type": "redo"}).status == 200
    assert act(app, 1, 3, click(40, 30)).status == 200


def test_a_picture_that_is_cut_off_is_reported(app: FastAPI, folder: Path) -> None:
    data = (folder / "b.jpg").read_bytes()
    (folder / "b.jpg").write_bytes(data[: len(data) // 2])
    for address in ("tiles/0/0/0", "thumbnail"):
        answer = ask(app, "GET", f"/api/pictures/2/{address}")
        assert answer.status == 422
        assert "b.jpg" in answer.error
        assert str(folder.parent) not in answer.error


# ── files ─────────────────────────────────────────────────────────────────────────────────────────


def test_an_export_is_downloaded_as_a_zip(app: FastAPI) -> None:
    act(app, 1, 0, click(10, 10, label=1))
    made = result_of(app, ask(app, "POST", "/api/exports", {"format": "coco"}))
    assert made["report"]["objects"] == 1
    assert made["report"]["changed"] == []
    assert made["url"] == f"/api/exports/{made['id']}/photos-coco.zip"
    answer = ask(app, "GET", made["url"])
    assert answer.headers["content-type"] == "application/zip"
    assert "attachment" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".json"))
        assert len(json.loads(archive.read(name))["annotations"]) == 1
    assert ask(app, "GET", f"/api/exports/{made['id']}/other.zip").status == 404
    assert ask(app, "GET", "/api/exports/guess/photos-coco.zip").status == 404
    assert ask(app, "GET", f"/api/exports/{made['id']}/..%2f..%2fsecret").status == 404
    unknown = problem_of(app, ask(app, "POST", "/api/exports", {"format": "gif"}))
    assert "choose one of" in unknown


def test_only_the_last_exports_are_kept_and_none_after_the_end(
    app: FastAPI, project: Project
) -> None:
    act(app, 1, 0, click(10, 10))
    exports = Exports(project, keep=2)
    made = [exports.make("coco", only_done=False) for _ in range(3)]
    assert [exports.find(export.id, export.path.name) is not None for export in made] == [
        False,
        True,
        True,
    ]
    assert [export.path.exists() for export in made] == [False, True, True]
    exports.close()
    assert not made[2].path.parent.parent.exists()


@pytest.fixture
def coco(app: FastAPI, project: Project, tmp_path: Path) -> Path:
    """Return a file with one labelled object, which is then deleted from the project."""
    act(app, 1, 0, click(10, 10, label=1))
    project.export("coco", tmp_path / "coco")
    act(app, 1, 1, {"type": "delete_objects", "objects": [1]})
    return next((tmp_path / "coco").rglob("*.json"))


def send(app: FastAPI, *files: tuple[str, bytes], query: str = "") -> Answer:
    """Send files like a browser's form."""
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        + data
        + b"\r\n"
        for name, data in files
    ]
    body = b"".join(parts) + b"--edge--\r\n"
    return ask(
        app, "POST", f"/api/imports{query}", body, content_type="multipart/form-data; boundary=edge"
    )


def objects_of(app: FastAPI, picture: int) -> list[dict[str, Any]]:
    objects: list[dict[str, Any]] = ask(app, "GET", f"/api/pictures/{picture}").json["document"][
        "objects"
    ]
    return objects


def test_files_that_are_sent_are_imported(app: FastAPI, coco: Path) -> None:
    report = result_of(app, send(app, ("labels.json", coco.read_bytes())))
    expected = {"format": "coco", "pictures": 1, "objects": 1, "labels": [], "problems": []}
    assert report == {**expected, "shapes": 1, "taken": 1}
    assert [(drawn["label"], drawn["start"]) for drawn in objects_of(app, 1)] == [(1, True)]
    assert ask(app, "GET", "/api/pictures/1").json["undo_text"] == "1 object imported"
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.write(coco, coco.name)
    again = send(app, ("labels.zip", zipped.getvalue()))
    assert result_of(app, again)["objects"] == 0  # they are there already
    assert act(app, 1, 3, {"type": "undo"}).status == 200
    named = send(app, ("labels.zip", zipped.getvalue()), query="?format=coco")
    assert result_of(app, named)["objects"] == 1


def test_labels_have_the_numbers_of_files_and_reports_say_what_changes(
    app: FastAPI, coco: Path
) -> None:
    content = json.loads(coco.read_text())
    content["categories"] = [
        {"id": 7, "name": "person", "supercategory": "human"},
        {"id": 0, "name": "cup"},
    ]
    content["annotations"][0]["category_id"] = 7
    report = result_of(app, send(app, ("labels.json", json.dumps(content).encode())))
    assert (report["labels"], report["problems"]) == (["cup"], [])
    listed = ask(app, "GET", "/api/project").json["labels"]
    assert [(label["name"], label["number"], label["supercategory"]) for label in listed] == [
        ("person", 7, "human"),
        ("dog", None, ""),
        ("cup", 0, ""),
    ]
    notes = {
        name: result_of(app, ask(app, "POST", "/api/exports", {"format": name}))["report"]["notes"]
        for name in ("coco", "yolo", "png")
    }
    assert notes == {
        "coco": [],
        "yolo": [
            "1 label has another number in an export than in the imported file: "
            "'person' 1 instead of 7"
        ],
        "png": [],
    }


LARGE = ("large.json", b" " * (1 << 20) + b"{}")
"""More than is kept in memory."""


def test_an_import_without_room_for_it_is_one_sentence(
    app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("labels.json", "{}")
    full = OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "x"))
    with monkeypatch.context() as patch:
        # No temporary file can be made for what comes.
        patch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
        answer = send(app, LARGE)
        assert (answer.status, "make room" in answer.error) == (503, True)
        assert "room" in problem_of(app, send(app, ("small.json", b"{}")))
    for target, data in (
        ("tempfile.SpooledTemporaryFile.rollover", LARGE),
        ("shutil.copyfileobj", ("small.json", b"{}")),
        ("fcfi.temporary_files._locked_folder", ("labels.zip", zipped.getvalue())),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(target, failing(full))
            answer = send(app, data)
            problem = answer.error if answer.status == 503 else problem_of(app, answer)
        assert "room" in problem, target
        assert str(tmp_path) not in problem
    assert "Traceback" not in caplog.text
    # No annotations: it was read.
    assert "small.json" in problem_of(app, send(app, ("small.json", b"{}")))


def failing(error: Exception) -> Callable[..., None]:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    return fail


def test_no_answer_names_a_folder_of_this_machine(
    project: Project, folder: Path, tmp_path: Path, coco: Path
) -> None:
    problem = f"{tmp_path}/my nets/lite0.onnx is not there"
    lost = NetworkStatus("lite0", "ab" * 32, "", "failed", problem)
    project.warnings = (f"{folder} is read-only: the work is stored in {project.location}",)
    app = create_app(project, network=lambda: lost)
    (folder / "labels").mkdir()
    (folder / "labels" / "bad.json").write_text("{")
    Pillow.new("RGB", (9, 9)).save(folder / "labels" / "x.png")
    answers = [
        ask(app, "GET", "/api/project"),
        ask(app, "GET", "/api/health"),
        send(app, ("bad.json", b"{")),
        send(app, ("bad.zip", b"PK")),
        send(app, ("one.json", b"{"), ("two.json", b"{")),
        ask(app, "POST", "/api/imports", {"path": "labels/bad.json"}),
        ask(app, "POST", "/api/imports", {"path": "labels"}),
        ask(app, "POST", "/api/exports", {"format": "coco"}),
    ]
    (folder / "b.jpg").write_bytes(b"no picture")
    (folder / "a.png").unlink()
    answers += [
        act(app, 1, 0, click(1, 1)),
        ask(app, "GET", "/api/pictures/1/tiles/0/0/0"),
        ask(app, "GET", "/api/pictures/2/thumbnail"),
    ]
    folder.rename(tmp_path / "gone")
    answers += [
        ask(app, "POST", "/api/pictures/scan"),
        ask(app, "POST", "/api/labels", {"name": "cup"}),
        ask(app, "PUT", "/api/settings", {"a": 1}),
        ask(app, "POST", "/api/imports", {"path": "labels/bad.json"}),
    ]
    bodies = [
        problem_of(app, answer) if answer.status == 202 else answer.body.decode()
        for answer in answers
    ]
    assert [answer.status for answer in answers[2:]].count(200) == 0, bodies
    assert not [body for body in bodies if str(tmp_path) in body or tempfile.gettempdir() in body]
    assert "lite0.onnx is not there" in bodies[0]
    assert "project.sqlite" in bodies[0]
    closed(app)


def test_files_in_the_folder_are_imported_and_none_from_elsewhere(
    app: FastAPI, coco: Path, folder: Path
) -> None:
    (folder / "labels").mkdir()
    (folder / "labels" / "coco.json").write_bytes(coco.read_bytes())
    (folder / "link.json").symlink_to(coco)
    for path in ("../coco/" + coco.name, str(coco), "link.json", "..", "labels/none.json"):
        answer = ask(app, "POST", "/api/imports", {"path": path})
        assert answer.status == 400
    assert objects_of(app, 1) == []
    given = ask(app, "POST", "/api/imports", {"path": "labels/coco.json"})
    assert result_of(app, given)["objects"] == 1
    for wrong in ({}, {"path": 3}, {"path": "a", "more": 1}, b"{", b"[]"):
        assert ask(app, "POST", "/api/imports", wrong).status == 422


def test_imports_that_cannot_be_read_are_one_sentence_without_our_folders(
    app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    for files in (
        (("labels.json", b"{}"),),
        (("labels.json", b"\xff\xfe"),),
        (("labels.zip", b"PK"),),
        (("a.json", b"1"), ("a.json", b"2")),
        (("", b"x"),),
        (),
    ):
        answer = send(app, *files)
        sentence = answer.error if answer.status == 400 else problem_of(app, answer)
        assert "fcfi-import" not in sentence
        assert "\n" not in sentence
    assert any(line.startswith("labels.zip is not a zip") for line in caplog.messages)
    assert "fcfi-import" not in caplog.text
    unknown = send(app, ("a.json", b"{}"), query="?format=gif")
    assert "expected a format, got 'gif'" in problem_of(app, unknown)
    assert (
        ask(app, "POST", "/api/imports", b"no form", content_type="multipart/form-data").status
        == 400
    )
    assert (
        ask(
            app, "POST", "/api/imports", b"no form", content_type="multipart/form-data; boundary=x"
        ).status
        == 400
    )


# ── the page ──────────────────────────────────────────────────────────────────────────────────────


def test_the_page_is_asked_for_anew_and_hashed_files_are_kept(app: FastAPI) -> None:
    index = ask(app, "GET", "/")
    assert (index.status, index.headers["cache-control"]) == (200, "no-cache")
    assert index.headers["content-type"].startswith("text/html")
    hashed = ask(app, "GET", "/assets/index-BqX3f9aZ.js")
    assert "immutable" in hashed.headers["cache-control"]
    assert "javascript" in hashed.headers["content-type"]
    assert ask(app, "GET", "/assets/plain.css").headers["cache-control"] == "no-cache"
    assert ask(app, "GET", "/icon.svg").status == 200
    assert ask(app, "HEAD", "/").body == b""


@pytest.mark.parametrize("accepted", ["gzip", "br, GZIP;q=0.8, *;q=0.1", "*"])
def test_the_page_is_sent_compressed_where_that_is_accepted(
    app: FastAPI, static: Path, accepted: str
) -> None:
    script = static / "assets" / "plain.js"
    script.write_text("let a = 1;\n" * 1000)
    answer = ask(app, "GET", "/assets/plain.js", accept_encoding=accepted)
    assert (answer.status, answer.headers["content-encoding"]) == (200, "gzip")
    assert answer.headers["vary"] == "Accept-Encoding"
    assert "javascript" in answer.headers["content-type"]
    assert gzip.decompress(answer.body) == script.read_bytes()
    assert len(answer.body) < len(script.read_bytes()) / 20
    tag = answer.headers["etag"]
    again = ask(app, "GET", "/assets/plain.js", accept_encoding="gzip", if_none_match=tag)
    assert (again.status, again.body) == (304, b"")
    script.write_text("let b = 2;")
    newer = ask(app, "GET", "/assets/plain.js", accept_encoding="gzip", if_none_match=tag)
    assert gzip.decompress(newer.body) == b"let b = 2;"


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0, br", "identity"])
def test_the_page_is_sent_as_it_is_to_others(app: FastAPI, accepted: str) -> None:
    answer = ask(app, "GET", "/assets/plain.css", accept_encoding=accepted)
    assert answer.body == b"a{}"
    assert "content-encoding" not in answer.headers


def test_the_built_page_is_small(project: Project) -> None:
    app = create_app(project, Settings())
    addresses = ["/", "/icon.svg", "/assets/page.js", "/assets/index.css"]
    sent = [ask(app, "GET", address, accept_encoding="gzip") for address in addresses]
    assert [answer.status for answer in sent] == [200] * len(addresses)
    assert sum(len(answer.body) for answer in sent) < 150_000
    closed(app)


@pytest.mark.parametrize(
    "address",
    [
        "/assets/../../secret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/assets//etc/passwd",
        "/assets/%00",
        "/assets/" + "x" * 5000,
        "/assets/out.js",
        "/assets/",
        "/assets",
        "/..%2fsecret.txt",
        "/secret.txt",
        "/%2e%2e",
    ],
)
def test_nothing_beside_the_page_is_served(app: FastAPI, address: str) -> None:
    answer = ask(app, "GET", address)
    assert answer.status == 404
    assert answer.error.startswith("nothing is at /")


def test_without_a_built_page_that_is_said(project: Project, tmp_path: Path) -> None:
    app = create_app(project, Settings(static=tmp_path / "none"))
    answer = ask(app, "GET", "/")
    assert answer.status == 200
    assert b"has no page" in answer.body
    assert ask(app, "GET", "/api/health").json["network"] is None
    closed(app)


# ── the description ───────────────────────────────────────────────────────────────────────────────


def test_everything_is_described_and_nothing_is_loaded_from_elsewhere(app: FastAPI) -> None:
    answer = ask(app, "GET", "/api/openapi.json")
    described = answer.json
    assert "http" not in "".join(key for key in described if key != "openapi")
    for path, methods in described["paths"].items():
        assert path.startswith("/api/")
        for method, operation in methods.items():
            assert operation["summary"], path
            assert {"401", "403", "422", "500", "503"} <= set(operation["responses"]), path
            problem = operation["responses"]["422"]["content"]["application/json"]["schema"]["$ref"]
            assert problem == "#/components/schemas/Problem"
            if method in ("post", "put", "patch") and "requestBody" in operation:
                assert {"400", "413", "415"} <= set(operation["responses"]), path
    for address in ("/docs", "/redoc", "/api/docs"):
        assert ask(app, "GET", address).status == 404


def test_errors_are_json_everywhere(app: FastAPI) -> None:
    for method, address, status in (
        ("GET", "/api/nothing", 404),
        ("GET", "/api/pictures/", 404),
        ("POST", "/api/health", 405),
        ("DELETE", "/", 405),
        ("GET", "/api/labels", 405),
        ("GET", "/api/pictures/x", 422),
    ):
        answer = ask(app, method, address)
        assert answer.status == status
        assert answer.headers["content-type"] == "application/json"
        assert list(answer.json) == ["error"]
        assert "allow" in answer.headers or status != 405
