"""Progress of a run: clicks to a good mask on development pictures, by the same predictor and robot user as always."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from fcfi.data.augment import CropConfig, CropSampler
from fcfi.data.pictures import IGNORE_ID, PicturesBySource
from fcfi.data.sample import Sample
from fcfi.evaluation import Protocol, evaluate
from fcfi.labels import BACKGROUND, IGNORE, OBJECT
from fcfi.models.fcfi import FCFI
from fcfi.prediction.zoom import Zoom
from fcfi.runtimes.network import NetworkInfo

TARGETS = (0.85, 0.90)
SMALLEST = 400
"""Pixels of a development object; smaller ones are mostly a matter of luck."""


@dataclass(frozen=True)
class ModelNetwork:
    """A model in memory, on its device, behind the face that the predictor knows (`fcfi.runtimes.network.Network`)."""

    model: FCFI
    info: NetworkInfo

    def __call__(self, *inputs: NDArray[Any]) -> NDArray[np.float32]:
        """Logits (B, 1, H, W) of the seven inputs."""
        device = next(self.model.parameters()).device
        with torch.inference_mode():
            logits = self.model(
                *(torch.from_numpy(np.ascontiguousarray(array)).to(device) for array in inputs)
            ).logits
        answer: NDArray[np.float32] = logits.float().cpu().numpy()
        return answer


def choose_objects(
    pictures: PicturesBySource, config: CropConfig, count: int, seed: int = 0
) -> list[Sample]:
    """Objects drawn as training draws them (source, picture, object), on whole pictures; the same for the same seed.

    Drawn evenly over all objects, pictures full of tiny ones (cells, a street) would drown the
    rest. Gives fewer than `count` if it draws nothing but repetitions.
    """
    rng = np.random.default_rng(seed)
    sampler = CropSampler(
        pictures, replace(config, merge=0.0, minimum_area=max(SMALLEST, config.minimum_area))
    )
    chosen: dict[str, Sample] = {}
    for _ in range(20 * count):
        if len(chosen) == count:
            break
        picture, reading, instances = sampler.choose(rng)
        for instance in instances:
            truth = np.where(reading.ids == instance.id, OBJECT, BACKGROUND).astype(np.uint8)
            truth[reading.ids == IGNORE_ID] = IGNORE
            name = f"{picture.name}#{instance.id}"
            chosen.setdefault(name, Sample(name, picture.image, truth))
    return list(chosen.values())


def measure(model: FCFI, objects: Sequence[Sample], zoom: Zoom) -> dict[str, float]:
    """NoC@85, NoC@90 and the IoU after one, three and five clicks on these objects, protocol `fixed`."""
    model.eval()
    network = ModelNetwork(
        model, NetworkInfo("in training", model.config.backbone, "", 32, "torch", {})
    )
    protocol = Protocol(zoom=zoom, targets=TARGETS)
    report = evaluate(protocol.predictor(network), objects, protocol)
    ious = report.mean_ious()
    return {
        "noc85": report.noc(0.85),
        "noc90": report.noc(0.90),
        **{f"iou_at_{clicks}": ious[clicks - 1] for clicks in (1, 3, 5)},
    }
