"""Your own action in one file: it widens an object's mask by some pixels.

    python examples/extend/toy_action.py annotate photos

Copy this file, change the names, and rewrite `apply`.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import cv2
import numpy as np

from fcfi.errors import InputError
from fcfi.masks.runs import RunMask
from fcfi.project.actions import Edit, register
from fcfi.project.actions.base import World
from fcfi.project.actions.fields import ObjectId, Range
from fcfi.project.actions.masks import begun
from fcfi.project.actions.objects import find, with_object
from fcfi.project.document import Document

MOST = 100


@register
@dataclass(frozen=True, slots=True)
class Widen(Edit):
    """Widen an object's mask by some pixels on all sides; later clicks start from the result."""

    type: ClassVar[str] = "widen"
    object: ObjectId
    pixels: Annotated[int, Range(1, MOST)] = 1

    def apply(self, document: Document, world: World) -> Document:
        """Return the document with the wider mask."""
        drawn = find(document, self.object)
        if not 1 <= self.pixels <= MOST:
            raise InputError(f"expected 1 to {MOST} pixels, got {self.pixels}: widen it in steps")
        if drawn.mask is None:
            return document
        wide = world.keep(widened(world.mask(drawn.mask), self.pixels, world.height, world.width))
        return with_object(document, begun(document, drawn, wide, world))

    def record(self, before: Document) -> dict[str, Any]:
        """Return the record with the number of pixels."""
        return Edit.record(self, before) | {"pixels": self.pixels}

    @classmethod
    def describe(cls, record: Mapping[str, Any]) -> str:
        """Return `object 3 widened by 2 pixels`."""
        return f"object {record['object']} widened by {record['pixels']} pixels"


def widened(mask: RunMask, pixels: int, height: int, width: int) -> RunMask | None:
    """Return a mask with all pixels of a picture (H, W) within this distance in x and y."""
    inside = np.pad(mask.inside().astype(np.uint8), pixels)
    square = np.ones((2 * pixels + 1, 2 * pixels + 1), np.uint8)
    wide = cv2.dilate(inside, square).astype(bool)
    # The padding may extend beyond the picture.
    left, top = mask.left - pixels, mask.top - pixels
    cut = wide[max(0, -top) : height - top, max(0, -left) : width - left]
    return RunMask.of(cut, max(0, left), max(0, top))


if __name__ == "__main__":
    from fcfi.cli import main

    sys.exit(main())
