"""Turning rows into masks: each picture is decoded once, and any failure becomes one sentence.

Used for parts of Parquet and for a folder of PNG alike.  Knows nothing of files, storage or
results.
"""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock, local
from typing import TypeVar

from fcfi.bulk.rows import Row
from fcfi.errors import FCFIError, InputError, guard
from fcfi.images import Image
from fcfi.masks.truth import Mask
from fcfi.prediction.interface import Predictor
from fcfi.prediction.prediction import CachedImage, Prediction

ReadMask = Callable[[str, int, int], Mask]
"""Returns a start mask (H, W) bool, given its name in the row and the height and width."""
Kept = TypeVar("Kept")


@dataclass(frozen=True)
class Looks:
    """The same picture twice, each with a cache of its last crop.

    whole: for first predictions.  All objects start with the same crop of the whole picture, which
        is kept for all of them (with the encoding, if the network has one).
    closer: for later predictions, whose crops replace each other.
    """

    whole: CachedImage
    closer: CachedImage


class Picture:
    """A picture for all its objects, decoded when the first of them needs it.

    Threads may share it: one decodes while the others wait, and each has its own caches of crops.
    A picture that cannot be decoded is tried once, and each object gets the same error.
    """

    def __init__(self, decode: Callable[[], Image]) -> None:
        """decode: returns the picture (H, W, 3) uint8 RGB, or raises InputError."""
        self._decode = decode
        self._lock = Lock()
        self._decoded: Image | FCFIError | None = None
        self._looks = local()

    @property
    def image(self) -> Image:
        """(H, W, 3) uint8 RGB.  Raises InputError if the picture cannot be decoded."""
        with self._lock:
            if self._decoded is None:
                try:
                    with guard(InputError, "the picture cannot be read", "give another picture"):
                        self._decoded = self._decode()
                except FCFIError as error:
                    self._decoded = error
        if isinstance(self._decoded, FCFIError):
            raise self._decoded
        return self._decoded

    @property
    def looks(self) -> Looks:
        """This thread's caches of crops.  Raises InputError if the picture cannot be decoded."""
        if not hasattr(self._looks, "mine"):
            self._looks.mine = Looks(CachedImage(self.image), CachedImage(self.image))
        return self._looks.mine  # type: ignore[no-any-return]


def make(
    row: Row,
    picture: Picture,
    predictor: Predictor,
    read_mask: ReadMask,
    keep: Callable[[Mask], Kept],
) -> Kept:
    """Predict the mask of a row and return what `keep` returns for it.

    Raises FCFIError for any failure: a bug must not stop ten million other rows.
    """
    advice = "leave it out, and please report it"
    with guard(InputError, f"{row.image} cannot be segmented", advice):
        return keep(_predict(row, picture.looks, predictor, read_mask).mask)


def _predict(row: Row, looks: Looks, predictor: Predictor, read_mask: ReadMask) -> Prediction:
    """Return the prediction of a row, whose prompts are applied one after the other."""
    prediction = None
    if row.mask is not None:
        height, width = looks.whole.image.shape[:2]
        mask = read_mask(row.mask, height, width)
        prediction = Prediction.from_mask(mask, predictor.threshold)
    for count in range(1, len(row.prompts) + 1):
        # With a start mask, the first crop is already a closer one.
        image = looks.whole if prediction is None else looks.closer
        within = row.within if count == 1 else None
        prediction = predictor.predict(image, row.prompts[:count], prediction, within)
    assert prediction is not None, "a row has a prompt"
    return prediction
