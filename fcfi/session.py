"""A session: selecting one object on one picture, prompt by prompt, with undo for every change.

All state of prediction is here: a tuple of values and a cursor.  A mask depends only on the start
mask and the prompts in order, so a removed click leaves no trace, and replaying a log makes the
same mask, bit for bit.  Knows nothing of files, servers or networks.  Not thread-safe; each user
needs a session.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import floor, isfinite
from numbers import Real
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from fcfi.boxes import Box
from fcfi.errors import ConfigError, InputError, guard
from fcfi.grey_window import GreyWindow
from fcfi.images import Image, check_mask, image_sha256
from fcfi.masks.truth import Mask
from fcfi.prediction.interface import Predictor
from fcfi.prediction.methods import as_recorded
from fcfi.prediction.prediction import CachedImage, Prediction
from fcfi.prompts.click_log import ClickLog, from_runs, to_runs
from fcfi.prompts.clicks import Click, Clicks, Prompts, Scribble, check_prompts
from fcfi.prompts.rounds import NO_ROUNDS, Round, Rounds

Accepted = Literal["same", "any"]
"""Networks that may replay a log: the same one with the same settings, or any."""


@dataclass(frozen=True)
class State:
    """A step of undo and redo: the start mask, if any, and the rounds after it.

    predictions: the answer after each round.
    """

    start: Prediction | None = None
    rounds: Rounds = NO_ROUNDS
    predictions: tuple[Prediction, ...] = ()

    @property
    def prediction(self) -> Prediction | None:
        """The last answer, or the start mask, or None."""
        return self.predictions[-1] if self.predictions else self.start


class Session:
    """Prompts on one picture.  Every change can be undone, and an error changes nothing.

    >>> import fcfi
    >>> session = fcfi.load(threads=1).session("examples/images/coffee.jpg")
    >>> before = session.click(290, 130)
    >>> after = session.click(60, 60, positive=False)
    >>> session.clicks
    (Click(x=290, y=130, positive=True), Click(x=60, y=60, positive=False))
    >>> bool((session.undo() == before).all())
    True
    """

    def __init__(
        self,
        predictor: Predictor,
        image: NDArray[np.uint8],
        clock: Callable[[], float] = time.time,
        window: GreyWindow | None = None,
    ) -> None:
        """Start on an image (H, W, 3) uint8 RGB or (H, W) grey, which must not change afterwards.

        clock: returns the time of a prompt in seconds since 1970 (UTC).
        window: the grey window through which the image was read, for the log.
        Raises InputError for another kind of array.
        """
        self.predictor = predictor
        self._picture = CachedImage(image)
        self._clock = clock
        self._no_rounds = Rounds(window=window)
        self._states: tuple[State, ...] = (State(rounds=self._no_rounds),)
        self._cursor = 0

    # Properties

    @property
    def image(self) -> Image:
        """The picture, (H, W, 3) uint8 RGB."""
        return self._picture.image

    @property
    def prompts(self) -> Prompts:
        """All prompts so far, in order."""
        return self._state.rounds.prompts

    @property
    def clicks(self) -> Clicks:
        """The prompts that are clicks, in order."""
        return self._state.rounds.clicks

    @property
    def prediction(self) -> Prediction | None:
        """The last prediction, or the start mask, or None before the first prompt."""
        return self._state.prediction

    @property
    def mask(self) -> Mask:
        """The mask (H, W) bool, empty before the first prompt.  Computed on each access."""
        if self.prediction is None:
            return np.zeros(self.image.shape[:2], np.bool_)
        return self.prediction.mask

    @property
    def probs(self) -> NDArray[np.float32]:
        """The probabilities (H, W) float32 in [0, 1].  Computed on each access."""
        if self.prediction is None:
            return np.zeros(self.image.shape[:2], np.float32)
        return self.prediction.probs

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to undo."""
        return self._cursor > 0

    @property
    def can_redo(self) -> bool:
        """Whether an undone change can be redone."""
        return self._cursor < len(self._states) - 1

    # Prompts and undo

    def click(
        self, x: float, y: float, positive: bool = True, *, within: Box | None = None
    ) -> Mask:
        """Click on the object, or off it, and return the new mask (H, W) bool.

        within: the part of the picture that is looked at; at the first prompt only.
        Convention: pixels, x right, y down, pixel centres at integers; a fraction is rounded to the
            nearest pixel.
        Raises InputError for a click outside of the picture or of `within`.
        """
        click = Click(_pixel(x, "x"), _pixel(y, "y"), bool(positive))
        return self.give((click,), within=within)

    def click_together(self, clicks: Prompts, *, within: Box | None = None) -> Mask:
        """Make several clicks in order and predict once; see `give`."""
        return self.give(clicks, within=within)

    def box(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        *,
        within: Box | None = None,
    ) -> Mask:
        """Draw a box around the object and return the new mask (H, W) bool.

        The box replaces the previous mask.  right, bottom: the first pixels outside.
        Raises InputError for a box that is empty, of a single pixel, or not inside the picture.
        """
        sides = (
            _pixel(value, name)
            for value, name in ((left, "left"), (top, "top"), (right, "right"), (bottom, "bottom"))
        )
        return self.give((Box(*sides),), within=within)

    def scribble(
        self,
        points: Sequence[tuple[float, float]],
        positive: bool = True,
        *,
        within: Box | None = None,
    ) -> Mask:
        """Draw a stroke through points (x, y) over the object, or off it; return the new mask.

        Raises InputError for fewer than two points, or one outside the picture.
        """
        corners = tuple((_pixel(x, "x"), _pixel(y, "y")) for x, y in points)
        return self.give((Scribble(corners, bool(positive)),), within=within)

    def give(self, prompts: Prompts, *, within: Box | None = None) -> Mask:
        """Apply several prompts in order, predict once and return the new mask (H, W) bool.

        within: the part of the picture that is looked at; at the first prompt only.
        Raises InputError without prompts, or for one that does not fit the picture.
        """
        if not prompts:
            raise InputError("expected at least one prompt, got none: give a click as (x, y)")
        state = self._state
        given = Round.at(self._clock(), tuple(prompts))
        return self._enter(self._after(state, state.rounds.after(given, within)))

    def start_from(self, mask: NDArray[Any]) -> Mask:
        """Start again from an existing mask (H, W), object where it is not 0, to correct it.

        Raises InputError for a mask of another size.
        """
        known = check_mask(mask, *self.image.shape[:2])
        start = Prediction.from_mask(known, self.predictor.threshold)
        return self._enter(State(start, self._no_rounds))

    def remove(self, index: int) -> Mask:
        """Remove a prompt by its index in `prompts`, and predict the later ones again.

        Raises InputError without such a prompt.
        """
        before = self._state
        number, _ = before.rounds.locate(index)
        rounds = before.rounds.without(index)
        # The predictions of earlier rounds are kept.
        state = State(before.start, rounds.first(number), before.predictions[:number])
        for count in range(number + 1, len(rounds) + 1):
            state = self._after(state, rounds.first(count))
        return self._enter(state)

    def reset(self) -> Mask:
        """Remove all prompts and the start mask."""
        return self._enter(State(rounds=self._no_rounds))

    def undo(self) -> Mask:
        """Undo the last change; without one, do nothing."""
        self._cursor = max(0, self._cursor - 1)
        return self.mask

    def redo(self) -> Mask:
        """Redo the last undone change; without one, do nothing."""
        self._cursor = min(len(self._states) - 1, self._cursor + 1)
        return self.mask

    # Log and replay

    def log(self) -> dict[str, Any]:
        """Return the log to replay this mask, ready for JSON; see `fcfi.prompts.click_log`."""
        start = self._state.start
        return ClickLog(
            height=self.image.shape[0],
            width=self.image.shape[1],
            image_sha256=self._image_sha256,
            network=_network(self.predictor),
            settings=self.predictor.settings,
            start=None if start is None else to_runs(start.mask),
            rounds=self._state.rounds,
        ).to_json()

    @classmethod
    def replay(
        cls,
        predictor: Predictor,
        image: NDArray[np.uint8],
        log: Mapping[str, Any],
        network: Accepted = "same",
    ) -> "Session":
        """Return a session on the same picture with the prompts of a log, and their times.

        network: `same` refuses another network or other settings, so that the mask is the same, bit
            for bit (on the same machine and runtime); `any` accepts any predictor.
        Raises InputError for a damaged log or another picture and, with `same`, for another network
            or other settings.
        """
        if network not in get_args(Accepted):
            raise ConfigError(f"network {network!r} is unknown: give same or any")
        # not only its structure but also its values, which messages repeat
        with guard(InputError, "the log is damaged", "give a log that fcfi wrote"):
            known = ClickLog.from_json(log)
            if network == "same":
                predictor = as_recorded(predictor, known.settings)
            session = cls(predictor, image, window=known.rounds.window)
            _check_image(session, known)
            if network == "same":
                _check_network(predictor, known)
            if known.start is not None:
                session.start_from(from_runs(known.start, known.height, known.width))
        # All of them before the first look, since each look costs more than a check.
        if known.rounds.items:
            check_prompts(known.rounds.prompts, known.height, known.width)
        for count in range(1, len(known.rounds) + 1):
            session._enter(session._after(session._state, known.rounds.first(count)))
        return session

    # Private methods

    @property
    def _state(self) -> State:
        return self._states[self._cursor]

    @cached_property
    def _image_sha256(self) -> str:
        return image_sha256(self.image)

    def _after(self, state: State, rounds: Rounds) -> State:
        """Return the next state, after one more round than the given state has."""
        prediction = self.predictor.predict(
            self._picture,
            rounds.prompts,
            state.prediction,
            # Only the first crop can use the given part: later ones follow the mask.
            rounds.within if len(rounds) == 1 else None,
        )
        return State(state.start, rounds, (*state.predictions, prediction))

    def _enter(self, state: State) -> Mask:
        """Continue from a new state and drop undone changes."""
        self._states = (*self._states[: self._cursor + 1], state)
        self._cursor += 1
        return self.mask


