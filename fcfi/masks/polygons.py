"""Converts masks to polygons, and polygons to masks.

There are two kinds of outlines: around the pixels (`edges`, exact for readers that test a pixel's
centre, as pycocotools does) and through the outermost pixels (`one_loop`, exact for readers that
also draw the line, as OpenCV does).  Polygons are filled within their box, so that the work grows
with the polygon, not with the picture.

Convention: x right, y down; the origin is the corner of the top left pixel, whose centre is
(0.5, 0.5).
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fcfi.boxes import Box
from fcfi.errors import DatasetError
from fcfi.masks.components import box_cut
from fcfi.masks.runs import RunMask, of_row_runs
from fcfi.masks.truth import Mask
from fcfi.masks.work import charge, crossing_work

Loop = NDArray[np.float64]
"""(N, 2) corners (x, y) of a closed polygon; the last corner is joined to the first."""

FINENESS: Final = 5
"""Polygon edges are traced on a grid this many times finer than the pixels (pycocotools)."""
MAX_LENGTH: Final = 1_000_000
"""Longest polygon in pixels, along the longer axis of each edge; each pixel takes 400 bytes."""
WORK_OF_LENGTH: Final = 48
"""Work of one pixel of that length."""
STEPS: Final = ((1, 0), (0, 1), (-1, 0), (0, -1))
"""Right, down, left, up: each is a right turn from the one before."""
WITHIN: Final = 0.25
"""Position of a corner in its pixel, across and down; truncating and rounding both find it."""
FAR: Final = 1 << 20
"""Corners beyond this number of pixels are moved to this distance, the most that OpenCV draws."""
INSET: Final = 0.15
"""Half the width of the polygon of one or two pixels, which would have no area otherwise."""
MAX_CANDIDATES: Final = 1500
"""Most corners of a loop that are tried as the end of a seam, evenly spread."""


def edges(mask: Mask) -> tuple[list[Loop], bool]:
    """Return polygons along the pixels' edges, and whether the mask has holes.

    There is a polygon for each 4-connected component, but none for holes; so the polygons of a mask
    with holes do not describe it.
    """
    cut, left, top = box_cut(mask)
    loops = [loop + np.array([left, top]) for loop in _edge_loops(cut)]
    outer = [loop for loop in loops if _area(loop) > 0]
    return outer, len(outer) < len(loops)


def _edge_loops(mask: Mask) -> list[Loop]:
    """Return every closed path along the pixels' edges with the object on its right.

    Where two paths meet at a corner, both turn right.
    """
    height, width = mask.shape
    padded = np.zeros((height + 2, width + 2), np.bool_)
    padded[1:-1, 1:-1] = mask
    inside, stride = padded[1:-1, 1:-1], width + 1
    # Bit d of a corner: an edge leaves it in direction d of STEPS.
    leaving = np.zeros((height + 1, width + 1), np.uint8)
    leaving[:-1, :-1] |= inside & ~padded[:-2, 1:-1]
    leaving[:-1, 1:] |= (inside & ~padded[1:-1, 2:]).astype(np.uint8) << 1
    leaving[1:, 1:] |= (inside & ~padded[2:, 1:-1]).astype(np.uint8) << 2
    leaving[1:, :-1] |= (inside & ~padded[1:-1, :-2]).astype(np.uint8) << 3
    # A bytearray, since access to single elements of an array is slow.
    left = bytearray(leaving.tobytes())
    moves = [x + y * stride for x, y in STEPS]
    loops = []
    for start in np.flatnonzero(leaving & 1).tolist():
        if left[start] & 1:
            path = np.array(_follow(left, moves, start))
            loops.append(np.stack([path % stride, path // stride], axis=1).astype(np.float64))
    return loops


def _follow(left: bytearray, moves: list[int], start: int) -> list[int]:
    """Remove the edges of a closed path from `start` on, and return the corners where it turns."""
    turns, corner, direction = [start], start, 0
    while True:
        left[corner] &= ~(1 << direction)
        corner += moves[direction]
        for turn in (1, 0, 3):
            if left[corner] >> (direction + turn) % 4 & 1:
                break
        else:
            return turns
        if turn:
            turns.append(corner)
        direction = (direction + turn) % 4


def _area(loop: Loop) -> float:
    """Return the signed area in pixels: positive if the object is inside."""
    x, y = loop[:, 0], loop[:, 1]
    # The closing edge is added by hand, since np.roll would take longer than everything else.
    along = x[:-1] @ y[1:] - y[:-1] @ x[1:]
    return float(along + x[-1] * y[0] - y[-1] * x[0]) / 2


def fill_edges(loops: list[Loop], height: int, width: int) -> RunMask | None:
    """Return the pixels inside any of the polygons, by pycocotools' rule; None if empty.

    loops: (N, 2) each, at least three corners.  height, width: of the picture, which clips them.
    Raises DatasetError for a polygon longer than MAX_LENGTH.
    """
    drawn = []
    for loop in loops:
        check_length(loop)
        drawn.append(_fill(loop, height, width))
    masks = [mask for mask in drawn if mask is not None]
    return masks[0].union(masks[1:]) if masks else None


def _box_within(loop: Loop, height: int, width: int) -> Box | None:
    """Return the box of a polygon in the picture, or None if it lies outside."""
    # One pixel wider on each side than the corners, since filling rounds them to a grid.
    left, top = np.clip(np.floor(loop.min(axis=0)) - 1, 0, (width, height)).astype(int).tolist()
    right, bottom = np.clip(np.ceil(loop.max(axis=0)) + 2, 0, (width, height)).astype(int).tolist()
    return Box(left, top, right, bottom) if left < right and top < bottom else None


def one_loop(mask: Mask) -> Loop:
    """Return one polygon for a whole object.

    Components and holes are joined by seams: lines there and back, without width.
    """
    cut, left, top = box_cut(mask)
    found, _ = cv2.findContours(cut.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    loops = sorted((loop[:, 0, :].astype(np.int64) for loop in found), key=len, reverse=True)
    path = loops[0]
    for loop in loops[1:]:
        path = _sewn(path, loop)
    corners = path + WITHIN
    # The polygon of a pixel or a line has no area: it is widened by INSET on both sides.
    if len(path) < 3:
        aside = np.full((len(path), 2), INSET)
        corners = np.concatenate([corners - aside, (corners + aside)[::-1]])
        corners = (
            corners
            if len(corners) > 2
            else np.concatenate([corners, corners[:1] + np.array([0, 2 * INSET])])
        )
    moved: Loop = corners + np.array([left, top])
    return moved


def _sewn(path: NDArray[np.int64], loop: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return `path` with a detour from its nearest corner to `loop`, around it, and back."""
    here, there = _spread(len(path)), _spread(len(loop))
    # Distances between a limited number of corners, enough to find a short seam.
    apart = ((path[here][:, None, :] - loop[there][None, :, :]) ** 2).sum(axis=2)
    row, column = divmod(int(apart.argmin()), len(there))
    leave, enter = int(here[row]), int(there[column])
    around = np.concatenate([loop[enter:], loop[: enter + 1]])
    return np.concatenate([path[: leave + 1], around, path[leave:]])


