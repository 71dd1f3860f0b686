"""Seams: the narrow bands of "ignore" that some data sets leave between an object and its surroundings.

A network that never sees a label there is taught everything of an object but its border.  The
picture itself says where
in a band of five pixels the border runs: a watershed of its colours, from the labels at both sides.
Knows nothing of crops, clicks or networks.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from fcfi.data.pictures import IGNORE_ID

Ids = NDArray[np.uint16]


def close_seams(image: NDArray[np.uint8], ids: Ids, widest: int) -> Ids:
    """The map with its seams labelled from both sides, but for the line of a pixel where the sides meet.

    image: (H, W, 3) uint8 RGB.  ids: (H, W), as in `fcfi.data.pictures.Reading`.  widest: pixels;
        what is left out of
    the labels in wider pieces (an object that nobody labelled) stays as it is.  About 1 ms for 500
    x 375 pixels.
    """
    unknown = ids == IGNORE_ID
    size = widest + 1 + widest % 2  # odd, so that opening does not move what stays
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    wide = cv2.morphologyEx(unknown.view(np.uint8), cv2.MORPH_OPEN, disk)
    seam = unknown & (wide == 0)
    markers = ids.astype(np.int32) + 1
    markers[seam] = 0
    flooded = cv2.watershed(image, markers)  # -1 where two sides meet, and round the whole picture
    closed = ids.copy()
    closed[seam] = np.where(flooded[seam] > 0, flooded[seam] - 1, IGNORE_ID)
    return closed
