"""Drawing a mask and its clicks over an image, for display.

Knows nothing of networks or sessions, and neither reads nor writes files.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fcfi.masks.truth import IGNORE, OBJECT, Mask, Truth
from fcfi.prompts.clicks import Clicks

TINT: Final = (30, 110, 255)
"""RGB colour over the object."""
OUTLINE: Final = (255, 255, 255)
"""RGB colour of the object's edge."""
POSITIVE: Final = (40, 190, 70)
"""RGB colour of a click on the object."""
NEGATIVE: Final = (225, 45, 45)
"""RGB colour of a click off the object."""
MISSING: Final = (40, 70, 255)
"""RGB colour over pixels of the object that are not in the mask."""
EXCESS: Final = (235, 40, 40)
"""RGB colour over pixels of the mask that do not belong to the object."""
STRENGTH: Final = 0.45
"""Opacity of the tint over the object, from 0 (invisible) to 1 (opaque)."""
DOT: Final = 0.008
"""Radius of a click's dot as a fraction of the longer side; it is at least MIN_DOT pixels."""
MIN_DOT: Final = 3


def draw(
    image: NDArray[np.uint8], mask: NDArray[np.bool_], clicks: Clicks = ()
) -> NDArray[np.uint8]:
    """Return the image with the object tinted and outlined, and a dot for each click.

    image: (H, W, 3) uint8 RGB.  mask: (H, W) bool.  Convention: x right, y down, pixel centres at
        integers.

    Returns (H, W, 3) uint8 RGB and does not change its arguments.
    """
    picture = image.copy()
    _tint(picture, mask, TINT)
    radius = max(MIN_DOT, round(DOT * max(mask.shape)))
    edges, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(picture, edges, -1, OUTLINE, max(1, radius // 3), cv2.LINE_AA)
    for click in clicks:
        cv2.circle(picture, (click.x, click.y), radius + 1, OUTLINE, -1, cv2.LINE_AA)
        cv2.circle(
            picture,
            (click.x, click.y),
            radius - 1,
            POSITIVE if click.positive else NEGATIVE,
            -1,
            cv2.LINE_AA,
        )
    return picture


def compare(
    image: NDArray[np.uint8], truth: Truth, mask: Mask, clicks: Clicks = ()
) -> NDArray[np.uint8]:
    """Return the truth next to the mask with its clicks and errors, as (H, 2 W, 3) uint8 RGB.

    image: (H, W, 3) uint8 RGB.  truth: (H, W) uint8, 0 background, 1 object, 255 ignore.
    mask: (H, W) bool.

    Errors are tinted MISSING and EXCESS; ignored pixels are not errors.
    """
    whole = truth == OBJECT
    predicted = draw(image, mask, clicks)
    _tint(predicted, whole & ~mask, MISSING)
    _tint(predicted, mask & ~whole & (truth != IGNORE), EXCESS)
    return np.concatenate([draw(image, whole), predicted], axis=1)


def _tint(picture: NDArray[np.uint8], where: Mask, colour: tuple[int, int, int]) -> None:
    """Blend a colour into some pixels of a picture, in place."""
    picture[where] = (picture[where] * (1 - STRENGTH) + np.array(colour) * STRENGTH).astype(
        np.uint8
    )
