"""Boxes of whole pixels.

Convention: x right, y down, pixel centres at integers; a box is half open.  Does not load NumPy, so
that `import fcfi` and the command line's help stay fast.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fcfi.errors import InputError
from fcfi.json_documents import read

SIDES: Final = ("left", "top", "right", "bottom")
"""Keys of a box in JSON."""


@dataclass(frozen=True, slots=True)
class Box:
    """The pixels left <= x < right, top <= y < bottom.  Raises InputError if there are none.

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
        """Width in pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.bottom - self.top

    @property
    def area(self) -> int:
        """Number of pixels inside."""
        return self.width * self.height

    def contains(self, x: int, y: int) -> bool:
        """Return whether a pixel is inside."""
        return self.left <= x < self.right and self.top <= y < self.bottom

    def to_json(self) -> dict[str, Any]:
        """Return `{"left": .., "top": .., "right": .., "bottom": ..}`."""
        return {"left": self.left, "top": self.top, "right": self.right, "bottom": self.bottom}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Box":
        """Return the box from the result of `to_json`.  Raises InputError for anything else."""
        left, top, right, bottom = (read(data, key, int) for key in SIDES)
        return cls(left, top, right, bottom)

    def union(self, other: "Box") -> "Box":
        """Return the smallest box that contains both."""
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
        """Return a box with the same centre, `ratio` times as large; it may leave the picture.

        Each side is at least `minimum` pixels, and never smaller than before.
        """
        left, right = _enlarged(self.left, self.right, ratio, minimum)
        top, bottom = _enlarged(self.top, self.bottom, ratio, minimum)
        return Box(left, top, right, bottom)

    def moved(self, x: int, y: int) -> "Box":
        """Return the box moved by x pixels to the right and y pixels down."""
        return Box(self.left + x, self.top + y, self.right + x, self.bottom + y)

    def clipped(self, height: int, width: int) -> "Box":
        """Return the part inside a picture of this size, which must not be empty."""
        inside = self.intersection(whole(height, width))
        assert inside is not None, f"{self} is outside of {width} x {height}"
        return inside


def whole(height: int, width: int) -> Box:
    """Return the box of a whole picture; sizes in pixels."""
    return Box(0, 0, width, height)


def _enlarged(first: int, end: int, ratio: float, minimum: int) -> tuple[int, int]:
    """Return start and end of one axis of Box.enlarged."""
    size = max(end - first, minimum, int((end - first) * ratio + 0.5))
    start = first - (size - (end - first)) // 2
    return start, start + size
