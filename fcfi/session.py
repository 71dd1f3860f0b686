"""A session: one object of one picture, click by click, with undo over everything.

All state of the using half is here: a tuple of values and a cursor.  A mask depends on nothing but
the mask begun from and the clicks in their order, so a removed click leaves no trace and a log
makes the same mask again, bit for bit. Knows nothing of files, servers or networks.  Not for
several threads at once; each user has a session of their own.
"""

import dataclasses
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import floor, isfinite
from numbers import Real
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from fcfi.errors import ConfigError, InputError
from fcfi.images import Image, Mask, check_mask, image_sha256
from fcfi.prediction.interface import Predictor
from fcfi.prediction.prediction import CachedImage, Prediction
from fcfi.prompts.click_log import Log, from_runs, to_runs
from fcfi.prompts.clicks import Click, Clicks
from fcfi.prompts.rounds import Round

Accepted = Literal["same", "any"]
"""Which network a log may be replayed with: the same with the same settings (the mask is the same), or any."""


@dataclass(frozen=True)
class Step:
    """A round of clicks, and what was predicted after it."""

    round: Round
    prediction: Prediction


@dataclass(frozen=True)
class State:
    """What undo and redo move between: the mask begun from, if any, and the rounds of clicks after it."""

    start: Prediction | None = None
    steps: tuple[Step, ...] = ()

    @property
    def prediction(self) -> Prediction | None:
        """The last one."""
        return self.steps[-1].prediction if self.steps else self.start

    @property
    def clicks(self) -> Clicks:
        """All of them, in order."""
        return tuple(click for step in self.steps for click in step.round.clicks)


