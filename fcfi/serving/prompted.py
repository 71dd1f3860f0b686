"""Predictions for programs that remember nothing: each request brings all prompts.

What was answered before is kept by picture and prompts, so that a request with one prompt more
costs one look, and a removed prompt none.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final, Generic, TypeVar

from fcfi.errors import InputError
from fcfi.images import Image
from fcfi.masks.runs import RunMask
from fcfi.prediction.interface import Predictor
from fcfi.prediction.prediction import CachedImage, Prediction
from fcfi.prompts.clicks import Prompt, Prompts

MEBIBYTE: Final = 1 << 20
PICTURES: Final = 512 * MEBIBYTE
PREDICTIONS: Final = 256 * MEBIBYTE
"""Bytes that are kept."""
MOST_PROMPTS: Final = 200
"""Of a request: each that is not known costs a look."""

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Prompted:
    """A predictor with a memory.  Threads may share it.

    Two requests for one picture at the same time may both compute what neither found; both answers
    are the same.  To compute each look once, ask for one picture in one thread at a time.
    """

    def __init__(
        self, predictor: Predictor, pictures: int = PICTURES, predictions: int = PREDICTIONS
    ) -> None:
        """Keep at most so many bytes of pictures and of predictions."""
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
        """The predictions that the network has made so far; those from memory do not count."""
        return self._made

    def picture(self, name: str, read: Callable[[], Image]) -> CachedImage:
        """Return a picture, read only if it is not in memory.

        name: of its content: the same name always means the same pixels.
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
        """Return the answer to all prompts; looks only for those that follow the known ones.

        name: of the picture's content.  start: a mask to begin from.
        Raises InputError for prompts that do not fit the picture, or too many of them.
        """
        if not prompts and start is None:
            raise InputError("expected a click, a box or a mask, got none: click on the object")
        if len(prompts) > MOST_PROMPTS:
            raise InputError(
                f"expected at most {MOST_PROMPTS} prompts, got {len(prompts)}: "
                "begin a new object, or start from the mask that there is"
            )
        known, previous = self._known(name, prompts, start)
        if previous is None and start is not None:
            height, width = picture.image.shape[:2]
            previous = Prediction.from_mask(start.pixels(height, width), self.predictor.threshold)
        # One prompt after the other, since each answer is the feedback of the next look: the same
        # list leads to the same mask, whatever was remembered of it.
        for count in range(known + 1, len(prompts) + 1):
            previous = self.predictor.predict(picture, prompts[:count], previous)
            with self._lock:
                self._made += 1
            self._predictions.put(_Question(name, prompts[:count], start), previous)
        assert previous is not None, "there is a prompt or a mask"
        return previous

    def in_order(self, name: str, prompts: Prompts) -> Prompts:
        """Return prompts in the order in which they were probably made.

        For tools that do not say.  Of what was answered for this picture, the longest list whose
        prompts are all among these comes first, in its order; the others follow as they are given.
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
        """Return how many of the first prompts are answered already, and that answer."""
        # From the longest beginning: a further prompt costs one look, a removed one none.
        for count in range(len(prompts), 0, -1):
            found = self._predictions.get(_Question(name, prompts[:count], start))
            if found is not None:
                return count, found
        return 0, None


@dataclass(frozen=True)
class _Question:
    """What a prediction answers."""

    picture: str
    prompts: Prompts
    start: RunMask | None


class _Memory(Generic[Key, Value]):
    """The values used last, up to some bytes.  Threads may share it."""

    def __init__(self, limit: int, size: Callable[[Value], int]) -> None:
        self._limit = limit
        self._size = size
        self._bytes = 0
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> Value | None:
        """Return a value, which is then the one used last, or None."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Key, value: Value) -> None:
        """Keep a value; drop those not used for longest while there are too many bytes."""
        with self._lock:
            if key in self._values:
                self._bytes -= self._size(self._values.pop(key))
            self._values[key] = value
            self._bytes += self._size(value)
            # The newest stays, however large: its answer is being used.
            while self._bytes > self._limit and len(self._values) > 1:
                _, dropped = self._values.popitem(last=False)
                self._bytes -= self._size(dropped)

    def all_keys(self) -> tuple[Key, ...]:
        """Return the keys at this moment."""
        with self._lock:
            return tuple(self._values)


def _contained(prompts: Prompts, among: Sequence[Prompt]) -> bool:
    """Return whether all prompts are among others, each as often."""
    # A list and not a set: the same click may have been made twice.
    left = list(among)
    for prompt in prompts:
        if prompt not in left:
            return False
        left.remove(prompt)
    return True
