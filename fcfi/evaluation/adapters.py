"""Adapters that make other networks predictors of fcfi, to measure them with our robot and metrics.

    from fcfi.evaluation.adapters import from_callable, from_isegm, from_sam

`from_callable` takes a function, `from_isegm` a predictor of the RITM family (RITM, FocalClick,
SimpleClick, CFR-ICL, SegNext, FCFI as released), `from_sam` one of SAM or SAM 2.  Their packages
are not imported here: the needed methods of an object are found by name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fcfi.boxes import Box, whole
from fcfi.errors import InputError
from fcfi.images import Image
from fcfi.prediction.looks import sigmoid
from fcfi.prediction.prediction import THRESHOLD, CachedImage, Memory, Prediction, frozen
from fcfi.prediction.zoom import Crop
from fcfi.prompts.clicks import Clicks, Prompts, check_prompts, clicks_in
from fcfi.runtimes.network import NetworkInfo

Function = Callable[[Image, list[tuple[int, int, bool]], NDArray[np.float32] | None], NDArray[Any]]
"""Takes a picture (H, W, 3) uint8, all clicks as (x, y, positive) and the previous probabilities
(H, W) or None; returns a mask (H, W) bool or probabilities (H, W) in [0, 1]."""


class _Adapter:
    """The base of all adapters: a description, and checks of requests and answers."""

    def __init__(self, name: str, threshold: float) -> None:
        if not 0 < threshold < 1:
            raise InputError(f"expected a threshold between 0 and 1, got {threshold}")
        self.info = NetworkInfo(name, "own", "", 1)
        self.threshold = threshold

    @property
    def settings(self) -> Mapping[str, float | str]:
        """The known settings on which an answer depends, besides the picture and the clicks."""
        return {"threshold": self.threshold}

    def predict(
        self,
        image: Image | CachedImage,
        prompts: Prompts,
        previous: Prediction | None = None,
        within: Box | None = None,
    ) -> Prediction:
        """Return the answer to all clicks; see `Predictor`."""
        picture = image if isinstance(image, CachedImage) else CachedImage(image)
        height, width = picture.image.shape[:2]
        check_prompts(prompts, height, width)
        clicks = clicks_in(prompts)
        if len(clicks) < len(prompts) or within is not None:
            raise InputError(
                f"expected clicks only for {self.info.name}, got a box, a scribble or a part of "
                "the picture: give clicks"
            )
        probs, memory = self._answer(picture.image, clicks, previous)
        probs = _checked(probs, height, width, self.info.name)
        crop = Crop(whole(height, width), height, width)
        return Prediction(crop, frozen(probs), height, width, self.threshold, len(prompts), memory)

    def _answer(
        self, image: Image, clicks: Clicks, previous: Prediction | None
    ) -> tuple[NDArray[Any], Memory | None]:
        """Return probabilities (H, W), and the memory for the next answer."""
        raise NotImplementedError


# ── a function ────────────────────────────────────────────────────────────────────────────────────


class _Callable(_Adapter):
    def __init__(self, function: Function, threshold: float, name: str) -> None:
        super().__init__(name, threshold)
        self._function = function

    def _answer(
        self, image: Image, clicks: Clicks, previous: Prediction | None
    ) -> tuple[NDArray[Any], None]:
        rows = [(click.x, click.y, click.positive) for click in clicks]
        before = None if previous is None else previous.probs
        return self._function(image, rows, before), None


def from_callable(function: Function, threshold: float = 0.5, name: str | None = None) -> _Adapter:
    """Return the predictor of a function of picture, clicks and previous probabilities.

    threshold: a pixel is object above this probability.  name: name in results; None takes the
        function's.

    >>> import fcfi
    >>> def square(image, clicks, before):
    ...     mask = np.zeros(image.shape[:2], bool)
    ...     for x, y, positive in clicks:
    ...         mask[max(y - 2, 0):y + 3, max(x - 2, 0):x + 3] = positive
    ...     return mask
    >>> predictor = from_callable(square)
    >>> predictor.info.name
    'square'
    >>> int(predictor.predict(np.zeros((20, 30, 3), np.uint8), (fcfi.Click(9, 9),)).mask.sum())
    25
    """
    named = name or str(getattr(function, "__name__", "function"))
    return _Callable(function, threshold, named)


# ── the RITM family ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class IsegmClick:
    """A click in the form that predictors of the RITM family expect.

    coords: (y, x).  indx: its index, from 0.
    """

    is_positive: bool
    coords: tuple[float, float]
    indx: int | None = None

    @property
    def coords_and_indx(self) -> tuple[Any, ...]:
        """(y, x, index)."""
        return (*self.coords, self.indx)

    def copy(self, **changes: Any) -> "IsegmClick":
        """Return the click with other values, as zooming needs."""
        return replace(self, **changes)


class IsegmClicker:
    """Stands in for the robot from which predictors of the RITM family get clicks."""

    click_indx_offset = 0

    def __init__(self, clicks: Clicks) -> None:
        """Take all clicks, in order."""
        self.clicks_list = [
            IsegmClick(click.positive, (click.y, click.x), index)
            for index, click in enumerate(clicks)
        ]

    def get_clicks(self, clicks_limit: int | None = None) -> list[IsegmClick]:
        """Return the first clicks, or all without a limit."""
        return self.clicks_list[:clicks_limit]

    def __len__(self) -> int:
        return len(self.clicks_list)


class _State(NamedTuple):
    """Marks the last answer of a predictor that keeps its own state."""

    number: int

    @property
    def nbytes(self) -> int:
        return 8


class _Isegm(_Adapter):
    """Drives a predictor that keeps its own state; not thread-safe."""

    def __init__(self, predictor: Any, threshold: float, name: str) -> None:
        super().__init__(name, threshold)
        self._predictor = predictor
        self._set = _method(predictor, ("set_input_image", "set_image"))
        self._get = _method(predictor, ("get_prediction", "predict"))
        self._image: Image | None = None
        self._last: _State | None = None
        self._calls = 0

    def _answer(
        self, image: Image, clicks: Clicks, previous: Prediction | None
    ) -> tuple[NDArray[Any], _State]:
        count = 0 if previous is None else previous.answered
        goes_on = (
            previous is not None
            and count == len(clicks) - 1
            and previous.memory is self._last is not None
            and image is self._image
        )
        if goes_on:
            probs = self._get(IsegmClicker(clicks))
        else:
            # Another object, or clicks were undone: the state is rebuilt click by click.
            self._set(image)
            self._image = image
            start = previous if previous is not None and count == 0 else None
            for end in range(1, len(clicks) + 1):
                clicker = IsegmClicker(clicks[:end])
                probs = (
                    self._get(clicker, prev_mask=self._as_theirs(start))
                    if end == 1 and start is not None
                    else self._get(clicker)
                )
        self._calls += 1
        self._last = _State(self._calls)
        return np.asarray(probs), self._last

    def _as_theirs(self, start: Prediction) -> Any:
        """Return a start mask (1, 1, H, W) in the form of the predictor's previous mask."""
        mask = start.mask[None, None].astype(np.float32)
        # A tensor makes another of its type on its device, so that torch is not imported here.
        before = getattr(self._predictor, "prev_prediction", None)
        alike = getattr(before, "new_tensor", None)
        return mask if alike is None else alike(mask)


