"""The robots of an evaluation; results of different robots are not mixed."""

import json
from pathlib import Path

import numpy as np
import pytest

from fcfi.data import open_dataset
from fcfi.data.broken import BrokenError
from fcfi.errors import InputError
from fcfi.evaluation import evaluate
from fcfi.evaluation.robots import CENTRE, RandomRobot, RecordedRobot, choose_robot
from fcfi.images import write_png
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.zoom import Zoom
from fcfi.prompts.clicks import Click
from fcfi.session import Session
from tests.networks import ColourNetwork

TRUTH = np.zeros((30, 40), np.uint8)
TRUTH[5:25, 10:30] = 1
TRUTH[0] = 255
EMPTY = np.zeros((30, 40), bool)


def test_a_random_robot_clicks_errors_from_its_seed_and_the_object_alone() -> None:
    clicks = [RandomRobot(3).next_click(f"object {n}", TRUTH, EMPTY, ()) for n in range(60)]
    assert all(click is not None and TRUTH[click.y, click.x] == 1 for click in clicks)
    assert len(set(clicks)) > 40  # of 400 pixels, so that few coincide
    again = [RandomRobot(3).next_click(f"object {n}", TRUTH, EMPTY, ()) for n in range(60)]
    other = [RandomRobot(4).next_click(f"object {n}", TRUTH, EMPTY, ()) for n in range(60)]
    assert clicks == again
    assert sum(a == b for a, b in zip(clicks, other, strict=True)) < 10
    extra = RandomRobot(3).next_click("object 0", TRUTH, np.ones((30, 40), bool), ())
    assert extra is not None
    assert not extra.positive
    assert TRUTH[extra.y, extra.x] == 0
    assert RandomRobot(3).next_click("object 0", TRUTH, TRUTH == 1, ()) is None


def test_recorded_clicks_are_repeated_whatever_the_mask_is(tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    rows = [
        {"name": "cup", "clicks": [[12, 8], [3, 4, "-"]]},
        {"name": "dog", "clicks": [[1, 1, "+"]]},
    ]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    robot = choose_robot(str(path))
    made: tuple[Click, ...] = ()
    while (click := robot.next_click("cup", TRUTH, EMPTY, made)) is not None:
        made = (*made, click)
    assert made == (Click(12, 8), Click(3, 4, positive=False))
    with pytest.raises(BrokenError, match="cat: expected recorded clicks"):
        robot.next_click("cat", TRUTH, EMPTY, ())
    assert robot.name.startswith("recorded, people.jsonl ")
    before = robot.name
    path.write_text(json.dumps(rows[0]), encoding="utf-8")
    assert choose_robot(str(path)).name != before


def test_the_record_of_an_evaluation_and_a_click_log_are_recorded_clicks(tmp_path: Path) -> None:
    record = tmp_path / "out.json"
    objects = [{"name": "cup", "clicks": [[12, 8, "+"], [3, 4, "-"]]}]
    record.write_text(json.dumps({"format": "fcfi-evaluation/1", "objects": objects}))
    clicks = (Click(12, 8), Click(3, 4, positive=False))
    robot = choose_robot(str(record))
    assert isinstance(robot, RecordedRobot)
    assert robot.clicks == {"cup": clicks}

    session = Session(
        FCFIPredictor(ColourNetwork(), Zoom(target=64, minimum=16)),
        np.zeros((30, 40, 3), np.uint8),
    )
    for click in clicks:
        session.give((click,))
    log = tmp_path / "cup.json"
    log.write_text(json.dumps(session.log()), encoding="utf-8")
    robot = choose_robot(str(log))
    assert isinstance(robot, RecordedRobot)
    assert robot.clicks == {"cup": clicks}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "got none"),
        ("{}", "cannot|holds no clicks"),
        ("no JSON", "holds no clicks"),
        ('{"name": "cup", "clicks": [[1.5, 2]]}', "a click as"),
        ('{"name": "cup", "clicks": [[1, 2, "x"]]}', "a click as"),
        ('{"name": "a", "clicks": []}\n{"name": "a", "clicks": []}', "twice"),
    ],
)
def test_other_files_are_refused_in_a_sentence(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "clicks.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        choose_robot(str(path))


def test_a_robot_that_does_not_exist_and_a_click_outside_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="centre, random or a file"):
        choose_robot("center")
    robot = RecordedRobot("recorded", {"cup": (Click(99, 1),)})
    with pytest.raises(
        BrokenError, match=r"cup: .* inside the picture of 40 x 30 pixels, got \(99, 1\)"
    ):
        robot.next_click("cup", TRUTH, EMPTY, ())
    assert choose_robot("centre") is CENTRE


def test_objects_without_usable_recorded_clicks_are_left_out_and_counted(tmp_path: Path) -> None:
    dataset = open_dataset(folder_of_objects(tmp_path / "data"))
    predictor = FCFIPredictor(ColourNetwork(), zoom=None)
    robot = RecordedRobot("recorded", {"a": (Click(15, 10),)})
    report = evaluate(predictor, dataset, robot=robot)
    assert [result.name for result in report.objects] == ["a"]
    assert [(left.reason, left.count) for left in report.left_out] == [
        ("no clicks are recorded for it", 1)
    ]
    with pytest.raises(BrokenError, match="b: expected recorded clicks"):
        evaluate(predictor, dataset, robot=robot, strict=True)
    shifted = RecordedRobot("recorded", {**robot.clicks, "b": (Click(40, 10),)})
    report = evaluate(predictor, dataset, robot=shifted)
    assert [result.name for result in report.objects] == ["a"]
    assert report.left_out[0].reason == "a recorded click lies outside of its picture"


def folder_of_objects(folder: Path) -> Path:
    """Make a dataset of two objects in the layout `folder`."""
    for name in ("a", "b"):
        for part in ("images", "masks"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        image = np.full((30, 40, 3), 60, np.uint8)
        image[TRUTH == 1] = 200
        write_png(folder / "images" / f"{name}.png", image)
        write_png(folder / "masks" / f"{name}.png", TRUTH % 255 * 255)
    return folder
