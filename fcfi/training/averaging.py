"""The moving average of the weights, which is the result of a run."""

from collections.abc import Callable, Sequence
from typing import Final

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

PATIENCE: Final = 9
"""At step n, the average spans at most about n / PATIENCE steps."""


def averaged(model: nn.Module, decay: float) -> AveragedModel:
    """Return the moving average of a model, at its present weights.

    decay: of a step, once the run is long enough; 0 keeps the weights of the last step.
    """
    # Buffers are averaged as well: the normalisations' statistics must match the averaged weights.
    return AveragedModel(model, multi_avg_fn=_update(decay), use_buffers=True)


def decay_at(step: int, decay: float) -> float:
    """Return the decay of a step, at most `decay`.

    A constant decay would keep the first weights for too long: 13 % of them after 1,000 steps of
    0.998, which ruins the result of a short run from random weights.

    >>> [round(decay_at(step, 0.998), 3) for step in (1, 100, 10_000)]
    [0.182, 0.918, 0.998]
    """
    return min(decay, (1 + step) / (1 + PATIENCE + step))


def _update(decay: float) -> Callable[..., None]:
    @torch.no_grad()
    def update(means: Sequence[Tensor], values: Sequence[Tensor], count: Tensor | int) -> None:
        weight = 1 - decay_at(int(count), decay)
        for mean, value in zip(means, values, strict=True):
            if mean.is_floating_point():
                mean.lerp_(value, weight)
            else:
                mean.copy_(value)  # a count of batches

    return update
