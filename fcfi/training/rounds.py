"""Simulated clicks: which clicks and which feedback a training batch shows the network.

Two ways, two classes with one face (`next_batch`, `observe`):

`EveryRound` (ours): a batch is a pool of running sessions.  Each step trains on one click of every
session; the answer becomes the feedback of the next click, and a session that is done makes room
for a fresh crop.  No pass is spent without learning from it, and long sessions cost nothing extra.
`LastRound` (paper): fresh crops each step; 0 to 3 clicks are simulated without gradient (in
evaluation mode), only the last is trained on.

Knows nothing of files, optimisers or losses.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fcfi.data.crop import TrainingCrop as Crop
from fcfi.errors import ConfigError
from fcfi.masks.truth import BACKGROUND, OBJECT
from fcfi.prediction.guidance import draw_box, encode
from fcfi.prompts.clicks import Click, Clicks
from fcfi.robot import INNER, next_click

THRESHOLD = 0.5
GOOD_ENOUGH = 0.98
"""IoU at which a session ends: what is left to click is noise of the labels."""
NEGATIVE_PLACES = (0.5, 0.4, 0.1)
"""Starting negative clicks: at the object's border, on other objects, on background (paper)."""
BORDER = 15
"""Pixels round the object that count as its border."""
SOFT_BORDER = (0.004, 0.015)
"""Blur of a mask seen from further away, in heights of the crop: 2 to 6 px at 416."""

HARD_CLICKS, HARD_IOU, HARD_KEPT = 3, 0.8, 128
"""A session ended badly below this IoU after so many clicks; crops of such sessions kept at most."""
EDGE = 6
"""Pixels from the edge of a crop that count as its edge."""
BOX_JITTER = 0.1
"""How far a drawn box's sides are off, as a part of the box's width or height."""
BOX_ALONE = 0.5
"""Share of the sessions from a box that begin without a click."""
STROKE_STEP = 0.05
"""Distance of the clicks along a stroke as a part of the crop's side."""
CHANCES = (
    "decay",
    "start_decay",
    "centre",
    "from_mask",
    "soften",
    "anywhere",
    "edge",
    "hide",
    "box",
    "scribble",
    "again",
)
"""Fields of RoundsConfig from 0 to 1."""


@dataclass(frozen=True)
class RoundsConfig:
    """How clicks are simulated.

    learn_from:  every click of a session (`every`), or only the last one as in the paper (`last`).
    most:        clicks of a session at most (`every`: 1 to this; `last`: 0 to this less one without
        gradient).
    decay:       a session goes on after each click with this chance (`every`).
    start:       largest number of starting clicks of each kind; their number is drawn with chance ~
        start_decay^n.
    centre:      chance that the first click is at the object's centre, as in the paper; else
        anywhere deep inside.
    from_mask:   chance to start from a wrong mask instead of from nothing; views of a part always
        do.
    soften:      chance that the feedback is blurred, as zooming in does.
    anywhere:    chance that a click lies anywhere inside the error, not only deep inside: people
        do not click in centres.
    edge:        chance that the first click lies within EDGE pixels of the crop's edge, where the
        object reaches it.
    noise:       standard deviation of a click's position in pixels; it never leaves its error.
    hide:        chance that the network sees the feedback in correction and fusion only, not among
        the prompts.
    box:         chance to start from a box round the object, in half of the cases without a click.
    scribble:    chance that the starting positive clicks lie along a stroke.
    again:       chance that a session begins on a crop whose last session ended badly (`every`).
    """

    learn_from: Literal["every", "last"] = "every"
    most: int = 10
    decay: float = 0.8
    start: int = 6
    start_decay: float = 0.35
    centre: float = 0.5
    from_mask: float = 0.1
    soften: float = 0.2
    anywhere: float = 0.0
    edge: float = 0.0
    noise: float = 0.0
    hide: float = 0.0
    box: float = 0.0
    scribble: float = 0.0
    again: float = 0.0

    def __post_init__(self) -> None:
        if self.learn_from not in ("every", "last"):
            raise ConfigError(
                f"rounds.learn_from = {self.learn_from!r} is unknown: use 'every' or 'last'"
            )
        if self.most < 1 or self.start < 1:
            raise ConfigError("rounds.most and rounds.start are whole numbers of at least 1")
        for name in CHANCES:
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigError(
                    f"expected rounds.{name} from 0 to 1, got {getattr(self, name)}: it is a chance"
                )
        if self.from_mask + self.box > 1:
            raise ConfigError(
                "expected rounds.from_mask and rounds.box to sum to at most 1, "
                f"got {self.from_mask + self.box}: lower one of them"
            )
        if self.noise < 0:
            raise ConfigError(f"expected rounds.noise of at least 0 pixels, got {self.noise}")


