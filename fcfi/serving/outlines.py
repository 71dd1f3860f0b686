"""Outlines for tools without masks: polygons without holes, small components left out."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fcfi.masks.components import box_cut
from fcfi.masks.truth import Mask

SMALLEST: Final = 0.02
"""A component below this share of the largest one's area is left out."""
CORNERS: Final = 3
"""The smallest number of corners of a polygon."""


@dataclass(frozen=True)
class Outlines:
    """The polygons of a mask, the largest first.

    polygons: (N, 2) float64 each, x and y of pixel centres.
    left_out: number of components that were too small or had fewer than three corners.
    holes: number of filled holes.
    """

    polygons: tuple[NDArray[np.float64], ...]
    left_out: int = 0
    holes: int = 0


def outlines(mask: Mask, tolerance: float = 1.0, smallest: float = SMALLEST) -> Outlines:
    """Return the outlines of a mask (H, W) bool.

    tolerance: how far a polygon may be from the outline, in pixels.
    smallest: components below this share of the largest one's area are left out.
    """
    if not mask.any():
        return Outlines(())
    inside, left, top = box_cut(mask)
    found, hierarchy = cv2.findContours(
        inside.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE
    )
    # A row's last number is the index of the enclosing outline; only holes have one.
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
