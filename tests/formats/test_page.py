"""The page "What is read from which tool" agrees with the code."""

from pathlib import Path

from fcfi.formats import shipped_names
from fcfi.formats.known import MAX_SHAPES
from fcfi.formats.png import MAP_ENDINGS
from fcfi.formats.yolo import CLASSES, FARTHEST, MAX_SETTINGS, SETTINGS
from fcfi.masks.polygons import MAX_LENGTH
from fcfi.masks.work import LARGE, LEAST, MAX_COVERED, MOST

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "what-is-read.md"


def words() -> str:
    return " ".join(PAGE.read_text(encoding="utf-8").split())


def test_every_shipped_format_has_a_row() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:4] == "| **"]
    named = " ".join(rows).lower()
    for name in shipped_names():
        assert all(word in named for word in name.split("-")), name


def test_limits_are_those_of_the_code() -> None:
    assert f"at most {MAX_SHAPES:,} shapes" in words()
    assert MAX_LENGTH == 1_000_000
    assert "longer than a million pixels" in words()
    assert MAX_COVERED == 100
    assert "filling the picture a hundred times" in words()
    assert f"at least {LEAST // 10**6} and at most {MOST // 10**6:,} megapixels" in words()
    assert LARGE == 4
    assert f"four times a picture of more than {MOST // LARGE // 10**6})" in words()
    assert f"more than {FARTHEST:.0f} sizes of the picture away" in words()
    assert MAX_SETTINGS == 256 << 10
    assert "(at most 256 kB)" in words()


def test_names_of_files_are_those_of_the_code() -> None:
    for name in (*SETTINGS, CLASSES):
        assert f"`{name}`" in words()
    assert MAP_ENDINGS == (".png", ".tif", ".tiff", ".bmp")
    assert "also TIFF and BMP" in words()
