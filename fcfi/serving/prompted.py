"""Predictions for tools without sessions: each request holds all prompts of the object.

Predictions are cached by picture and prompts, so that a request with one more prompt costs one
look, and a request with one fewer none.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final, Generic, TypeVar

from fcfi.errors import InputError
from fcfi.files import MEBIBYTE
from fcfi.images import Image
from fcfi.masks.runs import RunMask
from fcfi.prediction.interface import Predictor
from fcfi.prediction.prediction import CachedImage, Prediction
from fcfi.prompts.clicks import Prompt, Prompts

PICTURES: Final = 512 * MEBIBYTE
PREDICTIONS: Final = 256 * MEBIBYTE
"""Bytes of the two caches, by default."""
MOST_PROMPTS: Final = 200
"""Most prompts of a request: each that is not cached costs a look."""

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Prompted:
    """A predictor with a cache of pictures and predictions.  Threads may share it.

    Two requests for the same picture at the same time may both compute the same prediction.  To
    compute each look once, use one thread at a time for each picture.
    """

    def __init__(
        self, predictor: Predictor, pictures: int = PICTURES, predictions: int = PREDICTIONS
    ) -> None:
        """Cache at most this number of bytes of pictures, and of predictions."""
        self.predictor = predictor
        self._pictures: _Memory[str, CachedImage] = _Memory(
            pictures, lambda picture: picture.image.nbytes
        )
        self._predictions: _Memory[_Question, Prediction] = _Memory(
            predictions, lambda prediction: prediction.nbytes
        )
        self._made = 0
        self._lock = Lock()

    @property
    def made(self) -> int:
        """The number of predictions that the network has made, without those from the cache."""
        return self._made

    def picture(self, name: str, read: Callable[[], Image]) -> CachedImage:
        """Return a picture; it is read only if it is not cached.

        name: a name of its content: the same name always means the same pixels.
        """
        known = self._pictures.get(name)
        if known is None:
            known = CachedImage(read())
            self._pictures.put(name, known)
        return known

    def predict(
        self,
        name: str,
        picture: CachedImage,
        prompts: Prompts,
        start: RunMask | None = None,
    ) -> Prediction:
        """Return the prediction for all prompts, with a look for each prompt that is not cached.

        name: as in `picture`.  start: the start mask.
        Raises InputError for prompts that do not fit the picture, or too many of them.
        """
        if not prompts and start is None:
            raise InputError("expected a click, a box or a mask, got none: click on the object")
        if len(prompts) > MOST_PROMPTS:
            raise InputError(
                f"expected at most {MOST_PROMPTS} prompts, got {len(prompts)}: "
                "begin a new object, or start from the present mask"
            )
        known, previous = self._known(name, prompts, start)
        if previous is None and start is not None:
            height, width = picture.image.shape[:2]
            previous = Prediction.from_mask(start.pixels(height, width), self.predictor.threshold)
        # One prompt after the other, since each prediction is the feedback of the next look: the
        # same list leads to the same mask, however much of it was cached.
        for count in range(known + 1, len(prompts) + 1):
            previous = self.predictor.predict(picture, prompts[:count], previous)
            with self._lock:
                self._made += 1
            self._predictions.put(_Question(name, prompts[:count], start), previous)
        assert previous is not None, "there is a prompt or a mask"
        return previous

    def in_order(self, name: str, prompts: Prompts) -> Prompts:
        """Return prompts in the order in which they were probably made, for tools that lose it.

        The longest cached list of this picture that these prompts contain comes first, in its
        order; the remaining prompts follow in the order given.
        """
        best: Prompts = ()
        for question in self._predictions.all_keys():
            # Tools like CVAT send positive points first, then negative ones, without their order.
            longer = question.picture == name and len(question.prompts) > len(best)
            if longer and question.start is None and _contained(question.prompts, prompts):
                best = question.prompts
        remaining = list(prompts)
        for prompt in best:
            remaining.remove(prompt)
        return (*best, *remaining)

    def _known(
        self, name: str, prompts: Prompts, start: RunMask | None
    ) -> tuple[int, Prediction | None]:
        """Return how many leading prompts have a cached prediction, and that prediction."""
        # The longest list first: one more prompt then costs one look, one fewer none.
        for count in range(len(prompts), 0, -1):
            found = self._predictions.get(_Question(name, prompts[:count], start))
            if found is not None:
                return count, found
        return 0, None


@dataclass(frozen=True)
class _Question:
    """The key of a cached prediction: picture, prompts and start mask."""

    picture: str
    prompts: Prompts
    start: RunMask | None


class _Memory(Generic[Key, Value]):
    """A cache of the most recently used values, limited in bytes.  Threads may share it."""

    def __init__(self, limit: int, size: Callable[[Value], int]) -> None:
        self._limit = limit
        self._size = size
        self._bytes = 0
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> Value | None:
        """Return a value and mark it as used last, or return None."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Key, value: Value) -> None:
        """Keep a value; drop the least recently used ones while there are too many bytes."""
        with self._lock:
            if key in self._values:
                self._bytes -= self._size(self._values.pop(key))
            self._values[key] = value
            self._bytes += self._size(value)
            # The newest value stays, however large: it is in use.
            while self._bytes > self._limit and len(self._values) > 1:
                _, dropped = self._values.popitem(last=False)
                self._bytes -= self._size(dropped)

    def all_keys(self) -> tuple[Key, ...]:
        """Return a copy of the present keys."""
        with self._lock:
            return tuple(self._values)


def _contained(prompts: Prompts, among: Sequence[Prompt]) -> bool:
    """Return whether the prompts are a sub-multiset of others."""
    # A list and not a set: the same click may have been made twice.
    unused = list(among)
    for prompt in prompts:
        if prompt not in unused:
            return False
        unused.remove(prompt)
    return True
