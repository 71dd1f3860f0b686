"""Reading masks from picture files, for imports, datasets, start masks and batches.

A mask file holds a number for each pixel: the value in a grey file, the index in a palette, or one
number for each colour.  0, black and transparent are background.  Files of other programs have more
variants:

- Transparency is background.  If some pixels are transparent and all others are black, the black
  ones are the object; so are all visible pixels of a cut-out photograph.
- A palette that an image program sorted may have black at an index other than 0: then the colours
  are used.
- JPEG and AVIF blur every edge: pixels lighter than half are the object.
- Edges may be soft (anti-aliased): one object with a soft edge is cut at half its value; if several
  objects have soft edges, the numbers are ambiguous and the file is refused.

Large files are converted in strips, so that a mask takes one or two bytes per pixel.  Knows nothing
of datasets or annotation formats.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from fcfi.errors import InputError
from fcfi.images import MAX_PIXELS, STRIP_PIXELS, decode_stored, read_stored
from fcfi.masks.truth import Mask

Numbers = NDArray[np.unsignedinteger[Any]]
"""(H, W) uint8 or uint16, 0 for background."""
Form = Literal["grey", "palette", "colour"]

LOSSY: Final = ("JPEG", "AVIF")
"""Formats whose compression leaves small values around every edge."""
OPAQUE: Final = 128
"""Alpha from which a pixel is visible."""
HALF: Final = 127
"""Level of a channel above which a pixel of a lossy file is object."""
MOST: Final = 65535
"""Largest number in a mask file."""
WITHOUT_COLOUR: Final = ("1", "L", "LA", "La")
"""Pillow's modes of grey files."""
GREYS: Final = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
"""(256, 3) RGB palette of a picture that stores grey as colours."""
PHOTOGRAPH: Final = 256
"""Largest number of colours in a map of numbers; a cut-out with more is a photograph."""
BLENDED_SHARE: Final = 0.5
"""A number is a soft edge if this share of its pixels lies between a lower and a higher level."""
NEAR_TOP: Final = 0.9
"""Levels from this share of the highest one are one object, if most levels are soft edges."""
MIN_BLENDED: Final = 3
"""Fewest levels by which soft edges can be distinguished from adjacent numbers."""


