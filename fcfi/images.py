"""Reading pictures in any common format, and writing PNG.

Every picture is returned as (H, W, 3) uint8 RGB, upright.  The conversions are:

- EXIF orientation is applied; of an animation or a file with several pictures, the first is read.
- Alpha is composited on white, as in a viewer; the colours of transparent pixels are arbitrary.
- CMYK becomes RGB as (255 - C)(255 - K) / 255 (Adobe's inverted JPEGs included); colour profiles
  are not applied.
- Grey of more than 8 bits is converted to 8 (`fcfi.grey_levels`); 16-bit colour keeps its high
  byte.
- The size is read from the header and checked before anything is decoded.

Knows nothing of clicks, networks or datasets.  Pillow decodes, because it can read only the header,
and handles CMYK, palettes and EXIF; it may only open the FORMATS below.
"""

import hashlib
import io
import os
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import UnidentifiedImageError

from fcfi.errors import InputError
from fcfi.files import MAX_NAME, write_bytes
from fcfi.grey_levels import ValueRange, range_of, to_grey_levels
from fcfi.grey_window import GreyWindow
from fcfi.masks.truth import Mask

Image = NDArray[np.uint8]
"""(H, W, 3) RGB, 0 to 255."""

MAX_PIXELS = 200_000_000
"""Largest picture in pixels: the largest phone sensors have as many; 600 MB as RGB."""
MAX_SIDE = 100_000
"""Longest side in pixels: a file of 400 kB may contain a line of 200 million."""
SAMPLES = 8
"""Pixels of a palette along a side that are averaged to a pixel of a small picture."""
STRIP_PIXELS = 4_000_000
"""Pixels of a picture that are converted to an array at once."""
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "DIB", "GIF", "PPM", "JPEG2000", "AVIF")
"""Pillow's names of the accepted formats; it has others, some of which run programs (EPS)."""
ACCEPTED = "JPEG, PNG, WebP, TIFF, BMP, GIF, PPM, JPEG 2000 or AVIF"
ENDINGS = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff", ".bmp", ".dib", ".gif"),
    *(".ppm", ".pgm", ".pbm", ".pnm", ".jp2", ".j2k", ".avif"),
)
"""Suffixes of pictures, in lower case."""
WHITE = (255, 255, 255, 255)
ORIENTATION = 0x0112
"""EXIF tag; values 2 to 8 say how to rotate the picture (EXIF 2.3, table 4)."""
GDAL_NO_DATA = 42113
"""TIFF tag: the value of pixels without data, as text (gdal.org/drivers/raster/gtiff.html)."""
SIDEWAYS = (5, 6, 7, 8)
"""Values of ORIENTATION that swap width and height."""
TURNS = {
    2: Pillow.Transpose.FLIP_LEFT_RIGHT,
    3: Pillow.Transpose.ROTATE_180,
    4: Pillow.Transpose.FLIP_TOP_BOTTOM,
    5: Pillow.Transpose.TRANSPOSE,
    6: Pillow.Transpose.ROTATE_270,
    7: Pillow.Transpose.TRANSVERSE,
    8: Pillow.Transpose.ROTATE_90,
}


def read_image(
    path: str | os.PathLike[str],
    max_pixels: int = MAX_PIXELS,
    window: GreyWindow | None = None,
) -> Image:
    """Return the picture in a file as (H, W, 3) uint8 RGB, 0 to 255.

    window: the values of a deep picture that become black and white; None finds them.
    Raises InputError if the file is missing, damaged, too large or not a picture, and for a window
    of a picture that is not deep.
    """
    with _opened(path) as stream:
        return _rgb(_decode(stream, str(path), max_pixels), str(path), window)


def decode_image(data: bytes, name: str = "the picture", max_pixels: int = MAX_PIXELS) -> Image:
    """Return the picture in a file's bytes as (H, W, 3) uint8 RGB, 0 to 255.

    name: name of the file, for messages.
    Raises InputError as `read_image`.
    """
    return _rgb(_decode(io.BytesIO(data), name, max_pixels), name)


def from_pillow(picture: Pillow.Image, max_pixels: int = MAX_PIXELS) -> Image:
    """Return the pixels of an open Pillow image, upright, as (H, W, 3) uint8 RGB.

    Raises InputError if it has more pixels than `max_pixels` or cannot be read.
    """
    name = "the picture"
    with _decoding(name, max_pixels):
        _check_pixels(picture.size, name, max_pixels)
        picture.load()
        return _rgb(_upright(picture), name)


