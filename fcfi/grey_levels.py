"""Converting numbers of any range to grey levels: 16-bit, 32-bit and float pictures to 8 bits.

- The range of a picture excludes values that mean "no data" (NaN, infinity, the file's own value,
  common negative numbers, anything beyond 1e20), and single pixels that exceed the others by more
  than their range (hot pixels of a sensor).
- 16-bit grey keeps its absolute brightness if enough contrast remains: it is divided by 256, or, if
  its range needs at most 14 bits (a camera or microscope of 10, 12 or 14 bits), by the power of two
  that leaves 8 bits.  If the range would then have fewer than 64 grey levels (a CT with an offset,
  a dark frame), it is stretched to all 256.
- Other numbers (32-bit, float) are always stretched.
- A grey window replaces these rules: exactly its values become black and white.

Values beyond the range become black or white, NaN black.  Knows nothing of files.
"""

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fcfi.grey_window import GreyWindow

SENSOR_BITS: Final = 14
"""Largest depth of a sensor: a 16-bit grey picture that uses no more bits comes from one."""
ENOUGH_LEVELS: Final = 64
"""Fewest grey levels in a 16-bit picture's range; with fewer it is stretched."""
NO_DATA: Final = (-9999, -32767, -32768, -99999, -(2**31))
"""Numbers that mean "no data" in maps and scans whose file does not specify one."""
HUGE: Final = 1e20
"""Numbers from here on are not measured: 3.4e38, 9.97e36 and 1e20 also mean "no data"."""
SAMPLE_PIXELS: Final = 4_000_000
"""Approximate number of pixels that are sampled to find the range."""
STRIP_PIXELS: Final = 4_000_000
"""Pixels that are converted at once."""


@dataclass(frozen=True, slots=True)
class ValueRange:
    """The range of the values of a deep picture, and the grey levels that they get.

    low, high: the smallest and largest value of its range, which may be equal.
    black, white: the values that become black and white without a window.
    whole: whether all values are whole numbers.
    """

    low: float
    high: float
    black: float
    white: float
    whole: bool


def range_of(values: NDArray[Any], no_data: float | None = None) -> ValueRange | None:
    """Return the range of numbers (H, W), integer or float, or None without a valid value.

    no_data: the file's value for pixels without data.
    """
    found = _range(values, no_data)
    if found is None:
        return None
    shift = _shift(values.dtype, *found)
    shown = found if shift is None else (0.0, float((256 << shift) - 1))
    return ValueRange(*found, *shown, values.dtype.kind in "iu")


def to_grey_levels(
    values: NDArray[Any], no_data: float | None = None, window: GreyWindow | None = None
) -> NDArray[np.uint8]:
    """Return numbers (H, W), integer or float, as grey levels 0 to 255; see the module docstring.

    no_data: the file's value for pixels without data; it plays no part with a window.

    >>> values = np.array([[1000, 1080], [1200, np.nan]], np.float32)
    >>> to_grey_levels(values)
    array([[  0, 102],
           [255,   0]], dtype=uint8)
    >>> to_grey_levels(values, window=GreyWindow(1080, 1180))
    array([[  0,   0],
           [255,   0]], dtype=uint8)
    """
    found = (window.low, window.high) if window else _range(values, no_data)
    if found is None:
        return np.zeros(values.shape, np.uint8)
    low, high = found
    levels = np.empty(values.shape, np.uint8)
    shift = None if window else _shift(values.dtype, low, high)
    rows = max(1, STRIP_PIXELS // values.shape[1])
    # in strips, because floats of the whole picture would take eight times its memory
    for top in range(0, values.shape[0], rows):
        strip = values[top : top + rows]
        if shift is not None:
            levels[top : top + rows] = np.minimum(strip >> shift, 255)
        else:
            levels[top : top + rows] = _stretched(strip, low, high)
    return levels


def _range(values: NDArray[Any], no_data: float | None) -> tuple[float, float] | None:
    """Return the smallest and largest valid value, or None without any."""
    step = max(1, int(np.ceil(np.sqrt(values.size / SAMPLE_PIXELS))))
    sample = values[::step, ::step].astype(np.float32)  # a copy, in this computer's byte order
    unknown = np.array([*NO_DATA, *(() if no_data is None else (no_data,))], np.float32)
    # NaN is not less than HUGE
    known = (np.abs(sample) < HUGE) & ~np.isin(sample, unknown)
    if not known.any():
        return None
    sample[~known] = np.median(sample[known])
    # The median of a pixel and its neighbours removes single outliers, also at a corner (where the
    # pixel is four of nine values), and keeps objects.
    smooth = cv2.medianBlur(sample, 3)
    bottom, reach = float(smooth.min()), float(smooth.max()) - float(smooth.min())
    if reach > 0:  # otherwise the picture may consist of lines one pixel wide
        sample = sample[(sample >= bottom - reach) & (sample <= bottom + 2 * reach)]
    return float(sample.min()), float(sample.max())


def _shift(kind: np.dtype[Any], low: float, high: float) -> int | None:
    """Return the number of bits to drop from 16-bit grey, or None to stretch the numbers."""
    if kind.kind == "f" or low < 0 or high >= 2**16:
        return None
    bits = max(8, int(high).bit_length())
    shift = bits - 8 if bits <= SENSOR_BITS else 8
    levels = (int(high) >> shift) - (int(low) >> shift) + 1
    return shift if levels >= ENOUGH_LEVELS or low == high else None


def _stretched(strip: NDArray[Any], low: float, high: float) -> NDArray[np.uint8]:
    """Return values as grey levels, with `low` as 0 and `high` as 255."""
    # A window may be so narrow that the factor is infinite; then only `low` itself becomes NaN.
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = (strip.astype(np.float64) - low) * (255 / (high - low or 1))
    levels = np.clip(np.nan_to_num(scaled, nan=0), 0, 255)
    return (levels + 0.5).astype(np.uint8)
