"""f-BRS-B: optimises a scale and a bias for each channel of the features at each click.

Like BRS, but with fewer variables, and only the head is run again.
Source: Sofiiuk et al., CVPR 2020, variant B.  The features are the head's inputs, after the neck.
    Differs: the network sees all clicks; in the release it sees the first eight.
Cost: a pass; then up to `Search.evaluations` forward and backward passes of the head.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fcfi.methods.gradients import encoded, inputs_of, model_of
from fcfi.methods.method import Method
from fcfi.methods.optimising import Marks, Search, as_answer, plain_answer, search
from fcfi.models.fcfi import FCFI, Features
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.interface import Flip
from fcfi.prediction.looks import Look, LookResult
from fcfi.prediction.prediction import THRESHOLD
from fcfi.prediction.zoom import Zoom
from fcfi.runtimes.network import Network

SCALE_PENALTY: Final = 1e-3
"""Weight of the squared change of a scale (as released)."""
BIAS_PENALTY: Final = 1e-2
"""Weight of the squared change of a bias (as released)."""
USUAL: Final = Search()


@dataclass(frozen=True, eq=False)
class ScaleAndBias:
    """The memory of f-BRS for an object: (2, C), the changes of each channel's scale and bias.

    They are kept when the crop changes, since they do not depend on its pixels.
    """

    values: NDArray[np.float32]

    @property
    def nbytes(self) -> int:
        """Bytes of memory, about."""
        return self.values.nbytes


@dataclass(frozen=True)
class FBRS:
    """A runner that optimises the features.  Holds no state; threads may share it."""

    network: Network
    model: FCFI
    limits: Search

    @property
    def settings(self) -> Mapping[str, float | str]:
        """The limits of the search, and the weights of changes."""
        return {
            "method": "f-brs",
            **self.limits.settings,
            "scale_penalty": SCALE_PENALTY,
            "bias_penalty": BIAS_PENALTY,
        }

    def __call__(self, look: Look) -> LookResult:
        """Return the network's result, with scaled features from the second click on."""
        kept = look.memory if isinstance(look.memory, ScaleAndBias) else None
        plain = plain_answer(look, self.network, kept is not None, self.limits)
        if plain is not None:
            return plain

        image, inputs = inputs_of(look, self.model)
        with torch.no_grad():
            seen = self.model.seen(encoded(self.model, image), *inputs)
        marks = Marks.of(look.clicks, look.feedback.shape, self.limits.radius, image)
        start = torch.zeros(2, seen.features.fused.shape[1], device=image.device)
        if kept is not None:
            start = torch.from_numpy(kept.values).to(image.device)

        def answer(values: Tensor) -> Tensor:
            scale, bias = values[:, :, None, None]
            changed = Features(seen.features.fused * (1 + scale) + bias, seen.features.skip)
            logits: Tensor = self.model.answer(seen._replace(features=changed)).logits
            return logits

        def cost(values: Tensor) -> Tensor:
            squares = values.square().sum(1)
            return SCALE_PENALTY * squares[0] + BIAS_PENALTY * squares[1]

        found = search(answer, [start], cost, marks, self.limits)
        return LookResult(as_answer(found.probs), ScaleAndBias(found.variables[0].cpu().numpy()))


def make(
    network: Network,
    zoom: Zoom | None = None,
    flip: Flip = "none",
    threshold: float = THRESHOLD,
    limits: Search = USUAL,
) -> FCFIPredictor:
    """Return the predictor of f-BRS-B.  Raises ConfigError for a network without gradients."""
    model = model_of(network, "f-brs").requires_grad_(False)
    runner = FBRS(network, model, replace(limits, threshold=threshold))
    return FCFIPredictor(network, zoom, flip, threshold, runner=runner)


METHOD: Final = Method("f-brs", "f-BRS-B, Sofiiuk et al., CVPR 2020", True, make)
