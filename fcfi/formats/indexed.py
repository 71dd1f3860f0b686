"""Instance maps as PNG with the palette of PASCAL VOC, which shows small numbers in colours.

Maps are read by fcfi.mask_files.  Knows no layout of folders.
"""

import io
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from fcfi.errors import DatasetError, InputError
from fcfi.formats.annotation import AnnotatedPicture
from fcfi.geometry import cut
from fcfi.mask_files import InstanceMap
from fcfi.mask_files import decode_map as decode_any
from fcfi.masks.work import charge

VOID: Final = 255
"""VOC: neither background nor a class."""


def voc_colour(number: int) -> tuple[int, int, int]:
    """Return the RGB colour of a number from 0 to 255 in VOC's palette.

    The number's bits, lowest first, go in turn to red, green and blue, highest bits first.
    Source: the VOC 2012 development kit, VOClabelcolormap.
    """
    colour = [0, 0, 0]
    for index in range(8):
        for channel in range(3):
            colour[channel] |= (number >> (3 * index + channel) & 1) << 7 - index
    return colour[0], colour[1], colour[2]


def encode_map(numbers: NDArray[np.uint8]) -> bytes:
    """Return numbers (H, W) uint8 as a PNG with VOC's palette."""
    picture = Pillow.fromarray(numbers)
    picture.putpalette([channel for number in range(256) for channel in voc_colour(number)])
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG")
    return buffer.getvalue()


def decode_map(data: bytes, name: str) -> InstanceMap:
    """Return the instance map in a picture file.  Raises DatasetError if it cannot be read."""
    charge(_pixels(data))
    try:
        return decode_any(data, name)
    except InputError as error:
        raise DatasetError(str(error)) from error


def _pixels(data: bytes) -> int:
    """Return the number of pixels that a stored picture says it has; 0 if it says nothing."""
    try:
        with Pillow.open(io.BytesIO(data)) as opened:
            return opened.width * opened.height
    except Exception:  # whatever a damaged file raises, reading it says in a sentence
        return 0


def decode_drawing(data: bytes, name: str) -> InstanceMap:
    """Return the instance map in a drawn picture, whose edges may be soft.

    Raises DatasetError if it cannot be read, or several objects have soft edges.
    """
    try:
        return decode_map(data, name).sharpened(name)
    except InputError as error:
        raise DatasetError(str(error)) from error


def paint(picture: AnnotatedPicture, limit: int) -> NDArray[np.uint8]:
    """Return (height, width) uint8: the topmost object's number at each pixel, 0 for background.

    Objects are numbered from 1, from bottom to top.  Raises InputError for more than `limit`.
    """
    if len(picture.objects) > limit:
        raise InputError(
            f"expected at most {limit} objects in a map of numbers, got {len(picture.objects)} on "
            f"{picture.file_name}: export as coco, which has no such limit"
        )
    numbers = np.zeros((picture.height, picture.width), np.uint8)
    for number, annotated in enumerate(picture.bottom_up(), 1):
        cut(numbers, annotated.mask.box)[annotated.mask.inside()] = number
    return numbers