def _spread(count: int) -> NDArray[np.int64]:
    return np.unique(np.linspace(0, count - 1, min(count, MAX_CANDIDATES)).astype(np.int64))


def fill_line(loop: Loop, height: int, width: int) -> RunMask | None:
    """Return the pixels inside a polygon and on its line, as OpenCV draws it; None if empty.

    Corners are rounded to pixels, since files hold few decimals, and 9.99998 means 10.  The polygon
    is clipped by the picture; moving corners inside instead would change its line.
    """
    corners = np.clip(np.rint(loop), -FAR, FAR).astype(np.int32)
    box = _box_within(corners.astype(np.float64), height, width)
    if box is None:
        return None
    charge(box.area + crossing_work(corners, box.top, box.bottom))
    canvas = np.zeros((box.height, box.width), np.uint8)
    cv2.fillPoly(canvas, [corners.reshape(-1, 1, 2)], 1, offset=(-box.left, -box.top))
    return RunMask.of(canvas.astype(np.bool_), box.left, box.top)


def fill_polygon(corners: Loop, height: int, width: int) -> RunMask | None:
    """Return the pixels inside a closed polygon, as pycocotools fills it; None if empty.

    corners: (N, 2) as (x, y).  Convention: x right, y down; COCO's origin is the corner of the top
    left pixel, not its centre.  Raises DatasetError for a polygon longer than MAX_LENGTH.
    """
    check_length(corners)
    return _fill(corners, height, width)


def _fill(corners: Loop, height: int, width: int) -> RunMask | None:
    """Return the result of `fill_polygon`; the work grows with the polygon's length, not its area.

    An edge, traced on a finer grid, crosses a pixel column where it passes the column's centre;
    the column's pixels between two crossings are inside.
    """
    upright = _upright_sides(corners, height, width)
    if upright is not None:
        return _from_sides(*upright, width)
    fine = (FINENESS * corners + 0.5).astype(np.int64)
    columns, rows = _grid_path(np.concatenate([fine, fine[:1]]))
    crossed = np.flatnonzero(np.diff(columns))
    column = np.minimum(columns[crossed], columns[crossed + 1])
    row = np.minimum(rows[crossed], rows[crossed + 1])
    x = (column + 0.5) / FINENESS - 0.5
    y = np.ceil(np.clip((row + 0.5) / FINENESS - 0.5, 0, height))
    kept = (x == np.floor(x)) & (x >= 0) & (x <= width - 1)
    return _from_sides(*_crossed_sides(x[kept].astype(np.int64), y[kept].astype(np.int64)), width)


