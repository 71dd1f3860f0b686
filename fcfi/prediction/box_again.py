"""Box again: the answer to a new box is looked at again, with a click in its middle.

A box says where an object ends, but not which pixels inside are meant, so that the first answer is
uncertain.  The deepest pixel of that answer is almost always in the object: a click there, which
the user does not see, and the answer as feedback give the network what it was trained on.  What
lies beyond the box and a margin is removed before and after each look.
Source: ours; `python -m benchmarks.prompts` measures the masks of boxes.
Cost: one more pass for each look; boxes only.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fcfi.boxes import Box
from fcfi.prediction.guidance import clicks_on, new_box
from fcfi.prediction.looks import score_in
from fcfi.prediction.prediction import Prediction, frozen
from fcfi.prediction.steps import Context, on_side
from fcfi.prediction.zoom import Crop
from fcfi.robot import first_click

LOOKS: Final = 2
"""Looks after the first."""
MARGIN: Final = 0.05
"""Share of the box's width and height by which the mask may leave it: boxes are drawn by hand."""


@dataclass(frozen=True)
class BoxAgain:
    """A step that looks again at the answer to a new box; all other predictions pass unchanged.

    looks: number of further looks, at least 1.
    margin: share of the box's width and height by which the mask may leave it, at least 0.

    >>> import fcfi
    >>> fcfi.load().settings["steps"]
    'box-again 2 0.05, first-specks 0.03'
    """

    looks: int = LOOKS
    margin: float = MARGIN

    @property
    def name(self) -> str:
        """The name with its settings, as it appears in a log."""
        return f"box-again {self.looks} {self.margin:g}"

    def __call__(self, context: Context, prediction: Prediction) -> Prediction:
        """Return a prediction for a new box after further looks, any other unchanged."""
        box = new_box(context.new, 0)
        if box is None:
            return prediction
        crop, threshold = prediction.crop, prediction.threshold
        allowed = within(box, self.margin, crop)
        clicks = clicks_on(crop, context.prompts)
        prediction = _kept(prediction, allowed)
        for _ in range(self.looks):
            own = first_click(prediction.seen > threshold)
            # An empty answer has no middle; another look at it would be no better.
            if own is None:
                break
            # The user's clicks come last, because the network corrects around the last one.
            result = context.look_again(crop, prediction.seen, (own, *clicks))
            again = replace(
                prediction,
                seen=frozen(result.probs),
                memory=result.memory,
                score=score_in(result),
            )
            prediction = _kept(again, allowed)
        return prediction


def within(box: Box, margin: float, crop: Crop) -> NDArray[np.bool_]:
    """Return which pixels (crop.height, crop.width) of a crop are in a box or near it.

    margin: share of the box's width and height that is added on each side.
    """
    left, top, right, bottom = crop.sides(box)
    across, down = margin * (right - left), margin * (bottom - top)
    # Half a pixel is added since pixel centres are at integers, and sides between pixels.
    x, y = np.arange(crop.width) + 0.5, np.arange(crop.height) + 0.5
    columns = (x >= left - across) & (x < right + across)
    rows = (y >= top - down) & (y < bottom + down)
    return rows[:, None] & columns


def _kept(prediction: Prediction, allowed: NDArray[np.bool_]) -> Prediction:
    """Return a prediction whose object is only where it is allowed."""
    labels = (prediction.seen > prediction.threshold) & allowed
    return replace(prediction, seen=frozen(on_side(prediction.seen, labels, prediction.threshold)))
