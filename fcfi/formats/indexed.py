"""Pictures of numbers: PNG with a palette, in which numbers 1, 2, 3 are seen as colours and not as black.

Knows the palette of PASCAL VOC and how to read any map back; knows no layout of folders.
"""

import io
import warnings
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import UnidentifiedImageError

from fcfi.errors import DatasetError, InputError
from fcfi.formats.annotation import AnnotatedPicture
from fcfi.images import MAX_PIXELS

VOID: Final = 255
"""VOC: neither background nor a class."""

Numbers = NDArray[np.int32]
"""(H, W) whole numbers, 0 for background."""


def voc_colour(number: int) -> tuple[int, int, int]:
    """RGB of a number 0 to 255 in VOC's palette: its bits, lowest first, spread over red, green, blue from the top.

    Source: the VOC 2012 development kit, VOClabelcolormap.
    """
    colour = [0, 0, 0]
    for place in range(8):
        for channel in range(3):
            colour[channel] |= (number >> (3 * place + channel) & 1) << 7 - place
    return colour[0], colour[1], colour[2]


def encode_map(numbers: NDArray[np.uint8]) -> bytes:
    """PNG with VOC's palette of numbers (H, W) uint8."""
    picture = Pillow.fromarray(numbers)
    picture.putpalette([channel for number in range(256) for channel in voc_colour(number)])
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG")
    return buffer.getvalue()


def paint(picture: AnnotatedPicture, limit: int) -> NDArray[np.uint8]:
    """(height, width) uint8: number of the topmost object at each pixel, from 1 at the bottom; 0 where there is none.

    Raises InputError if there are more than `limit` objects.
    """
    if len(picture.objects) > limit:
        raise InputError(
            f"{picture.file_name} has {len(picture.objects)} objects, and a map of numbers holds {limit}: "
            "export as coco, which has no such limit"
        )
    numbers = np.zeros((picture.height, picture.width), np.uint8)
    for number, one in enumerate(picture.bottom_up(), 1):
        box = one.runs.box
        inside = numbers[box.top : box.bottom, box.left : box.right]
        inside[one.runs.inside()] = number
    return numbers


def decode_map(data: bytes, file: Path | str) -> tuple[NDArray[np.uint8] | None, Numbers]:
    """The colours (H, W, 3) of a map if it has any (palette or RGB), and its numbers (H, W).

    Of a picture in RGB, grey is taken as numbers; of other colours each is a number, R * 65536 + G
    * 256 + B. Raises DatasetError if it cannot be read.
    """
    warnings.filterwarnings(
        "ignore", module=r"PIL\."
    )  # this and the next as in fcfi.images: alike at every call
    if Pillow.MAX_IMAGE_PIXELS is not None:
        Pillow.MAX_IMAGE_PIXELS = max(Pillow.MAX_IMAGE_PIXELS, MAX_PIXELS)
    try:
        with Pillow.open(io.BytesIO(data), formats=["PNG"]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise DatasetError(
                    f"{file} has {picture.width} x {picture.height} pixels: at most {MAX_PIXELS} are read"
                )
            picture.load()
            colours = (
                np.asarray(picture.convert("RGB")) if picture.mode in ("P", "RGB", "RGBA") else None
            )
            numbers = (
                np.asarray(picture).astype(np.int32)
                if picture.mode not in ("RGB", "RGBA")
                else None
            )
    except DatasetError:
        raise
    except UnidentifiedImageError as error:  # its own words name an object in memory
        raise DatasetError(
            f"{file} is no PNG that can be read, or its start is damaged: give a whole file"
        ) from error
    except Exception as error:  # decoders raise almost anything on broken bytes
        reason = " ".join(str(error).split())[:200]
        raise DatasetError(
            f"{file} is no PNG that can be read, or it is damaged ({reason}): give a whole file"
        ) from error
    if numbers is None and colours is not None:
        grey = bool((colours == colours[:, :, :1]).all())
        numbers = colours[:, :, 0].astype(np.int32) if grey else packed(colours)
    if numbers is None or numbers.ndim != 2:
        raise DatasetError(
            f"{file} is no map of numbers: give a PNG with a palette, in grey or in RGB"
        )
    return colours, numbers


def packed(colours: NDArray[np.uint8]) -> Numbers:
    """(H, W) numbers R * 65536 + G * 256 + B of colours (H, W, 3)."""
    red, green, blue = (colours[:, :, channel].astype(np.int32) for channel in range(3))
    return (red << 16) + (green << 8) + blue


def distinct(numbers: Numbers) -> list[int]:
    """The numbers in a map, in order; counting them is much faster than sorting millions of pixels."""
    return [int(number) for number in np.flatnonzero(np.bincount(numbers.ravel()))]
