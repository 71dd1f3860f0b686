"""Simulated sessions: the starting clicks on a training crop, and the position of the next click.

Knows nothing of batches, models or losses.
"""

from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from fcfi.data.crop import TrainingCrop
from fcfi.data.shares import Share, check_shares
from fcfi.errors import ConfigError
from fcfi.masks.metrics import iou
from fcfi.masks.truth import BACKGROUND, OBJECT
from fcfi.prediction.guidance import STROKE_STEP, clicks_along, draw_box
from fcfi.prompts.clicks import Click, Clicks, Scribble
from fcfi.robot import INNER, next_click
from fcfi.training.wrong_masks import border_of, softened, wrong_mask

THRESHOLD = 0.5
"""Probability above which a pixel counts as object."""
GOOD_ENOUGH = 0.98
"""IoU at which a session ends: the remaining errors are label noise."""
NEGATIVE_REGIONS = (0.5, 0.4, 0.1)
"""Chances of a starting negative click at the object's border, on another object and on the
background (paper)."""
NEGATIVE_LAST = 0.5
"""Share of the sessions with negative starting clicks in which the last one is negative."""
EDGE = 6
"""Width of a crop's edge in pixels."""
MISTAKES = 10
"""Largest number of mistakes made to spoil a mask."""
BOX_JITTER = 0.1
"""Largest error of a drawn box's sides, as a share of the box's width or height."""
BOX_ALONE = 0.5
"""Share of the sessions from a box that start without a click."""


@dataclass(frozen=True)
class RoundsConfig:
    """The simulation of clicks; chances are from 0 to 1.

    learn_from: train on every click of a session (`every`), or on the last one as in the paper
        (`last`).
    most: largest number of clicks in a session (`every`: 1 to this; `last`: 0 to this minus one
        without gradients).
    decay: chance that a session continues after a click (`every`).
    start: largest number of starting clicks of each sign.
    start_decay: the number n of starting clicks is drawn with a chance proportional to
        start_decay^n.
    centre: chance that the first click is at the object's centre, as in the paper; otherwise it is
        anywhere deep inside.
    from_mask: chance to start from a wrong mask; views of a part always do.
    spoil: largest IoU of the wrong mask for a view of a part: mistakes are added until it is
        reached, but at most ten; with 1 there is one mistake.
    soften: chance that the feedback is blurred, as zooming in does.
    anywhere: chance that a click lies anywhere inside the error instead of deep inside, because
        people do not click exactly in the centre.
    edge: chance that the first click lies at the crop's edge, if the object reaches it.
    noise: standard deviation of a click's position in pixels; it never leaves its error.
    hide: chance that the model sees the feedback only in correction and fusion, not among the
        prompts.
    box: chance to start from a box around the object, in half of the cases without a click.
    scribble: chance that the starting positive clicks lie along a scribble.
    again: chance that a session starts on a crop whose last session ended badly (`every`).
    """

    learn_from: Literal["every", "last"] = "every"
    most: int = 10
    decay: Share = 0.8
    start: int = 6
    start_decay: Share = 0.35
    centre: Share = 0.5
    from_mask: Share = 0.1
    spoil: Share = 1.0
    soften: Share = 0.2
    anywhere: Share = 0.0
    edge: Share = 0.0
    noise: float = 0.0
    hide: Share = 0.0
    box: Share = 0.0
    scribble: Share = 0.0
    again: Share = 0.0

    def __post_init__(self) -> None:
        if self.learn_from not in ("every", "last"):
            raise ConfigError(
                f"expected rounds.learn_from to be 'every' or 'last', got {self.learn_from!r}"
            )
        for name in ("most", "start"):
            if getattr(self, name) < 1:
                raise ConfigError(
                    f"expected rounds.{name} of at least 1, got {getattr(self, name)}: raise it"
                )
        check_shares("rounds", self)
        if self.from_mask + self.box > 1:
            raise ConfigError(
                "expected rounds.from_mask and rounds.box to sum to at most 1, "
                f"got {self.from_mask + self.box}: lower one of them"
            )
        if self.noise < 0:
            raise ConfigError(
                f"expected rounds.noise of at least 0 pixels, got {self.noise}: use 0 for none"
            )


