"""FCFI's predictor: prompts in, a mask out, no state.

`predict(image, prompts, previous)` is a pure function: what it needs to know of the past is in
`previous`, a value.  Threads may share a predictor.  Undo, replay, many users and many objects are
then lists of such values.
Source: inference as released (zoom, flip, threshold), with its faults mended: the zoom follows the
    prediction before, the order of clicks is kept.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from fcfi.boxes import Box, whole
from fcfi.errors import ConfigError, InputError, NetworkError
from fcfi.images import Image
from fcfi.prediction.first_look import best_look, check_share, closer_below_of
from fcfi.prediction.guidance import (
    CLICK_MAPS,
    clicks_on,
    feedback_of_box,
    joined,
    new_box,
    off_the_edge,
    points_in,
)
from fcfi.prediction.interface import Flip
from fcfi.prediction.looks import ForwardRunner, Look, LookResult, LookRunner, sigmoid
from fcfi.prediction.prediction import THRESHOLD, CachedImage, Prediction, frozen
from fcfi.prediction.steps import Context, Step
from fcfi.prediction.zoom import Crop, Zoom, crop_at, zoom_box, zoom_of
from fcfi.prompts.clicks import Click, Clicks, Prompts, check_box, check_prompts
from fcfi.runtimes.interface import SCORE
from fcfi.runtimes.network import FCFI_INPUTS, Network, NetworkInfo


class FCFIPredictor:
    """A network with its zoom, flip and threshold.  Holds no state; threads may share it.

    `fcfi.load` makes one; by hand it takes any network of the method:

    >>> import fcfi
    >>> predictor = fcfi.load().predictor
    >>> closer = fcfi.FCFIPredictor(predictor.network, fcfi.Zoom(target=320), flip="average")
    >>> closer.settings["target"], closer.settings["flip"]
    (320, 'average')
    """

    def __init__(
        self,
        network: Network,
        zoom: Zoom | None = None,
        flip: Flip = "none",
        threshold: float = THRESHOLD,
        *,
        runner: LookRunner | None = None,
        steps: tuple[Step, ...] = (),
        closer_below: float | None = None,
    ) -> None:
        """Put a predictor together.

        zoom: None takes that of the network's file (metadata zoom_*), or the usual one.
        runner: how a look is run; None runs the network, once or as `flip` says.
        steps: what is done to a prediction after the look, in this order.
        closer_below: share of the picture below which the mask of a first click is compared with
            nearer looks, by the network's score; 0 never looks nearer, None takes what the file
            recommends.
        Raises ConfigError for a setting that is not possible, NetworkError for a network of another
            method.
        """
        if flip not in get_args(Flip):
            raise ConfigError(
                f"flip {flip!r} is unknown: choose one of {', '.join(get_args(Flip))}"
            )
        if flip != "none" and runner is not None:
            # A runner that remembers would write its memory twice, of two pictures.
            raise ConfigError(f"expected flip none with another runner, got {flip!r}")
        if not 0 < threshold < 1:
            raise ConfigError(
                f"threshold = {threshold} is not possible: give a probability between 0 and 1"
            )
        if set(network.info.inputs) != set(FCFI_INPUTS):
            raise NetworkError(
                f"expected a network with the inputs {', '.join(FCFI_INPUTS)}, got "
                f"{network.info.name} with {', '.join(network.info.inputs)}: choose another network"
            )
        if network.info.click_maps not in CLICK_MAPS:
            raise NetworkError(
                f"expected a network whose clicks are drawn as {' or '.join(CLICK_MAPS)}, got "
                f"{network.info.name} with {network.info.click_maps[:50]!r}: update fcfi"
            )
        below = closer_below_of(network.info) if closer_below is None else check_share(closer_below)
        if below and SCORE not in network.info.outputs:
            raise NetworkError(
                f"expected a network with a score, got {network.info.name} without one: choose "
                "another network, or closer_below = 0"
            )
        self.network = network
        self.zoom = zoom or zoom_of(network.info)
        self.flip = flip
        self.threshold = threshold
        self.steps = steps
        self.closer_below = below
        self.runner = runner or ForwardRunner(network, flip)

    @property
    def info(self) -> NetworkInfo:
        """The network that answers."""
        return self.network.info

    @property
    def settings(self) -> Mapping[str, float | str]:
        """What an answer depends on beside the picture, the prompts and the weights."""
        steps = {"steps": ", ".join(step.name for step in self.steps)} if self.steps else {}
        closer = {"closer_below": self.closer_below} if self.closer_below else {}
        return {
            **asdict(self.zoom),
            **self.runner.settings,
            "threshold": self.threshold,
            **steps,
            **closer,
        }

    def predict(
        self,
        image: Image | CachedImage,
        prompts: Prompts,
        previous: Prediction | None = None,
        within: Box | None = None,
    ) -> Prediction:
        """Return the object that the prompts mean.

        image: (H, W, 3) uint8 RGB, or (H, W) grey, or a `CachedImage` of it, which saves work at
            further prompts.
        prompts: all of them, in order; those that `previous` does not answer yet are new.
        previous: the answer before the new prompts, or None at a first look.
        within: the part of the picture that a first look takes; None takes all of it, or what lies
            round a box, or the best of some nearer parts (`closer_below`).
        Raises InputError for a picture, prompt, part or previous answer that does not fit.
        """
        picture = image if isinstance(image, CachedImage) else CachedImage(image)
        height, width = picture.image.shape[:2]
        check_prompts(prompts, height, width)
        check_previous(previous, height, width)
        check_within(within, prompts, previous, height, width)
        prediction = self._predict(picture, prompts, previous, within)
        # One click and nothing else to go by: only then nothing says how near to look.
        if self.closer_below and within is None and previous is None and len(prompts) == 1:
            (click,) = prompts
            if isinstance(click, Click) and click.positive:
                return best_look(
                    prediction,
                    click,
                    self.closer_below,
                    lambda part: self._predict(picture, prompts, None, part),
                )
        return prediction

    def _predict(
        self,
        picture: CachedImage,
        prompts: Prompts,
        previous: Prediction | None,
        within: Box | None,
    ) -> Prediction:
        """Return the answer of one look and the steps after it; everything fits."""
        height, width = picture.image.shape[:2]

        # 1) Where to look, and with which mask before.
        box = new_box(prompts, previous.answered if previous is not None else 0)
        crop = self.crop(prompts, previous, height, width, within)
        feedback, gate = np.zeros((crop.height, crop.width), np.float32), 0.0
        if box is not None:
            feedback, gate = feedback_of_box(box, crop), 1.0
        elif previous is not None:
            feedback, gate = previous.through(crop), 1.0

        # 2) The look.
        memory = previous.memory if previous is not None else None
        clicks = clicks_on(crop, prompts)
        seen, first = clicks, previous is None and box is None
        if first:
            seen = off_the_edge(clicks, crop, height, width)
        result = self.runner(Look(picture, crop, feedback, seen, gate, memory))
        probs = joined(result.probs, clicks, seen) if seen != clicks else result.probs
        prediction = Prediction(
            crop,
            frozen(probs),
            height,
            width,
            self.threshold,
            answered=len(prompts),
            memory=result.memory,
            score=score_in(result),
        )

        # 3) The steps after it.
        def look_again(crop: Crop, feedback: NDArray[np.float32], clicks: Clicks) -> LookResult:
            again = Look(picture, crop, feedback, clicks, 1.0, prediction.memory)
            return self.runner(again)

        for step in self.steps:
            context = Context(look_again, picture, prompts, previous)
            prediction = replace(step(context, prediction), answered=len(prompts))
        return prediction

    def crop(
        self,
        prompts: Prompts,
        previous: Prediction | None,
        height: int,
        width: int,
        within: Box | None = None,
    ) -> Crop:
        """Return where to look in a picture of height x width pixels.

        The whole picture at a first look, or the part that was asked for; after that what lies
        round the last mask, or a new box, and the clicks.
        """
        box = new_box(prompts, previous.answered if previous is not None else 0)
        seen, before = box, whole(height, width)
        if previous is not None:
            seen, before = box or previous.object_box, previous.box
        looked_at = within or zoom_box(seen, before, points_in(prompts), height, width, self.zoom)
        return crop_at(looked_at, self.zoom.target, self.network.info.multiple)


def score_in(result: LookResult) -> float | None:
    """Return the IoU in [0, 1] that a network expects of its mask, or None without an estimate."""
    if SCORE not in result.extras:
        return None
    logits = np.asarray(result.extras[SCORE], np.float32).reshape(-1)
    if logits.size != 1 or not np.isfinite(logits).all():
        raise NetworkError("expected one finite score from the network: its file is damaged")
    return float(sigmoid(logits)[0])


def check_previous(previous: Prediction | None, height: int, width: int) -> None:
    """Raise InputError unless the answer before is of a picture of this size."""
    if previous is not None and (previous.height, previous.width) != (height, width):
        raise InputError(
            f"the previous mask has {previous.width} x {previous.height} pixels and the picture "
            f"{width} x {height}: give the mask of this picture"
        )


def check_within(
    within: Box | None, prompts: Prompts, previous: Prediction | None, height: int, width: int
) -> None:
    """Raise InputError unless a part to look within is for a first look and holds the prompts."""
    if within is None:
        return
    check_box(within, height, width, "the part to look within")
    if previous is not None:
        raise InputError(
            "expected a part to look within at a first look only, got one and a mask before: "
            "leave it out"
        )
    for click in points_in(prompts):
        if not within.contains(click.x, click.y):
            raise InputError(
                f"expected every click inside the part to look within, got one at ({click.x}, "
                f"{click.y}): enlarge the part, or leave it out"
            )
    box = new_box(prompts, 0)
    if box is not None and box.intersection(within) is None:
        raise InputError(
            "expected the box and the part to look within to overlap: enlarge the part, "
            "or leave it out"
        )
