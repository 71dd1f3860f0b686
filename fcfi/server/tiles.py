"""Cuts a picture into tiles of a pyramid, so that a browser need not hold 100 megapixels.

Level 0 has the picture's own pixels; each level above halves both sides (rounded up), up to the
first level that fits one tile.  A pixel of level n is the mean of the 2^n x 2^n pixels below it;
beyond the edge of the picture its last pixels are repeated.  A tile is made when it is requested,
from the picture itself and in bands, so that memory never holds a second picture.

Convention: column and row count tiles of SIDE pixels from the top left.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from fcfi.images import Image

SIDE: Final = 512
"""The side of a tile in pixels; tiles at the right and lower edge are smaller."""
QUALITY: Final = 90
"""The quality of the JPEGs above level 0."""
COMPRESSION: Final = 1
"""Compression (0 to 9) of the PNGs at level 0: compressing more takes longer than sending more."""
BAND_BYTES: Final = 8 << 20
"""Bytes of the picture that are shrunk at once."""
PNG: Final = "image/png"
JPEG: Final = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Tile:
    """An encoded tile.  media_type: PNG (exact) or JPEG."""

    data: bytes
    media_type: str


def levels(height: int, width: int) -> int:
    """Return the number of levels of a picture, 1 or more."""
    return max(0, (max(height, width) - 1) // SIDE).bit_length() + 1


def exists(height: int, width: int, level: int, column: int, row: int) -> bool:
    """Return whether a picture of this size has this tile."""
    if not 0 <= level < levels(height, width) or column < 0 or row < 0:
        return False
    step = SIDE << level
    return column * step < width and row * step < height


def tile(image: Image, level: int, column: int, row: int) -> Tile:
    """Return a tile of a picture (H, W, 3); the tile must exist."""
    step = SIDE << level
    part = image[row * step : (row + 1) * step, column * step : (column + 1) * step]
    if level == 0:
        return Tile(_encode(part, ".png", cv2.IMWRITE_PNG_COMPRESSION, COMPRESSION), PNG)
    return Tile(jpeg(shrink(part, 1 << level)), JPEG)


def jpeg(image: Image) -> bytes:
    """Return a picture (H, W, 3) as a JPEG."""
    return _encode(image, ".jpg", cv2.IMWRITE_JPEG_QUALITY, QUALITY)


def shrink(part: Image, factor: int) -> Image:
    """Return the means of squares of `factor` x `factor` pixels of a picture (H, W, 3).

    The result is (ceil(H / factor), ceil(W / factor), 3) uint8.
    """
    height, width = -(-part.shape[0] // factor), -(-part.shape[1] // factor)
    small = np.empty((height, width, 3), np.uint8)
    rows = max(1, BAND_BYTES // (3 * factor * factor * width))
    for top in range(0, height, rows):
        band = part[top * factor : (top + rows) * factor]
        below, beside = -band.shape[0] % factor, -band.shape[1] % factor
        if below or beside:
            band = np.pad(band, ((0, below), (0, beside), (0, 0)), mode="edge")
        size = (width, band.shape[0] // factor)
        small[top : top + rows] = cv2.resize(band, size, interpolation=cv2.INTER_AREA)
    return small


def _encode(image: Image, ending: str, option: int, value: int) -> bytes:
    done, data = cv2.imencode(ending, image[:, :, ::-1], [option, value])
    assert done, "OpenCV encodes every uint8 picture"
    return data.tobytes()