@dataclass(frozen=True, eq=False)
class CropSession:
    """A session on a training crop, as a value.

    clicks: all clicks so far, the new one last.
    feedback: probabilities (h, w) that the next click corrects; None before the first prediction.
    """

    crop: TrainingCrop
    clicks: Clicks
    feedback: NDArray[np.float32] | None = None


def start_session(
    crop: TrainingCrop, config: RoundsConfig, rng: np.random.Generator
) -> CropSession:
    """Return a new session, from a wrong mask with a click on its error, a box, or clicks."""
    # A view of a part is ambiguous without a previous mask, so it always has one.
    if crop.part or rng.random() < config.from_mask:
        target = crop.truth == OBJECT
        wrong = wrong_mask(target, rng)
        if crop.part:
            wrong = spoiled(wrong, target, config.spoil, rng)
        click = next_click_of_person(crop.truth, wrong, (), config, rng)
        if click is not None:
            feedback = softened(wrong, rng) if crop.part else wrong.astype(np.float32)
            return CropSession(crop, (click,), feedback)
    # A share of the remaining sessions, so that a share `box` of all sessions starts with a box.
    remaining = max(1 - config.from_mask, config.box, 1e-9)
    if rng.random() < config.box / remaining:
        return start_from_box(crop, config, rng)
    return CropSession(crop, starting_clicks(crop, config, rng))


