"""The predictor: one click, one mask, no state.

`predict(image, clicks, previous)` is a pure function: what it needs to know of the past is in
`previous`, a value. Threads may share a predictor.  Undo, replay, many users and many objects are
then lists of such values.
Source: inference as released (zoom, flip, threshold), with its faults mended: the zoom follows the
    prediction before,
the order of clicks is kept.
"""

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from fcfi.clicks import Click, Clicks, check_clicks
from fcfi.encoding import Guidance, encode
from fcfi.errors import ConfigError, InputError, NetworkError
from fcfi.geometry import Box, Crop, Zoom, box_of, crop_at, cut, whole, zoom_box
from fcfi.images import Image, Mask, check_image, check_mask
from fcfi.network import EncodesOnce, Encoding, Network, NetworkInfo

THRESHOLD: Final = 0.49
"""A pixel is object above this probability (released code)."""
Flip = Literal["none", "average"]
"""Whether the answer is averaged with that for the mirrored picture, which costs twice the time (released: average)."""

View = Literal["plain", "mirrored"]
"""How a network is shown a crop."""


@dataclass(frozen=True, eq=False)
class Prediction:
    """What the network said after a click; a value, never changed.

    crop: the box looked at and its size in network pixels.
    seen: (crop.height, crop.width) float32 in [0, 1], the answer at that size; read only.
    height, width: of the picture, in pixels.
    threshold: a pixel is object above it.

    Only the crop is kept (0.6 MB at 384 x 384, where a map of a 12-megapixel picture takes 48 MB),
    so that a session can remember every click; `probs` and `mask` are computed at each access.
    Convention: arrays are indexed [y, x].
    """

    crop: Crop
    seen: NDArray[np.float32]
    height: int
    width: int
    threshold: float = THRESHOLD

    @classmethod
    def from_mask(cls, mask: NDArray[Any], threshold: float = THRESHOLD) -> "Prediction":
        """A mask (H, W) that exists already, object where not 0, as if the network had just given it.

        Raises InputError if it is no such array or has no pixel.
        """
        seen = check_mask(mask).astype(np.float32)
        height, width = seen.shape
        return cls(
            Crop(whole(height, width), height, width), _frozen(seen), height, width, threshold
        )

    @property
    def box(self) -> Box:
        """The part of the picture that was looked at."""
        return self.crop.box

    @property
    def probs(self) -> NDArray[np.float32]:
        """(H, W) float32 in [0, 1]: how surely each pixel belongs to the object; 0 outside of `box`, as published.

        Nothing of the mask before is lost by that: the next box holds the last mask, enlarged.
        """
        probs = self.crop.back(self.seen, self.height, self.width)
        return probs if probs is self.seen else np.clip(probs, 0, 1, out=probs)

    @property
    def mask(self) -> Mask:
        """(H, W) bool: `probs` above the threshold."""
        inside = self._mask_inside()
        if self.box == whole(self.height, self.width):
            return inside
        mask = np.zeros((self.height, self.width), np.bool_)
        cut(mask, self.box)[...] = inside
        return mask

    @cached_property
    def object_box(self) -> Box | None:
        """The smallest box that holds the object, or None if there is none."""
        return self._object_box(self._mask_inside())

    def through(self, crop: Crop) -> NDArray[np.float32]:
        """(crop.height, crop.width) float32 in [0, 1]: this answer as feedback for the next look; may be read only."""
        return self.seen if crop == self.crop else np.clip(self.crop.across(self.seen, crop), 0, 1)

    def _mask_inside(self) -> Mask:
        """The mask inside `box`; where the object lies is all but free here, and the next click wants to know."""
        inside = np.empty((self.box.height, self.box.width), np.bool_)
        for columns, part in self.crop.strips(self.seen):
            np.greater(part, self.threshold, out=inside[:, columns])
        self.__dict__.setdefault("object_box", self._object_box(inside))
        return inside

    def _object_box(self, inside: Mask) -> Box | None:
        box = box_of(inside)
        return box and box.moved(self.box.left, self.box.top)


