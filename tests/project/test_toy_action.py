"""The guide to actions: an action in a single file is applied, undone, replayed and sent."""

import re
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fcfi.errors import ConfigError, InputError
from fcfi.project import Project, SetMask, Undo
from fcfi.project.actions import actions, register, registry
from fcfi.server.app import create_app
from tests.project.builders import HEIGHT, WIDTH, click, opened, runs, square, write_photos
from tests.server.client import ask

ROOT = Path(__file__).parents[2]
TOY = ROOT / "examples" / "extend" / "toy_action.py"
PAGE = ROOT / "docs" / "extend" / "action.md"


@pytest.fixture
def widen(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The toy action, registered for one test."""
    monkeypatch.setattr(registry, "_registered", dict(registry._registered))
    return runpy.run_path(str(TOY))["Widen"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_photos(tmp_path / "photos", "a.png")


def pixels(project: Project) -> np.ndarray:
    state = project.picture(1)
    return state.masks[state.document.objects[0].mask or ""].pixels(HEIGHT, WIDTH)


def test_it_acts_is_described_and_taken_back(widen: Any, folder: Path) -> None:
    with opened(folder) as project:
        project.act(1, 0, SetMask(None, runs(10, 20)))
        state = project.act(1, 1, widen(1, 3))
        assert state.undo_text == "object 1 widened by 3 pixels"
        np.testing.assert_array_equal(pixels(project), square(7, 17, 14))
        undone = project.act(1, 2, Undo())
        assert undone.redo_text == state.undo_text
        np.testing.assert_array_equal(pixels(project), square(10, 20))


def test_it_ends_at_the_edges_of_the_picture(widen: Any, folder: Path) -> None:
    with opened(folder) as project:
        project.act(1, 0, SetMask(None, runs(0, HEIGHT - 8)))
        project.act(1, 1, widen(1, 5))
        expected = np.zeros((HEIGHT, WIDTH), np.bool_)
        expected[HEIGHT - 13 :, :13] = True
        np.testing.assert_array_equal(pixels(project), expected)


def test_clicks_after_it_are_replayed_from_its_mask(widen: Any, folder: Path) -> None:
    with opened(folder) as project:
        project.act(1, 0, SetMask(None, runs(10, 20)))
        project.act(1, 1, widen(1, 3))
        project.act(1, 2, click(40, 40, object=1))
        first = pixels(project)
    with opened(folder) as again:  # nothing is remembered: the second click replays the first
        again.act(1, 3, click(41, 41, object=1))
        again.act(1, 4, Undo())
        np.testing.assert_array_equal(pixels(again), first)


def test_it_is_sent_over_http_and_checked_by_its_fields(widen: Any, folder: Path) -> None:
    with opened(folder) as project:
        app = create_app(project)
        project.act(1, 0, SetMask(None, runs(10, 20)))
        body = {"version": 1, "action": {"type": "widen", "object": 1, "pixels": 2}}
        answer = ask(app, "POST", "/api/pictures/1/actions", body)
        assert answer.status == 200, answer.error
        assert answer.json["undo_text"] == "object 1 widened by 2 pixels"
        np.testing.assert_array_equal(pixels(project), square(8, 18, 12))
        body["action"] = {"type": "widen", "object": 1, "pixels": 101}
        refused = ask(app, "POST", "/api/pictures/1/actions", {**body, "version": 2})
        assert refused.status == 422
        assert "100" in refused.error
        described = ask(app, "GET", "/api/openapi.json").json["components"]["schemas"]
        assert described["Widen"]["properties"]["pixels"]["maximum"] == 100
        assert described["Widen"]["required"] == ["type", "object"]
        types = described["ActionRequest"]["properties"]["action"]["discriminator"]["mapping"]
        assert set(types) == {kind.type for kind in actions().values() if kind.over_http}


def test_a_change_of_an_action_that_is_not_there_keeps_its_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(registry, "_registered", dict(registry._registered))
        widen = runpy.run_path(str(TOY))["Widen"]
        with opened(folder) as project:
            project.act(1, 0, SetMask(None, runs(10, 20)))
            project.act(1, 1, widen(1))
    with opened(folder) as project:
        assert project.picture(1).undo_text == "widen"
        np.testing.assert_array_equal(pixels(project), square(9, 19, 10))


def test_what_does_not_fit_is_refused(widen: Any, folder: Path) -> None:
    with pytest.raises(ConfigError, match="a new type for an action, got 'widen', which is taken"):
        register(widen)
    with opened(folder) as project:
        project.act(1, 0, SetMask(None, runs(10, 20)))
        with pytest.raises(InputError, match="expected 1 to 100 pixels, got 0"):
            project.act(1, 1, widen(1, 0))
        assert project.row(1).version == 1


def test_the_page_shows_the_file(widen: Any) -> None:
    """Each line of Python of the page stands in the file."""
    known = {line.strip() for line in TOY.read_text(encoding="utf-8").splitlines()}
    shown = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    lines = [line.strip() for block in shown for line in block.splitlines()]
    assert len(lines) > 10
    assert [line for line in lines if line not in known and line != "..."] == []