Sides = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
"""Columns, tops and bottoms (N,) of vertical lines along which a mask begins or ends."""


def _upright_sides(corners: Loop, height: int, width: int) -> Sides | None:
    """Return the vertical sides of a polygon along the pixels' edges; None for any other polygon.

    Such polygons are made by `edges` and by most programs for a mask.  They need not be traced on a
    finer grid, which would take two thirds of the time.
    """
    whole = corners.astype(np.int64)
    # The cheap tests come first, since most polygons are of another kind.
    if (whole != corners).any() or (whole < 0).any() or (whole > (width, height)).any():
        return None
    closed = np.concatenate([whole, whole[:1]])
    x, y = closed[:, 0], closed[:, 1]
    upright = x[1:] == x[:-1]
    if not (upright | (y[1:] == y[:-1])).all():
        return None
    start, stop = y[:-1][upright], y[1:][upright]
    return x[:-1][upright], np.minimum(start, stop), np.maximum(start, stop)


def _crossed_sides(x: NDArray[np.int64], y: NDArray[np.int64]) -> Sides:
    """Return the sides of the mask whose column x changes between outside and inside at row y.

    A closed polygon crosses every column an even number of times.
    """
    # A row changes between outside and inside where two neighbouring columns differ: between every
    # second pair of the crossings of both columns.
    border = np.concatenate([x, x + 1])
    level = np.concatenate([y, y])
    order = np.lexsort((level, border))
    return border[order][0::2], level[order][0::2], level[order][1::2]


def _from_sides(
    columns: NDArray[np.int64], tops: NDArray[np.int64], bottoms: NDArray[np.int64], width: int
) -> RunMask | None:
    """Return the mask that changes between outside and inside at each side; None if empty.

    Every row crosses an even number of sides.
    """
    lengths = bottoms - tops
    if not lengths.any():
        return None
    # One entry for each row of each side.
    rows = np.repeat(tops - (np.cumsum(lengths) - lengths), lengths) + np.arange(lengths.sum())
    columns = np.repeat(columns, lengths)
    changes = np.sort(rows * (width + 1) + columns)
    begin, end = changes[0::2], changes[1::2]
    # Two equal sides, there and back, hold no pixels between them.
    held = begin < end
    if not held.all():
        begin, end = begin[held], end[held]
        if not len(begin):
            return None
    row = begin // (width + 1)
    # Positions count `width` columns in a row, without the border after the last one.
    return of_row_runs(begin - row, end - row, width)


def check_length(corners: NDArray[np.float64]) -> None:
    """Charge the work of a polygon (N, 2); DatasetError if it is longer than any real outline."""
    with np.errstate(over="ignore", invalid="ignore"):
        closed = np.concatenate([corners, corners[:1]])
        sides = np.abs(closed[1:] - closed[:-1]).max(axis=1)
        length = sides.sum()
        reach = length + np.abs(corners).max()
    # Negated, so that NaN is refused too.
    if not reach <= MAX_LENGTH:
        raise DatasetError(
            f"a polygon is {reach:.3g} pixels long: at most {MAX_LENGTH} are read, in the "
            "picture's pixels"
        )
    charge(WORK_OF_LENGTH * int(length) + len(corners))


def _grid_path(corners: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return every grid point along a path of corners (N, 2), as columns and rows.

    Each step is one grid point along the longer axis of its edge.  An edge is always computed from
    its smaller end, so that two polygons with a common edge meet without a gap.
    """
    start, end = corners[:-1], corners[1:]
    span = np.abs(end - start)
    flat = span[:, 0] >= span[:, 1]
    length = span.max(axis=1)
    axis = np.where(flat, 0, 1)
    edges = np.arange(len(start))
    turned = (start[edges, axis] > end[edges, axis])[:, None]
    low, high = np.where(turned, end, start), np.where(turned, start, end)
    slope = (high - low)[edges, 1 - axis] / np.maximum(length, 1)
    edge = np.repeat(edges, length + 1)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(length + 1) - length - 1, length + 1)
    step = np.where(turned[edge, 0], length[edge] - step, step)
    along = low[edge, axis[edge]] + step
    across = (low[edge, 1 - axis[edge]] + slope[edge] * step + 0.5).astype(np.int64)
    return np.where(flat[edge], along, across), np.where(flat[edge], across, along)
