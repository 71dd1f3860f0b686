"""Predicts an object's rounds of prompts, continuing from the longest cached part of them.

An object is its start mask and its rounds; intermediate predictions are cached, never stored.  So
undo and a restart need no network, and a removed click leaves no trace.  Thread-safe.  Knows
nothing of databases.
"""

from collections.abc import Callable, Hashable
from typing import Final

from fcfi.errors import NetworkError
from fcfi.images import Image
from fcfi.masks.truth import Mask
from fcfi.prediction.interface import Predictor
from fcfi.prediction.prediction import CachedImage, Prediction
from fcfi.project.cache import ByteCache
from fcfi.prompts.rounds import Rounds

LAST_CROP: Final = 12_000_000
"""Approximate size of a picture's last crop and its two encodings, in bytes."""


class Replay:
    """A predictor whose predictions are cached."""

    def __init__(self, predictor: Predictor | None, cache: ByteCache) -> None:
        """Keep a predictor, or None to refuse prompts, and a cache that may be shared."""
        self.predictor = predictor
        self._cache = cache

    def predict(
        self,
        picture: Hashable,
        image: Callable[[], Image],
        start: str | None,
        begin: Callable[[str], Mask],
        rounds: Rounds,
    ) -> Prediction:
        """Return the prediction after these rounds, at least one.

        picture: identifies the pixels that `image` returns.  start: sha256 of the start mask, which
            `begin` returns, or None.
        Raises NetworkError without a predictor, and what `image` and the predictor raise.
        """
        if self.predictor is None:
            raise NetworkError(
                "clicks need a network, and the project was opened without one: open it with a "
                "network"
            )
        done, prediction = self._known(picture, start, rounds)
        if prediction is None and start is not None:
            prediction = Prediction.from_mask(begin(start), self.predictor.threshold)
        for count in range(done + 1, len(rounds) + 1):
            so_far = rounds.first(count)
            prediction = self.predictor.predict(
                self._cached_image(picture, image),
                so_far.prompts,
                prediction,
                so_far.within if count == 1 else None,
            )
            self._cache.put(self._key(picture, start, so_far), prediction, prediction.nbytes)
        assert prediction is not None, "there is at least one round"
        return prediction

    def _cached_image(self, picture: Hashable, image: Callable[[], Image]) -> CachedImage:
        """Return the picture with its last crop; its cached size includes the pixels."""
        return self._cache.get(
            ("last crop", picture),
            lambda: CachedImage(image()),
            lambda cached: cached.image.nbytes + LAST_CROP,
        )

    def _known(
        self, picture: Hashable, start: str | None, rounds: Rounds
    ) -> tuple[int, Prediction | None]:
        """Return how many leading rounds have a cached prediction, and that prediction."""
        for count in range(len(rounds), 0, -1):
            key = self._key(picture, start, rounds.first(count))
            known: Prediction | None = self._cache.find(key)
            if known is not None:
                return count, known
        return 0, None

    def _key(self, picture: Hashable, start: str | None, rounds: Rounds) -> Hashable:
        """Return the cache key of a prediction: all that it depends on, which excludes times.

        The cache outlives this replay, and another has another predictor.
        """
        return self, picture, start, rounds.within, tuple(part.prompts for part in rounds)