def from_isegm(predictor: Any, threshold: float = THRESHOLD, name: str | None = None) -> _Adapter:
    """Return the predictor of an object of the RITM family.

    predictor: has `set_input_image(image)` and `get_prediction(clicker[, prev_mask])`, which
        returns probabilities (H, W); SegNext's names `set_image` and `predict` work as well.
    threshold: the RITM family uses 0.49.  name: name in results; None takes the class name.
    The object keeps its own previous mask; it gets every click once and is reset for each object.
    """
    return _Isegm(predictor, threshold, name or type(predictor).__name__)


# ── SAM ───────────────────────────────────────────────────────────────────────────────────────────

Several = Literal["first", "never"]
"""The clicks for which three masks are requested, to take the mask with SAM's best score."""


class _Sam(_Adapter):
    """Drives SAM with the logits of its previous mask; not thread-safe."""

    def __init__(self, predictor: Any, several: Several, name: str) -> None:
        super().__init__(name, 0.5)
        self._predictor = predictor
        self._several = several
        self._set = _method(predictor, ("set_image",))
        self._get = _method(predictor, ("predict",))
        self._image: Image | None = None

    @property
    def settings(self) -> Mapping[str, float | str]:
        """The threshold, and when three masks are requested."""
        return {**super().settings, "several": self._several}

    def _answer(
        self, image: Image, clicks: Clicks, previous: Prediction | None
    ) -> tuple[NDArray[Any], NDArray[np.float32]]:
        before: NDArray[Any] | None = None
        if previous is not None:
            if not isinstance(previous.memory, np.ndarray):
                raise InputError(
                    "expected to begin from nothing with SAM, got a start mask: leave out "
                    "--start-from"
                )
            before = previous.memory[None]
        if image is not self._image:
            self._set(image)
            self._image = image
        logits, scores, low_res = self._get(
            point_coords=np.array([(click.x, click.y) for click in clicks], np.float32),
            point_labels=np.array([click.positive for click in clicks], np.int32),
            mask_input=before,
            multimask_output=self._several == "first" and previous is None,
            return_logits=True,
        )
        best = int(np.argmax(scores))
        return sigmoid(np.asarray(logits[best], np.float32)), np.asarray(low_res[best])


def from_sam(predictor: Any, several: Several = "first", name: str | None = None) -> _Adapter:
    """Return the predictor of a `SamPredictor` or `SAM2ImagePredictor`.

    Each prediction sends all clicks and the low-resolution logits of the previous mask.
    several: "first" requests three masks at the first click and takes the one with the best score
        by SAM itself (never by the truth); "never" always requests one.
    name: name in results; None takes the class name.
    """
    return _Sam(predictor, several, name or type(predictor).__name__)


# ── helpers ───────────────────────────────────────────────────────────────────────────────────────


def _method(predictor: Any, names: tuple[str, ...]) -> Callable[..., Any]:
    """Return the first method that exists.  Raises InputError if none does."""
    for name in names:
        found = getattr(predictor, name, None)
        if callable(found):
            return found  # type: ignore[no-any-return]
    raise InputError(
        f"expected an object with {' or '.join(names)}, got {type(predictor).__name__}: give the "
        "predictor, not its network"
    )


def _checked(answer: Any, height: int, width: int, name: str) -> NDArray[np.float32]:
    """Return a copy of an answer as probabilities (height, width).  Raises InputError."""
    array = np.asarray(answer)
    if array.shape != (height, width) or array.dtype.kind not in "bf":
        raise InputError(
            f"expected a mask or probabilities of shape ({height}, {width}) from {name}, got "
            f"{array.shape} {array.dtype}: return (H, W) bool or float"
        )
    probs = array.astype(np.float32)
    # Written so that NaN is refused as well.
    if not ((probs >= 0) & (probs <= 1)).all():
        raise InputError(
            f"expected probabilities from 0 to 1 from {name}, got others: return them after the "
            "sigmoid"
        )
    return probs
