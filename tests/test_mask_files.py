"""Reading masks from files of other programs, which are made here with Pillow."""

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow

from fcfi import mask_files
from fcfi.errors import InputError
from fcfi.mask_files import decode_map, read_mask

HEIGHT, WIDTH = 24, 40


def disc(radius: float = 8, height: int = HEIGHT, width: int = WIDTH) -> NDArray[np.bool_]:
    y, x = np.mgrid[0:height, 0:width]
    return np.asarray(np.hypot(y - height / 2, x - width / 2) < radius)


def soft_disc(radius: float = 8) -> NDArray[np.uint8]:
    """Return a disc with soft edges, drawn eight times larger and averaged like other programs."""
    large = disc(8 * radius, 8 * HEIGHT, 8 * WIDTH).astype(np.uint8) * np.uint8(255)
    return np.asarray(cv2.resize(large, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)


def numbers_in(picture: Pillow.Image, kind: str = "PNG", **options: object) -> NDArray[np.generic]:
    buffer = io.BytesIO()
    picture.save(buffer, format=kind, **options)
    return decode_map(buffer.getvalue(), "mask").numbers


@pytest.mark.parametrize("kind", ["ones", "bits", "palette", "rgb", "transparent", "deep", "jpeg"])
def test_any_kind_of_mask(tmp_path: Path, kind: str) -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[8:16, 8:24] = 1
    grey = Pillow.fromarray(mask * 255)
    palette = Pillow.fromarray(mask, "P")
    palette.putpalette([0, 0, 0, 0, 0, 0])  # black on black: the index counts
    rgb = np.stack([mask * 0, mask * 128, mask * 0], axis=2)
    rgba = np.dstack([np.full((HEIGHT, WIDTH, 3), 200, np.uint8), mask * 255])
    picture = {
        "ones": Pillow.fromarray(mask),
        "bits": grey.convert("1"),
        "palette": palette,
        "rgb": Pillow.fromarray(rgb),
        "transparent": Pillow.fromarray(rgba),
        "deep": Pillow.fromarray(mask.astype(np.uint16)),
        "jpeg": grey,
    }[kind]
    path = tmp_path / ("mask.jpg" if kind == "jpeg" else "mask.png")
    picture.save(path)
    np.testing.assert_array_equal(read_mask(path, HEIGHT, WIDTH), mask == 1)


RED, WHITE, BLACK = (255, 0, 0), (255, 255, 255), (0, 0, 0)


@pytest.mark.parametrize(
    ("colour", "under"),
    [(WHITE, BLACK), (WHITE, WHITE), (BLACK, BLACK), (RED, BLACK), (BLACK, WHITE)],
    ids=["white", "white on white", "black", "red", "black on white"],
)
def test_transparent_is_background_whatever_lies_under_it(
    colour: tuple[int, int, int], under: tuple[int, int, int]
) -> None:
    mask = disc()
    rgba = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    rgba[:, :, :3] = np.where(mask[:, :, None], colour, under)
    rgba[:, :, 3] = mask * np.uint8(255)
    np.testing.assert_array_equal(numbers_in(Pillow.fromarray(rgba)) != 0, mask)


def test_transparent_grey_and_palette() -> None:
    mask = disc()
    grey = np.stack([np.full_like(mask, 255, np.uint8), mask * np.uint8(255)], axis=2)
    np.testing.assert_array_equal(numbers_in(Pillow.fromarray(grey, "LA")) != 0, mask)
    # Index 3 is see-through, and 0 the object: only what is seen counts.
    palette = Pillow.fromarray(np.where(mask, 0, 3).astype(np.uint8), "P")
    palette.putpalette([*WHITE, *RED, *RED, *BLACK])
    np.testing.assert_array_equal(numbers_in(palette, transparency=3) != 0, mask)


def test_a_photograph_that_was_cut_out_is_one_object() -> None:
    mask = disc(9)
    rgba = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 4), np.uint8)
    rgba[:, :, 3] = mask * np.uint8(255)
    large = np.kron(rgba, np.ones((2, 2, 1), np.uint8))
    large[:, :, :3] = np.random.default_rng(1).integers(0, 256, (*large.shape[:2], 3), np.uint8)
    numbers = numbers_in(Pillow.fromarray(large))
    assert set(np.unique(numbers)) == {0, 255}
    np.testing.assert_array_equal(numbers != 0, large[:, :, 3] > 0)