class Batch(NamedTuple):
    """What a step trains on; the first seven are the network's inputs, `truth` is (B, 1, S, S) uint8.

    shown: (B, 1, 1, 1) float 0/1, whether the feedback is among the prompts.
    beyond: (B,) pixels of the object outside of the crop.
    """

    image: Tensor
    feedback: Tensor
    disks: Tensor
    window: Tensor
    cell: Tensor
    label: Tensor
    gate: Tensor
    truth: Tensor
    shown: Tensor
    beyond: Tensor


@dataclass(frozen=True, eq=False)
class State:
    """A running session: its crop, its clicks so far, the feedback (None before the first answer)."""

    crop: Crop
    clicks: Clicks
    feedback: NDArray[np.float32] | None = field(default=None)


class EveryRound:
    """A pool of sessions, each a click further at every step.

    Crops whose session ended badly are kept for a while, and some new sessions begin on them.
    """

    def __init__(
        self, crops: Iterator[Crop], batch: int, config: RoundsConfig, rng: np.random.Generator
    ) -> None:
        self._crops, self._config, self._rng = crops, config, rng
        self._hard: list[Crop] = []
        self._pool = [start(next(crops), config, rng) for _ in range(batch)]

    def next_batch(self, predict: Callable[[Batch], Tensor]) -> Batch:
        """The pool as a batch; `predict` is not needed."""
        return collate(self._pool, self._config, self._rng)

    def observe(self, probs: NDArray[np.float32]) -> None:
        """Take the answers (B, S, S): click on, or make room for fresh crops."""
        for slot, state in enumerate(self._pool):
            goes_on = self._goes_on(state)
            on = advance(state, probs[slot], self._config, self._rng) if goes_on else None
            if on is None:
                self._keep_if_hard(state, probs[slot])
            self._pool[slot] = on or start(self._next_crop(), self._config, self._rng)

    def _keep_if_hard(self, state: State, probs: NDArray[np.float32]) -> None:
        """Keep the crop of a session that ended badly, in place of a random one when all are taken.

        A crop that was drawn again is not kept a second time: what stays bad is often a wrong label.
        """
        hard = len(state.clicks) >= HARD_CLICKS and iou(state.crop.truth, probs) < HARD_IOU
        if not (self._config.again and hard) or state.crop.again:
            return
        if len(self._hard) == HARD_KEPT:
            self._hard.pop(int(self._rng.integers(HARD_KEPT)))
        self._hard.append(replace(state.crop, again=True))

    def _next_crop(self) -> Crop:
        """Return a fresh crop or, with the chance `again`, one of the hard ones, which leaves the pool."""
        if self._hard and self._rng.random() < self._config.again:
            return self._hard.pop(int(self._rng.integers(len(self._hard))))
        return next(self._crops)

    def _goes_on(self, state: State) -> bool:
        return len(state.clicks) < self._config.most and self._rng.random() < self._config.decay