@dataclass(frozen=True, eq=False)
class InstanceMap:
    """A mask file: a number for each pixel, 0 for background.

    numbers: (H, W) uint8 or uint16.
    form:    what the file stores: grey values, palette indices, or colours.
    colours: (N, 3) uint8, the RGB of each number; None for a file without colours.  In the form
             "colour", the numbers only count the colours that occur, from black upwards; if all
             colours are grey, their levels are the numbers.
    """

    numbers: Numbers
    form: Form = "grey"
    colours: NDArray[np.uint8] | None = None

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """(N,) pixel counts of the numbers from 0 on."""
        counts = np.zeros(int(self.numbers.max(initial=0)) + 1, np.int64)
        # In strips, because bincount converts its input to 8 bytes per pixel.
        for rows in _strips(*self.numbers.shape):
            counts += np.bincount(self.numbers[rows].ravel(), minlength=len(counts))
        return counts

    @property
    def present(self) -> tuple[int, ...]:
        """The numbers other than 0 that occur, in rising order."""
        return tuple(int(number) for number in np.flatnonzero(self.counts) if number)

    @property
    def levels(self) -> Numbers | None:
        """(N,) lightness of each number; None for a palette of colours, which have no order."""
        if self.colours is None:
            return np.arange(len(self.counts), dtype=self.numbers.dtype)
        used = self.colours[list(self.present)]
        if self.form == "palette" and not (used == used[:, :1]).all():
            return None
        return np.asarray(self.colours.max(axis=1), np.uint8)

    def mask(self) -> Mask:
        """Return the mask (H, W) of all numbers, with soft edges cut at half the top level."""
        return np.asarray((self._cut() if self._soft else self.numbers) != 0)

    def sharpened(self, name: str) -> "InstanceMap":
        """Return the map without soft edges, or itself if it has none.

        Raises InputError with the file's name if several objects have soft edges, because the
        numbers of objects then cannot be distinguished from mixtures.
        """
        if self._soft == "several":
            raise InputError(
                f"expected one number or colour for each object in {name}, got "
                f"{len(self.present)}, most of them in soft edges: save the mask without "
                "anti-aliasing, as PNG"
            )
        return replace(self, numbers=self._cut()) if self._soft else self

    @cached_property
    def _soft(self) -> Literal["", "one", "several"]:
        """Whether one object has a soft edge, several have, or none."""
        levels = self.levels
        # A single number cannot be a mixture; without an order, no number lies between others.
        if levels is None or len(self.present) < 2:
            return ""
        blended = self._blended(levels)
        solid = [number for number in self.present if number not in blended]
        top = max(self.present, key=lambda number: int(levels[number]))
        light = levels[top] > np.iinfo(levels.dtype).max // 2
        many = len(blended) >= MIN_BLENDED and len(blended) > len(solid)
        # A blurred drawing has plateaus just below its lightest level.
        alike = all(levels[number] >= NEAR_TOP * levels[top] for number in solid)
        if light and blended and (solid == [top] or (many and alike)):
            return "one"
        return "several" if many else ""

    def _cut(self) -> Numbers:
        """Return the numbers, with those above half the top level set to the top, others to 0."""
        levels = self.levels
        assert levels is not None, "called only for maps with soft edges, which have levels"
        top = max(self.present, key=lambda number: int(levels[number]))
        # At half of the highest level, an anti-aliased border covers half a pixel.
        table = np.where(levels > int(levels[top]) // 2, top, 0).astype(self.numbers.dtype)
        cut: Numbers = table[self.numbers]
        return cut

    def _blended(self, levels: Numbers) -> set[int]:
        """Return the numbers with most pixels between a lower and a higher level."""
        height, width = self.numbers.shape
        mixed = np.zeros(len(self.counts), np.int64)
        square = np.ones((3, 3), np.uint8)
        for rows in _strips(height, width):
            # One more row at both ends, because a pixel is compared with its neighbours.
            top, bottom = max(0, rows.start - 1), min(height, rows.stop + 1)
            shown = levels[self.numbers[top:bottom]]
            between = (cv2.erode(shown, square) < shown) & (shown < cv2.dilate(shown, square))
            inner = slice(rows.start - top, rows.stop - top)
            found = self.numbers[rows][between[inner]]
            mixed += np.bincount(found, minlength=len(mixed))
        return {
            number
            for number in self.present
            if mixed[number] >= BLENDED_SHARE * self.counts[number]
        }


def read_map(path: str | os.PathLike[str], max_pixels: int = MAX_PIXELS) -> InstanceMap:
    """Return the numbers in a file of any picture format.  Raises InputError."""
    return _map_of(read_stored(path, max_pixels), str(path))


def decode_map(data: bytes, name: str, max_pixels: int = MAX_PIXELS) -> InstanceMap:
    """Return the numbers in a file's bytes; `name` is for messages.  Raises InputError."""
    return _map_of(decode_stored(data, name, max_pixels), name)


def read_mask(
    path: str | os.PathLike[str], height: int, width: int, max_pixels: int = MAX_PIXELS
) -> Mask:
    """Return the mask in a file, (height, width) bool; everything but background is object.

    Raises InputError if it cannot be read or has another size.
    """
    return _fitting(read_map(path, max_pixels), height, width, str(path))


def decode_mask(
    data: bytes, height: int, width: int, name: str, max_pixels: int = MAX_PIXELS
) -> Mask:
    """Return the mask in a file's bytes, like `read_mask`; `name` is for messages."""
    return _fitting(decode_map(data, name, max_pixels), height, width, name)


def _fitting(numbers: InstanceMap, height: int, width: int, name: str) -> Mask:
    mask = numbers.mask()
    if mask.shape != (height, width):
        raise InputError(
            f"expected a mask of {width} x {height} pixels, as its picture has, got "
            f"{mask.shape[1]} x {mask.shape[0]} in {name}: give the mask of this picture"
        )
    return mask


def _strips(height: int, width: int) -> Iterator[slice]:
    """Yield the rows of a picture in strips with a bounded number of pixels."""
    rows = max(1, STRIP_PIXELS // max(1, width))
    for top in range(0, height, rows):
        yield slice(top, min(top + rows, height))


def _map_of(stored: Pillow.Image, name: str) -> InstanceMap:
    if stored.mode[0] in "IF":  # I;16 and its byte orders, I, F
        return InstanceMap(_whole_numbers(np.asarray(stored), name))
    if stored.format in LOSSY:
        return InstanceMap(_light(stored))
    if stored.mode in ("1", "L") and not stored.has_transparency_data:
        return InstanceMap(np.asarray(stored.convert("L")))
    if stored.mode in ("P", "PA"):
        return _of_palette(stored, name)
    return _of_colours(stored, name)


def _whole_numbers(values: NDArray[Any], name: str) -> Numbers:
    """Return values (H, W) of 16 or 32 bits or float as numbers; probabilities are cut at half."""
    if values.dtype.kind == "f":
        values = np.nan_to_num(values, nan=0, posinf=0, neginf=0)
        if values.min(initial=0) >= 0 and values.max(initial=0) <= 1:
            return (values > 0.5).astype(np.uint8)
    low, high = values.min(initial=0), values.max(initial=0)
    if low < 0 or high > MOST or (values.dtype.kind == "f" and (values % 1).any()):
        raise InputError(
            f"expected whole numbers from 0 to {MOST} in the mask {name}, got values from "
            f"{low:g} to {high:g}: save it with 8 or 16 bits"
        )
    return values.astype(np.uint16 if high > 255 or values.dtype.itemsize > 1 else np.uint8)


def _light(stored: Pillow.Image) -> Numbers:
    """Return (H, W) uint8: 255 where a picture is light, else 0."""
    numbers = np.zeros((stored.height, stored.width), np.uint8)
    for rows, strip in _parts(stored):
        light = (np.asarray(strip.convert("RGB")) > HALF).any(axis=2)
        numbers[rows] = light * np.uint8(255)
    return numbers


def _of_palette(stored: Pillow.Image, name: str) -> InstanceMap:
    numbers = np.zeros((stored.height, stored.width), np.uint8)
    visible_counts = np.zeros(256, np.int64)
    clear = False
    for rows, strip in _parts(stored):
        numbers[rows] = np.asarray(strip.getchannel(0) if strip.mode == "PA" else strip)
        visible = _visible(strip)
        if visible is None:
            visible_counts += np.bincount(numbers[rows].ravel(), minlength=256)
            continue
        clear = clear or not visible.all()
        visible_counts += np.bincount(numbers[rows][visible], minlength=256)
        numbers[rows][~visible] = 0
    used = np.flatnonzero(visible_counts)
    colours = _palette(stored)
    if clear and used.tolist() == [0]:
        return InstanceMap(_visible_map(stored))
    black = (colours == 0).all(axis=1)
    if not black[0] and black[used].any():
        # An image program sorted the palette: only the colours have a meaning.
        return _of_colours(stored, name)
    return InstanceMap(numbers, "palette", colours)


def _palette(stored: Pillow.Image) -> NDArray[np.uint8]:
    """Return the palette as (256, 3) RGB; missing entries are black."""
    entries = np.array(stored.getpalette("RGB") or [], np.uint8).reshape(-1, 3)[:256]
    return np.concatenate([entries, np.zeros((256 - len(entries), 3), np.uint8)])


def _of_colours(stored: Pillow.Image, name: str) -> InstanceMap:
    """Return the map of a picture in grey or colours; one with only grey colours is grey."""
    # First pass: which colours occur at visible pixels, and is anything transparent?
    occurs = np.zeros(1 << 24, np.bool_)
    clear = False
    for _, strip in _parts(stored):
        packed, visible = _packed(strip), _visible(strip)
        if visible is not None:
            clear = clear or not visible.all()
            packed = packed[visible]
        occurs[packed] = True
    colours = np.flatnonzero(occurs)
    channels = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1).astype(np.uint8)
    grey = bool((channels == channels[:, :1]).all())
    if clear and (colours.tolist() == [0] or (not grey and len(colours) > PHOTOGRAPH)):
        return InstanceMap(_visible_map(stored))
    # Black is background even if it does not occur, so that the other numbers start at 1.
    table = np.zeros(1 << 24, np.uint16)
    if not grey:
        channels = np.concatenate([np.zeros((1, 3), np.uint8), channels[colours > 0]])
        if len(channels) > MOST:
            raise InputError(
                f"expected one colour for each object in {name}, got more than {MOST}: this is a "
                "photograph, give a mask"
            )
        table[colours[colours > 0]] = np.arange(1, len(channels))
    else:
        table[colours] = channels[:, 0]
    # Second pass: the numbers.
    small = grey or len(channels) <= 256
    numbers: Numbers = np.zeros((stored.height, stored.width), np.uint8 if small else np.uint16)
    for rows, strip in _parts(stored):
        numbers[rows] = table[_packed(strip)]
        visible = _visible(strip)
        if visible is not None:
            numbers[rows][~visible] = 0
    if not grey:
        return InstanceMap(numbers, "colour", channels)
    return InstanceMap(numbers, "grey", None if stored.mode in WITHOUT_COLOUR else GREYS)


def _visible_map(stored: Pillow.Image) -> Numbers:
    """Return (H, W) uint8: 255 where a picture is visible."""
    numbers = np.zeros((stored.height, stored.width), np.uint8)
    for rows, strip in _parts(stored):
        visible = _visible(strip)
        numbers[rows] = 255 if visible is None else visible * np.uint8(255)
    return numbers


def _parts(stored: Pillow.Image) -> Iterator[tuple[slice, Pillow.Image]]:
    """Yield the strips of a picture with their rows."""
    for rows in _strips(stored.height, stored.width):
        yield rows, stored.crop((0, rows.start, stored.width, rows.stop))


def _visible(strip: Pillow.Image) -> Mask | None:
    """Return where a picture is opaque, (h, w) bool, or None if it has no transparency."""
    if not strip.has_transparency_data:
        return None
    return np.asarray(np.asarray(strip.convert("RGBA").getchannel("A")) >= OPAQUE)


def _packed(strip: Pillow.Image) -> NDArray[np.int32]:
    """Return (h, w) colours as R * 65536 + G * 256 + B."""
    # Through RGBA if there is alpha: converting directly to RGB may blend it in.
    if strip.has_transparency_data:
        strip = strip.convert("RGBA")
    red, green, blue = (
        np.asarray(channel).astype(np.int32) for channel in strip.convert("RGB").split()
    )
    return (red << 16) + (green << 8) + blue
