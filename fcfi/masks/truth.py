"""The three values of a truth, shared by the robot, the metrics and the readers of datasets.

A truth is (H, W) uint8 and holds only BACKGROUND, OBJECT and IGNORE.  Ignored pixels (such as a
seam around an object whose border is uncertain) count neither in metrics nor as errors to click on.
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
