"""Look twice: a click that changes much of a mask is answered by two looks and the mask before.

Now and then a network answers a correction by spoiling a mask that was nearly right.  Such answers
are unsure: a look at them finds something else.  A correction that changes more than a share of the
mask is therefore looked at once more, with the answer as feedback, and the mean of both looks is
weighed with the mask before, which wins where they disagree.
Source: ours; `python -m benchmarks.corrections` measures it.
Cost: a pass more for each correction that changes much, about half of them.
"""

from dataclasses import dataclass, replace
from typing import ClassVar, Final

import numpy as np

from fcfi.prediction.guidance import clicks_on, new_box
from fcfi.prediction.prediction import Prediction, frozen
from fcfi.prediction.steps import Context

LARGE: Final = 0.2
"""Share of the mask before beyond which a change is looked at again."""
BEFORE: Final = 0.25
"""Weight of the mask before; the two looks share the rest."""


@dataclass(frozen=True)
class LookTwice:
    """A step that weighs large corrections; first looks, boxes and small changes are left.

    >>> import fcfi
    >>> network = fcfi.load().predictor.network
    >>> fcfi.FCFIPredictor(network, steps=(LookTwice(),)).settings["steps"]
    'look-twice'
    """

    name: ClassVar[str] = "look-twice"

    def __call__(self, context: Context, prediction: Prediction) -> Prediction:
        """Return the prediction, or what two looks and the mask before say together."""
        previous = context.previous
        if previous is None or new_box(context.prompts, previous.answered) is not None:
            return prediction
        crop = prediction.crop
        before = previous.through(crop)
        was, now = before > prediction.threshold, prediction.seen > prediction.threshold
        if np.count_nonzero(was ^ now) <= LARGE * np.count_nonzero(was):
            return prediction
        again = context.look_again(crop, prediction.seen, clicks_on(crop, context.prompts))
        looks = (prediction.seen + again.probs) / 2
        weighed = (1 - BEFORE) * looks + BEFORE * before
        return replace(prediction, seen=frozen(weighed.astype(np.float32)), memory=again.memory)