def spoiled(
    wrong: NDArray[np.bool_], target: NDArray[np.bool_], most: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Return a wrong mask with mistakes added until its IoU with the object is at most `most`."""
    truth = target.astype(np.uint8)
    for _ in range(MISTAKES - 1):
        # An empty mask cannot be spoiled further.
        if not wrong.any() or iou(wrong, truth) <= most:
            break
        wrong = wrong_mask(wrong, rng)
    return wrong


def start_from_box(
    crop: TrainingCrop, config: RoundsConfig, rng: np.random.Generator
) -> CropSession:
    """Return a session that starts with a hand-drawn box, with or without a first click."""
    target = crop.truth == OBJECT
    left, top, width, height = cv2.boundingRect(target.view(np.uint8))
    # Nobody draws a box exactly to the pixel.
    jitter = rng.uniform(-BOX_JITTER, BOX_JITTER, 4) * (width, height, width, height)
    feedback = draw_box(
        left + jitter[0],
        top + jitter[1],
        left + width + jitter[2],
        top + height + jitter[3],
        *target.shape,
    )
    if rng.random() < BOX_ALONE:
        return CropSession(crop, (), feedback)
    click = next_click_of_person(crop.truth, np.zeros_like(target), (), config, rng)
    return CropSession(crop, () if click is None else (click,), feedback)


def advance(
    session: CropSession,
    probs: NDArray[np.float32],
    config: RoundsConfig,
    rng: np.random.Generator,
) -> CropSession | None:
    """Return the session with one more click, or None if the mask is as good as the labels.

    probs: (h, w), predicted for the session's clicks; they become the feedback.
    """
    truth = session.crop.truth
    # The same threshold as in use, so that the error is what a person would see.
    mask = probs > THRESHOLD
    if iou(mask, truth) > GOOD_ENOUGH:
        return None
    click = next_click_of_person(truth, mask, session.clicks, config, rng)
    if click is None:
        return None
    return replace(session, clicks=(*session.clicks, click), feedback=probs)


def next_click_of_person(
    truth: NDArray[np.uint8],
    mask: NDArray[np.bool_],
    made: Clicks,
    config: RoundsConfig,
    rng: np.random.Generator,
) -> Click | None:
    """Return the next click: deep inside the mask's error or, with a chance, anywhere in it.

    Its position has noise, but never leaves the error.  None without an error left.
    """
    inner = 0.0 if rng.random() < config.anywhere else INNER
    click = next_click(truth, mask, made, rng, inner)
    if click is None or not config.noise:
        return click
    dx, dy = np.rint(rng.normal(0, config.noise, 2)).astype(int)
    x = click.x + int(dx)
    y = click.y + int(dy)
    if not (0 <= x < truth.shape[1] and 0 <= y < truth.shape[0]):
        return click
    # A click that noise moves across the border would teach the opposite of its sign.
    same = truth[y, x] == truth[click.y, click.x] and mask[y, x] == mask[click.y, click.x]
    moved = Click(x, y, click.positive)
    return moved if same and moved not in made else click


def starting_clicks(crop: TrainingCrop, config: RoundsConfig, rng: np.random.Generator) -> Clicks:
    """Return 1 to `start` positive clicks (or a scribble) and 0 to `start` negative ones."""
    target = crop.truth == OBJECT
    # At least one positive click, to show which object is meant.
    positive = [first_click(crop, config, rng)]
    if rng.random() < config.scribble:
        positive += scribble_clicks(target, positive[0], rng)
    else:
        for _ in range(_count(config.start - 1, config, rng)):
            positive += _draw(target, True, rng)
    negative: list[Click] = []
    background = crop.truth == BACKGROUND
    for _ in range(_count(config.start, config, rng)):
        # Near the border, on other objects, or anywhere: people click where masks leak.
        region = rng.choice(3, p=NEGATIVE_REGIONS)
        pixels = (border_of(target) & background, crop.others & background, background)[region]
        negative += _draw(pixels, False, rng)
    # The correction acts around the last click, which should therefore have either sign.
    if rng.random() < NEGATIVE_LAST:
        return (*positive, *negative)
    return (*negative, *positive[::-1])


def first_click(crop: TrainingCrop, config: RoundsConfig, rng: np.random.Generator) -> Click:
    """Return the first click: the crop's point, or one at the crop's edge or in the object."""
    truth = crop.truth
    target = truth == OBJECT
    # A pasted object may have covered the crop's point.
    if crop.point is not None and target[crop.point[1], crop.point[0]]:
        return Click(*crop.point, positive=True)
    if rng.random() < config.edge:
        at_edge = target.copy()
        # The rest is the object within EDGE pixels of the crop's sides.
        at_edge[EDGE:-EDGE, EDGE:-EDGE] = False
        if clicks := _draw(at_edge, True, rng):
            return clicks[0]
    nothing = np.zeros_like(target)
    if rng.random() < config.centre:
        click = next_click(truth, nothing)
    else:
        click = next_click_of_person(truth, nothing, (), config, rng)
    assert click is not None, "a crop has an object"
    return click


def scribble_clicks(
    target: NDArray[np.bool_], start: Click, rng: np.random.Generator
) -> list[Click]:
    """Return positive clicks along a straight scribble from `start`, where it is on the object."""
    ends = _draw(target, True, rng)
    end = ends[0] if ends else start
    scribble = Scribble(((start.x, start.y), (end.x, end.y)))
    clicks = clicks_along(scribble, STROKE_STEP * max(target.shape))
    return [click for click in clicks[1:] if target[click.y, click.x]]


def _count(most: int, config: RoundsConfig, rng: np.random.Generator) -> int:
    """Return a number from 0 to `most`, with a chance proportional to start_decay^n."""
    chances = config.start_decay ** np.arange(most + 1)
    return int(rng.choice(most + 1, p=chances / chances.sum()))


def _draw(pixels: NDArray[np.bool_], positive: bool, rng: np.random.Generator) -> list[Click]:
    """Return a list with a click on a random pixel of a map, or an empty list for an empty map."""
    # From flat indices, so that the map is scanned once.
    indices = np.flatnonzero(pixels)
    if not len(indices):
        return []
    row, column = divmod(int(indices[rng.integers(len(indices))]), pixels.shape[1])
    return [Click(column, row, positive)]
