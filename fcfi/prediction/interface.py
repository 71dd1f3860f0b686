"""The protocol `Predictor`: anything that answers prompts on a picture with a mask.

Sessions, batches, projects and evaluations use only this protocol, so that another method is just
another class.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Literal, Protocol

from fcfi.boxes import Box
from fcfi.images import Image
from fcfi.prediction.prediction import CachedImage, Prediction
from fcfi.prompts.clicks import Prompts
from fcfi.runtimes.network import NetworkInfo

Flip = Literal["none", "average"]
"""Whether a prediction is averaged with that of the mirrored picture, at twice the time."""


class Predictor(Protocol):
    """A method of interactive segmentation.  Holds no state, so that threads may share it.

    Any object with these attributes can be used by sessions, batches, projects and evaluations:

    >>> import fcfi
    >>> def clicks_to_end(predictor: fcfi.Predictor, image, clicks):
    ...     previous = None
    ...     for number in range(1, len(clicks) + 1):
    ...         previous = predictor.predict(image, clicks[:number], previous)
    ...     return previous
    """

    @property
    def info(self) -> NetworkInfo:
        """The description of the network."""

    @property
    def settings(self) -> Mapping[str, float | str]:
        """The settings that a prediction depends on, besides picture, prompts and weights."""

    @property
    def threshold(self) -> float:
        """Probability above which a pixel is object."""

    def predict(
        self,
        image: Image | CachedImage,
        prompts: Prompts,
        previous: Prediction | None = None,
        within: Box | None = None,
    ) -> Prediction:
        """Return the prediction for all prompts, in their order.

        image: (H, W, 3) uint8 RGB, or (H, W) grey, or a `CachedImage` of it.
        prompts: all prompts; those from `previous.answered` on are new.
        previous: the prediction before the new prompts, or None at a first look.
        within: the part of the picture for a first look; None lets the predictor choose.
        Raises InputError for a picture, prompt, part or previous prediction that does not fit, or
            for a kind of prompt that the method does not support.
        """


def identity_of(weights: str, settings: Mapping[str, float | str]) -> str:
    """Return a predictor's identity: a sha256 of its weights and settings.

    weights: their sha256.  settings: the predictor's.
    Predictors with the same identity return the same masks on the same machine and runtime.
    """
    predictor = {"weights": weights, "settings": dict(settings)}
    return hashlib.sha256(json.dumps(predictor, sort_keys=True).encode()).hexdigest()


def identity(predictor: Predictor) -> str:
    """Return the identity of a predictor."""
    return identity_of(predictor.info.sha256, predictor.settings)
