"""Masks by replay: what a network says after some rounds of clicks, from the longest part that is known already.

An object's state is where it began and its rounds of clicks; what was predicted on the way is only
remembered, never stored.  So undo and a restart need no network, and a click that is taken away
leaves no trace.  Thread-safe. Knows nothing of databases.
"""

from collections.abc import Callable, Hashable
from itertools import chain
from typing import Final

from fcfi.errors import NetworkError
from fcfi.images import Image
from fcfi.labels import Mask
from fcfi.prediction.interface import Predictor
from fcfi.prediction.prediction import CachedImage, Prediction
from fcfi.project.cache import ByteCache
from fcfi.prompts.clicks import Clicks
from fcfi.prompts.rounds import Round

OVERHEAD: Final = 500
"""Bytes of a prediction beside its probabilities, about."""

STILL: Final = 12_000_000
"""Bytes of what is kept of a picture's last crop beside its pixels, about: the crop, and two encodings of it."""


class Replay:
    """A predictor that remembers; it shares its cache with others."""

    def __init__(self, predictor: Predictor | None, cache: ByteCache) -> None:
        """Without a predictor clicks are refused."""
        self.predictor = predictor
        self._cache = cache

    def predict(
        self,
        picture: Hashable,
        image: Callable[[], Image],
        start: str | None,
        begin: Callable[[str], Mask],
        rounds: tuple[Round, ...],
    ) -> Prediction:
        """What the network says after the last of these rounds.

        picture: names the pixels of `image`.  start: sha256 of the mask to begin from, which
            `begin` gives, or None.
        Raises NetworkError without a predictor, and what `image` and the predictor raise.
        """
        if self.predictor is None:
            raise NetworkError(
                "no network is loaded, so that clicks make no mask: open the project with a network"
            )
        clicks = tuple(one.clicks for one in rounds)
        done, prediction = self._known(picture, start, clicks)
        if prediction is None and start is not None:
            prediction = Prediction.from_mask(begin(start), self.predictor.threshold)
        for number in range(done + 1, len(clicks) + 1):
            so_far = clicks[:number]
            prediction = self.predictor.predict(
                self._still(picture, image), tuple(chain.from_iterable(so_far)), prediction
            )
            self._cache.put((picture, start, so_far), prediction, prediction.seen.nbytes + OVERHEAD)
        assert prediction is not None, "there is at least one round"
        return prediction

    def _still(self, picture: Hashable, image: Callable[[], Image]) -> CachedImage:
        """The picture with what was made of its last crop; weighed with its pixels, which it may outlive."""
        return self._cache.get(
            ("still", picture),
            lambda: CachedImage(image()),
            lambda still: still.image.nbytes + STILL,
        )

    def _known(
        self, picture: Hashable, start: str | None, clicks: tuple[Clicks, ...]
    ) -> tuple[int, Prediction | None]:
        """The longest part of the rounds whose prediction is remembered, and that prediction."""
        for number in range(len(clicks), 0, -1):
            known: Prediction | None = self._cache.find((picture, start, clicks[:number]))
            if known is not None:
                return number, known
        return 0, None