class LastRound:
    """Fresh crops each step, clicked some times without gradient."""

    def __init__(
        self, crops: Iterator[Crop], batch: int, config: RoundsConfig, rng: np.random.Generator
    ) -> None:
        self._crops, self._batch, self._config, self._rng = crops, batch, config, rng

    def next_batch(self, predict: Callable[[Batch], Tensor]) -> Batch:
        """`predict`: a batch to probabilities (B, 1, S, S), without gradient, in evaluation mode."""
        states = [start(next(self._crops), self._config, self._rng) for _ in range(self._batch)]
        for _ in range(self._rng.integers(self._config.most)):
            probs = predict(collate(states, self._config, self._rng))[:, 0].float().cpu().numpy()
            states = [
                advance(state, answer, self._config, self._rng) or state
                for state, answer in zip(states, probs, strict=True)
            ]
        return collate(states, self._config, self._rng)

    def observe(self, probs: NDArray[np.float32]) -> None:
        """Nothing: the next step starts afresh."""


def make_rounds(
    crops: Iterator[Crop], batch: int, config: RoundsConfig, rng: np.random.Generator
) -> EveryRound | LastRound:
    """The way that the configuration names."""
    if config.learn_from == "every":
        return EveryRound(crops, batch, config, rng)
    return LastRound(crops, batch, config, rng)


def start(crop: Crop, config: RoundsConfig, rng: np.random.Generator) -> State:
    """A session's first state: starting clicks, or a wrong mask and the click that begins to mend it."""
    if crop.part or rng.random() < config.from_mask:
        wrong = spoil(crop, rng)
        click = click_of_a_person(crop.truth, wrong, (), config, rng)
        if click is not None:
            return State(
                crop, (click,), _from_afar(wrong, rng) if crop.part else wrong.astype(np.float32)
            )
    if rng.random() < config.box / max(1 - config.from_mask, config.box, 1e-9):
        return from_box(crop, config, rng)
    return State(crop, starting_clicks(crop, config, rng))


def from_box(crop: Crop, config: RoundsConfig, rng: np.random.Generator) -> State:
    """Return a session that begins with a box drawn by hand, with the first click or without."""
    target = crop.truth == OBJECT
    left, top, width, height = cv2.boundingRect(target.view(np.uint8))
    jitter = rng.uniform(-BOX_JITTER, BOX_JITTER, 4) * (width, height, width, height)
    feedback = draw_box(
        left + jitter[0],
        top + jitter[1],
        left + width + jitter[2],
        top + height + jitter[3],
        *target.shape,
    )
    if rng.random() < BOX_ALONE:
        return State(crop, (), feedback)
    click = click_of_a_person(crop.truth, np.zeros_like(target), (), config, rng)
    return State(crop, () if click is None else (click,), feedback)


def click_of_a_person(
    truth: NDArray[np.uint8],
    mask: NDArray[np.bool_],
    made: Clicks,
    config: RoundsConfig,
    rng: np.random.Generator,
) -> Click | None:
    """Return the next click on a mask: deep inside the error or, now and then, anywhere in it.

    Its position trembles, but never leaves the error.  None when nothing is left to click.
    """
    inner = 0.0 if rng.random() < config.anywhere else INNER
    click = next_click(truth, mask, made, rng, inner)
    if click is None or not config.noise:
        return click
    dx, dy = np.rint(rng.normal(0, config.noise, 2)).astype(int)
    x, y = click.x + int(dx), click.y + int(dy)
    if not (0 <= x < truth.shape[1] and 0 <= y < truth.shape[0]):
        return click
    same = truth[y, x] == truth[click.y, click.x] and mask[y, x] == mask[click.y, click.x]
    moved = Click(x, y, click.positive)
    return moved if same and moved not in made else click


def _from_afar(mask: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.float32]:
    """A mask as an answer from further away looks, brought near: with a soft border."""
    soft = cv2.GaussianBlur(
        mask.astype(np.float32), (0, 0), mask.shape[0] * rng.uniform(*SOFT_BORDER)
    )
    return np.asarray(soft, np.float32)


