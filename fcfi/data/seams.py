"""Closing seams: narrow bands of "ignore" that some datasets leave around objects.

A network that never sees a label there does not learn the border of an object.  In a band of five
pixels the picture itself shows the border: it is found by a watershed of the colours, starting from
the labels on both sides.  Knows nothing of crops, clicks or networks.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from fcfi.data.pictures import IGNORE_ID

Ids = NDArray[np.uint16]


def close_seams(image: NDArray[np.uint8], ids: Ids, widest: int) -> Ids:
    """Return the map with its seams labelled from both sides, except for the line between them.

    image: (H, W, 3) uint8 RGB.  ids: (H, W), as in `fcfi.data.pictures.Labelling`.  widest: pixels;
        wider regions without a label (an object without a label) stay unchanged.  It takes
        about 1 ms for 500 x 375 pixels.
    """
    unknown = ids == IGNORE_ID
    size = widest + 1 + widest % 2  # odd, so that opening does not shift the result
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    # Opening keeps regions that a disk fits into; the rest is narrow.
    wide = cv2.morphologyEx(unknown.view(np.uint8), cv2.MORPH_OPEN, disk)
    seam = unknown & (wide == 0)
    # A watershed floods only pixels with marker 0, so ids are raised by one and the seam becomes 0.
    markers = ids.astype(np.int32) + 1
    markers[seam] = 0
    flooded = cv2.watershed(image, markers)  # -1 where two sides meet, and at the picture's edge
    closed = ids.copy()
    closed[seam] = np.where(flooded[seam] > 0, flooded[seam] - 1, IGNORE_ID)
    return closed
