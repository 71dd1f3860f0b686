"""Choosing the target of a training crop among the objects on a picture."""

from collections.abc import Sequence

import cv2
import numpy as np

from fcfi.data.config import CropConfig
from fcfi.data.pictures import Instance, Labelling, Picture

THIN = 2
"""Largest distance in pixels from the border inside a thin object."""
THIN_AREA = 600
"""Fewest pixels of an object that can be thin: a small object is all border anyway."""


def choose_labelling(picture: Picture, config: CropConfig, rng: np.random.Generator) -> Labelling:
    """Return the first labelling of a picture or, with a chance, another one."""
    chance = config.labelling_chances.get(picture.source, config.second_labelling)
    if len(picture.labellings) > 1 and rng.random() < chance:
        return picture.labellings[rng.integers(1, len(picture.labellings))]
    return picture.labellings[0]


def choose_objects(
    labelling: Labelling, config: CropConfig, rng: np.random.Generator
) -> list[Instance]:
    """Return the objects of the target: one, by chance two, or none if none fits."""
    largest = config.maximum_part * labelling.ids.size
    fitting = [
        instance
        for instance in labelling.instances
        if config.minimum_area <= instance.area <= largest
    ]
    if not fitting:
        return []
    # By the root of the area: evenly, the many specks of a street would dominate; by the area, the
    # largest objects.
    weights = np.sqrt([instance.area for instance in fitting])
    count = 2 if len(fitting) > 1 and rng.random() < config.merge else 1
    drawn = rng.choice(len(fitting), count, replace=False, p=weights / weights.sum())
    return [fitting[index] for index in drawn]


def thinness(labelling: Labelling, target: Sequence[Instance]) -> float:
    """Return the share of the first object within THIN pixels of its border.

    It is 0 for a small object and for an empty target.
    """
    if not target or target[0].area < THIN_AREA:
        return 0.0
    mask = cv2.copyMakeBorder(labelling.mask(target[0]), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    deep = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_3) > THIN
    return 1 - float(np.count_nonzero(deep)) / target[0].area
