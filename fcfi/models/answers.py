"""The registry of answer modules, which turn the head's logits into the network's outputs.

`plain` returns them unchanged.  Others give several answers, refine, or add outputs to learn from,
each with a loss of its name.
"""

from collections.abc import Callable
from typing import Final

from torch import nn

from fcfi.errors import ConfigError
from fcfi.models.config import ModelConfig
from fcfi.models.diverse import DiverseAnswers, SeveralHeads
from fcfi.models.edge_flow import EdgeAnswer
from fcfi.models.refiner import Refiner

ANSWERS: Final[dict[str, Callable[[ModelConfig, int, int], nn.Module | None]]] = {
    "plain": lambda config, channels, pixels: None,
    "diverse": lambda config, channels, pixels: DiverseAnswers(channels),
    "several": lambda config, channels, pixels: SeveralHeads(channels),
    "edge": lambda config, channels, pixels: EdgeAnswer(channels, pixels),
    "refiner": lambda config, channels, pixels: Refiner(channels, config.click_count),
}
"""Builders by name, the value of `model.answers` in a recipe.  A builder takes a configuration, the
channels of F and those of `NeckInputs.pixels`.  The module is called with F, logits (B, 1, H, W)
and the neck's inputs, and returns logits and further outputs by name."""


def find_answers(name: str) -> Callable[[ModelConfig, int, int], nn.Module | None]:
    """Return the builder of this name.  Raises ConfigError for an unknown name."""
    if name not in ANSWERS:
        raise ConfigError(f"expected answers to be one of {', '.join(ANSWERS)}, got {name!r}")
    return ANSWERS[name]