def _pixel(value: Any, name: str) -> int:
    """Return the nearest whole pixel.  Raises InputError unless the value is a finite number."""
    if isinstance(value, bool) or not isinstance(value, Real) or not isfinite(value):
        raise InputError(f"expected {name} in pixels, got {value!r}: give a number")
    return floor(float(value) + 0.5)


def _network(predictor: Predictor) -> dict[str, str]:
    info = predictor.info
    return {"name": info.name, "sha256": info.sha256, "runtime": info.runtime}


def _check_image(session: Session, log: ClickLog) -> None:
    """Raise InputError unless the session has the log's picture."""
    height, width = session.image.shape[:2]
    if (log.height, log.width) != (height, width):
        raise InputError(
            f"the log belongs to a picture of {log.width} x {log.height} pixels and this one has "
            f"{width} x {height}: give the picture that was clicked on"
        )
    if log.image_sha256 != session._image_sha256:
        window = log.rounds.window
        through = "" if window is None else f", read through the window {window}"
        raise InputError(
            "the log belongs to another picture of the same size (its sha256 differs): "
            f"give that one{through}"
        )


def _check_network(predictor: Predictor, log: ClickLog) -> None:
    """Raise InputError unless weights and settings match the log; the runtime may differ."""
    here, there = _network(predictor), log.network
    if here["sha256"] != there["sha256"]:
        raise InputError(
            # With repr, because texts in a damaged log may have line breaks.
            f"expected the network of the log, {there['name'][:50]!r} (weights "
            f"{there['sha256'][:12]!r}), got {here['name']!r} ({here['sha256'][:12]!r}): use that "
            'one, or give network="any" for a new mask'
        )
    ours = predictor.settings
    for key in sorted(ours.keys() | log.settings.keys()):
        if ours.get(key) != log.settings.get(key):
            raise InputError(
                f"expected {key} = {log.settings.get(key)!r} as in the log, got {ours.get(key)!r}: "
                'use the same setting, or give network="any" for a new mask'
            )
