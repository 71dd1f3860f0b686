"""Progress of a run: clicks to a good mask on development pictures, by the same predictor and robot user as always."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from fcfi.data.shards import open_shards

from fcfi.models.fcfi import FCFI


from fcfi.training.config import Recipe


@dataclass(frozen=True)
class ModelNetwork:
    """A model in memory behind the face that the predictor knows (`fcfi.network.Network`)."""

    model: FCFI
    info: object

    def __call__(self, *inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        device = next(self.model.parameters()).device
        with torch.no_grad():
            answer: NDArray[np.float32] = self.model(*(torch.from_numpy(a).to(device) for a in inputs)).logits.cpu().numpy()
        return answer


def measure(model: FCFI, recipe: Recipe) -> dict[str, float]:
    """NoC@85 and NoC@90 on the first objects of the development pictures, evenly spread over them."""
    raise NotImplementedError
