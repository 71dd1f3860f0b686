"""Grey windows: which values of a deep picture become black and white, by value."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from fcfi import GreyWindow
from fcfi.errors import InputError
from fcfi.grey_levels import ValueRange, to_grey_levels
from fcfi.images import is_deep, read_image, read_range, read_small
from tests.deep import deep_picture

NARROW = GreyWindow(1030, 1050)


def test_a_window_is_read_and_written() -> None:
    assert GreyWindow.parse(" 1030, 1050.5 ") == GreyWindow(1030, 1050.5)
    assert str(GreyWindow.parse("-0.25,1e3")) == "-0.25,1000"
    assert GreyWindow.parse(str(GreyWindow(1 / 3, 2e17))) == GreyWindow(1 / 3, 2e17)
    assert GreyWindow.from_json({"low": 1, "high": 2.5}) == GreyWindow(1, 2.5)
    assert json.dumps(GreyWindow(1, 2).to_json()) == json.dumps(GreyWindow(1.0, 2.0).to_json())


@pytest.mark.parametrize(
    ("text", "got"),
    [
        ("", "''"),
        ("5", "'5'"),
        ("1,2,3", "'1,2,3'"),
        ("a,2", "'a,2'"),
        ("2,1", "2 and 1"),
        ("2,2", "2 and 2"),
        ("nan,1", "nan and 1"),
        ("1,inf", "1 and inf"),
        ("-1e300,1", "-1e[+]300 and 1"),
    ],
)
def test_anything_else_is_refused_in_a_sentence(text: str, got: str) -> None:
    with pytest.raises(InputError, match=f"two finite numbers, the lower one first, got {got}:"):
        GreyWindow.parse(text)


@pytest.mark.parametrize("values", [("1", 2), (True, 2), (None, 2)])
def test_a_window_consists_of_numbers(values: tuple[float, float]) -> None:
    with pytest.raises(InputError, match="two finite numbers"):
        GreyWindow(*values)


def test_grey_levels_are_equal_steps_between_low_and_high() -> None:
    values = np.array([[0, 100, 101, 151, 199, 200, 65535]], np.uint16)
    levels = [[0, 0, 3, 130, 252, 255, 255]]
    for kind in (np.uint16, np.dtype(">u2"), np.int32, np.float32):
        found = to_grey_levels(values.astype(kind), window=GreyWindow(100, 200))
        assert found.tolist() == levels
    extreme = np.array([[np.nan, -np.inf, np.inf, -9999, 3.4e38]], np.float32)
    assert to_grey_levels(extreme, -9999, GreyWindow(0, 1)).tolist() == [[0, 0, 255, 0, 255]]
    # A window of two neighbouring floats is a threshold.
    sharp = GreyWindow(0, 5e-324)
    assert to_grey_levels(np.array([[-1, 0, 1]], np.float32), window=sharp).tolist() == [
        [0, 0, 255]
    ]


@pytest.mark.parametrize("name", ["deep.png", "deep.tif", "deep.pgm", "float.tif"])
def test_two_structures_are_apart_in_a_narrow_window_only(tmp_path: Path, name: str) -> None:
    path = deep_picture(tmp_path / name)
    whole, narrow = read_image(path), read_image(path, window=NARROW)
    if "float" not in name:  # 12 bits by 16: the two fall on the same level
        assert whole[10, 10].tolist() == whole[10, 30].tolist() == [65, 65, 65]
    assert abs(int(whole[10, 10, 0]) - int(whole[10, 30, 0])) <= 1
    assert narrow[10, 10].tolist() == [128, 128, 128]
    assert narrow[10, 30].tolist() == [179, 179, 179]
    assert (narrow[30, 0].tolist(), narrow[30, 63].tolist()) == ([0, 0, 0], [255, 255, 255])
    small = read_small(path, 32, window=NARROW)
    assert small[5, 5].tolist() == [128, 128, 128]


def test_the_range_of_a_deep_picture(tmp_path: Path) -> None:
    path = deep_picture(tmp_path / "deep.png")
    assert is_deep(path)
    assert read_range(path) == ValueRange(0, 4095, 0, 4095, whole=True)
    found = read_range(deep_picture(tmp_path / "float.tif"))
    assert found == ValueRange(0, 4095, 0, 4095, whole=False)
    dark = np.full((20, 20), 5000, np.uint16)
    dark[:10] = 5040
    Pillow.fromarray(dark).save(tmp_path / "dark.png")
    assert read_range(tmp_path / "dark.png") == ValueRange(5000, 5040, 5000, 5040, whole=True)
    Pillow.fromarray(np.full((9, 9), np.nan, np.float32)).save(tmp_path / "empty.tif")
    assert is_deep(tmp_path / "empty.tif")
    assert read_range(tmp_path / "empty.tif") is None


def test_pictures_of_8_bits_have_no_window(tmp_path: Path) -> None:
    path = tmp_path / "plain.png"
    Pillow.new("L", (8, 8), 7).save(path)
    assert not is_deep(path)
    assert read_range(path) is None
    with pytest.raises(InputError, match=r"more than 8 bits for the window 1030,1050, got .*plain"):
        read_image(path, window=NARROW)
    with pytest.raises(InputError, match="leave the window out"):
        read_small(path, 4, window=NARROW)
