"""Boxes of whole pixels.

Convention: x right, y down, pixel centres at integers; a box is half open.  Loads no NumPy, so that
`import fcfi` and the command line's help stay quick.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fcfi.documents import read
from fcfi.errors import InputError

SIDES: Final = ("left", "top", "right", "bottom")
"""Keys of a box in JSON."""


@dataclass(frozen=True, slots=True)
class Box:
    """Pixels left <= x < right, top <= y < bottom; InputError if there are none.

    >>> box = Box(10, 20, 110, 70)
    >>> box.width, box.height, box.contains(109, 69), box.contains(110, 70)
    (100, 50, True, False)
    """

    left: int
    top: int
    right: int
    bottom: int

    def __post_init__(self) -> None:
        if not (self.left < self.right and self.top < self.bottom):
            raise InputError(
                "expected a box with left below right and top below bottom, got left, top, right, "
                f"bottom = {self.left}, {self.top}, {self.right}, {self.bottom}: right and bottom "
                "are the first pixels outside"
            )

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.bottom - self.top

    @property
    def area(self) -> int:
        """Pixels inside."""
        return self.width * self.height

    def contains(self, x: int, y: int) -> bool:
        """Return whether this pixel is inside."""
        return self.left <= x < self.right and self.top <= y < self.bottom

    def to_json(self) -> dict[str, Any]:
        """Return `{"left": .., "top": .., "right": .., "bottom": ..}`."""
        return {"left": self.left, "top": self.top, "right": self.right, "bottom": self.bottom}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Box":
        """Return the box of `to_json`.  Raises InputError, naming the key, for anything else."""
        left, top, right, bottom = (read(data, key, int) for key in SIDES)
        return cls(left, top, right, bottom)

    def union(self, other: "Box") -> "Box":
        """Return the smallest box that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def intersection(self, other: "Box") -> "Box | None":
        """Return the box of the pixels in both, or None."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return Box(left, top, right, bottom) if left < right and top < bottom else None

    def iou(self, other: "Box") -> float:
        """Return intersection over union, 0 to 1."""
        common = self.intersection(other)
        shared = common.area if common else 0
        return shared / (self.area + other.area - shared)

    def enlarged(self, ratio: float, minimum: int) -> "Box":
        """Return a box round the same centre, `ratio` times as large; it may leave the picture.

        Each side is at least `minimum` pixels, and never smaller than before.
        """
        left, right = _enlarged(self.left, self.right, ratio, minimum)
        top, bottom = _enlarged(self.top, self.bottom, ratio, minimum)
        return Box(left, top, right, bottom)

    def moved(self, x: int, y: int) -> "Box":
        """Return the box moved by x pixels to the right and y down."""
        return Box(self.left + x, self.top + y, self.right + x, self.bottom + y)

    def clipped(self, height: int, width: int) -> "Box":
        """Return the part inside a picture of this size; there must be one."""
        inside = self.intersection(whole(height, width))
        assert inside is not None, f"{self} is outside of {width} x {height}"
        return inside


def whole(height: int, width: int) -> Box:
    """Return the box of a whole picture, of sizes in pixels."""
    return Box(0, 0, width, height)


def _enlarged(first: int, end: int, ratio: float, minimum: int) -> tuple[int, int]:
    """Return one axis of Box.enlarged, never smaller than before."""
    size = max(end - first, minimum, int((end - first) * ratio + 0.5))
    start = first - (size - (end - first)) // 2
    return start, start + size
