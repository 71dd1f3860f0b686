"""Look twice: a large correction is answered by two looks and the previous mask.

Sometimes a network answers a correction by spoiling a mask that was almost right.  Such answers are
unstable: another look at them gives a different result.  A correction that changes more than a
share of the mask is therefore predicted once more, with the answer as feedback, and the mean of
both looks is averaged with the previous mask, which decides where they disagree.
Source: ours; `python -m benchmarks.corrections` measures it.
Cost: one more pass for each large correction; more than half of the corrections are large.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from fcfi.prediction.guidance import clicks_on, new_box
from fcfi.prediction.prediction import Prediction, frozen
from fcfi.prediction.steps import Context

LARGE: Final = 0.1
"""Share of the previous mask above which a change is large."""
BEFORE: Final = 0.35
"""Weight of the previous mask; the two looks share the rest."""


@dataclass(frozen=True)
class LookTwice:
    """A step that averages large corrections; first looks, boxes and small changes pass unchanged.

    large: share of the previous mask above which a change is large.
    before: weight of the previous mask; the two looks share the rest.

    >>> import fcfi
    >>> network = fcfi.load().predictor.network
    >>> fcfi.FCFIPredictor(network, steps=(LookTwice(),)).settings["steps"]
    'look-twice 0.1 0.35'
    """

    large: float = LARGE
    before: float = BEFORE

    @property
    def name(self) -> str:
        """The name with its settings, as it appears in a log."""
        return f"look-twice {self.large:g} {self.before:g}"

    def __call__(self, context: Context, prediction: Prediction) -> Prediction:
        """Return the prediction, or the weighted mean of two looks and the previous mask."""
        previous = context.previous
        if previous is None or new_box(context.new, 0) is not None:
            return prediction
        crop = prediction.crop
        old = previous.through(crop)
        was, now = old > prediction.threshold, prediction.seen > prediction.threshold
        if np.count_nonzero(was ^ now) <= self.large * np.count_nonzero(was):
            return prediction
        again = context.look_again(crop, prediction.seen, clicks_on(crop, context.prompts))
        looks = (prediction.seen + again.probs) / 2
        weighed = (1 - self.before) * looks + self.before * old
        return replace(prediction, seen=frozen(weighed.astype(np.float32)), memory=again.memory)
