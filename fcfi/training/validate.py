"""Progress of a run: clicks to a good mask on development pictures.

Uses the predictor and the robot of an evaluation.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from fcfi.data.config import CropConfig
from fcfi.data.pictures import IGNORE_ID, PicturesBySource
from fcfi.data.sample import Sample
from fcfi.data.sampler import CropSampler
from fcfi.evaluation import Protocol, evaluate
from fcfi.masks.truth import BACKGROUND, IGNORE, OBJECT
from fcfi.models.fcfi import FCFI
from fcfi.prediction.zoom import Zoom
from fcfi.runtimes.network import CLICK_MAPS_KEY, NetworkInfo
from fcfi.runtimes.opening import OpenedNetwork
from fcfi.runtimes.torch import Torch
from fcfi.training.config import DataConfig
from fcfi.training.stream import BrokenItems, read_by_source

TARGETS = (0.85, 0.90)
SMALLEST = 400
"""Fewest pixels of a development object; on smaller ones the count of clicks is mostly luck."""


def development_objects(
    data: DataConfig, crops: CropConfig, broken: BrokenItems | None = None
) -> list[Sample]:
    """Return objects on the development pictures; none if the recipe has no such pictures.

    broken: records items that cannot be used.
    """
    if not data.dev:
        return []
    noted = broken or BrokenItems(data.strict)
    pictures = read_by_source(Path(data.dev), broken=noted)
    return choose_objects(pictures, crops, data.dev_objects, broken=noted)


def choose_objects(
    pictures: PicturesBySource,
    config: CropConfig,
    count: int,
    seed: int = 0,
    broken: BrokenItems | None = None,
) -> list[Sample]:
    """Return objects on whole pictures, drawn as in training; the same for the same seed.

    There are fewer than `count` if draws repeat.
    broken: records items that cannot be read.
    """
    noted = broken or BrokenItems()
    # By source, picture and object: if drawn evenly over all objects, pictures full of tiny ones
    # (cells, a street) would dominate.
    rng = np.random.default_rng(seed)
    area = max(SMALLEST, config.minimum_area)
    sampler = CropSampler(pictures, replace(config, merge=0.0, minimum_area=area))
    chosen: dict[str, Sample] = {}
    for _ in range(20 * count):
        if len(chosen) == count:
            break
        picture, labelling, objects = sampler.choose(rng)
        for error in sampler.take_broken():
            noted.note(error)
        for instance in objects:
            truth = np.where(labelling.ids == instance.id, OBJECT, BACKGROUND).astype(np.uint8)
            truth[labelling.ids == IGNORE_ID] = IGNORE
            name = f"{picture.name}#{instance.id}"
            chosen.setdefault(name, Sample(name, picture.image, truth))
    return list(chosen.values())


def measure(model: FCFI, objects: Sequence[Sample], zoom: Zoom) -> dict[str, float]:
    """Return NoC@85, NoC@90 and the IoU after one, three and five clicks.

    model: is put into evaluation mode.  zoom: the predictor's zoom; the rest is protocol `fixed`.
    """
    model.eval()
    click_maps = {CLICK_MAPS_KEY: model.config.click_maps}
    info = NetworkInfo("in training", model.config.backbone, "", 32, metadata=click_maps)
    network = OpenedNetwork(info, Torch(model))
    protocol = Protocol(zoom=zoom, targets=TARGETS)
    report = evaluate(protocol.predictor(network), objects, protocol)
    ious = report.mean_ious()
    return {
        "noc85": report.noc(0.85),
        "noc90": report.noc(0.90),
        **{f"iou_at_{clicks}": ious[clicks - 1] for clicks in (1, 3, 5)},
    }