class Still:
    """A picture that does not change, and what was made of its last crop: for whoever clicks on it many times.

    The zoom box mostly stays from click to click; its pixels then need not be cut out and resized
    again, and a network that encodes once need not look at them again (some 3 MB at 416 x 416,
    twice that with the mirrored picture).  The memo changes no answer.  Threads may share it.
    """

    def __init__(self, image: Image) -> None:
        """Take a picture, (H, W, 3) uint8 RGB or (H, W) grey, without a copy.  Raises InputError for anything else."""
        self.image = check_image(image)
        self._last: tuple[Crop, NDArray[np.float32]] | None = None
        self._encoded: tuple[Crop, Network, dict[View, Encoding]] | None = None

    def pixels(self, crop: Crop) -> NDArray[np.float32]:
        """(3, crop.height, crop.width) float32 in [0, 1], read only."""
        last = self._last
        if last is None or last[0] != crop:
            self._last = last = (crop, _frozen(pixels_of(self.image, crop)))
        return last[1]

    def encoding(self, crop: Crop, view: View, network: EncodesOnce) -> Encoding:
        """What a network keeps of a crop, seen as it is or mirrored."""
        known = self._encoded
        if known is None or known[0] != crop or known[1] is not network:
            self._encoded = known = (crop, network, {})
        if view not in known[2]:
            known[2][view] = network.encode(_batch(_seen(self.pixels(crop), view)))
        return known[2][view]


class Predictor:
    """A network with its zoom, flip and threshold.  Holds no state; threads may share it."""

    def __init__(
        self,
        network: Network,
        zoom: Zoom | None = None,
        flip: Flip = "none",
        threshold: float = THRESHOLD,
    ) -> None:
        """Without a zoom that of the network's file is taken (metadata zoom_*), or the usual one.

        Raises ConfigError for a flip or threshold that does not exist.
        """
        if flip not in get_args(Flip):
            raise ConfigError(
                f"flip {flip!r} is unknown: choose one of {', '.join(get_args(Flip))}"
            )
        if not 0 < threshold < 1:
            raise ConfigError(
                f"threshold = {threshold} is not possible: give a probability between 0 and 1"
            )
        self.network = network
        self.zoom = zoom or zoom_of(network.info)
        self.flip = flip
        self.threshold = threshold

    @property
    def settings(self) -> dict[str, float | str]:
        """What a mask depends on beside picture, clicks and weights, as a log says it."""
        return {**asdict(self.zoom), "flip": self.flip, "threshold": self.threshold}

    def predict(
        self, image: Image | Still, clicks: Clicks, previous: Prediction | None = None
    ) -> Prediction:
        """The object that the clicks mean.

        image: (H, W, 3) uint8 RGB, or (H, W) grey, or a `Still` of it, which saves work at further
            clicks.
        clicks: all of them, in order; the last is the new one.
        previous: the prediction before the new click, or None at a first click.
        Raises InputError for a picture, click or previous mask that does not fit.
        """
        still = image if isinstance(image, Still) else Still(image)
        height, width = still.image.shape[:2]
        check_clicks(clicks, height, width)
        _check_previous(previous, height, width)
        crop = self.crop(clicks, previous, height, width)
        feedback = (
            np.zeros((crop.height, crop.width), np.float32)
            if previous is None
            else previous.through(crop)
        )
        seen = self._look(
            still, crop, feedback, crop.clicks(clicks), gate=0.0 if previous is None else 1.0
        )
        return Prediction(crop, _frozen(seen), height, width, self.threshold)

    def crop(self, clicks: Clicks, previous: Prediction | None, height: int, width: int) -> Crop:
        """Where to look: the whole picture at a first click, after that round the last mask and the clicks."""
        box = whole(height, width)
        if previous is not None:
            box = zoom_box(previous.object_box, previous.box, clicks, height, width, self.zoom)
        return crop_at(box, self.zoom.target, self.network.info.multiple)

    def _look(
        self, still: Still, crop: Crop, feedback: NDArray[np.float32], clicks: Clicks, gate: float
    ) -> NDArray[np.float32]:
        """Probabilities (h, w) for a crop, feedback (h, w) and clicks in network pixels."""
        probs = self._once(still, crop, "plain", feedback, clicks, gate)
        if self.flip == "none":
            return probs
        width = feedback.shape[1]
        mirrored = tuple(Click(width - 1 - click.x, click.y, click.positive) for click in clicks)
        other = self._once(still, crop, "mirrored", feedback[:, ::-1], mirrored, gate)
        return (probs + other[:, ::-1]) / np.float32(2)

    def _once(
        self,
        still: Still,
        crop: Crop,
        view: View,
        feedback: NDArray[np.float32],
        clicks: Clicks,
        gate: float,
    ) -> NDArray[np.float32]:
        """Probabilities (h, w) of one pass through the network; feedback and clicks are mirrored already."""
        height, width = feedback.shape
        prompts = prompt_inputs(feedback, encode(clicks, height, width, gate))
        if isinstance(self.network, EncodesOnce):
            logits = self.network.click(still.encoding(crop, view, self.network), *prompts)
        else:
            logits = self.network(_batch(_seen(still.pixels(crop), view)), *prompts)
        if logits.shape != (1, 1, height, width) or not np.isfinite(logits).all():
            raise NetworkError(
                f"the network {self.network.info.name} gave {logits.shape}, or values that are not finite, "
                f"where logits of shape (1, 1, {height}, {width}) are wanted: its file is damaged or does not fit"
            )
        return sigmoid(logits[0, 0].astype(np.float32, copy=False))


