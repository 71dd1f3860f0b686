"""The three labels of a true mask, shared by the robot user, the metrics and the readers.

A true mask ("truth") is (H, W) uint8 and holds BACKGROUND, OBJECT and IGNORE only.  Pixels to
ignore (a seam round an object that nobody can place exactly) count neither in a metric nor as an
error to click on.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

BACKGROUND: Final = 0
OBJECT: Final = 1
IGNORE: Final = 255

Truth = NDArray[np.uint8]
"""(H, W) uint8: BACKGROUND, OBJECT or IGNORE."""
Mask = NDArray[np.bool_]
"""(H, W) bool: True on the object."""
