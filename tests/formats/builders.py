"""Masks and pictures for tests of formats: random ones, and difficult cases for codecs."""

from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from fcfi.formats import AnnotatedObject, AnnotatedPicture
from fcfi.masks.truth import Mask

LABELS = ("cat", 'a "dog", <big> & small', "Straße 7")

masks: st.SearchStrategy[Any] = arrays(
    np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=14)
).filter(np.any)
"""Small masks of any kind: holes, parts, single pixels, full ones."""


def blank(height: int = 20, width: int = 30) -> Mask:
    return np.zeros((height, width), bool)


def disk(
    height: int = 40, width: int = 50, x: float = 24, y: float = 19, radius: float = 12
) -> Mask:
    rows, columns = np.ogrid[:height, :width]
    return np.asarray((columns - x) ** 2 + (rows - y) ** 2 <= radius**2)


def special() -> dict[str, Mask]:
    """Return difficult masks by name."""
    pixel, line, corner, full, ring, parts, island, border, diagonal = (blank() for _ in range(9))
    pixel[7, 9] = True
    line[4, 3:25] = True
    corner[0, 0] = corner[-1, -1] = True
    full[:] = True
    ring[2:18, 3:27] = True
    ring[6:12, 8:20] = False
    parts[1:5, 1:6] = parts[9:18, 12:28] = True
    island |= ring
    island[8, 12] = True
    border[:, 0] = border[0, :] = border[:, -1] = border[-1, :] = True
    diagonal[range(20), range(20)] = True
    return {
        "one pixel": pixel,
        "line": line,
        "two corners": corner,
        "full": full,
        "ring": ring,
        "parts": parts,
        "island": island,
        "border": border,
        "diagonal": diagonal,
        "disk": disk(20, 30, 14, 9, 6),
    }


def one_each(name: str = "photo.jpg") -> list[AnnotatedPicture]:
    """Return a picture for each special mask."""
    return [
        AnnotatedPicture(
            f"{number} {name}",
            mask.shape[1],
            mask.shape[0],
            (AnnotatedObject.of_pixels(LABELS[number % 3], mask),),
        )
        for number, mask in enumerate(special().values())
    ]


def apart() -> tuple[AnnotatedPicture, ...]:
    """Return pictures without overlaps, with a subfolder, odd names and an empty picture."""
    left, right = blank(), blank()
    left[2:9, 1:12] = True
    right[5:15, 15:28] = True
    right[8:10, 20:22] = False
    return (
        AnnotatedPicture(
            "sub/ä photo 1.jpg",
            30,
            20,
            (AnnotatedObject.of_pixels("cat", left), AnnotatedObject.of_pixels(LABELS[1], right)),
        ),
        AnnotatedPicture("empty.png", 30, 20),
        AnnotatedPicture("b.tiff", 50, 40, (AnnotatedObject.of_pixels(LABELS[2], disk(), 17),)),
    )


def overlapping() -> AnnotatedPicture:
    """Return a picture with two disks; the first one is on top."""
    above = AnnotatedObject.of_pixels("cat", disk(x=20), order=2)
    return AnnotatedPicture(
        "over.jpg", 50, 40, (above, AnnotatedObject.of_pixels("cat", disk(x=30), order=1))
    )


def pixels(annotated: AnnotatedObject, height: int = 20, width: int = 30) -> np.ndarray:
    """Return the mask (height, width) bool of an object on a picture of this size."""
    return annotated.mask.pixels(height, width)
