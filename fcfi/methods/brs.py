"""BRS: optimises the click maps at each click until the mask is right at all clicks.

A network's mask may contradict a click.  BRS then adds a change to the click maps, found by some
steps of L-BFGS, so that the mask is right at every click.
Source: Jang and Kim, CVPR 2019, in the form of f-BRS's authors (DistMap-BRS), which works inside
    the zoom's crop instead of on tiles.  Differs: from the second click on, and only while a click
    is wrong, as in the original, whose marks are single pixels; no limit on the number of clicks
    that the network sees.
Cost: a pass; then, only if a click is wrong, up to `Search.evaluations` forward and backward
    passes, usually five.
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
from fcfi.models.fcfi import FCFI
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.interface import Flip
from fcfi.prediction.looks import Look, LookResult
from fcfi.prediction.prediction import THRESHOLD
from fcfi.prediction.zoom import Crop, Zoom
from fcfi.runtimes.network import Network

PENALTY: Final = 1e-3
"""Weight of the squared change, summed over all pixels of the maps (as released)."""
USUAL: Final = Search(evaluations=20, radius=0, steady=2, margin=0.1)
"""At most twenty passes (f-BRS's release; the original has 100).

As in the original, the search ends only when the clicks are right, not when the mask is steady.
"""


@dataclass(frozen=True, eq=False)
class ChangedMaps:
    """The memory of BRS for an object: the change of the maps (K, h, w), and its crop."""

    crop: Crop
    change: NDArray[np.float32]

    @property
    def nbytes(self) -> int:
        """Bytes of memory, about."""
        return self.change.nbytes


@dataclass(frozen=True)
class BRS:
    """A runner that optimises the click maps.  Holds no state; threads may share it."""

    network: Network
    model: FCFI
    limits: Search

    @property
    def settings(self) -> Mapping[str, float | str]:
        """The limits of the search, and the weight of changes."""
        return {
            "method": "brs",
            **self.limits.settings,
            "margin": self.limits.margin,
            "penalty": PENALTY,
        }

    def __call__(self, look: Look) -> LookResult:
        """Return the network's result, computed with changed maps if a click is wrong."""
        kept = look.memory if isinstance(look.memory, ChangedMaps) else None
        if kept is not None and kept.crop != look.crop:
            kept = None  # the change is for other pixels
        plain = plain_answer(look, self.network, kept is not None, self.limits)
        return self._optimised(look, kept) if plain is None else plain

    def _optimised(self, look: Look, kept: ChangedMaps | None) -> LookResult:
        image, inputs = inputs_of(look, self.model)
        encoding = encoded(self.model, image)
        marks = Marks.of(look.clicks, look.feedback.shape, self.limits.radius, image)
        start = torch.zeros_like(inputs.disks)
        if kept is not None:
            start = torch.from_numpy(kept.change).to(image.device)[None]

        def answer(change: Tensor) -> Tensor:
            changed = inputs._replace(disks=inputs.disks + change)
            return self.model.click(encoding, *changed).logits

        found = search(
            answer, [start], lambda change: PENALTY * change.square().sum(), marks, self.limits
        )
        change = found.variables[0][0].cpu().numpy()
        return LookResult(as_answer(found.probs), ChangedMaps(look.crop, change))


def make(
    network: Network,
    zoom: Zoom | None = None,
    flip: Flip = "none",
    threshold: float = THRESHOLD,
    limits: Search = USUAL,
) -> FCFIPredictor:
    """Return the predictor of BRS.  Raises ConfigError for a network without gradients."""
    model = model_of(network, "brs").requires_grad_(False)
    runner = BRS(network, model, replace(limits, threshold=threshold))
    return FCFIPredictor(network, zoom, flip, threshold, runner=runner)


METHOD: Final = Method("brs", "BRS, Jang and Kim, CVPR 2019", True, make)