def advance(
    state: State, probs: NDArray[np.float32], config: RoundsConfig, rng: np.random.Generator
) -> State | None:
    """The session one click further, or None if the mask is as good as its label."""
    if iou(state.crop.truth, probs) > GOOD_ENOUGH:
        return None
    mask = probs > THRESHOLD
    click = click_of_a_person(state.crop.truth, mask, state.clicks, config, rng)
    return None if click is None else replace(state, clicks=(*state.clicks, click), feedback=probs)


def iou(truth: NDArray[np.uint8], probs: NDArray[np.float32]) -> float:
    """Return the IoU of a mask's probabilities (H, W) with truth (0, 1, 255); 1 if both are empty."""
    mask, target = probs > THRESHOLD, truth == OBJECT
    both = np.count_nonzero(mask & target)
    either = np.count_nonzero((mask & (truth <= OBJECT)) | target)
    return both / either if either else 1.0


def starting_clicks(crop: Crop, config: RoundsConfig, rng: np.random.Generator) -> Clicks:
    """1 to `start` positive clicks, the first at the object's centre or deep inside, and 0 to `start` negative ones.

    In the order positive, negative, so that the last, which the correction works around, may be
    either.
    """
    target = crop.truth == OBJECT
    positive = [first_click(crop, config, rng)]
    if rng.random() < config.scribble:
        positive += stroke(target, positive[0], rng)
    else:
        for _ in range(_count(config.start - 1, config, rng)):
            positive += _draw(target, True, rng)
    negative: list[Click] = []
    background = crop.truth == BACKGROUND
    for _ in range(_count(config.start, config, rng)):
        place = rng.choice(3, p=NEGATIVE_PLACES)
        where = (_border(target) & background, crop.others & background, background)[place]
        negative += _draw(where, False, rng)
    return tuple(positive + negative) if rng.random() < 0.5 else (*negative, *positive[::-1])


def first_click(crop: Crop, config: RoundsConfig, rng: np.random.Generator) -> Click:
    """Return the click that begins a session: the crop's own, at the object's centre, in it, or at the edge."""
    truth = crop.truth
    target = truth == OBJECT
    if crop.point is not None and target[crop.point[1], crop.point[0]]:
        return Click(*crop.point, positive=True)
    if rng.random() < config.edge:
        at_edge = target.copy()
        at_edge[EDGE:-EDGE, EDGE:-EDGE] = False
        if clicks := _draw(at_edge, True, rng):
            return clicks[0]
    nothing = np.zeros_like(target)
    if rng.random() < config.centre:
        click = next_click(truth, nothing)
    else:
        click = click_of_a_person(truth, nothing, (), config, rng)
    assert click is not None, "a crop has an object"
    return click


def stroke(target: NDArray[np.bool_], start: Click, rng: np.random.Generator) -> list[Click]:
    """Return positive clicks along a straight stroke from `start` through the object, inside it."""
    ends = _draw(target, True, rng)
    end = ends[0] if ends else start
    length = float(np.hypot(end.x - start.x, end.y - start.y))
    steps = int(length / (STROKE_STEP * max(target.shape)))
    clicks: list[Click] = []
    for part in np.linspace(0, 1, steps + 1)[1:]:
        x = round(start.x + part * (end.x - start.x))
        y = round(start.y + part * (end.y - start.y))
        if target[y, x]:
            clicks.append(Click(x, y, True))
    return clicks


def _count(most: int, config: RoundsConfig, rng: np.random.Generator) -> int:
    """0 to `most`, with chance proportional to start_decay^n."""
    chances = config.start_decay ** np.arange(most + 1)
    return int(rng.choice(most + 1, p=chances / chances.sum()))


