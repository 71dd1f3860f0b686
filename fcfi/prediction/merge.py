"""Merge: a click on a given mask changes only the regions that are connected with the click.

An annotator who corrects an imported or finished mask expects the rest of it not to change.  A
network predicts its whole crop; of all changes, this step keeps the regions with new clicks.
Source: the progressive merge of FocalClick (Chen et al., CVPR 2022), with two differences: a click
    on a pixel that does not change leaves the mask unchanged (the release then inverts everything
    that did not change), and the merged mask is the feedback of the next look.
"""

from dataclasses import dataclass, replace
from typing import ClassVar, Final

import cv2
import numpy as np

from fcfi.boxes import Box
from fcfi.geometry import cut
from fcfi.masks.runs import RunMask
from fcfi.masks.truth import Mask
from fcfi.prediction.guidance import points_in
from fcfi.prediction.prediction import ExactMask, Prediction, frozen
from fcfi.prediction.steps import Context
from fcfi.prompts.clicks import Clicks

CONNECTED: Final = 8
"""Connectivity of regions of change."""


@dataclass(frozen=True)
class Merge:
    """A step for objects with a start mask; it does not change masks made from prompts alone.

    >>> import fcfi
    >>> network = fcfi.load().predictor.network
    >>> fcfi.FCFIPredictor(network, steps=(Merge(),)).settings["steps"]
    'merge'
    """

    name: ClassVar[str] = "merge"

    def __call__(self, context: Context, prediction: Prediction) -> Prediction:
        """Return the previous mask, changed in the regions that are connected with new clicks.

        With a new box the whole mask changes, as without the step.
        """
        before, new = context.previous, context.new
        if before is None or not begins_from_mask(before) or len(points_in(new)) == 0:
            return prediction
        box = prediction.box
        old, found = _inside(before.run_mask, box), _inside(prediction.run_mask, box)
        clicks = tuple(click for click in points_in(new) if box.contains(click.x, click.y))
        region = changed_region(old, found, _moved(clicks, box))
        merged = np.where(region, found, old)

        # The feedback of the next look agrees with the merged mask.
        crop = prediction.crop
        seen_region = shrunk(region, crop.height, crop.width)
        seen = np.where(seen_region, prediction.seen, before.through(crop))
        return replace(
            prediction,
            seen=frozen(seen),
            exact=ExactMask(_replaced(before.run_mask, merged, box)),
        )


def begins_from_mask(prediction: Prediction) -> bool:
    """Return whether a prediction is a start mask, or made from one by this step."""
    return prediction.answered == 0 or prediction.exact is not None


def changed_region(before: Mask, after: Mask, clicks: Clicks) -> Mask:
    """Return the connected regions of change, (h, w) bool, that contain a click.

    before, after: (h, w) bool.  A click on a pixel that did not change has no region.
    """
    _, labels = cv2.connectedComponents((before ^ after).astype(np.uint8), connectivity=CONNECTED)
    clicked = {int(labels[click.y, click.x]) for click in clicks} - {0}
    return np.isin(labels, list(clicked))


def _inside(runs: RunMask | None, box: Box) -> Mask:
    """Return the pixels of a mask inside a box of the picture."""
    inside = np.zeros((box.height, box.width), np.bool_)
    common = None if runs is None else runs.box.intersection(box)
    if runs is not None and common is not None:
        part = cut(runs.inside(), common.moved(-runs.left, -runs.top))
        cut(inside, common.moved(-box.left, -box.top))[...] = part
    return inside


def _replaced(runs: RunMask | None, inside: Mask, box: Box) -> RunMask | None:
    """Return a mask with its pixels inside the box replaced."""
    new = RunMask.of(inside, box.left, box.top)
    whole_box = RunMask.of(np.ones_like(inside), box.left, box.top)
    assert whole_box is not None, "a box has pixels"
    outside = None if runs is None else runs.subtract([whole_box])
    if outside is None or new is None:
        return new if outside is None else outside
    return outside.union([new])


def _moved(clicks: Clicks, box: Box) -> Clicks:
    """Return clicks in pixels of a box."""
    return tuple(replace(click, x=click.x - box.left, y=click.y - box.top) for click in clicks)


def shrunk(region: Mask, height: int, width: int) -> Mask:
    """Return a region at network size: a cell is in it if any of its pixels is."""
    rows, columns = region.shape
    y, x = np.nonzero(region)
    small = np.zeros((height, width), np.bool_)
    small[(y * height) // rows, (x * width) // columns] = True
    if height <= rows and width <= columns:
        return small
    # The region is enlarged, so that several cells belong to a pixel.
    small[:] = region[
        np.ix_(np.arange(height) * rows // height, np.arange(width) * columns // width)
    ]
    return small
