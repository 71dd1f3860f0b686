"""The tight box, components and holes of a mask, and how a mask is cleaned.

Convention: the object is 8-connected (its pixels may touch at corners), the background 4-connected.
"""

from typing import Final

import cv2
import numpy as np

from fcfi.masks.truth import Mask

HOLE_NEIGHBOURS: Final = 4
"""Background pixels that touch only at a corner belong to different holes."""
SPECK_NEIGHBOURS: Final = 8


def box_cut(mask: Mask) -> tuple[Mask, int, int]:
    """Return a mask cut to its tight box, and the box's left and top.  It must not be empty."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, left = int(rows[0]), int(columns[0])
    return mask[top : rows[-1] + 1, left : columns[-1] + 1], left, top


def has_holes(mask: Mask) -> bool:
    """Return whether the object encloses background."""
    outside = np.pad(~box_cut(mask)[0], 1, constant_values=True).astype(np.uint8)
    return bool(cv2.connectedComponents(outside, connectivity=4)[0] > 2)


def parts(mask: Mask) -> int:
    """Return the number of components."""
    return int(cv2.connectedComponents(box_cut(mask)[0].astype(np.uint8), connectivity=8)[0]) - 1


def fill_holes(mask: Mask, area: int) -> Mask:
    """Return the mask (H, W) with its holes of at most `area` pixels filled.

    Background that touches the picture's border is not a hole.
    """
    if area < 1 or not mask.any():
        return mask
    cut, left, top = box_cut(mask)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(
        np.pad(~cut, 1, constant_values=True).astype(np.uint8), connectivity=HOLE_NEIGHBOURS
    )
    small = stats[:, cv2.CC_STAT_AREA] <= area
    # Neither the object itself (0) nor the background around it is a hole.
    small[[0, labels[0, 0]]] = False
    return _placed(mask, cut | small[labels][1:-1, 1:-1], left, top)


def drop_specks(mask: Mask, area: int) -> Mask:
    """Return the mask (H, W) without its components of fewer than `area` pixels."""
    if area < 1 or not mask.any():
        return mask
    cut, left, top = box_cut(mask)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(
        cut.astype(np.uint8), connectivity=SPECK_NEIGHBOURS
    )
    large = stats[:, cv2.CC_STAT_AREA] >= area
    large[0] = False
    return _placed(mask, large[labels], left, top)


def _placed(mask: Mask, cut: Mask, left: int, top: int) -> Mask:
    placed = mask.copy()
    placed[top : top + cut.shape[0], left : left + cut.shape[1]] = cut
    return placed
