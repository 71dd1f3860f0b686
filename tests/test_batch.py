"""Batch work: every line gets a mask or an error; a run resumes; bad lines do not stop it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fcfi import batch
from fcfi.batch import Outcome, count_lines, parse_task, read_done, read_tasks, run
from fcfi.boxes import Box
from fcfi.errors import InputError
from fcfi.images import read_image, write_png
from fcfi.mask_files import read_mask
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.zoom import Zoom
from fcfi.prompts.clicks import Click
from fcfi.session import Session
from tests.networks import ColourNetwork, OnceNetwork

SMALL = Zoom(target=64, ratio=1.4, minimum=30)


@pytest.fixture
def predictor() -> FCFIPredictor:
    return FCFIPredictor(ColourNetwork(), SMALL)


@pytest.fixture
def photos(tmp_path: Path) -> list[np.ndarray]:
    """Write three photographs, 0.png to 2.png."""
    random = np.random.default_rng(0)
    images = [
        np.repeat(np.repeat(random.integers(0, 256, (6, 8, 3), np.uint8), 10, 0), 10, 1)
        for _ in range(3)
    ]
    for number, image in enumerate(images):
        write_png(tmp_path / f"{number}.png", image)
    return images


def write(path: Path, *rows: Any) -> Path:
    path.write_text(
        "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)
    )
    return path


def outcomes(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / batch.OUTCOMES).read_text().splitlines() if line]


@pytest.mark.parametrize("workers", [1, 4])
def test_every_line_gets_the_mask_that_a_session_gives(
    predictor: FCFIPredictor, photos: list[np.ndarray], tmp_path: Path, workers: int
) -> None:
    rows = [
        {"image": f"{number % 3}.png", "clicks": [[40, 30], [5 + number, 5, "-"]]}
        for number in range(12)
    ]
    summary = run(write(tmp_path / "clicks.jsonl", *rows), predictor, tmp_path / "out", workers)
    assert (summary.done, summary.skipped, summary.failed) == (12, 0, 0)
    for number in range(12):
        session = Session(predictor, photos[number % 3])
        session.click(40, 30)
        expected = session.click(5 + number, 5, positive=False)
        mask = read_mask(tmp_path / "out" / f"{number + 1:06d}-{number % 3}.png", 60, 80)
        np.testing.assert_array_equal(mask, expected)
    found = {row["line"]: row for row in outcomes(tmp_path / "out")}
    assert sorted(found) == list(range(1, 13))
    assert found[1]["part"] == pytest.approx(
        read_mask(tmp_path / "out" / "000001-0.png", 60, 80).mean(), abs=1e-6
    )


def test_a_bad_line_is_reported_and_stops_nothing(
    predictor: FCFIPredictor, photos: list[np.ndarray], tmp_path: Path
) -> None:
    good = {"image": "0.png", "clicks": [[40, 30]], "name": "good"}
    file = write(
        tmp_path / "clicks.jsonl",
        {"image": "missing.png", "clicks": [[1, 1]]},
        "{broken",
        {"image": "0.png", "clicks": [[400, 30]]},
        good,
        "",
        good,
    )
    reported: list[Outcome] = []
    summary = run(file, predictor, tmp_path / "out", progress=reported.append)
    assert (summary.done, summary.failed) == (1, 4)
    assert count_lines(file) == len(reported) == 5
    errors = {
        row["line"]: row["error"] for row in outcomes(tmp_path / "out") if row["status"] == "failed"
    }
    assert "does not exist" in errors[1]
    assert "is not JSON" in errors[2]
    assert "400" in errors[3]
    assert "is taken by a line before" in errors[6]
    assert all("\n" not in error for error in errors.values())
    assert summary.first_error.startswith("line ")
    assert (tmp_path / "out" / "good.png").is_file()


def test_stopped_work_goes_on(
    predictor: FCFIPredictor, photos: list[np.ndarray], tmp_path: Path
) -> None:
    rows = [{"image": "0.png", "clicks": [[x, 30]], "name": f"m{x}"} for x in (10, 20, 30, 40)]
    out = tmp_path / "out"
    run(write(tmp_path / "clicks.jsonl", *rows[:3]), predictor, out)
    (out / "m20.png").unlink()
    with (out / batch.OUTCOMES).open("a") as log:
        log.write('{"line": 9, "status": "do')  # as a stop leaves it
    rows[2]["clicks"] = [[31, 30]]
    summary = run(write(tmp_path / "clicks.jsonl", *rows), predictor, out)
    assert (summary.done, summary.skipped, summary.failed) == (3, 1, 0)  # only m10 is as it was
    assert (run(tmp_path / "clicks.jsonl", predictor, out).skipped) == 4
    other = FCFIPredictor(ColourNetwork("another"), SMALL)
    assert run(tmp_path / "clicks.jsonl", other, out).done == 4


def test_a_line_may_begin_from_a_mask(
    predictor: FCFIPredictor, photos: list[np.ndarray], tmp_path: Path
) -> None:
    start = np.zeros((60, 80), bool)
    start[10:40, 20:60] = True
    write_png(tmp_path / "start.png", start)
    file = write(
        tmp_path / "c.jsonl",
        {"image": "1.png", "clicks": [[5, 5, "-"]], "mask": "start.png", "name": "m"},
    )
    assert run(file, predictor, tmp_path / "out").done == 1
    session = Session(predictor, photos[1])
    session.start_from(start)
    expected = session.click(5, 5, positive=False)
    np.testing.assert_array_equal(read_mask(tmp_path / "out" / "m.png", 60, 80), expected)


def test_a_line_may_have_a_box_and_a_part_to_look_at_first(
    predictor: FCFIPredictor, photos: list[np.ndarray], tmp_path: Path
) -> None:
    file = write(
        tmp_path / "c.jsonl",
        {"image": "1.png", "box": [10, 10, 50, 40], "name": "alone"},
        {
            "image": "1.png",
            "box": [10, 10, 50, 40],
            "clicks": [[5, 5, "-"]],
            "within": [0, 0, 60, 50],
            "name": "both",
        },
        {"image": "1.png", "box": [10, 10, 81, 40], "name": "outside"},
    )
    summary = run(file, predictor, tmp_path / "out")
    assert (summary.done, summary.failed) == (2, 1)
    assert "right may be at most 80" in summary.first_error
    alone = Session(predictor, photos[1])
    alone.box(10, 10, 50, 40)
    np.testing.assert_array_equal(read_mask(tmp_path / "out" / "alone.png", 60, 80), alone.mask)
    both = Session(predictor, photos[1])
    both.box(10, 10, 50, 40, within=Box(0, 0, 60, 50))
    both.click(5, 5, positive=False)
    np.testing.assert_array_equal(read_mask(tmp_path / "out" / "both.png", 60, 80), both.mask)


def test_a_long_file_is_read_as_it_is_done(
    predictor: FCFIPredictor, photos: list[np.ndarray], tmp_path: Path
) -> None:
    read: list[Any] = []

    def lines() -> Any:
        for task in read_tasks(file):
            read.append(task)
            yield task

    file = write(
        tmp_path / "c.jsonl", *({"image": "0.png", "clicks": [[x % 80, 9]]} for x in range(40))
    )
    done = batch._outcomes(lines(), predictor, tmp_path, 2, frozenset())
    next(done)
    assert len(read) <= batch.WAITING * 2 + 1
    assert len(list(done)) == 39


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([], "expected a row as a JSON object"),
        ({"clicks": [[1, 1]]}, 'expected a row with "image"'),
        ({"image": 3, "clicks": [[1, 1]]}, 'expected "image" as a text'),
        ({"image": "a.jpg"}, "expected a click, a box or a prompt"),
        ({"image": "a.jpg", "clicks": []}, "expected a click, a box or a prompt"),
        ({"image": "a.jpg", "clicks": [[1]]}, r"expected a click as .* got \[1\]"),
        ({"image": "a.jpg", "clicks": [[1, 2.5]]}, "expected a click as"),
        ({"image": "a.jpg", "clicks": [[True, 2]]}, "expected a click as"),
        ({"image": "a.jpg", "clicks": [[1, 2, "x"]]}, "expected a click as"),
        ({"image": "a.jpg", "clicks": [[1, 2]], "name": "../a"}, "expected the name of a file"),
        ({"image": "a.jpg", "clicks": [[1, 2]], "name": ""}, 'expected "name" as a text'),
        ({"image": "a.jpg", "clicks": [[1, 2]], "id": "a/b"}, "expected the name of a file"),
        ({"image": "a.jpg", "clicks": [[1, 2]], "name": "a\\b"}, "expected the name of a file"),
        ({"image": "a.jpg", "clicks": [[1, 2]], "mask": 1}, 'expected "mask" as a text'),
        ({"image": "a.jpg", "click": [[1, 2]]}, "got 'click': leave it out"),
        ({"image": "a.jpg", "clicks": [[1, 2]] * 1001}, "at most 1000 prompts of an object"),
        ({"image": "a.jpg", "box": [1, 2, 3]}, 'expected "box" as .left, top, right, bottom'),
        ({"image": "a.jpg", "box": [5, 2, 3, 9]}, "left below right"),
        ({"image": "a.jpg", "clicks": [[1, 2]], "within": [True, 0, 5, 5]}, 'expected "within"'),
    ],
)
def test_what_is_no_job_is_refused_in_a_sentence(row: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_task(json.dumps(row).encode(), 1, Path())


def test_a_job_has_clicks_in_order_and_paths_beside_the_file() -> None:
    row = {"image": "p/a.jpg", "clicks": [[1, 2], [3, 4, "-"], [5, 6, "+"]], "mask": "m.png"}
    task = parse_task(json.dumps(row).encode(), 7, Path("f"))
    assert task.row.prompts == (Click(1, 2), Click(3, 4, positive=False), Click(5, 6))
    assert (task.image, task.row.mask, task.name) == (Path("f/p/a.jpg"), "m.png", "000007-a")
    assert (
        task.key == parse_task(json.dumps(dict(reversed(row.items()))).encode(), 9, Path("g")).key
    )


def test_files_and_folders_that_cannot_be_used_are_reported(
    predictor: FCFIPredictor, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        run(tmp_path / "missing.jsonl", predictor, tmp_path / "out")
    (tmp_path / "taken").touch()
    with pytest.raises(InputError, match="cannot write into"):
        run(write(tmp_path / "a.jsonl"), predictor, tmp_path / "taken")
    assert read_done(tmp_path / "nowhere") == frozenset()


@pytest.mark.parametrize("workers", [1, 3])
def test_a_picture_is_decoded_once_for_lines_that_follow_each_other(
    predictor: FCFIPredictor,
    photos: list[np.ndarray],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    workers: int,
) -> None:
    decoded: list[str] = []

    def counted(path: Path) -> np.ndarray:
        decoded.append(path.name)
        return read_image(path)

    monkeypatch.setattr(batch, "read_image", counted)
    rows = [{"image": f"{n // 5}.png", "clicks": [[40, 30 + n]]} for n in range(15)]
    summary = run(write(tmp_path / "clicks.jsonl", *rows), predictor, tmp_path / "out", workers)
    assert summary.done == 15
    assert sorted(decoded) == ["0.png", "1.png", "2.png"]


def test_few_pictures_are_kept_and_a_damaged_one_fails_each_of_its_lines(
    predictor: FCFIPredictor, photos: list[np.ndarray], tmp_path: Path
) -> None:
    pictures = batch.Pictures(2)
    first = pictures.get(tmp_path / "0.png")
    assert pictures.get(tmp_path / "0.png") is first
    pictures.get(tmp_path / "1.png")
    pictures.get(tmp_path / "2.png")  # the third: the picture used longest ago is dropped
    assert pictures.get(tmp_path / "0.png") is not first
    (tmp_path / "bad.png").write_bytes(b"no picture")
    rows = [{"image": "bad.png", "clicks": [[1, x]]} for x in range(3)]
    assert run(write(tmp_path / "c.jsonl", *rows), predictor, tmp_path / "out").failed == 3
    assert all("bad.png" in row["error"] for row in outcomes(tmp_path / "out"))


def test_lines_of_a_picture_begin_with_one_look(photos: list[np.ndarray], tmp_path: Path) -> None:
    network = OnceNetwork()
    rows = [{"image": "0.png", "clicks": [[x, 9]]} for x in range(6)]
    file = write(tmp_path / "c.jsonl", *rows)
    assert run(file, FCFIPredictor(network, SMALL), tmp_path / "out", 1).done == 6
    assert len(network.encoded) == 1


def test_a_file_of_bulk_work_is_done_too(
    predictor: FCFIPredictor, photos: list[np.ndarray], tmp_path: Path
) -> None:
    scribble = {"points": [[30, 20], [50, 40]], "positive": True}
    file = write(
        tmp_path / "c.jsonl",
        {
            "id": "cup-1",
            "image": "1.png",
            "prompts": [scribble],
            "label": "cup",
            "group": "kitchen",
        },
        {"id": "cup-2", "name": "mine", "image": "1.png", "clicks": [[5, 5], [60, 50, 0]]},
    )
    assert run(file, predictor, tmp_path / "out").done == 2
    session = Session(predictor, photos[1])
    session.scribble([(30, 20), (50, 40)])
    mask = read_mask(tmp_path / "out" / "cup-1.png", 60, 80)
    np.testing.assert_array_equal(mask, session.mask)
    assert (tmp_path / "out" / "mine.png").is_file()
    first, second = sorted(outcomes(tmp_path / "out"), key=lambda row: row["line"])
    assert (first["label"], first["group"]) == ("cup", "kitchen")
    assert "label" not in second
