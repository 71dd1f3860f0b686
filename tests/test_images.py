"""Reading pictures: any common format becomes upright (H, W, 3) uint8 RGB, or an error."""

import io
import os
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import TiffImagePlugin

from fcfi import grey_levels
from fcfi.errors import InputError
from fcfi.grey_levels import to_grey_levels
from fcfi.images import (
    check_image,
    check_mask,
    decode_image,
    encode_png,
    read_image,
    read_size,
    read_small,
    write_png,
)
from fcfi.mask_files import read_map, read_mask
from tests.generated import examples

HEIGHT, WIDTH = 24, 40


@pytest.fixture
def photo() -> np.ndarray:
    """Return a picture (24, 40, 3) that JPEG preserves, different at every corner."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    return np.stack([x * 6, y * 10, 255 - x * 3 - y * 5], axis=2).astype(np.uint8)


def near(image: np.ndarray, photo: np.ndarray, tolerance: float = 6) -> bool:
    return bool(
        image.shape == photo.shape
        and image.dtype == np.uint8
        and np.abs(image.astype(float) - photo).mean() < tolerance
    )


@pytest.mark.parametrize("suffix", ["png", "bmp", "tif", "ppm", "jpg", "webp", "jp2", "avif"])
def test_reads_the_usual_formats(tmp_path: Path, photo: np.ndarray, suffix: str) -> None:
    path = tmp_path / f"photo.{suffix}"
    Pillow.fromarray(photo).save(path)
    assert near(read_image(path), photo)
    assert near(read_image(str(path)), photo)
    assert near(decode_image(path.read_bytes()), photo)


@pytest.mark.parametrize("mode", ["RGB", "L", "LA", "RGBA", "P", "1", "CMYK", "I;16"])
def test_a_small_copy_has_the_shape_and_the_colours_of_the_picture(
    tmp_path: Path, mode: str
) -> None:
    x = np.mgrid[0:300, 0:500][1]
    grey = (x // 2).astype(np.uint8)
    pixels = np.stack([grey, grey, grey], axis=2)
    if mode == "I;16":
        picture = Pillow.fromarray(grey.astype(np.uint16) * 257)
    else:
        picture = Pillow.fromarray(pixels).convert(mode)
    path = tmp_path / ("photo.tif" if mode == "CMYK" else "photo.png")
    picture.save(path)
    small = read_small(path, 100)
    assert small.shape == (60, 100, 3)
    means = read_image(path).reshape(60, 5, 100, 5, 3).mean(axis=(1, 3))
    assert np.abs(small - means).mean() < {"P": 2, "1": 10}.get(mode, 1)  # these two are dithered


def test_a_small_copy_of_a_large_palette_picture_has_its_colours(tmp_path: Path) -> None:
    # More pixels than are averaged: stripes of red and blue, alike in number.
    stripes = np.tile(np.array([0, 1], np.uint8).repeat(8), (640, 400))
    picture = Pillow.fromarray(stripes)
    picture.putpalette([200, 0, 0, 0, 0, 100])
    picture.save(tmp_path / "stripes.png")
    small = read_small(tmp_path / "stripes.png", 40)
    assert small.shape == (4, 40, 3)
    assert np.abs(small.mean(axis=(0, 1)) - (100, 0, 50)).max() < 3


def test_a_small_copy_of_a_jpeg_is_upright_and_a_smaller_picture_is_not_enlarged(
    tmp_path: Path,
) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    Pillow.new("RGB", (1600, 800), (200, 10, 10)).save(tmp_path / "turned.jpg", exif=exif)
    small = read_small(tmp_path / "turned.jpg", 192)
    assert small.shape == (192, 96, 3)
    assert near(small, np.full_like(small, (200, 10, 10)))
    Pillow.new("RGB", (1600, 1)).save(tmp_path / "thin.png")
    assert read_small(tmp_path / "thin.png", 192).shape == (1, 192, 3)
    Pillow.new("RGB", (30, 20)).save(tmp_path / "little.png")
    assert read_small(tmp_path / "little.png", 192).shape == (20, 30, 3)
    with pytest.raises(InputError, match="does not exist"):
        read_small(tmp_path / "missing.png", 192)


@pytest.mark.parametrize("strip", [1, 100, 4_000_000])
def test_pictures_are_brought_to_rgb_in_strips(
    tmp_path: Path, photo: np.ndarray, strip: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fcfi.images.STRIP_PIXELS", strip)
    alpha = np.full((HEIGHT, WIDTH, 1), 255, np.uint8)
    alpha[: HEIGHT // 2] = 0
    Pillow.fromarray(np.concatenate([photo, alpha], axis=2)).save(tmp_path / "clear.png")
    expected = photo.copy()
    expected[: HEIGHT // 2] = 255
    np.testing.assert_array_equal(read_image(tmp_path / "clear.png"), expected)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
def test_exif_orientation_is_applied(
    tmp_path: Path, photo: np.ndarray, orientation: int, suffix: str
) -> None:
    stored = {  # what a camera stores so that turning it as EXIF says returns the photo
        1: photo,
        2: photo[:, ::-1],
        3: photo[::-1, ::-1],
        4: photo[::-1],
        5: photo.transpose(1, 0, 2),
        6: np.rot90(photo, 1),
        7: photo[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(photo, -1),
    }[orientation]
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"photo.{suffix}"
    Pillow.fromarray(np.ascontiguousarray(stored)).save(path, exif=exif, quality=95)
    assert near(read_image(path), photo)
    assert read_size(path) == read_image(path).shape[1::-1]


def test_broken_exif_turns_nothing(tmp_path: Path, photo: np.ndarray) -> None:
    Pillow.fromarray(photo).save(
        tmp_path / "photo.jpg", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff" + b"\xff" * 40
    )
    assert near(read_image(tmp_path / "photo.jpg"), photo)


def test_sixteen_bit_grey_is_divided_by_256(tmp_path: Path) -> None:
    values = np.linspace(0, 65535, 600).astype(np.uint16).reshape(20, 30)
    for suffix in ("png", "tif"):
        cv2.imwrite(str(tmp_path / f"grey.{suffix}"), values)
        image = read_image(tmp_path / f"grey.{suffix}")
        np.testing.assert_array_equal(
            image, np.repeat((values >> 8).astype(np.uint8)[:, :, None], 3, axis=2)
        )


def test_twelve_bit_grey_in_sixteen_is_not_black(tmp_path: Path) -> None:
    values = np.linspace(0, 4095, 600).astype(np.uint16).reshape(20, 30)
    cv2.imwrite(str(tmp_path / "grey.png"), values)
    assert read_image(tmp_path / "grey.png").max() == 255


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bit_colour_keeps_its_high_byte(
    tmp_path: Path, photo: np.ndarray, suffix: str
) -> None:
    path = tmp_path / f"photo.{suffix}"
    cv2.imwrite(str(path), photo[:, :, ::-1].astype(np.uint16) * 257)
    np.testing.assert_array_equal(read_image(path), photo)


def test_float_pictures_are_stretched(tmp_path: Path) -> None:
    values = np.linspace(-3, 5, 600, dtype=np.float32).reshape(20, 30)
    values[0, 1] = np.nan
    Pillow.fromarray(values).save(tmp_path / "float.tif")
    image = read_image(tmp_path / "float.tif")
    assert (image.min(), image.max()) == (0, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I", "YCbCr", "LAB"])
def test_every_mode_comes_out_as_rgb(tmp_path: Path, photo: np.ndarray, mode: str) -> None:
    path = tmp_path / "photo.tif" if mode in ("I", "YCbCr", "LAB") else tmp_path / "photo.png"
    source = Pillow.fromarray(photo)
    made = (
        lab(source)
        if mode == "LAB"
        else source.convert("I")
        if mode == "I"
        else source.convert(mode)
    )
    made.save(path)
    image = read_image(path)
    assert image.shape == photo.shape
    assert image.dtype == np.uint8
    assert image.std() > 20


def lab(picture: Pillow.Image) -> Pillow.Image:
    from PIL import ImageCms

    transform = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    converted = ImageCms.applyTransform(picture, transform)
    assert converted is not None
    return converted


def test_grey_comes_out_with_three_equal_channels(tmp_path: Path, photo: np.ndarray) -> None:
    Pillow.fromarray(photo[:, :, 0]).save(tmp_path / "grey.png")
    np.testing.assert_array_equal(
        read_image(tmp_path / "grey.png"), np.repeat(photo[:, :, :1], 3, axis=2)
    )


def test_palette_colours_are_looked_up(tmp_path: Path, photo: np.ndarray) -> None:
    Pillow.fromarray(photo).quantize(256).save(tmp_path / "palette.png")
    assert near(read_image(tmp_path / "palette.png"), photo, tolerance=12)


def test_alpha_is_composited_on_white(tmp_path: Path) -> None:
    rgba = np.zeros((2, 3, 4), np.uint8)
    rgba[0] = (200, 0, 0, 255)
    Pillow.fromarray(rgba).save(tmp_path / "alpha.png")
    image = read_image(tmp_path / "alpha.png")
    assert image[0, 0].tolist() == [200, 0, 0]
    assert image[1, 0].tolist() == [255, 255, 255]


def test_a_transparent_palette_entry_is_white(tmp_path: Path) -> None:
    picture = Pillow.new("P", (4, 4), 1)
    picture.putpalette([9, 9, 9, 7, 7, 7])
    picture.save(tmp_path / "p.png", transparency=1)
    assert (read_image(tmp_path / "p.png") == 255).all()


@pytest.mark.parametrize("orientation", [1, 6])
def test_cmyk_jpegs_have_the_right_colours(tmp_path: Path, orientation: int) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    photo = Pillow.new("RGB", (24, 16), (250, 120, 10)).convert("CMYK")
    photo.save(tmp_path / "cmyk.jpg", quality=95, exif=exif)
    assert b"Adobe" in (tmp_path / "cmyk.jpg").read_bytes()  # stored inverted, as Photoshop does
    image = read_image(tmp_path / "cmyk.jpg")
    assert image.shape == ((16, 24, 3) if orientation == 1 else (24, 16, 3))
    np.testing.assert_allclose(image.mean(axis=(0, 1)), [250, 120, 10], atol=4)


@pytest.mark.parametrize("suffix", ["gif", "webp", "png", "tif"])
def test_the_first_frame_of_an_animation(tmp_path: Path, suffix: str) -> None:
    frames = [Pillow.new("RGB", (8, 6), colour) for colour in ("red", "blue", "lime")]
    path = tmp_path / f"moving.{suffix}"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    image = read_image(path)
    assert image.shape == (6, 8, 3)
    assert image[..., 0].min() > 200
    assert image[..., 2].max() < 60


@pytest.mark.parametrize("size", [(1, 1), (20000, 20), (20, 20000)])
def test_extreme_sizes(tmp_path: Path, size: tuple[int, int]) -> None:
    Pillow.new("RGB", size, "red").save(tmp_path / "x.png")
    assert read_image(tmp_path / "x.png").shape == (size[1], size[0], 3)


def bomb(width: int, height: int) -> bytes:
    """Return a tiny valid PNG whose header has width x height pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [15_000, 30_000, 2**31 - 1])
