"""A project of version 0.1 opens unchanged, can be edited, and its logs replay."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fcfi.images import read_image
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.interface import identity
from fcfi.prediction.zoom import Zoom
from fcfi.project import Project, Redo, Undo
from fcfi.project.actions import RemoveClick
from fcfi.session import Session
from tests.networks import ColourNetwork
from tests.project.builders import click, opened, predictor

FIXTURE = Path(__file__).parent / "version1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with zipfile.ZipFile(FIXTURE / "project.zip") as archive:
        archive.extractall(tmp_path / "photos")
    return tmp_path / "photos"


def stored(name: str) -> Any:
    return json.loads((FIXTURE / name).read_text())


def expected() -> Any:
    """Return the expected state; answers are now identified by weights and settings."""
    pictures = stored("expected.json")
    for picture in pictures.values():
        for drawn in picture["objects"]:
            if drawn["network"] is not None:
                assert drawn["network"] == predictor().info.sha256
                drawn["network"] = identity(predictor())
    return pictures


def ids(project: Project) -> dict[str, int]:
    return {row.name: row.id for row in project.pictures().items}


def shown(project: Project, identity: int) -> dict[str, Any]:
    state = project.picture(identity)
    return {
        "version": state.picture.version,
        "state": state.picture.state,
        "undo": state.undo_text,
        "redo": state.redo_text,
        "objects": [
            {
                "id": drawn.id,
                "label": drawn.label,
                "clicks": len(drawn.clicks),
                "rounds": len(drawn.rounds),
                "finished": drawn.finished,
                "mask": drawn.mask,
                "start": drawn.start,
                "network": drawn.network,
            }
            for drawn in state.document.objects
        ],
    }


def test_it_opens_as_it_was(folder: Path) -> None:
    with opened(folder) as project:
        assert {name: shown(project, picture) for name, picture in ids(project).items()} == (
            expected()
        )
        assert [(label.name, label.number) for label in project.labels()] == [
            ("cat", None),
            ("dog", None),
        ]
        assert project.settings("Ann") == {"theme": "dark"}


def test_clicks_replay_to_the_same_masks(folder: Path) -> None:
    """Remove the last click and make it again: every round is predicted anew."""
    with opened(folder) as project:
        picture = ids(project)["b.png"]
        before = project.picture(picture)
        drawn = before.document.objects[0]
        last = drawn.clicks[-1]
        project.act(picture, before.picture.version, RemoveClick(drawn.id, 1))
        again = project.act(
            picture,
            before.picture.version + 1,
            click(last.x, last.y, drawn.id, last.positive),
        )
        assert again.document.objects[0].mask == drawn.mask
        assert len(again.document.objects[0].clicks) == len(drawn.clicks)


def test_undo_goes_back_through_old_documents(folder: Path) -> None:
    with opened(folder) as project:
        picture = ids(project)["a.png"]
        version = now = project.picture(picture).picture.version
        seen = []
        while project.picture(picture).can_undo:
            seen.append(project.act(picture, now, Undo()).document)
            now += 1
        assert seen[-1].objects == ()
        for _ in range(version):
            project.act(picture, now, Redo())
            now += 1
        assert shown(project, picture)["objects"] == expected()["a.png"]["objects"]


def test_its_logs_replay_to_the_masks_shown(folder: Path) -> None:
    """The logs are from version 0.1, and from this version for the same objects."""
    with opened(folder) as project:
        for name, logs in stored("logs.json").items():
            picture = ids(project)[name]
            state = project.picture(picture)
            masks = {
                drawn.id: state.masks[drawn.mask].pixels(48, 64)
                for drawn in state.document.objects
                if drawn.mask is not None and not drawn.keep_out
            }
            image = read_image(folder / name)
            for log in (*logs, *project.logs(picture)):
                replayed = Session.replay(predictor(), image, log["log"])
                if log["object"] in masks:
                    np.testing.assert_array_equal(replayed.mask, masks[log["object"]])


def test_further_clicks_go_on_with_the_same_settings_and_begin_anew_with_others(
    folder: Path,
) -> None:
    with opened(folder) as project:
        picture = ids(project)["b.png"]
        version = project.picture(picture).picture.version
        drawn = project.act(picture, version, click(60, 44, object=1)).document.objects[0]
        assert (len(drawn.clicks), drawn.start) == (3, None)
    other = FCFIPredictor(ColourNetwork(), Zoom(target=64), threshold=0.6)
    with Project.open(folder, other) as project:
        picture = ids(project)["a.png"]
        before = project.picture(picture)
        drawn = project.act(
            picture, before.picture.version, click(60, 44, object=2)
        ).document.objects[1]
        assert len(drawn.clicks) == 1
        assert drawn.start == before.document.objects[1].mask