def read_small(
    path: str | os.PathLike[str],
    side: int,
    max_pixels: int = MAX_PIXELS,
    window: GreyWindow | None = None,
) -> Image:
    """Return the result of `read_image`, with the longer side shrunk to `side` pixels.

    This is faster for a JPEG, which is decoded at a smaller scale.
    """
    with _opened(path) as stream:
        picture = _decode(stream, str(path), max_pixels, draft=side)
        # Shrunk before the conversion to RGB, to save memory; but not numbers of more than 8 bits:
        # their range depends on all of them, and pixels without data would blur into their
        # neighbours.
        if not _deep(picture):
            # Palette indices and single bits cannot be averaged, but colours can.
            smooth = {"P": "RGBA", "PA": "RGBA", "1": "L"}.get(picture.mode)
            if smooth:
                # As RGBA, all of a large picture would take four times its memory.
                picture = _within(picture, SAMPLES * side, mean=False).convert(smooth)
            picture = _within(picture, side)
        return np.array(_within(Pillow.fromarray(_rgb(picture, str(path), window)), side))


def read_size(path: str | os.PathLike[str], max_pixels: int = MAX_PIXELS) -> tuple[int, int]:
    """Return the width and height of the picture in a file, upright, from its header.

    Raises InputError if the file is not a picture, or the picture is too large.
    """
    with _opened(path) as stream, _decoding(str(path), max_pixels):
        picture = Pillow.open(stream, formats=_formats())
        _check_pixels(picture.size, str(path), max_pixels)
        return picture.size[::-1] if _turned(picture) in SIDEWAYS else picture.size


def is_deep(path: str | os.PathLike[str], max_pixels: int = MAX_PIXELS) -> bool:
    """Return whether the picture in a file is grey of more than 8 bits, from its header.

    Raises InputError if the file is not a picture, or the picture is too large.
    """
    with _opened(path) as stream, _decoding(str(path), max_pixels):
        picture = Pillow.open(stream, formats=_formats())
        _check_pixels(picture.size, str(path), max_pixels)
        return _deep(picture)


def read_range(path: str | os.PathLike[str], max_pixels: int = MAX_PIXELS) -> ValueRange | None:
    """Return the range of the values of a deep picture; None without one, or for 8 bits.

    Raises the errors of `read_image`.
    """
    if not is_deep(path, max_pixels):
        return None  # known from the header: nothing need be decoded
    picture = read_stored(path, max_pixels)
    return range_of(np.asarray(picture), _no_data(picture))


def read_stored(path: str | os.PathLike[str], max_pixels: int = MAX_PIXELS) -> Pillow.Image:
    """Return the first picture in a file, upright, in its stored mode.

    For readers of masks, which need values and palettes.  Raises the errors of `read_image`.
    """
    with _opened(path) as stream:
        return _decode(stream, str(path), max_pixels)


def decode_stored(data: bytes, name: str, max_pixels: int = MAX_PIXELS) -> Pillow.Image:
    """Return the result of `read_stored` for a file's bytes; `name` is for messages."""
    return _decode(io.BytesIO(data), name, max_pixels)


def check_image(array: Any) -> Image:
    """Return an array as a picture (H, W, 3) uint8 without copying; (H, W) is grey.

    Raises InputError for anything else.
    """
    if not isinstance(array, np.ndarray):
        raise InputError(
            f"expected a picture as a path or an array, got {type(array).__name__}: "
            "give a path, or uint8 (H, W, 3) or (H, W)"
        )
    grey = array.ndim == 2
    if array.dtype != np.uint8 or not (grey or (array.ndim == 3 and array.shape[2] == 3)):
        raise InputError(
            "expected a picture as uint8 of shape (H, W, 3) or (H, W), "
            f"got an array of shape {array.shape} and type {array.dtype}: "
            "give values of 0 to 255, in RGB order or grey"
        )
    if array.size == 0:
        raise InputError(
            f"expected a picture of at least one pixel, got shape {array.shape}: "
            "check how it was read or cut out"
        )
    return np.repeat(array[:, :, None], 3, axis=2) if grey else array


def check_mask(array: Any, height: int | None = None, width: int | None = None) -> Mask:
    """Return an array as a mask (H, W) bool, which is object where the array is not 0.

    height, width: its required size; None allows any.
    Raises InputError for anything but bool or integers (H, W) of that size.
    """
    if (
        not isinstance(array, np.ndarray)
        or array.ndim != 2
        or array.dtype.kind not in "bui"
        or array.size == 0
    ):
        what = (
            f"shape {array.shape}, type {array.dtype}"
            if isinstance(array, np.ndarray)
            else type(array).__name__
        )
        raise InputError(
            f"expected a mask (H, W) of bool or whole numbers, got {what}: "
            "give 0 for background and anything else for object"
        )
    if height is not None and width is not None and array.shape != (height, width):
        raise InputError(
            f"expected a mask of {width} x {height} pixels, as its picture has, "
            f"got {array.shape[1]} x {array.shape[0]}: give a mask of the picture's size"
        )
    mask: Mask = array != 0
    return mask


