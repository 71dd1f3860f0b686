"""Drawing training crops: endless random parts of pictures, each with a target.

Uses NumPy and OpenCV on the CPU: about 3 ms per crop of 256 x 256, and a crop lasts several clicks
(`fcfi.training.rounds`).  Knows nothing of clicks, batches or torch.  The ranges are from the
paper; views and pasting are ours.
"""

import logging
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fcfi.data.augment import mirror, paste, recolour
from fcfi.data.broken import BrokenError
from fcfi.data.config import CropConfig
from fcfi.data.crop import TrainingCrop
from fcfi.data.framing import (
    border_point,
    box_around,
    centred,
    choose_box,
    choose_point,
    cut,
    point_in_crop,
    tight_box,
)
from fcfi.data.pictures import IGNORE_ID, Instance, Labelling, Picture, PicturesBySource
from fcfi.data.seams import close_seams
from fcfi.data.targets import choose_labelling, choose_objects, thinness
from fcfi.errors import DatasetError, did_you_mean
from fcfi.masks.truth import BACKGROUND, IGNORE, OBJECT

TRIES = 100
"""Consecutive draws of target and box without a usable crop before giving up."""
MOST_BROKEN = 1000
"""Consecutive draws of pictures that cannot be read before giving up."""
MOST_VISIBLE = 0.95
"""Largest share of a crop that its object may fill."""
LOOKS = (1.0, 0.6, 0.36, 0.216)
"""Sides of the crops at a first click, as shares of the picture's sides."""
THIN_DRAWS = 8
"""Number of objects from which the thinnest is chosen."""
PASTED_AREA = 4
"""Smallest area of a pasted object in multiples of a target's, because it is enlarged."""
MEAN_COLOUR = (124, 116, 104)
"""RGB colour outside a picture (ImageNet mean); such pixels are ignored."""
_log = logging.getLogger(__name__)


class Target(NamedTuple):
    """The objects on a picture for a crop; it may be empty."""

    picture: Picture
    labelling: Labelling
    objects: list[Instance]