def test_colours_are_numbered_from_one_and_palettes_keep_their_index() -> None:
    rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    rgb[2:6, 2:9] = (0, 0, 200)
    rgb[8:14, 2:9] = (200, 0, 0)
    assert set(np.unique(numbers_in(Pillow.fromarray(rgb)))) == {0, 1, 2}
    index = np.zeros((HEIGHT, WIDTH), np.uint8)
    index[2:6, 2:9] = 9
    palette = Pillow.fromarray(index, "P")
    palette.putpalette([0, 0, 0] * 9 + [200, 10, 10])
    assert set(np.unique(numbers_in(palette))) == {0, 9}


def test_a_palette_that_an_image_program_sorted_counts_by_colour() -> None:
    mask = disc()
    sorted_by_use = Pillow.fromarray(np.where(mask, 0, 1).astype(np.uint8), "P")
    sorted_by_use.putpalette([*WHITE, *BLACK])
    np.testing.assert_array_equal(numbers_in(sorted_by_use) != 0, mask)


def test_a_map_without_background_counts_all_its_colours() -> None:
    rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    rgb[:, :20], rgb[:, 20:] = (0, 0, 200), (200, 0, 0)
    assert set(np.unique(numbers_in(Pillow.fromarray(rgb)))) == {1, 2}


def test_one_object_with_a_soft_edge_is_cut_at_half() -> None:
    soft = soft_disc()
    assert len(np.unique(soft)) > 10
    for picture in (
        soft,
        np.stack([soft, soft * 0, soft * 0], axis=2),
        soft.astype(np.uint16) * 257,
    ):
        buffer = io.BytesIO()
        Pillow.fromarray(picture).save(buffer, format="PNG")
        found = decode_map(buffer.getvalue(), "mask")
        sharp = found.sharpened("mask")
        assert len(sharp.present) == 1
        np.testing.assert_array_equal(sharp.numbers != 0, soft > 127)
        np.testing.assert_array_equal(found.mask(), soft > 127)


def test_several_objects_with_soft_edges_are_refused_by_name() -> None:
    two = soft_disc(5)
    two = np.maximum(np.roll(two, 9, axis=1), np.roll(two, -9, axis=1) // 2)
    buffer = io.BytesIO()
    Pillow.fromarray(two).save(buffer, format="PNG")
    found = decode_map(buffer.getvalue(), "two.png")
    with pytest.raises(InputError, match=r"one number or colour for each object in two\.png"):
        found.sharpened("two.png")
    np.testing.assert_array_equal(found.mask(), two > 127)


def test_numbers_of_objects_that_touch_are_not_soft_edges() -> None:
    # Cells in a row, each beside a lower and a higher number, and specks of a pixel.
    numbers = np.zeros((HEIGHT, WIDTH), np.uint8)
    for number in range(1, 10):
        numbers[4:12, 4 * number - 4 : 4 * number] = number
        numbers[18, 4 * number] = 9 + number
    buffer = io.BytesIO()
    Pillow.fromarray(numbers).save(buffer, format="PNG")
    found = decode_map(buffer.getvalue(), "cells")
    assert found.sharpened("cells") is found
    assert found.present == tuple(range(1, 19))
    np.testing.assert_array_equal(found.mask(), numbers > 0)


def test_probabilities_are_cut_at_half_and_other_fractions_refused() -> None:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    probs = (x / (WIDTH - 1)).astype(np.float32)
    np.testing.assert_array_equal(numbers_in(Pillow.fromarray(probs), "TIFF") != 0, probs > 0.5)
    with pytest.raises(InputError, match="whole numbers from 0 to 65535 in the mask"):
        numbers_in(Pillow.fromarray(probs * 7), "TIFF")
    with pytest.raises(InputError, match="whole numbers"):
        numbers_in(Pillow.fromarray((y * 10_000).astype(np.int32)), "TIFF")


def test_strips_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    soft = soft_disc()
    rgba = np.dstack([soft, soft // 2, soft * 0, (np.indices(soft.shape)[1] > 5) * np.uint8(255)])
    pictures = [Pillow.fromarray(soft), Pillow.fromarray(rgba), Pillow.fromarray(soft, "P")]
    pictures[2].putpalette([value for value in range(256) for _ in range(3)])
    whole = [numbers_in(picture) for picture in pictures]
    monkeypatch.setattr(mask_files, "STRIP_PIXELS", 7 * WIDTH)
    for picture, expected in zip(pictures, whole, strict=True):
        np.testing.assert_array_equal(numbers_in(picture), expected)
    buffer = io.BytesIO()
    pictures[0].save(buffer, format="PNG")
    np.testing.assert_array_equal(decode_map(buffer.getvalue(), "mask").mask(), soft > 127)
