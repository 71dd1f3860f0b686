"""A budget selects the way with the fewest clicks within it; speeds are measured once."""

import json
from pathlib import Path

import pytest

from fcfi import budget
from fcfi.budget import (
    Fit,
    Source,
    Speed,
    Speeds,
    best_within,
    cache_folder,
    fits,
    measure,
    parse_budget,
    source_at,
)
from fcfi.errors import ConfigError
from fcfi.prediction.zoom import Zoom
from fcfi.runtimes.choice import Choice, NetworkFiles, RunRequest
from tests.networks import METADATA, write_onnx

CHOICE = Choice(Path("a.onnx"), "openvino", "float32")


def way(name: str, clicks: float, seconds: float) -> Fit:
    return Fit(name, CHOICE, Zoom(), "none", clicks, seconds)


WAYS = (
    way("best", 4.0, 0.2),
    way("good", 5.0, 0.08),
    way("fair", 6.0, 0.05),
    way("slow", 6.0, 0.07),
)


@pytest.mark.parametrize(
    ("budget", "name"), [(1.0, "best"), (0.2, "best"), (0.19, "good"), (0.075, "fair")]
)
def test_the_fewest_clicks_within_the_time_win(budget: float, name: str) -> None:
    assert best_within(budget, WAYS).name == name


def test_a_time_that_nothing_keeps_to_names_the_fastest() -> None:
    with pytest.raises(
        ConfigError,
        match="within 10 ms is not possible .* the fastest is fair at 384 px with 50 ms",
    ):
        best_within(0.01, WAYS)


@pytest.mark.parametrize(
    ("text", "seconds"), [("100ms", 0.1), ("0.1s", 0.1), (" 2 s ", 2.0), ("12.5 ms", 0.0125)]
)
def test_a_budget_is_a_time(text: str, seconds: float) -> None:
    assert parse_budget(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "100", "fast", "-5ms", "0ms", "1 min", "nan s"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="expected a time of a click, for example 100ms"):
        parse_budget(text)


def test_time_grows_with_input_flip_and_picture() -> None:
    speed = Speed(click=0.01, input=0.1, picture=0.001)
    assert speed.seconds(1000, "none", 2_000_000) == pytest.approx(0.112)
    assert speed.seconds(1000, "average", 2_000_000) == pytest.approx(0.222)


class Known(Speeds):
    """Known speeds: a tenth of a second for each megapixel of input."""

    def of(self, choice: Choice) -> Speed:
        return Speed(0.0, 0.1, 0.0)


def test_measured_clicks_decide_what_is_offered() -> None:
    source = Source(
        "a",
        NetworkFiles(Path("a.onnx")),
        Zoom(target=400),
        settings={"400 average": 5.0, "200 none": 6.0},
    )
    found = fits([source], RunRequest(), 10**6, speeds=Known())
    assert [(fit.zoom.target, fit.flip, fit.clicks) for fit in found] == [
        (400, "average", 5.0),
        (200, "none", 6.0),
    ]
    assert found[0].seconds == pytest.approx(budget.MARGIN * 2 * 0.1 * 0.16)
    assert [fit.flip for fit in fits([source], RunRequest(), 10**6, "none", Known())] == ["none"]


def test_without_measured_clicks_larger_inputs_count_as_better() -> None:
    found = fits(
        [Source("a", NetworkFiles(Path("a.onnx")), Zoom(target=384))],
        RunRequest(),
        10**6,
        "none",
        Known(),
    )
    assert [fit.zoom.target for fit in found] == [384, 320, 256, 192]
    assert [fit.clicks for fit in found] == sorted(fit.clicks for fit in found)
    assert best_within(0.013, found).zoom.target == 320


def test_a_network_is_measured_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_onnx(tmp_path / "a.onnx", {**METADATA, "zoom_target": "64"})
    choice = Choice(file, "openvino", "float32", threads=1)
    measured: list[Choice] = []

    def counted(chosen: Choice) -> Speed:
        measured.append(chosen)
        return Speed(0.5, 0.25, 0.125)

    monkeypatch.setattr(budget, "measure", counted)
    cache = tmp_path / "cache"
    for _ in range(3):
        assert Speeds(cache).of(choice) == Speed(0.5, 0.25, 0.125)
    assert len(measured) == 1
    Speeds(cache).of(Choice(file, "openvino", "float32", threads=2))
    assert len(measured) == 2
    Speeds(cache).measured(choice)  # again, on a machine that was busy the first time
    assert len(measured) == 3
    assert len(json.loads((cache / budget.CACHE).read_text())) == 2
    (cache / budget.CACHE).write_text("{broken")
    Speeds(cache).of(choice)
    assert len(measured) == 4
    assert len(json.loads((cache / budget.CACHE).read_text())) == 1


def test_without_a_cache_folder_it_is_measured_every_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "taken").touch()
    file = write_onnx(tmp_path / "a.onnx")
    monkeypatch.setattr(budget, "measure", lambda _: Speed(0.5, 0.25, 0.125))
    assert Speeds(tmp_path / "taken").of(Choice(file, "openvino", "float32")) == Speed(
        0.5, 0.25, 0.125
    )


def test_a_measured_speed_is_one(tmp_path: Path) -> None:
    file = write_onnx(tmp_path / "a.onnx", {**METADATA, "zoom_target": "64"})
    found = measure(Choice(file, "openvino", "float32", threads=1))
    assert min(found.click, found.input, found.picture) >= 0
    assert 0 < found.seconds(64, "none", 10**6) < 5


def test_a_file_of_ones_own_may_be_fitted_and_a_checkpoint_not(tmp_path: Path) -> None:
    file = write_onnx(tmp_path / "a.onnx", {**METADATA, "zoom_target": "448"})
    assert source_at(NetworkFiles(file)).zoom.target == 448
    with pytest.raises(
        ConfigError, match=r"expected a network file \(\*\.onnx\), got a checkpoint"
    ):
        source_at(NetworkFiles(tmp_path / "a.safetensors"))


def test_the_cache_folder_may_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(budget.CACHE_VARIABLE, str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv(budget.CACHE_VARIABLE)
    assert cache_folder().name in ("fcfi", "cache")
