"""A deep picture, in which two structures are apart only in a narrow grey window."""

from pathlib import Path

import cv2
import numpy as np

HEIGHT, WIDTH = 48, 64
LEFT, RIGHT = (10, 10), (30, 10)
"""A pixel (x, y) of each structure: their values are 1040 and 1044, around them 1000."""


def deep_picture(path: Path) -> Path:
    """Write a grey picture (48, 64) of 12 bits in 16, or of floats for the name `float.tif`.

    Its lower half rises from 0 at the left to 4095 at the right.
    """
    values = np.full((HEIGHT, WIDTH), 1000, np.uint16)
    values[4:20, 4:20] = 1040
    values[4:20, 24:40] = 1044
    values[24:] = np.linspace(0, 4095, WIDTH).astype(np.uint16)
    cv2.imwrite(str(path), values.astype(np.float32) if path.name == "float.tif" else values)
    return path