def _draw(where: NDArray[np.bool_], positive: bool, rng: np.random.Generator) -> list[Click]:
    """A click on a random pixel of a map; none if the map is empty."""
    pixels = np.flatnonzero(where)
    if not len(pixels):
        return []
    row, column = divmod(int(pixels[rng.integers(len(pixels))]), where.shape[1])
    return [Click(column, row, positive)]


def _border(target: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Pixels within BORDER pixels outside the object."""
    kernel = np.ones((2 * BORDER + 1, 2 * BORDER + 1), np.uint8)
    return cv2.dilate(target.view(np.uint8), kernel).view(bool) & ~target


def spoil(crop: Crop, rng: np.random.Generator) -> NDArray[np.bool_]:
    """A wrong mask of the object: eroded, dilated, shifted, wavering, or with a part taken from or added to it."""
    mask = (crop.truth == OBJECT).view(np.uint8)
    size = max(3, int(np.sqrt(np.count_nonzero(mask)) * rng.uniform(0.05, 0.3)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    kind = rng.integers(6)
    if kind == 0:
        mask = cv2.erode(mask, kernel)
    elif kind == 1:
        mask = cv2.dilate(mask, kernel)
    elif kind == 2:
        dx, dy = rng.integers(-size, size + 1, 2)
        mask = cv2.warpAffine(
            mask,
            np.array([[1, 0, dx], [0, 1, dy]], np.float32),
            mask.shape[::-1],
            flags=cv2.INTER_NEAREST,
        )
    elif kind == 3:
        mask = _wavering(mask, size, rng)
    else:
        rows, columns = np.nonzero(_border(mask.view(bool)) | mask.view(bool))
        at = rng.integers(len(rows))
        mask = cv2.circle(
            mask.copy(), (int(columns[at]), int(rows[at])), 2 * size, int(kind == 4), -1
        )
    return np.asarray(mask, np.bool_)


def _wavering(mask: NDArray[np.uint8], size: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The mask with its border pushed to and fro by about a third of `size` px, in waves about `size` px long."""
    height, width = mask.shape
    coarse = rng.normal(0, size / 3, (2, max(2, height // size), max(2, width // size))).astype(
        np.float32
    )
    dx, dy = (cv2.resize(waves, (width, height), interpolation=cv2.INTER_CUBIC) for waves in coarse)
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.asarray(
        cv2.remap(mask, x + dx, y + dy, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )


def collate(states: list[State], config: RoundsConfig, rng: np.random.Generator) -> Batch:
    """The network's inputs for these sessions."""
    guidance, feedback = [], []
    for state in states:
        height, width = state.crop.truth.shape
        guidance.append(encode(state.clicks, height, width, float(state.feedback is not None)))
        feedback.append(_feedback(state, config, rng))
    return Batch(
        image=_stack([state.crop.image for state in states]).permute(0, 3, 1, 2).float().div_(255),
        feedback=_stack(feedback)[:, None],
        disks=_stack([g.disks for g in guidance]),
        window=_stack([g.window for g in guidance]),
        cell=torch.tensor([g.cell for g in guidance]),
        label=torch.tensor([g.label for g in guidance]).view(-1, 1, 1, 1),
        gate=torch.tensor([g.gate for g in guidance]).view(-1, 1, 1, 1),
        truth=_stack([state.crop.truth for state in states])[:, None],
        shown=torch.tensor(rng.random(len(states)) >= config.hide).float().view(-1, 1, 1, 1),
        beyond=torch.tensor([state.crop.beyond for state in states]).float(),
    )


def _feedback(state: State, config: RoundsConfig, rng: np.random.Generator) -> NDArray[np.float32]:
    if state.feedback is None:
        return np.zeros(state.crop.truth.shape, np.float32)
    if rng.random() >= config.soften:
        return state.feedback
    small = cv2.resize(state.feedback, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    softened = cv2.resize(small, state.feedback.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(softened, np.float32)


def _stack(arrays: Sequence[NDArray[Any]]) -> Tensor:
    return torch.from_numpy(np.stack(arrays))
