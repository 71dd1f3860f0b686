"""The robot: the next click of a simulated person who knows the truth.

Training and evaluation use it.  It knows nothing of networks, images or metrics.
Source: the evaluation protocol of RITM (Sofiiuk et al., 2022), which the paper follows.  Its
"largest error region" is the deepest region, not the one with the largest area: the click is at the
error pixel farthest from the edge of its region, among all false negatives (a positive click) and
all false positives (a negative click).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from fcfi.errors import InputError
from fcfi.masks.truth import BACKGROUND, OBJECT, Mask, Truth
from fcfi.prompts.clicks import Click, Clicks

INNER = 0.5
"""In training, any pixel deeper than this fraction of the largest depth may be clicked (RITM)."""
EXACT, QUICK = cv2.DIST_MASK_PRECISE, cv2.DIST_MASK_5
"""Distance transforms: exact for evaluation; for training three times as fast with 2 % error.

Source: both as in RITM.
"""


def next_click(
    truth: Truth,
    mask: Mask,
    made: Clicks = (),
    rng: np.random.Generator | None = None,
    inner: float = INNER,
) -> Click | None:
    """Return the next click on a mask, or None if every error pixel has been clicked.

    truth: (H, W) uint8, 0 background, 1 object, 255 ignore (never clicked).
    mask: (H, W) bool, the prediction.
    made: the clicks so far; their pixels are never clicked again.
    rng: None chooses as in evaluation: the deepest pixel (of several, the first in reading order).
        A generator chooses as in training: a random pixel with the same kind of error.
    inner: in training, the pixel's depth exceeds this fraction of the largest; 0 allows all pixels.

    Depth is the Euclidean distance to the nearest pixel without that error; pixels outside the
    image have no error.

    Convention: x right, y down, whole pixels.  Raises InputError if the two sizes differ.
    """
    if truth.shape != mask.shape:
        raise InputError(
            f"expected a mask of the truth's size {truth.shape} (height, width), got {mask.shape}"
        )
    # Exact distances in evaluation, where clicks must be reproducible; training needs speed.
    transform = EXACT if rng is None else QUICK
    missed = _depth((truth == OBJECT) & ~mask, made, transform)
    extra = _depth((truth == BACKGROUND) & mask, made, transform)
    # On a tie, the released robot makes a negative click.
    positive = missed.largest > extra.largest
    region = missed if positive else extra
    if region.largest <= 0:
        return None
    x, y = region.deepest() if rng is None else region.draw(rng, inner)
    return Click(x, y, positive)


def first_click(mask: Mask) -> Click | None:
    """Return the first click on an object: its deepest pixel, or None for an empty mask.

    mask: (H, W) bool.  Convention: x right, y down, whole pixels.
    """
    return next_click(mask.astype(np.uint8) * np.uint8(OBJECT), np.zeros_like(mask))


@dataclass(frozen=True, slots=True)
class _Depth:
    """The depth map in the box of one kind of error, in pixels.

    left, top: position of the box in the image.
    """

    depth: NDArray[np.float32]
    largest: float
    left: int
    top: int

    def deepest(self) -> tuple[int, int]:
        return self._point(int(self.depth.argmax()))

    def draw(self, rng: np.random.Generator, inner: float) -> tuple[int, int]:
        allowed = np.flatnonzero(self.depth > inner * self.largest)
        return self._point(int(allowed[rng.integers(len(allowed))]))

    def _point(self, index: int) -> tuple[int, int]:
        row, column = divmod(index, self.depth.shape[1])
        return self.left + column, self.top + row


def _depth(error: Mask, made: Clicks, transform: int) -> _Depth:
    """Return the depth of the error, 0 at clicked pixels.

    Only the box of the error is used: a border of zeros represents everything outside, including
    the image border, so that the depths equal those of the whole image padded by one pixel.
    """
    errors = error.view(np.uint8)
    left, top, width, height = cv2.boundingRect(errors)
    if width == 0:
        return _Depth(np.zeros((1, 1), np.float32), 0.0, 0, 0)
    padded = np.zeros((height + 2, width + 2), np.uint8)
    padded[1:-1, 1:-1] = errors[top : top + height, left : left + width]
    depth = np.ascontiguousarray(
        cv2.distanceTransform(padded, cv2.DIST_L2, transform)[1:-1, 1:-1], np.float32
    )
    if transform == EXACT:
        # The last bit of OpenCV's square roots depends on the memory address of a pixel, so that
        # equal depths would differ between runs.  Their squares are integers.
        depth = np.sqrt(np.rint(np.square(depth, dtype=np.float64))).astype(np.float32)
    for click in made:
        if 0 <= click.x - left < width and 0 <= click.y - top < height:
            depth[click.y - top, click.x - left] = 0
    return _Depth(depth, float(depth.max()), left, top)
