"""From a picture to a training crop: choose an object, place a window, resize, flip, recolour, paste.

NumPy and OpenCV on the host: about 3 ms a crop of 256 x 256, and a crop lasts several clicks
(`fcfi.training.rounds`). Knows nothing of clicks, batches or torch.  Ranges: paper; views and
pasting are ours.
"""

import logging
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from fcfi.data.pictures import IGNORE_ID, Instance, Picture, PicturesBySource, Reading
from fcfi.data.seams import close_seams
from fcfi.errors import ConfigError, DatasetError
from fcfi.geometry import resize
from fcfi.masks.truth import BACKGROUND, IGNORE, OBJECT

TRIES = 100
"""Draws of picture and window before a crop with enough of an object is given up."""
MOST_VISIBLE = 0.95
"""Largest part of a crop that its object may fill."""
OVERHANG = 1.4
"""How much a window that reaches over the picture is shortened at most: stretching costs less than emptiness."""
PASTED_SIZE = (0.15, 0.7)
"""Longer side of a pasted object as a part of the crop's shorter side."""
LOOKS = (1.0, 0.6, 0.36, 0.216)
"""Sides of the looks at a first click, as parts of the picture's."""
THIN = 2
"""Pixels from an object's border within which all of a thin object lies."""
THIN_DRAWS = 8
"""Objects among which the thinnest is chosen."""
THIN_AREA = 600
"""Pixels of an object that may count as thin: a small one is all border, too."""
SMALLEST_VIEW = 32.0
"""Pixels of the picture along a view's side."""
SMALLEST_PART = 64.0
"""The same for a view of a part."""
MEAN_COLOUR = (124, 116, 104)
"""RGB outside of a picture (ImageNet mean); such pixels are ignored."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CropConfig:
    """How crops are drawn; chances in [0, 1].

    weights:          share of each source (data set name); others are left out; empty takes all, by
        their size.
    second_reading:   chance of a further reading where a picture has one.
    reading_chances:  the same for single sources.
    seam:             widest band of "ignore", in pixels of the picture, that the picture's colours
        close (0: none).
    minimum_area:     smallest object in pixels of the picture.
    minimum_visible:  smallest object in pixels of the crop.
    maximum_part:     largest object as a part of the picture.
    thin:             chance that of THIN_DRAWS objects the thinnest is taken (by its share of pixels
        within THIN of its border).
    look:             chance of a view of LOOKS of the picture round the first click, as a predictor
        looks at it; the session then begins with this click.
    close:            chance of a view close round the object (what the zoom-in shows), else one of
        most of the picture.
    close_ratio:      side of a close view over the object's longer side, drawn log-uniformly.
    part:             chance of a view of a part of the object instead, which a session begins with
        a wrong mask.
    part_ratio:       side of such a view over the object's longer side, drawn log-uniformly.
    wide_ratio:       side of a wide view over the picture's longer side.
    stretch:          largest change of width against height.
    flip, merge:      chance of mirroring; of two objects as one target.
    paste:            chance that an object of another picture is pasted in.
    paste_weights:    share of each source among the pictures that objects are pasted from; empty
        takes `weights`.
    brightness, contrast: ranges, as parts of full scale and as a factor less one.
    rgb_shift:        largest shift of a channel, 8-bit steps.
    grey, blur, jpeg: chances of losing colour, sharpness, quality.
    """

    weights: dict[str, float] = field(default_factory=dict)
    second_reading: float = 0.3
    reading_chances: dict[str, float] = field(default_factory=dict)
    seam: int = 0
    minimum_area: int = 100
    minimum_visible: int = 120
    maximum_part: float = 0.7
    thin: float = 0.0
    look: float = 0.0
    close: float = 0.6
    close_ratio: tuple[float, float] = (1.05, 3.0)
    part: float = 0.0
    part_ratio: tuple[float, float] = (0.35, 1.0)
    wide_ratio: tuple[float, float] = (0.5, 1.0)
    stretch: float = 1.25
    flip: float = 0.5
    merge: float = 0.05
    paste: float = 0.15
    paste_weights: dict[str, float] = field(default_factory=dict)
    brightness: tuple[float, float] = (-0.25, 0.25)
    contrast: tuple[float, float] = (-0.15, 0.4)
    rgb_shift: int = 10
    grey: float = 0.05
    blur: float = 0.05
    jpeg: float = 0.1

    def __post_init__(self) -> None:
        chances = (
            "second_reading",
            "thin",
            "look",
            "close",
            "part",
            "flip",
            "merge",
            "paste",
            "grey",
            "blur",
            "jpeg",
            "maximum_part",
        )
        for name in chances:
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigError(
                    f"crops.{name} = {getattr(self, name)}: a number from 0 to 1 is wanted"
                )
        if not all(0 <= chance <= 1 for chance in self.reading_chances.values()):
            raise ConfigError(
                f"crops.reading_chances = {self.reading_chances}: numbers from 0 to 1 are wanted"
            )
        for name in ("close_ratio", "part_ratio", "wide_ratio", "brightness", "contrast"):
            low, high = getattr(self, name)
            if low > high or (name.endswith("ratio") and low <= 0):
                raise ConfigError(
                    f"crops.{name} = {low}, {high}: the smaller number first is wanted, ratios above 0"
                )
        weights = (*self.weights.values(), *self.paste_weights.values())
        if self.stretch < 1 or min(self.rgb_shift, self.seam, *weights) < 0:
            raise ConfigError(
                "crops.stretch is at least 1, crops.rgb_shift, crops.seam and all of "
                "crops.weights and crops.paste_weights at least 0"
            )


@dataclass(frozen=True, eq=False)
class Crop:
    """One training crop.

    image: (h, w, 3) uint8 RGB.  truth: (h, w) uint8, 0 background, 1 object, 255 ignore.
    others: (h, w) bool, other objects (where negative clicks may go).
    part: whether a part of the object is shown from near, which tells little without the mask so
        far.
    beyond: pixels of the object outside of the crop, at the crop's scale.
    again: whether the crop was learnt from before and is shown once more.
    point: (x, y) of the first click, where the crop was chosen round it.
    """

    image: NDArray[np.uint8]
    truth: NDArray[np.uint8]
    others: NDArray[np.bool_]
    part: bool = False
    beyond: float = 0.0
    again: bool = False
    point: tuple[int, int] | None = None


class CropSampler:
    """Draws crops without end: the source first, then the picture, then the object."""

    def __init__(self, pictures: PicturesBySource, config: CropConfig) -> None:
        """Raises DatasetError if no source is left."""
        self._config = config
        self._sources = [
            source for source in sorted(pictures) if config.weights.get(source, not config.weights)
        ]
        if not any(len(pictures[source]) for source in self._sources):
            raise DatasetError(
                f"no picture to learn from: the data holds {', '.join(sorted(pictures)) or 'nothing'}, "
                f"crops.weights names {', '.join(config.weights) or 'nothing'}"
            )
        for name in config.weights.keys() - pictures.keys():
            near = get_close_matches(name, pictures, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            _log.warning("crops.weights names %r, of which the data holds no picture%s", name, hint)
        self._pictures = pictures
        weights = [config.weights.get(source) or len(pictures[source]) for source in self._sources]
        self._chances = np.asarray(weights, float) / np.sum(weights)
        pasted = [config.paste_weights.get(source, 0.0) for source in self._sources]
        self._paste_chances = np.asarray(pasted) / np.sum(pasted) if any(pasted) else self._chances

    def draw(self, height: int, width: int, rng: np.random.Generator) -> Crop:
        """One crop of this size.  Raises DatasetError if TRIES pictures in a row hold no usable object."""
        for _ in range(TRIES):
            crop = self._try(height, width, rng)
            if crop is not None:
                if not crop.part and rng.random() < self._config.paste:
                    crop = self._paste(crop, rng)
                return recolour(crop, self._config, rng)
        raise DatasetError(
            f"{TRIES} pictures in a row hold no object of at least {self._config.minimum_area} pixels: "
            "check the masks, or lower crops.minimum_area"
        )

    def _picture(self, rng: np.random.Generator, chances: NDArray[np.float64]) -> Picture:
        pictures = self._pictures[self._sources[rng.choice(len(self._sources), p=chances)]]
        return pictures[int(rng.integers(len(pictures)))]

    def choose(self, rng: np.random.Generator) -> tuple[Picture, Reading, list[Instance]]:
        """A picture, one of its readings and the target on it, which may be empty."""
        picture = self._picture(rng, self._chances)
        reading = choose_reading(picture, self._config, rng)
        return picture, reading, choose_instances(reading, self._config, rng)

    def choose_thin(self, rng: np.random.Generator) -> tuple[Picture, Reading, list[Instance]]:
        """Return what `choose` does, but of THIN_DRAWS the one whose first object is the thinnest."""
        draws = [self.choose(rng) for _ in range(THIN_DRAWS)]
        return max(draws, key=lambda draw: thinness(draw[1], draw[2]))

    def _try(self, height: int, width: int, rng: np.random.Generator) -> Crop | None:
        thin = rng.random() < self._config.thin
        picture, reading, chosen = self.choose_thin(rng) if thin else self.choose(rng)
        if not chosen:
            return None
        size = picture.image.shape[:2]
        point = None
        if rng.random() < self._config.look:
            point = choose_point(reading, chosen, rng)
            window = look_at(point, rng.choice(LOOKS), size)
        else:
            window = choose_window(chosen, size, width / height, self._config, rng)
        image = cut(picture.image, window, height, width, MEAN_COLOUR)
        labelled = (
            close_seams(picture.image, reading.ids, self._config.seam)
            if self._config.seam
            else reading.ids
        )
        ids = cut(labelled, window, height, width, IGNORE_ID)
        target = np.isin(ids, [instance.id for instance in chosen])
        truth = np.where(target, OBJECT, BACKGROUND).astype(np.uint8)
        truth[ids == IGNORE_ID] = IGNORE
        visible = int(target.sum())
        # A look too close may show nothing but the object: the network must know such answers.
        most = target.size if point else MOST_VISIBLE * target.size
        if visible < self._config.minimum_visible or visible > most:
            return None
        if point is not None:
            point = window.seen_at(point, height, width)
        scale = height * width / (window.width * window.height)
        beyond = max(0.0, scale * sum(instance.area for instance in chosen) - visible)
        others = (ids != 0) & ~target & (ids != IGNORE_ID)
        crop = Crop(image, truth, others, window.part, beyond, point=point)
        return mirror(crop) if rng.random() < self._config.flip else crop

    def _paste(self, crop: Crop, rng: np.random.Generator) -> Crop:
        """An object of another picture over the crop: as the new target or in front of the old one."""
        picture = self._picture(rng, self._paste_chances)
        reading = picture.readings[0]
        whole = [
            instance
            for instance in reading.instances
            if instance.area >= 4 * self._config.minimum_area
        ]
        if not whole:
            return crop
        instance = whole[rng.integers(len(whole))]
        box = np.s_[instance.top : instance.bottom, instance.left : instance.right]
        return paste(
            crop,
            picture.image[box],
            reading.ids[box] == instance.id,
            self._config.minimum_visible,
            rng,
        )


def thinness(reading: Reading, chosen: list[Instance]) -> float:
    """Return the share of the first object within THIN pixels of its border; 0 for none or a small one."""
    if not chosen or chosen[0].area < THIN_AREA:
        return 0.0
    instance = chosen[0]
    box = np.s_[instance.top : instance.bottom, instance.left : instance.right]
    mask = cv2.copyMakeBorder(
        (reading.ids[box] == instance.id).view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0
    )
    deep = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_3) > THIN
    return 1 - float(np.count_nonzero(deep)) / instance.area


def choose_reading(picture: Picture, config: CropConfig, rng: np.random.Generator) -> Reading:
    """The usual reading, or now and then a further one."""
    chance = config.reading_chances.get(picture.source, config.second_reading)
    if len(picture.readings) > 1 and rng.random() < chance:
        return picture.readings[rng.integers(1, len(picture.readings))]
    return picture.readings[0]


def choose_instances(
    reading: Reading, config: CropConfig, rng: np.random.Generator
) -> list[Instance]:
    """The target: one object (by the root of its area), now and then two; empty if none fits."""
    largest = config.maximum_part * reading.ids.size
    fitting = [
        instance
        for instance in reading.instances
        if config.minimum_area <= instance.area <= largest
    ]
    if not fitting:
        return []
    weights = np.sqrt([instance.area for instance in fitting])
    count = 2 if len(fitting) > 1 and rng.random() < config.merge else 1
    return [
        fitting[i]
        for i in rng.choice(len(fitting), count, replace=False, p=weights / weights.sum())
    ]


@dataclass(frozen=True)
class Window:
    """A part of a picture in its pixels; may reach over the border.

    part: whether it is to show only a part of the object.
    """

    left: int
    top: int
    width: int
    height: int
    part: bool = False

    def seen_at(self, point: tuple[int, int], height: int, width: int) -> tuple[int, int]:
        """Return where a pixel (x, y) of the picture lies in a crop of this size."""
        return (
            (point[0] - self.left) * width // self.width,
            (point[1] - self.top) * height // self.height,
        )


def choose_point(
    reading: Reading, chosen: list[Instance], rng: np.random.Generator
) -> tuple[int, int]:
    """Return a pixel (x, y) of the first object where a person might click: its deepest, or deep inside."""
    instance = chosen[0]
    box = np.s_[instance.top : instance.bottom, instance.left : instance.right]
    mask = (reading.ids[box] == instance.id).view(np.uint8)
    padded = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_5)[1:-1, 1:-1]
    if rng.random() < 0.5:
        index = int(depth.argmax())
    else:
        inner = np.flatnonzero(depth > depth.max() / 2)
        index = int(inner[rng.integers(len(inner))])
    row, column = divmod(index, depth.shape[1])
    return instance.left + column, instance.top + row


def look_at(point: tuple[int, int], part: float, size: tuple[int, ...]) -> Window:
    """Return the window of this part of a picture's sides with the point (x, y) as near its middle as can be."""
    rows, columns = size[0], size[1]
    height = max(1, round(rows * part))
    width = max(1, round(columns * part))
    left = min(max(0, point[0] - width // 2), columns - width)
    top = min(max(0, point[1] - height // 2), rows - height)
    return Window(left, top, width, height)


def choose_window(
    chosen: list[Instance],
    shape: tuple[int, ...],
    aspect: float,
    config: CropConfig,
    rng: np.random.Generator,
) -> Window:
    """A view of the chosen objects on a picture of this (height, width); aspect: width over height of the crop."""
    rows, columns = shape[0], shape[1]
    left, top = min(i.left for i in chosen), min(i.top for i in chosen)
    right, bottom = max(i.right for i in chosen), max(i.bottom for i in chosen)
    length = max(right - left, bottom - top)
    part = rng.random() < config.part
    if part:
        side = max(SMALLEST_PART, length * np.exp(rng.uniform(*np.log(config.part_ratio))))
    elif rng.random() < config.close:
        side = length * np.exp(rng.uniform(*np.log(config.close_ratio)))
    else:
        side = max(rows, columns) * rng.uniform(*config.wide_ratio)
    side = min(max(side, SMALLEST_VIEW), 1.05 * max(rows, columns))
    stretch = np.sqrt(aspect) * np.exp(rng.uniform(-1, 1) * np.log(config.stretch) / 2)
    width, height = (
        max(8, round(max(length / OVERHANG, min(length, limit))))
        for length, limit in ((side * stretch, columns), (side / stretch, rows))
    )
    across, down = right - left, bottom - top
    slack = (
        (across, down) if part else (abs(width - across), abs(height - down))
    )  # a part: its centre on the object
    return Window(
        _place((left + right) / 2, slack[0] / 2, width, columns, rng),
        _place((top + bottom) / 2, slack[1] / 2, height, rows, rng),
        width,
        height,
        part,
    )


def _place(centre: float, slack: float, length: int, limit: int, rng: np.random.Generator) -> int:
    """Where a window of this length starts, its own centre at most `slack` away; inside [0, limit) where it can."""
    start = round(centre - length / 2 + rng.uniform(-slack, slack))
    if length <= limit:
        return min(max(start, 0), limit - length)
    return -round((length - limit) * rng.random())


def cut(
    array: NDArray[Any], window: Window, height: int, width: int, fill: int | tuple[int, int, int]
) -> NDArray[Any]:
    """Return the window, resized to height x width, with `fill` outside of the array.

    array: (H, W, 3) image, resized as for a network in use (`fcfi.geometry.resize`), or (H, W)
        ids, which keep their values.  The window must overlap it.
    """
    rows, columns = array.shape[:2]
    bottom, right = window.top + window.height, window.left + window.width
    inside = array[
        max(0, window.top) : min(rows, bottom), max(0, window.left) : min(columns, right)
    ]
    border = (
        max(0, -window.top),
        max(0, bottom - rows),
        max(0, -window.left),
        max(0, right - columns),
    )
    if any(border):
        inside = cv2.copyMakeBorder(inside, *border, cv2.BORDER_CONSTANT, value=fill)
    if array.ndim == 2:
        return cv2.resize(inside, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)
    # The resize of prediction: at 416 px it takes 0.2 ms more than one cv2.resize, on a photograph
    # of 2 megapixels 4 ms less.
    return resize(inside, height, width)


def mirror(crop: Crop) -> Crop:
    """Left and right exchanged."""
    image, truth, others = (
        np.ascontiguousarray(array[:, ::-1]) for array in (crop.image, crop.truth, crop.others)
    )
    point = crop.point and (image.shape[1] - 1 - crop.point[0], crop.point[1])
    return replace(crop, image=image, truth=truth, others=others, point=point)  # type: ignore[arg-type]


def paste(
    crop: Crop,
    image: NDArray[np.uint8],
    mask: NDArray[np.bool_],
    minimum_visible: int,
    rng: np.random.Generator,
) -> Crop:
    """The object `mask` of `image` over the crop with a soft edge, as the new target or in front of the old one."""
    rows_of_crop, columns_of_crop = crop.truth.shape
    scale = min(crop.truth.shape) * rng.uniform(*PASTED_SIZE) / max(mask.shape)
    width, height = (max(4, round(length * scale)) for length in (mask.shape[1], mask.shape[0]))
    alpha = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
    patch = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    left = int(rng.integers(-width // 4, max(1, columns_of_crop - 3 * width // 4)))
    top = int(rng.integers(-height // 4, max(1, rows_of_crop - 3 * height // 4)))
    rows = slice(max(0, top), min(rows_of_crop, top + height))
    columns = slice(max(0, left), min(columns_of_crop, left + width))
    part = np.s_[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    whole = np.count_nonzero(alpha > 0.5)
    alpha, patch = alpha[part], patch[part]
    over = alpha > 0.5
    truth, others = crop.truth.copy(), crop.others.copy()
    if rng.random() < 0.5:
        others |= truth == OBJECT
        truth[truth == OBJECT] = BACKGROUND
        truth[rows, columns][over], others[rows, columns][over] = OBJECT, False
        beyond = float(whole - np.count_nonzero(over))
    else:
        truth[rows, columns][over], others[rows, columns][over] = BACKGROUND, True
        beyond = crop.beyond
    if np.count_nonzero(truth == OBJECT) < minimum_visible:
        return crop
    blended = crop.image.copy()
    below = blended[rows, columns].astype(np.float32)
    blended[rows, columns] = (below + alpha[..., None] * (patch - below)).astype(np.uint8)
    return Crop(blended, truth, others, beyond=beyond)


def recolour(crop: Crop, config: CropConfig, rng: np.random.Generator) -> Crop:
    """Brightness, contrast and channels shifted; now and then grey, blurred or badly compressed."""
    gain = 1 + rng.uniform(*config.contrast)
    offset = 255 * rng.uniform(*config.brightness) + rng.uniform(
        -config.rgb_shift, config.rgb_shift, 3
    )
    middle = 127.5 * (1 - gain)
    ramp = np.arange(256)[:, None] * gain + middle + offset
    image: NDArray[Any] = cv2.LUT(crop.image, np.clip(ramp, 0, 255).astype(np.uint8)[None])
    if rng.random() < config.grey:
        image = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    if rng.random() < config.blur:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 1.5))
    if rng.random() < config.jpeg:
        _, encoded = cv2.imencode(
            ".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 90))]
        )
        image = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR))
    return replace(crop, image=image)