class Session:
    """Clicks on one picture.  Every change can be undone; what fails changes nothing."""

    def __init__(
        self,
        predictor: Predictor,
        image: NDArray[np.uint8],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Begin on a picture (H, W, 3) uint8 RGB or (H, W) grey, which must not change from here on.

        clock: gives the time of a click in seconds since 1970 (UTC).  Raises InputError for
            anything else.
        """
        self.predictor = predictor
        self._still = CachedImage(image)
        self._clock = clock
        self._states: tuple[State, ...] = (State(),)
        self._cursor = 0

    # What there is

    @property
    def image(self) -> Image:
        """The picture, (H, W, 3) uint8 RGB."""
        return self._still.image

    @property
    def clicks(self) -> Clicks:
        """The clicks so far, in order."""
        return self._state.clicks

    @property
    def prediction(self) -> Prediction | None:
        """The last prediction, or the mask begun from, or None before the first click."""
        return self._state.prediction

    @property
    def mask(self) -> Mask:
        """(H, W) bool: the object; nothing before the first click.  Computed at each access."""
        return (
            np.zeros(self.image.shape[:2], np.bool_)
            if self.prediction is None
            else self.prediction.mask
        )

    @property
    def probs(self) -> NDArray[np.float32]:
        """(H, W) float32 in [0, 1]: how surely each pixel belongs to the object.  Computed at each access."""
        return (
            np.zeros(self.image.shape[:2], np.float32)
            if self.prediction is None
            else self.prediction.probs
        )

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return self._cursor > 0

    @property
    def can_redo(self) -> bool:
        """Whether a change was taken back and can be made again."""
        return self._cursor < len(self._states) - 1

    # What a person does

    def click(self, x: float, y: float, positive: bool = True) -> Mask:
        """Click on the object, or off it, and give the new mask (H, W) bool.

        Convention: pixels, x right, y down, pixel centres at integers; a fraction goes to the
            nearest pixel.
        Raises InputError for a click outside of the picture.
        """
        return self.click_together((Click(_pixel(x, "x"), _pixel(y, "y"), bool(positive)),))

    def click_together(self, clicks: Clicks) -> Mask:
        """Make several clicks, in their order, and predict once.  Raises InputError for none or one outside."""
        if not clicks:
            raise InputError("no click came: give at least one, as (x, y) in pixels")
        now = self._clock()
        return self._enter(self._after(self._state, Round(clicks, (now,) * len(clicks))))

    def start_from(self, mask: NDArray[Any]) -> Mask:
        """Begin again from a mask (H, W) that exists, object where not 0, to be corrected by clicks.

        Raises InputError for a mask of another size.
        """
        known = check_mask(mask, *self.image.shape[:2])
        return self._enter(State(Prediction.from_mask(known, self.predictor.threshold)))

    def remove(self, index: int) -> Mask:
        """Take one click away, by its place in `clicks`, and make the later ones again.  Raises InputError."""
        count = len(self.clicks)
        if not 0 <= index < count:
            raise InputError(f"there is no click {index}: there are {count}, counted from 0")
        number, place = _place(self._state, index)
        rounds = [step.round for step in self._state.steps[number:]]
        rounds[0] = _without(rounds[0], place)
        state = dataclasses.replace(self._state, steps=self._state.steps[:number])
        for one in rounds:
            state = self._after(state, one) if one.clicks else state
        return self._enter(state)

    def reset(self) -> Mask:
        """Forget all clicks and the mask begun from."""
        return self._enter(State())

    def undo(self) -> Mask:
        """Take the last change back; at the beginning nothing happens."""
        self._cursor = max(0, self._cursor - 1)
        return self.mask

    def redo(self) -> Mask:
        """Make the change again that was taken back; without one nothing happens."""
        self._cursor = min(len(self._states) - 1, self._cursor + 1)
        return self.mask

    # Log and replay

    def log(self) -> dict[str, Any]:
        """What is needed to make this mask again, ready for JSON; `fcfi.prompts.click_log` shows its form."""
        start = self._state.start
        return Log(
            height=self.image.shape[0],
            width=self.image.shape[1],
            image_sha256=self._image_sha256,
            network=_network(self.predictor),
            settings=self.predictor.settings,
            start=None if start is None else to_runs(start.mask),
            rounds=tuple(step.round for step in self._state.steps),
        ).to_json()

    @classmethod
    def replay(
        cls,
        predictor: Predictor,
        image: NDArray[np.uint8],
        log: Mapping[str, Any],
        network: Accepted = "same",
    ) -> "Session":
        """A session on the same picture in which the log's clicks were made again, with their times.

        network: `same` refuses another network or other settings, so that the mask is the same, bit
            for bit (on the
        same machine and runtime); `any` takes this predictor as it is.
        Raises InputError for a damaged log, one of another picture or, with `same`, of another
        network or settings.
        """
        known = Log.from_json(log)
        session = cls(predictor, image)
        _check_image(session, known)
        if network == "same":
            _check_network(predictor, known)
        elif network != "any":
            raise ConfigError(f"network {network!r} is unknown: give same or any")
        if known.start is not None:
            session.start_from(from_runs(known.start, known.height, known.width))
        for one in known.rounds:
            session._enter(session._after(session._state, one))
        return session

    # Inside

    @property
    def _state(self) -> State:
        return self._states[self._cursor]

    @cached_property
    def _image_sha256(self) -> str:
        return image_sha256(self.image)

    def _after(self, state: State, one: Round) -> State:
        """The state after one more round of clicks."""
        prediction = self.predictor.predict(
            self._still, (*state.clicks, *one.clicks), state.prediction
        )
        return dataclasses.replace(state, steps=(*state.steps, Step(one, prediction)))

    def _enter(self, state: State) -> Mask:
        """Go on from a new state; what was undone before is forgotten."""
        self._states = (*self._states[: self._cursor + 1], state)
        self._cursor += 1
        return self.mask


def _place(state: State, index: int) -> tuple[int, int]:
    """Number of the round of a click, and the click's place in it."""
    places = [
        (number, place)
        for number, step in enumerate(state.steps)
        for place in range(len(step.round.clicks))
    ]
    return places[index]


def _pixel(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, Real) or not isfinite(value):
        raise InputError(f"{name} = {value!r} is no place in a picture: give pixels as a number")
    return floor(float(value) + 0.5)


def _without(one: Round, place: int) -> Round:
    return Round(
        one.clicks[:place] + one.clicks[place + 1 :], one.times[:place] + one.times[place + 1 :]
    )


def _network(predictor: Predictor) -> dict[str, str]:
    info = predictor.info
    return {"name": info.name, "sha256": info.sha256, "runtime": info.runtime}


def _check_image(session: Session, log: Log) -> None:
    height, width = session.image.shape[:2]
    if (log.height, log.width) != (height, width):
        raise InputError(
            f"the log belongs to a picture of {log.width} x {log.height} pixels and this one has {width} x {height}: "
            "give the picture that was clicked on"
        )
    if log.image_sha256 != session._image_sha256:
        raise InputError(
            "the log belongs to another picture of the same size (its sha256 differs): give that one"
        )


def _check_network(predictor: Predictor, log: Log) -> None:
    """The sha256 of the weights counts, and the settings; the runtime only says how it was."""
    here, there = _network(predictor), log.network
    if here["sha256"] != there["sha256"]:
        raise InputError(
            f"the log was made with the network {there['name']} (weights {there['sha256'][:12]}) and this one is "
            f'{here["name"]} ({here["sha256"][:12]}): take that one, or say network="any" for a new mask'
        )
    ours = predictor.settings
    for key in sorted(ours.keys() | log.settings.keys()):
        if ours.get(key) != log.settings.get(key):
            raise InputError(
                f"the log was made with {key} = {log.settings.get(key)} and this predictor has {ours.get(key)}: "
                'take the same setting, or say network="any" for a new mask'
            )
