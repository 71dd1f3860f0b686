"""Rounds of simulated clicks: the clicks and feedback in a training batch.

Two strategies, as two classes with the same methods (`next_batch`, `observe`):

`EveryRound` (ours): a batch is a pool of running sessions.  Each step trains on one click of every
session; the prediction becomes the feedback of the next click, and a session that ends is replaced
by one on a new crop.  The model learns from every pass, and long sessions cost nothing extra.
`LastRound` (paper): new crops at each step; 0 to 3 clicks are simulated without gradients (in
evaluation mode), and only the last one is trained on.

Knows nothing of files, optimizers or losses.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fcfi.data.crop import TrainingCrop
from fcfi.masks.metrics import iou
from fcfi.prediction.guidance import encode
from fcfi.prompts.clicks import Click
from fcfi.training.sessions import (
    THRESHOLD,
    CropSession,
    RoundsConfig,
    advance,
    start_session,
)

HARD_CLICKS = 3
"""Fewest clicks after which a crop can be called hard."""
HARD_IOU = 0.8
"""A crop is hard if its session ended below this IoU."""
HARD_KEPT = 128
"""Largest number of hard crops that are kept."""


class Batch(NamedTuple):
    """The tensors of a step; the first seven are the model's inputs.

    truth: (B, 1, S, S) uint8, 0 background, 1 object, 255 ignore.
    shown: (B, 1, 1, 1) float 0/1, whether the feedback is among the prompts.
    beyond: (B,) pixels of the object outside the crop.
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


class _Rounds:
    """The base of both strategies: crops, settings for clicks, and how clicks are drawn."""

    def __init__(
        self,
        crops: Iterator[TrainingCrop],
        batch: int,
        config: RoundsConfig,
        rng: np.random.Generator,
        click_maps: str = "disks",
    ) -> None:
        self._crops = crops
        self._batch = batch
        self._config = config
        self._rng = rng
        self._click_maps = click_maps

    def _fresh_sessions(self) -> list[CropSession]:
        """Return new sessions on the next crops, one for each place in a batch."""
        return [
            start_session(next(self._crops), self._config, self._rng) for _ in range(self._batch)
        ]

    def _collated(self, sessions: Sequence[CropSession]) -> Batch:
        return collate(sessions, self._config, self._rng, self._click_maps)

    def state(self) -> dict[str, Any]:
        """Return the state for resuming, as plain values and tensors; crops are stored by index."""
        return {"random": self._rng.bit_generator.state}

    def restore(self, state: Mapping[str, Any], crop: Callable[[int], TrainingCrop]) -> None:
        """Restore a state; `crop` draws a crop of the stream again, by its index."""
        self._rng.bit_generator.state = state["random"]


class EveryRound(_Rounds):
    """A pool of sessions, each of which advances by one click per step.

    Hard crops are kept for a while, and some new sessions start on them.
    """

    def __init__(
        self,
        crops: Iterator[TrainingCrop],
        batch: int,
        config: RoundsConfig,
        rng: np.random.Generator,
        click_maps: str = "disks",
    ) -> None:
        super().__init__(crops, batch, config, rng, click_maps)
        self._hard: list[TrainingCrop] = []
        self._pool: list[CropSession] = []

    def next_batch(self, predict: Callable[[Batch], Tensor]) -> Batch:
        """Return the pool as a batch; `predict` is not used."""
        if not self._pool:
            self._pool = self._fresh_sessions()
        return self._collated(self._pool)

    def state(self) -> dict[str, Any]:
        """Return the state with the running sessions and the hard crops."""
        return {
            **super().state(),
            "pool": [_record(session) for session in self._pool],
            "hard": [crop.index for crop in self._hard],
        }

    def restore(self, state: Mapping[str, Any], crop: Callable[[int], TrainingCrop]) -> None:
        """Restore a state with its sessions."""
        super().restore(state, crop)
        self._pool = [_session(record, crop) for record in state["pool"]]
        self._hard = [replace(crop(index), again=True) for index in state["hard"]]

    def observe(self, probs: NDArray[np.float32]) -> None:
        """Take the predictions (B, S, S) and click again, or start sessions on new crops."""
        for slot, session in enumerate(self._pool):
            further = None
            if self._continues(session):
                further = advance(session, probs[slot], self._config, self._rng)
            if further is None:
                self._keep_if_hard(session, probs[slot])
                further = start_session(self._next_crop(), self._config, self._rng)
            self._pool[slot] = further

    def _continues(self, session: CropSession) -> bool:
        # Few long sessions and many short ones, as in use.
        return len(session.clicks) < self._config.most and self._rng.random() < self._config.decay

    def _keep_if_hard(self, session: CropSession, probs: NDArray[np.float32]) -> None:
        """Keep the crop of a session that ended badly; if too many are kept, replace one."""
        if not self._config.again or len(session.clicks) < HARD_CLICKS:
            return
        if iou(probs > THRESHOLD, session.crop.truth) >= HARD_IOU:
            return
        # Not a second time: a crop that stays hard often has a wrong label.
        if session.crop.again:
            return
        if len(self._hard) == HARD_KEPT:
            self._hard.pop(int(self._rng.integers(HARD_KEPT)))
        self._hard.append(replace(session.crop, again=True))

    def _next_crop(self) -> TrainingCrop:
        """Return a new crop or, with the chance `again`, a hard one, which is then removed."""
        # Removed from the list, so that a crop is repeated at most once.
        if self._hard and self._rng.random() < self._config.again:
            return self._hard.pop(int(self._rng.integers(len(self._hard))))
        return next(self._crops)