def test_a_decompression_bomb_is_refused_from_its_header(tmp_path: Path, side: int) -> None:
    (tmp_path / "bomb.png").write_bytes(bomb(side, side))
    with pytest.raises(
        InputError, match=r"bomb\.png has .* pixels, and at most 200 million are read"
    ):
        read_image(tmp_path / "bomb.png")


@pytest.mark.parametrize("size", [(1, 100_001), (100_001, 1), (1, 200_000_000)])
def test_sides_are_bounded_from_the_header(
    tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line of 200 million pixels is a file of 400 kB."""
    path = tmp_path / "long.pbm"
    path.write_bytes(b"P4\n%d %d\n" % size)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda _: pytest.fail("was decoded"))
    for read in (read_image, read_size, read_map, lambda path: read_small(path, 64)):
        with pytest.raises(InputError, match="sides of at most 100000 pixels"):
            read(path)


def test_the_limit_is_the_callers(tmp_path: Path, photo: np.ndarray) -> None:
    write_png(tmp_path / "photo.png", photo)
    with pytest.raises(InputError, match="40 x 24 pixels, and at most 0.0005 million"):
        read_image(tmp_path / "photo.png", max_pixels=500)
    with pytest.raises(InputError, match="at most"):
        read_mask(tmp_path / "photo.png", HEIGHT, WIDTH, max_pixels=500)


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "gif", "bmp", "jp2", "tif", "avif"])
@pytest.mark.parametrize("part", [0.2, 0.9])
def test_a_file_cut_off_is_refused_in_one_quiet_sentence(
    tmp_path: Path, photo: np.ndarray, suffix: str, part: float, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"cut.{suffix}"
    noise = np.random.default_rng(0).integers(0, 256, (200, 300, 3), np.uint8)
    Pillow.fromarray(noise).save(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(InputError, match=r"cut\.") as caught:
        read_image(path)
    assert "\n" not in str(caught.value)
    assert "0x" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


@examples(200)
@given(
    data=st.sampled_from(["PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP"]),
    edits=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_damaged_bytes_give_a_picture_or_an_input_error(
    data: str, edits: list[tuple[int, int]]
) -> None:
    buffer = io.BytesIO()
    Pillow.new("RGB", (9, 7), "red").save(buffer, format=data)
    content = bytearray(buffer.getvalue())
    for position, value in edits:
        content[position % len(content)] = value
    try:
        image = decode_image(bytes(content), "fuzz", max_pixels=10_000)
    except InputError as error:
        assert str(error).startswith("fuzz")
    else:
        assert image.dtype == np.uint8
        assert image.shape[2] == 3


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.png", None, "does not exist: check the name"),
        ("empty.png", b"", "is empty"),
        ("text.png", b"this is not a picture at all", "is not a picture that can be read"),
        (
            "drawing.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            "is not a picture that can be read",
        ),
        (
            "page.eps",
            b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
            "is not a picture that can be read",
        ),
        ("a\0b.png", None, "cannot be read"),
        ("n" * 5000, None, "cannot be read"),
    ],
)
def test_what_is_no_picture_is_refused(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    path = f"{tmp_path}/{name}"
    if content is not None:
        Path(path).write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_image(path)
    with pytest.raises(InputError, match=message):
        read_mask(path, 1, 1)


def test_a_folder_and_a_pipe_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        read_image(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.png")
        with pytest.raises(InputError, match="device or pipe"):
            read_image(tmp_path / "pipe.png")


def test_masks_are_read_as_written(tmp_path: Path) -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[3:9, 5:20] = True
    write_png(tmp_path / "mask.png", mask)
    stored = np.asarray(Pillow.open(tmp_path / "mask.png"))
    assert set(np.unique(stored)) == {0, 255}
    np.testing.assert_array_equal(read_mask(tmp_path / "mask.png", HEIGHT, WIDTH), mask)


def test_a_mask_of_another_size_is_refused_with_both_sizes(tmp_path: Path) -> None:
    write_png(tmp_path / "mask.png", np.zeros((5, 7), np.bool_))
    with pytest.raises(InputError, match="of 40 x 24 pixels, as its picture has, got 7 x 5"):
        read_mask(tmp_path / "mask.png", HEIGHT, WIDTH)
    with pytest.raises(InputError, match="expected a mask of 40 x 24 pixels, .* got 7 x 5"):
        check_mask(np.zeros((5, 7), np.uint8), HEIGHT, WIDTH)


def test_png_keeps_pictures_and_maps_and_refuses_other_names(
    tmp_path: Path, photo: np.ndarray
) -> None:
    write_png(tmp_path / "photo.png", photo)
    np.testing.assert_array_equal(read_image(tmp_path / "photo.png"), photo)
    np.testing.assert_array_equal(decode_image(encode_png(photo[:, ::2])), photo[:, ::2])
    with pytest.raises(InputError, match=r"ending in \.png"):
        write_png(tmp_path / "mask.jpg", photo)
    with pytest.raises(InputError, match="float"):
        write_png(tmp_path / "mask.png", photo / 255)  # type: ignore[arg-type]
    assert sorted(os.listdir(tmp_path)) == ["photo.png"]


def test_arrays_are_checked_and_not_copied(photo: np.ndarray) -> None:
    assert check_image(photo) is photo
    assert check_image(photo[:, :, 0]).shape == photo.shape
    for wrong in (
        photo / 255,
        photo[None],
        photo[:, :, :2],
        np.zeros((0, 4, 3), np.uint8),
        "photo.jpg",
        None,
    ):
        with pytest.raises(InputError, match="expected a picture"):
            check_image(wrong)
    for mask in ([[0]], np.zeros((2, 2, 3), bool), np.zeros((2, 2))):
        with pytest.raises(InputError, match="expected a mask"):
            check_mask(mask, 2, 2)


# ── contrast of more than 8 bits
# ──────────────────────────────────────────────────────────────────────────────────────


def disc(low: float, high: float, height: int = 80, width: int = 120) -> np.ndarray:
    """Return a noisy background of about `low` with a disc of about `high`, float64."""
    rows, columns = np.ogrid[:height, :width]
    inside = (rows - height / 2) ** 2 + (columns - width / 2) ** 2 < 20**2
    noise = np.random.default_rng(0).normal(0, (high - low) / 20, (height, width))
    return np.where(inside, high, low) + noise


def levels_apart(levels: np.ndarray) -> float:
    """Return by how many grey levels the disc is brighter than the background."""
    return float(np.median(levels[30:50, 50:70])) - float(np.median(levels[:10, :10]))


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (np.float32, [np.nan]),
        (np.float32, [np.inf]),
        (np.float32, [-np.inf, np.inf, np.nan]),
        (np.float32, [3.4e38]),
        (np.float32, [-9999]),
        (np.float32, [1e9]),
        (np.int32, [-(2**31)]),
        (np.int32, [2**31 - 1]),
        (np.uint16, [65535]),
        (np.uint16, [0, 65535, 65535]),
    ],
)
@pytest.mark.parametrize("corner", [True, False])
def test_single_pixels_do_not_ruin_the_contrast(
    kind: type[np.generic], values: list[float], corner: bool
) -> None:
    picture = disc(1000, 1200).astype(kind)
    plain = to_grey_levels(picture.copy())
    for number, value in enumerate(values):
        picture[(0, 0) if corner and number == 0 else (33 + 9 * number, 20 + 7 * number)] = value
    levels = to_grey_levels(picture)
    assert levels_apart(levels) > 150
    assert np.abs(levels.astype(int) - plain).mean() < 0.1


@pytest.mark.parametrize("value", [3.4e38, -3.4e38, 1e20, -9999, -32768, -99999, np.nan, np.inf])
def test_a_value_for_no_data_does_not_ruin_the_contrast(value: float) -> None:
    picture = disc(1000, 1200).astype(np.float32)
    picture[60:, :40] = value
    levels = to_grey_levels(picture)
    assert levels_apart(levels) > 150
    assert set(np.unique(levels[60:, :40])) == {255 if value > 0 else 0}


@pytest.mark.parametrize(("low", "high"), [(32708, 32828), (999, 1109), (65000, 65300), (2, 30)])
def test_sixteen_bits_of_narrow_range_are_stretched(low: int, high: int) -> None:
    levels = to_grey_levels(np.clip(disc(low, high), 0, 65535).astype(np.uint16))
    assert levels_apart(levels) > 150
    assert (levels.min(), levels.max()) == (0, 255)


@pytest.mark.parametrize(("high", "divisor"), [(255, 1), (4095, 16), (16383, 64), (65535, 256)])
def test_sixteen_bits_of_wide_range_keep_their_brightness(high: int, divisor: int) -> None:
    values = np.linspace(high * 0.3, high, 9600).astype(np.uint16).reshape(80, 120)
    np.testing.assert_array_equal(to_grey_levels(values), (values // divisor).astype(np.uint8))
    swapped = values.astype(">u2")
    np.testing.assert_array_equal(to_grey_levels(swapped), to_grey_levels(values))


def test_small_bright_objects_and_thin_lines_are_no_hot_pixels() -> None:
    picture = np.random.default_rng(0).normal(100, 2, (80, 120)).astype(np.float32)
    picture[40:44, 60:64] = 1000
    assert to_grey_levels(picture)[42, 62] == 255
    assert to_grey_levels(picture)[:30].max() < 20, "the ground stays dark"
    lines = np.zeros((80, 120), np.float32)
    lines[40] = 7
    assert set(np.unique(to_grey_levels(lines))) == {0, 255}


@pytest.mark.parametrize("value", [0, 7, 300, 65535])
def test_a_constant_picture_keeps_its_brightness(value: int) -> None:
    levels = to_grey_levels(np.full((5, 7), value, np.uint16))
    assert (levels == (value if value < 256 else value >> (1 if value < 512 else 8))).all()


def test_the_value_that_a_file_names_is_no_data(tmp_path: Path) -> None:
    picture = disc(1000, 1200).astype(np.float32)
    picture[60:, :40] = 777777
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[42113] = "777777"
    Pillow.fromarray(picture).save(tmp_path / "named.tif", tiffinfo=tags)
    Pillow.fromarray(picture).save(tmp_path / "plain.tif")
    assert levels_apart(read_image(tmp_path / "named.tif")[..., 0]) > 150
    assert levels_apart(read_image(tmp_path / "plain.tif")[..., 0]) == 0, "it could be an object"


def test_a_picture_of_nothing_is_black() -> None:
    assert not to_grey_levels(np.full((5, 7), np.nan, np.float32)).any()
    assert not to_grey_levels(np.full((1, 1), np.inf, np.float32)).any()


def test_large_pictures_are_looked_at_in_part_and_converted_in_strips(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    picture = disc(1000, 1200, 200, 300).astype(np.float32)
    picture[11, 13] = np.inf
    whole = to_grey_levels(picture)
    monkeypatch.setattr(grey_levels, "STRIP_PIXELS", 1000)
    np.testing.assert_array_equal(to_grey_levels(picture), whole)
    monkeypatch.setattr(grey_levels, "SAMPLE_PIXELS", 5000)
    assert np.abs(to_grey_levels(picture).astype(int) - whole).max() < 20


def test_a_float_picture_with_one_nan_is_read_from_its_file_as_without(tmp_path: Path) -> None:
    picture = disc(1000, 1200).astype(np.float32)
    Pillow.fromarray(picture).save(tmp_path / "plain.tif")
    picture[3, 4] = np.nan
    Pillow.fromarray(picture).save(tmp_path / "nan.tif")
    plain, damaged = read_image(tmp_path / "plain.tif"), read_image(tmp_path / "nan.tif")
    assert (damaged != plain).sum() == 3
    assert levels_apart(damaged[..., 0]) > 150