class CropSampler:
    """Draws crops endlessly: first the source, then the picture, then the object."""

    def __init__(self, pictures: PicturesBySource, config: CropConfig) -> None:
        """Raises DatasetError if the configured sources have no picture."""
        self._pictures = pictures
        self._config = config
        self._sources = [
            source for source in sorted(pictures) if config.weights.get(source, not config.weights)
        ]
        if not any(len(pictures[source]) for source in self._sources):
            raise DatasetError(
                "expected pictures of the sources that crops.weights names "
                f"({', '.join(config.weights) or 'all'}), got pictures of "
                f"{', '.join(sorted(pictures)) or 'none'}: change crops.weights or data.sources"
            )
        for name in config.weights.keys() - pictures.keys():
            hint = did_you_mean(name, pictures)
            _log.warning("crops.weights names %r, of which the data has no picture%s", name, hint)
        self._broken: dict[tuple[str, int], BrokenError | None] = {}
        self._notes: list[BrokenError] = []
        weights = [config.weights.get(source) or len(pictures[source]) for source in self._sources]
        self._chances = np.asarray(weights, float) / np.sum(weights)
        pasted = [config.paste_weights.get(source, 0.0) for source in self._sources]
        self._paste_chances = np.asarray(pasted) / np.sum(pasted) if any(pasted) else self._chances

    def draw(self, height: int, width: int, rng: np.random.Generator) -> TrainingCrop:
        """Return a crop of this size.

        Raises DatasetError if TRIES consecutive draws have no usable object.
        """
        for _ in range(TRIES):
            crop = self._try(height, width, rng)
            if crop is None:
                continue
            if not crop.part and rng.random() < self._config.paste:
                crop = self._paste(crop, rng)
            return recolour(crop, self._config, rng)
        raise DatasetError(
            f"expected objects of at least {self._config.minimum_area} pixels, got none in {TRIES} "
            "draws: check the masks, or lower crops.minimum_area"
        )

    def choose(self, rng: np.random.Generator) -> Target:
        """Return a random target, which may have no object."""
        picture = self._picture(rng, self._chances)
        labelling = choose_labelling(picture, self._config, rng)
        return Target(picture, labelling, choose_objects(labelling, self._config, rng))

    def choose_thin(self, rng: np.random.Generator) -> Target:
        """Return the target with the thinnest first object out of THIN_DRAWS."""
        draws = [self.choose(rng) for _ in range(THIN_DRAWS)]
        return max(draws, key=lambda target: thinness(target.labelling, target.objects))

    def take_broken(self) -> list[BrokenError]:
        """Return the items that could not be read since the last call, each once."""
        notes, self._notes = self._notes, []
        return notes

    def _picture(self, rng: np.random.Generator, chances: NDArray[np.float64]) -> Picture:
        """Return a random picture; those that cannot be read are recorded and others drawn."""
        for _ in range(MOST_BROKEN):
            source = self._sources[rng.choice(len(self._sources), p=chances)]
            pictures = self._pictures[source]
            key = source, int(rng.integers(len(pictures)))
            known = self._broken.get(key)
            if known is not None:
                continue
            try:
                picture = pictures[key[1]]
            except BrokenError as error:
                self._broken[key] = error
                self._notes.append(error)
                continue
            # A picture with some broken objects stays in use; they are recorded once.
            if picture.broken and key not in self._broken:
                self._broken[key] = None
                self._notes += picture.broken
            return picture
        first = next(error for error in self._broken.values() if error is not None)
        raise DatasetError(
            f"expected pictures that can be read, got {MOST_BROKEN} others in a row, such as "
            f"{first}"
        )

    def _try(self, height: int, width: int, rng: np.random.Generator) -> TrainingCrop | None:
        """Return a crop, or None if its object is too small or fills it."""
        config = self._config

        # ── target ────────────────────────────────────────────────────────────────────────────────
        thin = rng.random() < config.thin
        picture, labelling, objects = self.choose_thin(rng) if thin else self.choose(rng)
        if not objects:
            return None

        # ── box ───────────────────────────────────────────────────────────────────────────────────
        # A look is a predictor's crop at a first click; other boxes are like its later crops.
        shape = picture.image.shape[:2]
        point: tuple[int, int] | None = None
        part = False
        if rng.random() < config.look:
            point = choose_point(labelling, objects[0], rng)
            box = box_around(point, rng.choice(LOOKS), *shape)
        else:
            part = rng.random() < config.part
            box = choose_box(tight_box(objects), part, shape, width / height, config, rng)
            if part and config.part_at == "border":
                whole = np.isin(labelling.ids, [instance.id for instance in objects])
                box = centred(box, border_point(whole, rng), *shape)

        # ── pixels ────────────────────────────────────────────────────────────────────────────────
        # Seams are closed at the picture's size: in a small crop they are too narrow.
        image = cut(picture.image, box, height, width, MEAN_COLOUR)
        ids = labelling.ids
        if config.seam:
            ids = close_seams(picture.image, ids, config.seam)
        ids = cut(ids, box, height, width, IGNORE_ID)
        target = np.isin(ids, [instance.id for instance in objects])
        truth = np.where(target, OBJECT, BACKGROUND).astype(np.uint8)
        truth[ids == IGNORE_ID] = IGNORE

        # ── is it of use? ─────────────────────────────────────────────────────────────────────────
        # A look may be filled by the object: the model must know such images.
        visible = int(target.sum())
        most = target.size if point else MOST_VISIBLE * target.size
        if visible < config.minimum_visible or visible > most:
            return None

        if point is not None:
            point = point_in_crop(point, box, height, width)
        scale = height * width / box.area
        beyond = max(0.0, scale * sum(instance.area for instance in objects) - visible)
        others = (ids != 0) & ~target & (ids != IGNORE_ID)
        crop = TrainingCrop(image, truth, others, part, beyond, point=point)
        return mirror(crop) if rng.random() < config.flip else crop

    def _paste(self, crop: TrainingCrop, rng: np.random.Generator) -> TrainingCrop:
        """Return the crop with an object from another picture, if that has a large one."""
        picture = self._picture(rng, self._paste_chances)
        labelling = picture.labellings[0]
        large = [
            instance
            for instance in labelling.instances
            if instance.area >= PASTED_AREA * self._config.minimum_area
        ]
        if not large:
            return crop
        instance = large[rng.integers(len(large))]
        image = picture.image[instance.slices]
        mask = labelling.mask(instance).view(bool)
        return paste(crop, image, mask, self._config.minimum_visible, rng)
