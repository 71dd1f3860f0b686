"""Outlines for tools that have no masks: polygons without holes, small parts left out."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fcfi.masks.components import box_cut
from fcfi.masks.truth import Mask

SMALLEST: Final = 0.02
"""A part below this share of the largest is left out."""
CORNERS: Final = 3
"""A polygon has at least so many."""


@dataclass(frozen=True)
class Outlines:
    """The polygons of a mask, the largest first.

    polygons: (N, 2) float64 each, x and y of pixel centres.
    left_out: parts that were too small, or had fewer than three corners.  holes: that were filled.
    """

    polygons: tuple[NDArray[np.float64], ...]
    left_out: int = 0
    holes: int = 0


def outlines(mask: Mask, tolerance: float = 1.0, smallest: float = SMALLEST) -> Outlines:
    """Return the outlines of a mask (H, W) bool.

    tolerance: how far a polygon may be from the outline, in pixels.
    smallest: share of the largest part's area below which a part is left out.
    """
    if not mask.any():
        return Outlines(())
    inside, left, top = box_cut(mask)
    found, hierarchy = cv2.findContours(
        inside.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE
    )
    # The last number of a row is the outline around it: those of holes have one.
    is_outer = hierarchy[0, :, 3] < 0
    outer = [outline for outline, yes in zip(found, is_outer, strict=True) if yes]
    areas = [cv2.contourArea(outline) for outline in outer]
    least = smallest * max(areas)
    polygons = []
    for index in np.argsort(areas, kind="stable")[::-1]:
        polygon = cv2.approxPolyDP(outer[index], tolerance, closed=True)[:, 0]
        if areas[index] >= least and len(polygon) >= CORNERS:
            polygons.append(polygon + np.array([left, top], np.float64))
    return Outlines(tuple(polygons), len(outer) - len(polygons), int((~is_outer).sum()))