def pixels_of(image: Image, crop: Crop) -> NDArray[np.float32]:
    """(3, crop.height, crop.width) float32 in [0, 1] of a picture (H, W, 3) uint8."""
    planes = np.ascontiguousarray(np.moveaxis(crop.image(image), 2, 0))
    return np.divide(planes, np.float32(255), dtype=np.float32)


def prompt_inputs(feedback: NDArray[np.float32], guidance: Guidance) -> tuple[NDArray[Any], ...]:
    """What a network takes in behind the image, in its order, as a batch of one; feedback (h, w)."""
    return (
        _batch(feedback[None]),
        guidance.disks[None],
        guidance.window[None],
        np.array([guidance.cell], np.int64),
        np.full((1, 1, 1, 1), guidance.label, np.float32),
        np.full((1, 1, 1, 1), guidance.gate, np.float32),
    )


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """1 / (1 + exp(-logits)), without overflow."""
    return np.asarray((np.tanh(logits * np.float32(0.5)) + np.float32(1)) * np.float32(0.5))


def zoom_of(info: NetworkInfo) -> Zoom:
    """The zoom that a network's file recommends, or the usual one.  Raises NetworkError for a damaged one."""
    usual = Zoom()
    try:
        return Zoom(
            target=int(info.metadata.get("zoom_target", usual.target)),
            ratio=float(info.metadata.get("zoom_ratio", usual.ratio)),
        )
    except (ValueError, ConfigError) as error:
        raise NetworkError(
            f"the network {info.name} has a damaged zoom in its metadata ({error}): give one"
        ) from error


def _check_previous(previous: Prediction | None, height: int, width: int) -> None:
    if previous is not None and (previous.height, previous.width) != (height, width):
        raise InputError(
            f"the previous mask has {previous.width} x {previous.height} pixels and the picture {width} x {height}: "
            "give the mask of this picture"
        )


def _seen(pixels: NDArray[np.float32], view: View) -> NDArray[np.float32]:
    """Pixels (3, h, w) as they are, or mirrored."""
    return pixels if view == "plain" else pixels[:, :, ::-1]


def _batch(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    """A batch of one; a copy: what is read only, and kept, torch would want to own."""
    return np.array(maps, order="C")[None]


def _frozen(array: NDArray[np.float32]) -> NDArray[np.float32]:
    """The array, read only."""
    array.setflags(write=False)
    return array
