"""The network sees a deep picture through the window of the click, now and in every replay."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from fcfi.errors import InputError
from fcfi.grey_window import GreyWindow
from fcfi.images import image_sha256, read_image
from fcfi.masks.truth import Mask
from fcfi.project import AddPrompts, EditObject, PictureState, RemoveClick, Undo
from fcfi.prompts.click_log import ClickLog
from fcfi.prompts.clicks import Click
from fcfi.session import Session
from tests.deep import HEIGHT, LEFT, RIGHT, WIDTH, deep_picture
from tests.project.builders import click, opened, predictor, write_photos

NARROW, OTHER = GreyWindow(1039, 1045), GreyWindow(1000, 1060)
DEEP, PLAIN = 2, 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = write_photos(tmp_path / "photos", "a.png")
    deep_picture(folder / "deep.png")
    return folder


def mask_of(state: PictureState, index: int = 0) -> Mask:
    return state.masks[state.document.objects[index].mask or ""].pixels(HEIGHT, WIDTH)


def session_on(folder: Path, window: GreyWindow | None) -> Session:
    return Session(predictor(), read_image(folder / "deep.png", window=window), window=window)


def test_the_network_sees_what_the_window_shows(folder: Path) -> None:
    with opened(folder) as project:
        plain = mask_of(project.act(DEEP, 0, click(*LEFT)))
        narrow = project.act(DEEP, 1, click(*LEFT, window=NARROW))
        assert plain[RIGHT[::-1]], "by the rule the two have the same grey level"
        assert mask_of(narrow, 1)[LEFT[::-1]]
        assert not mask_of(narrow, 1)[RIGHT[::-1]]
        np.testing.assert_array_equal(plain, session_on(folder, None).click(*LEFT))
        np.testing.assert_array_equal(mask_of(narrow, 1), session_on(folder, NARROW).click(*LEFT))
        assert [drawn.rounds.window for drawn in narrow.document.objects] == [None, NARROW]


def test_logs_name_the_window_and_replay_bit_for_bit(folder: Path) -> None:
    with opened(folder) as project:
        project.act(DEEP, 0, click(*LEFT, window=NARROW))
        project.act(DEEP, 1, AddPrompts(1, (Click(*RIGHT, positive=False),), window=NARROW))
        state = project.act(DEEP, 2, click(*RIGHT))
        logs = [json.loads(json.dumps(entry["log"])) for entry in project.logs(DEEP)]
    assert [log["window"] for log in logs] == [{"low": 1039.0, "high": 1045.0}, None]
    for index, log in enumerate(logs):
        window = ClickLog.from_json(log).rounds.window
        image = read_image(folder / "deep.png", window=window)
        assert log["image"]["sha256"] == image_sha256(image)
        again = Session.replay(predictor(), image, log)
        np.testing.assert_array_equal(again.mask, mask_of(state, index))
        assert again.log()["window"] == log["window"]
    with pytest.raises(InputError, match="give that one, read through the window 1039,1045"):
        Session.replay(predictor(), read_image(folder / "deep.png"), logs[0])


def test_a_click_through_another_window_continues_from_the_mask(folder: Path) -> None:
    with opened(folder) as project:
        first = project.act(DEEP, 0, click(*LEFT, window=NARROW))
        (before,) = first.document.objects
        second = project.act(DEEP, 1, click(5, 5, object=1, window=NARROW))
        assert [len(part.prompts) for part in second.document.objects[0].rounds] == [1, 1]
        changed = project.act(DEEP, 2, click(*RIGHT, object=1, window=OTHER))
        (drawn,) = changed.document.objects
        assert (drawn.start, drawn.rounds.window) == (second.document.objects[0].mask, OTHER)
        assert drawn.rounds.prompts == (Click(*RIGHT),)
        session = session_on(folder, OTHER)
        session.start_from(mask_of(second))
        np.testing.assert_array_equal(mask_of(changed), session.click(*RIGHT))
        # And without a window again.
        plain = project.act(DEEP, 3, click(3, 3, object=1))
        assert plain.document.objects[0].start == drawn.mask
        assert plain.document.objects[0].rounds.window is None
        for version in (4, 5, 6):
            back = project.act(DEEP, version, Undo())
        assert back.document.objects == (before,)
        np.testing.assert_array_equal(mask_of(back), mask_of(first))


def test_a_mask_is_predicted_again_through_its_window_in_another_process(folder: Path) -> None:
    with opened(folder) as project:
        project.act(DEEP, 0, click(*LEFT, window=NARROW))
        state = project.act(DEEP, 1, click(5, 5, object=1, window=NARROW))
    with opened(folder) as project:  # nothing is cached
        assert project.picture(DEEP).document == state.document
        tidied = project.act(DEEP, 2, EditObject(1, tidy=4))
        assert tidied.document.objects[0].rounds == state.document.objects[0].rounds
        alone = project.act(DEEP, 3, RemoveClick(1, 0))
        assert alone.document.objects[0].rounds.window == NARROW
        expected = session_on(folder, NARROW).click(5, 5)
        project.act(DEEP, 4, EditObject(1, tidy=0))
        np.testing.assert_array_equal(mask_of(project.picture(DEEP)), expected)


def test_pictures_of_8_bits_have_no_window(folder: Path) -> None:
    with opened(folder) as project:
        state = project.act(PLAIN, 0, click(10, 10, window=NARROW))
        assert state.document.objects[0].rounds.window is None
        same = dataclasses.replace(state.document.objects[0], id=2)
        plain = project.act(PLAIN, 1, click(10, 10))
        assert plain.document.objects[1].mask == same.mask
        assert project.logs(PLAIN)[0]["log"]["window"] is None


def test_a_replaced_file_shows_its_own_values(folder: Path) -> None:
    with opened(folder) as project:
        project.act(DEEP, 0, click(*LEFT, window=NARROW))
        Pillow.new("L", (WIDTH, HEIGHT), 90).save(folder / "deep.png")
        state = project.act(DEEP, 1, click(*RIGHT, window=NARROW))
        assert state.document.objects[1].rounds.window is None
        np.testing.assert_array_equal(project.image(DEEP, NARROW), np.full((48, 64, 3), 90))
        assert project.value_range(DEEP) is None


def test_sessions_on_files_and_arrays(folder: Path) -> None:
    from fcfi.segmenter import Segmenter

    segmenter = Segmenter(predictor())
    path = folder / "deep.png"
    session = segmenter.session(path, window=NARROW)
    np.testing.assert_array_equal(session.click(*LEFT), session_on(folder, NARROW).click(*LEFT))
    assert session.log()["window"] == NARROW.to_json()
    session.remove(0)
    assert session.log()["window"] == NARROW.to_json()
    session.start_from(np.eye(HEIGHT, WIDTH) > 0)
    assert session.log()["window"] == NARROW.to_json()
    session.reset()
    session.click(3, 3)
    assert session.log()["window"] == NARROW.to_json()
    with pytest.raises(InputError, match="the path of a picture with the window, got an array"):
        segmenter.session(read_image(path), window=NARROW)


def test_a_version_5_document_has_no_windows(folder: Path) -> None:
    from fcfi.project.document import Document

    with opened(folder) as project:
        document = project.act(DEEP, 0, click(*LEFT)).document
    data = document.to_json()
    old = {**data, "version": 5}
    old["objects"] = [
        {key: value for key, value in drawn.items() if key != "window"} for drawn in data["objects"]
    ]
    assert Document.from_json(old) == document
    with pytest.raises(InputError, match="lower one first"):
        broken = {**data["objects"][0], "window": {"low": 2, "high": 1}}
        Document.from_json({**data, "objects": [broken]})
