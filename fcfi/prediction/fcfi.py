"""The predictor: one click, one mask, no state.

`predict(image, clicks, previous)` is a pure function: what it needs to know of the past is in
`previous`, a value. Threads may share a predictor.  Undo, replay, many users and many objects are
then lists of such values.
Source: inference as released (zoom, flip, threshold), with its faults mended: the zoom follows the
    prediction before,
the order of clicks is kept.
"""

from dataclasses import asdict
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from fcfi.errors import ConfigError, InputError, NetworkError
from fcfi.geometry import whole
from fcfi.images import Image
from fcfi.prediction.guidance import Guidance, encode
from fcfi.prediction.interface import Flip
from fcfi.prediction.prediction import (
    THRESHOLD,
    CachedImage,
    Prediction,
    View,
    batch_of_one,
    frozen,
    seen_as,
)
from fcfi.prediction.zoom import Crop, Zoom, crop_at, zoom_box
from fcfi.prompts.clicks import Click, Clicks, check_clicks
from fcfi.runtimes.network import EncodesOnce, Network, NetworkInfo


class FCFIPredictor:
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
    def info(self) -> NetworkInfo:
        """The network that answers."""
        return self.network.info

    @property
    def settings(self) -> dict[str, float | str]:
        """What a mask depends on beside picture, clicks and weights, as a log says it."""
        return {**asdict(self.zoom), "flip": self.flip, "threshold": self.threshold}

    def predict(
        self, image: Image | CachedImage, clicks: Clicks, previous: Prediction | None = None
    ) -> Prediction:
        """The object that the clicks mean.

        image: (H, W, 3) uint8 RGB, or (H, W) grey, or a `CachedImage` of it, which saves work at further
            clicks.
        clicks: all of them, in order; the last is the new one.
        previous: the prediction before the new click, or None at a first click.
        Raises InputError for a picture, click or previous mask that does not fit.
        """
        still = image if isinstance(image, CachedImage) else CachedImage(image)
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
        return Prediction(crop, frozen(seen), height, width, self.threshold)

    def crop(self, clicks: Clicks, previous: Prediction | None, height: int, width: int) -> Crop:
        """Where to look: the whole picture at a first click, after that round the last mask and the clicks."""
        box = whole(height, width)
        if previous is not None:
            box = zoom_box(previous.object_box, previous.box, clicks, height, width, self.zoom)
        return crop_at(box, self.zoom.target, self.network.info.multiple)

    def _look(
        self,
        still: CachedImage,
        crop: Crop,
        feedback: NDArray[np.float32],
        clicks: Clicks,
        gate: float,
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
        still: CachedImage,
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
            logits = self.network(batch_of_one(seen_as(still.pixels(crop), view)), *prompts)
        if logits.shape != (1, 1, height, width) or not np.isfinite(logits).all():
            raise NetworkError(
                f"the network {self.network.info.name} gave {logits.shape}, or values that are not finite, "
                f"where logits of shape (1, 1, {height}, {width}) are wanted: its file is damaged or does not fit"
            )
        return sigmoid(logits[0, 0].astype(np.float32, copy=False))


def prompt_inputs(feedback: NDArray[np.float32], guidance: Guidance) -> tuple[NDArray[Any], ...]:
    """What a network takes in behind the image, in its order, as a batch of one; feedback (h, w)."""
    return (
        batch_of_one(feedback[None]),
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
