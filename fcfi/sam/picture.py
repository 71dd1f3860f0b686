"""A picture of a SAM program, with its cached predictions.

A SAM program sends all points with every call, and passes back the low-resolution logits of a mask
to refine it.  Both are recognised: answers are cached by their prompts, so that another point costs
one prediction, and logits by their content, so that the full prediction is continued instead of its
small copy.
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fcfi.errors import InputError
from fcfi.images import Image
from fcfi.prediction.interface import Predictor
from fcfi.prediction.prediction import CachedImage, Prediction
from fcfi.prompts.clicks import Prompts, check_prompts
from fcfi.sam.answers import LOW_RES, Frame
from fcfi.sam.prompts import numbers

REMEMBERED: Final = 128
"""Number of predictions that are cached per picture, at about 0.6 MB each."""


@dataclass(frozen=True)
class Known:
    """A prediction and its prompts."""

    prediction: Prediction
    prompts: Prompts


class SamPicture:
    """A picture and its cached predictions."""

    def __init__(self, image: Image, frame: Frame) -> None:
        self.cached = CachedImage(image)
        self.height, self.width = self.cached.image.shape[:2]
        self.frame = frame
        self._answers: OrderedDict[Prompts, Prediction] = OrderedDict()
        self._logits: OrderedDict[bytes, Known] = OrderedDict()

    def predict(self, predictor: Predictor, prompts: Prompts, before: Known | None) -> Prediction:
        """Return the answer to all prompts.

        before: the prediction to refine; if the prompts start with its prompts, only the others are
            new, otherwise all of them.
        Raises InputError without prompts and `before`, and for prompts outside the picture.
        """
        if not prompts:
            if before is None:
                raise InputError(
                    "expected a point, a box or a mask, got none: give point_coords and "
                    "point_labels, or box"
                )
            return before.prediction
        check_prompts(prompts, self.height, self.width)
        if before is None:
            return self._from_nothing(predictor, prompts)
        known = before.prompts
        # SAM programs send all points again with the last logits: points that the logits already
        # include are not repeated.
        count = len(known) if len(known) > 0 and prompts[: len(known)] == known else 0
        # The same prompts again request another refinement of their own answer.
        count = min(count, len(prompts) - 1)
        prediction = replace(before.prediction, answered=count)
        for end in range(count + 1, len(prompts) + 1):
            prediction = predictor.predict(self.cached, prompts[:end], prediction)
        return prediction

    def remember(self, low_res: NDArray[np.float32], known: Known) -> None:
        """Cache a prediction by its low-resolution logits (256, 256)."""
        self._logits[_digest(low_res)] = known
        _shorten(self._logits)

    def refined(self, mask_input: Any, threshold: float) -> Known | None:
        """Return the prediction of low-resolution logits, or None for an empty mask.

        mask_input: (1, 256, 256) or (256, 256): the logits of an answer for this picture, or any
            others, whose mask is then a start mask.  Raises InputError for another shape.
        """
        if mask_input is None:
            return None
        low_res = numbers(mask_input, "mask_input").astype(np.float32)
        if low_res.shape not in ((1, LOW_RES, LOW_RES), (LOW_RES, LOW_RES)):
            raise InputError(
                f"expected mask_input (1, {LOW_RES}, {LOW_RES}), got {low_res.shape}: give one of "
                "the low-resolution logits of an answer, as logits[index][None]"
            )
        low_res = low_res.reshape(LOW_RES, LOW_RES)
        # Our own logits are a key to the full prediction, because 256 x 256 values would lose
        # detail.
        known = self._logits.get(_digest(low_res))
        if known is not None:
            return known
        mask = self.frame.mask(low_res, self.height, self.width)
        return Known(Prediction.from_mask(mask, threshold), ()) if mask.any() else None

    def _from_nothing(self, predictor: Predictor, prompts: Prompts) -> Prediction:
        """Return the answer, with a prediction for each prompt that is not in the cache yet."""
        count, prediction = 0, None
        # Start from the longest cached prefix, so that an added point costs one prediction.
        for end in range(len(prompts), 0, -1):
            if prompts[:end] in self._answers:
                count, prediction = end, self._answers[prompts[:end]]
                break
        for end in range(count + 1, len(prompts) + 1):
            prediction = predictor.predict(self.cached, prompts[:end], prediction)
            self._answers[prompts[:end]] = prediction
            _shorten(self._answers)
        assert prediction is not None, "there is a prompt"
        return prediction


def _digest(low_res: NDArray[np.float32]) -> bytes:
    """Return a key of the logits' content, because programs slice and copy the arrays."""
    return hashlib.sha256(np.ascontiguousarray(low_res, np.float32).tobytes()).digest()


def _shorten(memory: "OrderedDict[Any, Any]") -> None:
    """Drop the oldest entries above the limit."""
    while len(memory) > REMEMBERED:
        memory.popitem(last=False)
