"""FocusCut: the network looks again, at a larger scale, around each click that corrects something.

After the look, the same network predicts a square around the click, with the present mask as
feedback, and the result replaces the mask there.  The square shrinks up to three times, to what
still changes.  The views of an object are kept: every later click runs them again.
Source: Lin et al., CVPR 2022.  Differs: squares are moved inside the picture, not padded with
    zeros; the zoom of the first look is ours.  It is meant for networks trained on parts of objects
    (`crops.part` of a recipe), but works with any.
Cost: a pass, and up to three for each view; each click after the first adds a view.
"""

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fcfi.boxes import Box
from fcfi.geometry import cut, resize
from fcfi.masks.runs import RunMask
from fcfi.masks.truth import Mask
from fcfi.methods.method import Method, with_steps
from fcfi.prediction.guidance import clicks_on, points_in
from fcfi.prediction.merge import shrunk
from fcfi.prediction.prediction import ExactMask, Prediction, frozen
from fcfi.prediction.steps import Context
from fcfi.prediction.zoom import Crop, crop_at
from fcfi.prompts.clicks import Click

SMALLEST: Final = 5
"""Views with a smaller radius, in pixels of the picture, are not run."""
CONNECTED: Final = 4
"""Connectivity of regions of change."""
STRIDES: Final = 32
"""Coarsest stride of all backbones."""
GROWTH: Final = 1.1
"""Radius of the next square, relative to the distance of the farthest changed pixel."""


@dataclass(frozen=True)
class View:
    """A view: its click, and its initial radius in pixels of the picture."""

    click: Click
    radius: int


@dataclass(frozen=True)
class Views:
    """The memory of FocusCut for an object."""

    views: tuple[View, ...]

    @property
    def nbytes(self) -> int:
        """Bytes of memory, about."""
        return 100 * len(self.views)


@dataclass(frozen=True)
class FocusViews:
    """A step that looks again around the clicks.

    turns: most looks at a view; 0 switches the method off.
    start: radius of the first square, relative to the view's radius.
    smallest: least radius of the last square, relative to the view's radius.
    part: a change below this share of the mask is local, so that its click gets a view.
    """

    turns: int = 3
    start: float = 1.75
    smallest: float = 0.2
    part: float = 0.2

    @property
    def name(self) -> str:
        """The name of the step with its settings."""
        return f"focus-cut {self.turns} {self.start:g} {self.smallest:g} {self.part:g}"

    def __call__(self, context: Context, prediction: Prediction) -> Prediction:
        """Return the prediction with the results of the views."""
        before = context.previous
        kept = before.memory.views if before and isinstance(before.memory, Views) else ()
        views = kept
        # A first click has no view, since there is no mask to correct.
        if before is not None and self.turns:
            old, new = before.mask, prediction.mask
            for click in points_in(context.new):
                radius = view_radius(old, new, click, self.part)
                views = views if radius is None else (*views, View(click, radius))
        if views:
            prediction = self._seen_again(context, prediction, views)
        return replace(prediction, memory=Views(views))

    def _seen_again(
        self, context: Context, prediction: Prediction, views: tuple[View, ...]
    ) -> Prediction:
        height, width = prediction.height, prediction.width
        size = max(prediction.crop.height, prediction.crop.width)
        # The network's multiple is not known here, but the sides of its crop are multiples of it.
        multiple = int(np.gcd.reduce([prediction.crop.height, prediction.crop.width, STRIDES]))
        probs = prediction.probs.copy()
        reach = [self.start * view.radius for view in views]
        found: list[tuple[Box, NDArray[np.float32]] | None] = [None] * len(views)
        done = [False] * len(views)
        for _ in range(self.turns):
            for index, view in enumerate(views):
                if done[index] or reach[index] <= SMALLEST:
                    continue
                crop = crop_at(square(view.click, reach[index], height, width), size, multiple)
                mask = crop.map(probs)
                answer = context.look_again(crop, mask, clicks_on(crop, context.prompts)).probs
                inside = resize(answer, crop.box.height, crop.box.width)
                found[index] = (crop.box, np.clip(inside, 0, 1))
                share = still_changing(mask, answer, crop, view.click, prediction.threshold)
                if share is None:
                    done[index] = True
                else:
                    reach[index] = max(GROWTH * share * reach[index], self.smallest * view.radius)
            # Overlapping views are averaged; a view that is done counts with its last result.
            probs = pasted(prediction.probs, [each for each in found if each is not None])
        region = np.zeros((height, width), np.bool_)
        for each in found:
            if each is not None:
                cut(region, each[0])[...] = True
        found_mask = np.where(region, probs > prediction.threshold, prediction.mask)
        inside_crop = cut(region, prediction.box)
        cells = shrunk(inside_crop, prediction.crop.height, prediction.crop.width)
        seen = np.where(cells, np.clip(prediction.crop.map(probs), 0, 1), prediction.seen)
        return replace(
            prediction,
            seen=frozen(seen.astype(np.float32)),
            exact=ExactMask(RunMask.of(found_mask, 0, 0)),
        )