class LastRound(_Rounds):
    """New crops at each step, with some clicks simulated without gradients."""

    def next_batch(self, predict: Callable[[Batch], Tensor]) -> Batch:
        """Return a batch of new crops after a random number of clicks.

        predict: returns probabilities (B, 1, S, S) for a batch, without gradients, in evaluation
            mode.
        """
        sessions = self._fresh_sessions()
        # The same number of clicks for all crops of a batch, so that each pass serves all of them.
        for _ in range(self._rng.integers(self._config.most)):
            probs = predict(self._collated(sessions))[:, 0].float().cpu().numpy()
            sessions = [
                advance(session, answer, self._config, self._rng) or session
                for session, answer in zip(sessions, probs, strict=True)
            ]
        return self._collated(sessions)

    def observe(self, probs: NDArray[np.float32]) -> None:
        """Do nothing: the next step starts with new crops."""


def _record(session: CropSession) -> dict[str, Any]:
    feedback = session.feedback
    return {
        "crop": session.crop.index,
        "again": session.crop.again,
        "clicks": [(click.x, click.y, click.positive) for click in session.clicks],
        "feedback": None if feedback is None else torch.from_numpy(feedback.copy()),
    }


def _session(record: Mapping[str, Any], crop: Callable[[int], TrainingCrop]) -> CropSession:
    feedback = record["feedback"]
    return CropSession(
        replace(crop(record["crop"]), again=record["again"]),
        tuple(Click(*values) for values in record["clicks"]),
        None if feedback is None else feedback.numpy(),
    )


def make_rounds(
    crops: Iterator[TrainingCrop],
    batch: int,
    config: RoundsConfig,
    rng: np.random.Generator,
    click_maps: str = "disks",
) -> EveryRound | LastRound:
    """Return the strategy that the configuration names.

    click_maps: how clicks are drawn for the model (`model.click_maps` of the recipe).
    """
    kind = EveryRound if config.learn_from == "every" else LastRound
    return kind(crops, batch, config, rng, click_maps)


def collate(
    sessions: Sequence[CropSession],
    config: RoundsConfig,
    rng: np.random.Generator,
    click_maps: str = "disks",
) -> Batch:
    """Return the model's inputs and truths for these sessions."""
    guidance, feedback = [], []
    for session in sessions:
        height, width = session.crop.truth.shape
        # The gate distinguishes missing feedback from feedback that is empty.
        gate = float(session.feedback is not None)
        pixels = partial(_pixels, session.crop.image)
        guidance.append(encode(session.clicks, height, width, gate, click_maps, pixels))
        feedback.append(_feedback(session, config, rng))
    images = _stack([session.crop.image for session in sessions])
    return Batch(
        image=images.permute(0, 3, 1, 2).float().div_(255),
        feedback=_stack(feedback)[:, None],
        disks=_stack([arrays.disks for arrays in guidance]),
        window=_stack([arrays.window for arrays in guidance]),
        cell=torch.tensor([arrays.cell for arrays in guidance]),
        label=torch.tensor([arrays.label for arrays in guidance]).view(-1, 1, 1, 1),
        gate=torch.tensor([arrays.gate for arrays in guidance]).view(-1, 1, 1, 1),
        truth=_stack([session.crop.truth for session in sessions])[:, None],
        # A model that always sees the feedback learns to repeat it; hiding it prevents that.
        shown=torch.tensor(rng.random(len(sessions)) >= config.hide).float().view(-1, 1, 1, 1),
        beyond=torch.tensor([session.crop.beyond for session in sessions]).float(),
    )


def _pixels(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return an image (S, S, 3) as (3, S, S) float32 in [0, 1]."""
    return np.moveaxis(image, 2, 0).astype(np.float32) / np.float32(255)


def _feedback(
    session: CropSession, config: RoundsConfig, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Return a session's feedback, with a chance blurred as by zooming in."""
    if session.feedback is None:
        return np.zeros(session.crop.truth.shape, np.float32)
    if rng.random() >= config.soften:
        return session.feedback
    # Zooming in enlarges the previous mask; half the size and back has the same effect.
    small = cv2.resize(session.feedback, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    enlarged = cv2.resize(small, session.feedback.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(enlarged, np.float32)


def _stack(arrays: Sequence[NDArray[Any]]) -> Tensor:
    return torch.from_numpy(np.stack(arrays))
