"""The search of BRS and f-BRS: optimises variables until the mask is right at the clicks.

It minimises the error at the clicks plus a penalty for changes, with L-BFGS.  The variables are the
click maps (BRS), or the scale and bias of the features (f-BRS).
Source: the losses, limits and stops of f-BRS's release, which includes a version of BRS; torch's
    L-BFGS with strong Wolfe conditions instead of SciPy's.  Marks reach the edge of the picture,
    where the release loses them.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fcfi.errors import ConfigError
from fcfi.prediction.looks import ForwardRunner, Look, LookResult
from fcfi.prediction.prediction import THRESHOLD
from fcfi.prompts.clicks import Clicks
from fcfi.runtimes.network import Network


@dataclass(frozen=True)
class Search:
    """The limits of a search.

    evaluations: most passes; 0 switches the method off.
    radius: radius of the square mark around a click, in network pixels: 1 is 3 x 3.
    steady: the search ends when the masks of two consecutive evaluations have at least this IoU;
        above 1 it does not end in this way.
    margin: how far beyond the threshold a marked pixel must be, so that the click's pixel in the
        picture, which lies between network pixels, is right too.
    threshold: the predictor's: a pixel is object above this probability.
    """

    evaluations: int = 20
    radius: int = 1
    steady: float = 0.99
    margin: float = 0.0
    threshold: float = THRESHOLD

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if value < 0:
                raise ConfigError(f"expected {name} of at least 0, got {value}: raise it")

    @property
    def settings(self) -> dict[str, float]:
        """The limits of the search itself, by name, for the settings of a runner."""
        return {"evaluations": self.evaluations, "radius": self.radius, "steady": self.steady}


@dataclass(frozen=True, eq=False)
class Marks:
    """The pixels around clicks: (1, 1, H, W) float 0/1 for each sign."""

    positive: Tensor
    negative: Tensor

    @classmethod
    def of(
        cls, clicks: Clicks, shape: tuple[int, ...], radius: int, like: Tensor | None = None
    ) -> "Marks":
        """Return the marks of clicks in network pixels.

        shape: height and width of the crop.  like: a tensor on the device to use.
        """
        maps = np.zeros((2, 1, 1, *shape), np.float32)
        # Where marks overlap the later click wins, since it corrects the earlier one.
        for click in clicks:
            rows = slice(max(0, click.y - radius), click.y + radius + 1)
            columns = slice(max(0, click.x - radius), click.x + radius + 1)
            maps[0 if click.positive else 1, ..., rows, columns] = 1
            maps[1 if click.positive else 0, ..., rows, columns] = 0
        positive, negative = torch.from_numpy(maps).to("cpu" if like is None else like.device)
        return cls(positive, negative)

    def error(self, probs: Tensor) -> Tensor:
        """Return the sum of the mean squared errors in the marks of both signs."""
        wrong = (1 - probs).square() * self.positive
        wrong_off = probs.square() * self.negative
        return wrong.sum() / self.positive.sum().clamp_min(1) + (
            wrong_off.sum() / self.negative.sum().clamp_min(1)
        )

    def right(self, probs: Tensor, limits: Search) -> bool:
        """Return whether every marked pixel is on the right side of the threshold."""
        missed = (probs <= limits.threshold + limits.margin) & (self.positive > 0)
        leaked = (probs > limits.threshold - limits.margin) & (self.negative > 0)
        return not bool((missed | leaked).any())


class _Ended(Exception):  # noqa: N818, not an error: it leaves the optimizer from inside
    """The end of a search, raised inside the optimizer."""


@dataclass(frozen=True, eq=False)
class Found:
    """The best evaluation of a search.

    probs: (1, 1, H, W).  variables: their values there.  evaluations: number of evaluations made.
    """

    probs: Tensor
    variables: tuple[Tensor, ...]
    evaluations: int


def search(
    answer: Callable[..., Tensor],
    start: Sequence[Tensor],
    cost: Callable[..., Tensor],
    marks: Marks,
    limits: Search,
) -> Found:
    """Return the variables with the lowest loss: the error at the marks plus the cost of changes.

    answer: returns logits (1, 1, H, W) from variables.  start: initial values of the variables.
    cost: returns a number from variables.
    The search ends when all marks are right, when the mask is steady, or after
    `limits.evaluations`.
    """
    assert limits.evaluations, "the method is switched on"
    variables = [value.clone().requires_grad_() for value in start]
    optimizer = torch.optim.LBFGS(
        variables,
        max_iter=limits.evaluations,
        max_eval=limits.evaluations,
        history_size=20,
        tolerance_grad=1e-8,
        tolerance_change=0,
        line_search_fn="strong_wolfe",
    )
    best: Found | None = None
    lowest = float("inf")
    before: Tensor | None = None
    count = 0

    def evaluate() -> Tensor:
        nonlocal best, lowest, before, count
        if count >= limits.evaluations:  # a line search may exceed max_eval
            raise _Ended
        count += 1
        optimizer.zero_grad()
        probs = answer(*variables).sigmoid()
        loss = marks.error(probs) + cost(*variables)
        seen = probs.detach()
        mask = seen > limits.threshold
        # The lowest loss is kept, since a line search also tries worse points.
        if float(loss.detach()) < lowest or best is None:
            lowest = float(loss.detach())
            best = Found(seen, tuple(value.detach().clone() for value in variables), count)
        # The release stops by returning a zero gradient, which would disturb a line search.
        right = marks.right(seen, limits)
        if right or (before is not None and iou(before, mask) > limits.steady):
            if right:
                best = Found(seen, tuple(value.detach().clone() for value in variables), count)
            raise _Ended
        before = mask
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.detach()

    with suppress(_Ended):
        optimizer.step(evaluate)  # type: ignore[no-untyped-call]
    assert best is not None, "at least one evaluation was made"
    return Found(best.probs, best.variables, count)


def iou(left: Tensor, right: Tensor) -> float:
    """Return the IoU of two masks; 1 for two empty ones."""
    either = int((left | right).sum())
    return int((left & right).sum()) / either if either else 1.0


def plain_answer(look: Look, network: Network, changed: bool, limits: Search) -> LookResult | None:
    """Return the network's own result if a look needs no search, else None.

    A search begins at the second click, and only if a click is wrong.
    changed: whether an earlier search has changed variables for this object; then it continues.
    """
    begins = bool(limits.evaluations and look.gate and len(look.clicks) >= 2)
    if begins and changed:
        return None
    plain = ForwardRunner(network)(look)
    if not begins:
        return plain
    probs = torch.from_numpy(np.array(plain.probs))[None, None]
    marks = Marks.of(look.clicks, look.feedback.shape, limits.radius)
    return plain if marks.right(probs, limits) else None


def as_answer(probs: Tensor) -> NDArray[np.float32]:
    """Return probabilities (1, 1, H, W) as an array (H, W)."""
    return probs[0, 0].float().cpu().numpy()