def view_radius(before: Mask, after: Mask, click: Click, part: float) -> int | None:
    """Return the radius in pixels of a click's view, or None if its change is not local.

    before, after: masks of the picture (H, W).
    """
    changed = before ^ after
    if not changed[click.y, click.x]:
        # The click changed nothing: its view reaches to the border of the old mask.
        same = (before == before[click.y, click.x]).astype(np.uint8)
        if same.all():
            return None
        away = cv2.distanceTransform(same, cv2.DIST_C, 3)
        return max(SMALLEST, int(away[click.y, click.x]))
    _, labels = cv2.connectedComponents(changed.astype(np.uint8), connectivity=CONNECTED)
    region = labels == labels[click.y, click.x]
    if region.sum() >= part * after.sum():
        return None
    rows, columns = np.nonzero(region)
    farthest = max(np.abs(rows - click.y).max(), np.abs(columns - click.x).max())
    return max(SMALLEST, int(farthest))


def square(click: Click, radius: float, height: int, width: int) -> Box:
    """Return a square around a click, moved inside the picture and clipped if it is larger."""
    side = 2 * int(radius + 0.5) + 1
    across, down = min(side, width), min(side, height)
    left = min(max(click.x - side // 2, 0), width - across)
    top = min(max(click.y - side // 2, 0), height - down)
    return Box(left, top, left + across, top + down)


def still_changing(
    before: NDArray[np.float32],
    after: NDArray[np.float32],
    crop: Crop,
    click: Click,
    threshold: float,
) -> float | None:
    """Return the distance from the click to the farthest changed pixel, or None without a change.

    It is relative to half the crop's side.
    before, after: (crop.height, crop.width).  Changes that are one pixel wide do not count.
    """
    changed = ((before > threshold) ^ (after > threshold)).astype(np.uint8)
    deep = cv2.erode(changed, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_REPLICATE)
    rows, columns = np.nonzero(deep)
    if len(rows) == 0:
        return None
    (middle,) = crop.clicks((click,))
    away = np.maximum(
        np.abs(rows - middle.y) / (crop.height / 2), np.abs(columns - middle.x) / (crop.width / 2)
    )
    return float(away.max())


def pasted(
    probs: NDArray[np.float32], parts: list[tuple[Box, NDArray[np.float32]]]
) -> NDArray[np.float32]:
    """Return probabilities (H, W) with parts pasted in, averaged where they overlap."""
    total, count = np.zeros_like(probs), np.zeros(probs.shape, np.float32)
    for box, values in parts:
        cut(total, box)[...] += values
        cut(count, box)[...] += 1
    return np.where(count > 0, total / np.maximum(count, 1), probs).astype(np.float32)


METHOD: Final = Method(
    "focus-cut", "FocusCut, Lin et al., CVPR 2022", False, with_steps(FocusViews())
)
