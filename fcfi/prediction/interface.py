"""What a predictor is: anything that answers clicks on a picture with a mask.

Sessions, batches, projects and evaluations know this protocol only, so that another method is
another class.
"""

from collections.abc import Mapping
from typing import Literal, Protocol

from fcfi.images import Image
from fcfi.prediction.prediction import CachedImage, Prediction
from fcfi.prompts.clicks import Clicks
from fcfi.runtimes.network import NetworkInfo

Flip = Literal["none", "average"]
"""Whether the answer is averaged with that for the mirrored picture, at twice the time."""


class Predictor(Protocol):
    """A method of interactive segmentation.  Holds no state, so that threads may share it."""

    @property
    def info(self) -> NetworkInfo:
        """The network that answers."""

    @property
    def settings(self) -> Mapping[str, float | str]:
        """What an answer depends on beside the picture, the prompts and the weights."""

    @property
    def threshold(self) -> float:
        """Probability above which a pixel is object."""

    def predict(
        self, image: Image | CachedImage, clicks: Clicks, previous: Prediction | None = None
    ) -> Prediction:
        """Return the answer to all clicks in their order, given the answer before the new ones.

        Raises InputError for a picture, click or previous answer that does not fit.
        """