def encode_png(array: NDArray[np.uint8] | Mask) -> bytes:
    """Return the bytes of a PNG with a picture, a grey map or a mask.

    array: (H, W, 3) uint8 RGB, (H, W) uint8, or (H, W) bool, stored as 0 and 255.
    Raises InputError for anything else.
    """
    values = array.astype(np.uint8) * np.uint8(255) if array.dtype == np.bool_ else array
    if values.dtype != np.uint8 or not (
        values.ndim == 2 or (values.ndim == 3 and values.shape[2] == 3)
    ):
        raise InputError(
            "expected bool (H, W) or uint8 (H, W) or (H, W, 3) to write as PNG, "
            f"got {values.dtype} {values.shape}: convert it first"
        )
    buffer = io.BytesIO()
    Pillow.fromarray(np.ascontiguousarray(values)).save(buffer, format="PNG")
    return buffer.getvalue()


def write_png(path: str | os.PathLike[str], array: NDArray[np.uint8] | Mask) -> None:
    """Write a picture, map or mask (as 0 and 255) as PNG, atomically.

    Raises InputError if the name does not end in .png, and the errors of `encode_png`.
    """
    if Path(path).suffix.lower() != ".png":
        raise InputError(f"expected a name ending in .png, got {path}: PNG is what is written here")
    write_bytes(path, encode_png(array))


