"""A mask and its clicks drawn over the photograph, for people to look at.

Knows nothing of networks or sessions, and reads and writes no file.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fcfi.clicks import Clicks

TINT: Final = (30, 110, 255)
"""RGB over the object."""
OUTLINE: Final = (255, 255, 255)
"""RGB of the object's edge."""
POSITIVE: Final = (40, 190, 70)
"""RGB of a click on the object."""
NEGATIVE: Final = (225, 45, 45)
"""RGB of a click off the object."""
STRENGTH: Final = 0.45
"""Part of the tint over the object, 0 (none) to 1 (hides the photograph)."""
DOT: Final = 0.008
"""Radius of a click's dot as a part of the photograph's longer side, at least MIN_DOT pixels."""
MIN_DOT: Final = 3


def draw(image: NDArray[np.uint8], mask: NDArray[np.bool_], clicks: Clicks = ()) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 RGB: the object tinted and outlined, a dot for each click; the inputs stay as they are.

    image: (H, W, 3) uint8 RGB.  mask: (H, W) bool.  Convention: x right, y down, pixel centres at integers.
    """
    picture = image.copy()
    picture[mask] = (picture[mask] * (1 - STRENGTH) + np.array(TINT) * STRENGTH).astype(np.uint8)
    radius = max(MIN_DOT, round(DOT * max(mask.shape)))
    edges, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(picture, edges, -1, OUTLINE, max(1, radius // 3), cv2.LINE_AA)
    for click in clicks:
        cv2.circle(picture, (click.x, click.y), radius + 1, OUTLINE, -1, cv2.LINE_AA)
        cv2.circle(picture, (click.x, click.y), radius - 1, POSITIVE if click.positive else NEGATIVE, -1, cv2.LINE_AA)
    return picture
