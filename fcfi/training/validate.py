"""Progress of a run: clicks to a good mask on development pictures, by the same predictor and robot user as always."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from fcfi.data.objects import Objects
from fcfi.evaluation import Protocol, evaluate
from fcfi.models.fcfi import FCFI
from fcfi.network import NetworkInfo

TARGETS = (0.85, 0.90)


@dataclass(frozen=True)
class ModelNetwork:
    """A model in memory, on its device, behind the face that the predictor knows (`fcfi.network.Network`)."""

    model: FCFI
    info: NetworkInfo

    def __call__(self, *inputs: NDArray[Any]) -> NDArray[np.float32]:
        """Logits (B, 1, H, W) of the seven inputs."""
        device = next(self.model.parameters()).device
        with torch.inference_mode():
            logits = self.model(*(torch.from_numpy(np.ascontiguousarray(array)).to(device) for array in inputs)).logits
        answer: NDArray[np.float32] = logits.float().cpu().numpy()
        return answer


def measure(model: FCFI, objects: Objects) -> dict[str, float]:
    """NoC@85, NoC@90 and the IoU after one, three and five clicks on these objects, protocol `fixed`."""
    model.eval()
    network = ModelNetwork(model, NetworkInfo("in training", model.config.backbone, "", 32, "torch", {}))
    protocol = Protocol(targets=TARGETS)
    report = evaluate(protocol.predictor(network), objects, protocol)
    ious = report.mean_ious()
    return {
        "noc85": report.noc(0.85),
        "noc90": report.noc(0.90),
        **{f"iou_at_{clicks}": ious[clicks - 1] for clicks in (1, 3, 5)},
    }