@contextmanager
def _opened(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a file for reading.  Raises InputError unless it is a regular file and not empty."""
    # The stack closes the file after the `yield`, which is outside the `try`: an OSError in the
    # caller's block is not an error of opening.
    with ExitStack() as stack:
        try:
            file = Path(path)
            # Checked before opening: a named pipe blocks `open` until somebody writes to it.
            if file.is_dir():
                raise InputError(f"{path} is a folder: give a picture file ({ACCEPTED})")
            if file.exists() and not file.is_file():
                raise InputError(f"{path} is a device or pipe: give a picture file ({ACCEPTED})")
            stream = stack.enter_context(file.open("rb"))
            if file.stat().st_size == 0:
                raise InputError(f"{path} is empty: give a picture file ({ACCEPTED})")
        except FileNotFoundError as error:
            raise InputError(f"{path} does not exist: check the name") from error
        # No permission, or a name that is too long; ValueError: a NUL character in the name.
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise InputError(f"{str(path)[:MAX_NAME]!r} cannot be read: {reason}") from error
        yield stream


def _decode(stream: BinaryIO, name: str, max_pixels: int, draft: int | None = None) -> Pillow.Image:
    """Return the first picture in the file, decoded and upright, in its stored mode.

    draft: side in pixels that is enough, if the decoder supports it (JPEG); None decodes all.
    """
    with _decoding(name, max_pixels):
        picture = Pillow.open(stream, formats=_formats())
        _check_pixels(picture.size, name, max_pixels)
        if draft is not None:
            picture.draft(None, (draft, draft))
        picture.load()
        return _upright(picture)


@contextmanager
def _decoding(name: str, max_pixels: int) -> Iterator[None]:
    """Convert every exception of a decoder in the block to InputError."""
    # Both settings apply to Pillow in the whole process, and are the same in every call, so that
    # threads cannot disagree.  The warnings that matter become an InputError.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    if Pillow.MAX_IMAGE_PIXELS is not None:
        Pillow.MAX_IMAGE_PIXELS = max(Pillow.MAX_IMAGE_PIXELS, max_pixels)
    try:
        yield
    except InputError:
        raise
    except UnidentifiedImageError as error:
        raise InputError(
            f"{name} is not a picture that can be read, or its start is damaged: give {ACCEPTED}"
        ) from error
    except Pillow.DecompressionBombError as error:
        raise InputError(_too_large(name, "far more", max_pixels)) from error
    except MemoryError as error:
        raise InputError(
            f"{name} needs more memory than there is: give a smaller picture"
        ) from error
    # Decoders raise almost anything for broken bytes: SyntaxError, struct.error, IndexError.
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(
            f"{name} is damaged or cut off and cannot be decoded ({reason}): give a whole file"
        ) from error


def _formats() -> list[str]:
    """Return those of FORMATS that this release of Pillow supports (AVIF since 11.3)."""
    Pillow.init()
    return [name for name in FORMATS if name in Pillow.OPEN]


def _check_pixels(size: tuple[int, int], name: str, max_pixels: int) -> None:
    """Raise InputError if a picture has more pixels than allowed, or none."""
    width, height = size
    if width * height > max_pixels:
        raise InputError(_too_large(name, f"{width} x {height}", max_pixels))
    if max(width, height) > MAX_SIDE:
        raise InputError(
            f"expected sides of at most {MAX_SIDE} pixels, got {width} x {height} in {name}: "
            "give the picture in parts"
        )
    if width < 1 or height < 1:
        raise InputError(f"{name} has no pixels ({width} x {height}): give a picture")


def _too_large(name: str, pixels: str, max_pixels: int) -> str:
    most = f"{max_pixels / 1e6:g} million"
    return f"{name} has {pixels} pixels, and at most {most} are read: give a smaller picture"


def _turned(picture: Pillow.Image) -> int:
    """Return the EXIF orientation in a header, 1 for upright."""
    # Pillow already returns the rotated size of a TIFF.  A PNG's EXIF may come after its pixels:
    # looking for it there would decode them.
    if picture.format == "TIFF" or (picture.format == "PNG" and "exif" not in picture.info):
        return 1
    try:
        return int(picture.getexif().get(ORIENTATION, 1))
    except Exception:  # broken EXIF, as in `_upright`
        return 1


def _upright(picture: Pillow.Image) -> Pillow.Image:
    """Return the picture rotated by its EXIF orientation; unreadable EXIF is ignored."""
    # Pillow rotates a TIFF while loading and removes the tag, so nothing is rotated twice.
    try:
        turn = TURNS.get(picture.getexif().get(ORIENTATION, 1))
    except Exception:  # broken EXIF is common and no reason to refuse a picture
        return picture
    if turn is None:
        return picture
    turned = picture.transpose(turn)
    turned.format = picture.format
    return turned


def _within(picture: Pillow.Image, side: int, mean: bool = True) -> Pillow.Image:
    """Return the picture with its longer side shrunk to at most `side` pixels.

    mean: a pixel is the mean of those that it stands for, instead of one of them.
    """
    scale = side / max(picture.size)
    if scale >= 1:
        return picture
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    if mean:
        return picture.resize(size, Pillow.Resampling.BOX, reducing_gap=2.0)
    return picture.resize(size, Pillow.Resampling.NEAREST)


def _deep(picture: Pillow.Image) -> bool:
    """Return whether a picture is grey of more than 8 bits."""
    return picture.mode[0] in "IF"  # I;16 and its byte orders, I, F


def _rgb(picture: Pillow.Image, name: str, window: GreyWindow | None = None) -> Image:
    """Return a decoded picture in any mode as (H, W, 3) uint8; `name` is for messages."""
    if _deep(picture):
        levels = to_grey_levels(np.asarray(picture), _no_data(picture), window)
        return np.repeat(levels[:, :, None], 3, axis=2)
    if window is not None:
        raise InputError(
            f"expected a grey picture of more than 8 bits for the window {window}, got {name}, "
            f"which has 8 bits a channel ({picture.mode}): leave the window out"
        )
    try:
        array = np.empty((picture.height, picture.width, 3), np.uint8)
        rows = max(1, STRIP_PIXELS // picture.width)
        # In strips, because Pillow's conversion to an array holds the picture three times.
        for top in range(0, picture.height, rows):
            bottom = min(top + rows, picture.height)
            array[top:bottom] = _rgb_strip(picture.crop((0, top, picture.width, bottom)))
        return array
    except (ValueError, MemoryError) as error:
        raise InputError(
            f"{name} cannot be brought to RGB ({error}): save it as RGB PNG or JPEG"
        ) from error


def _no_data(picture: Pillow.Image) -> float | None:
    """Return a TIFF's value for pixels without data, as GDAL writes it."""
    named = getattr(picture, "tag_v2", {}).get(GDAL_NO_DATA)
    try:
        return None if named is None else float(str(named).strip("\0 "))
    except ValueError:  # the tag is free text
        return None


def _rgb_strip(strip: Pillow.Image) -> Image:
    """Return a strip of a picture as (H, W, 3) uint8, on white."""
    if strip.has_transparency_data:
        over = strip.convert("RGBA")
        strip = Pillow.alpha_composite(Pillow.new("RGBA", over.size, WHITE), over)
    return np.asarray(strip if strip.mode == "RGB" else strip.convert("RGB"))


def image_sha256(image: NDArray[np.uint8]) -> str:
    """Return the sha256 (hexadecimal) of the size and pixels of a picture (H, W, 3) uint8."""
    # The size is included: the same pixels with another width are another picture.
    digest = hashlib.sha256(f"{image.shape[0]} x {image.shape[1]}\n".encode())
    digest.update(np.ascontiguousarray(image).data)
    return digest.hexdigest()
