"""FCFI's predictor: prompts in, a mask out, no state.

`predict(image, prompts, previous)` is a pure function: all it needs of earlier clicks is in the
value `previous`.  So threads may share a predictor, and undo, replay, many users and many objects
are just lists of predictions.
Source: inference as released (zoom, flip, threshold), with corrections: the zoom follows the
    prediction before, and the order of clicks is kept.
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
from fcfi.prediction.looks import ForwardRunner, Look, LookResult, LookRunner, score_in
from fcfi.prediction.prediction import THRESHOLD, CachedImage, Prediction, frozen
from fcfi.prediction.steps import Context, Step
from fcfi.prediction.zoom import Crop, Zoom, crop_at, zoom_box, zoom_of
from fcfi.prompts.clicks import Click, Clicks, Prompts, check_box, check_prompts
from fcfi.runtimes.interface import SCORE
from fcfi.runtimes.network import FCFI_INPUTS, Network, NetworkInfo


class FCFIPredictor:
    """A network with its zoom, flip and threshold.  Holds no state; threads may share it.

    `fcfi.load` makes a predictor; its parts can also be combined by hand:

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
        """Make a predictor.

        zoom: None takes the network file's (metadata zoom_*), or the default.
        runner: runs the looks; None runs the network, once or as `flip` says.
        steps: applied to the prediction after the look, in this order.
        closer_below: if a first click's mask covers less than this share of the picture, closer
            looks are tried and compared by the network's score; 0 never does so, None takes the
            network file's recommendation.
        Raises ConfigError for an invalid setting, NetworkError for a network of another method.
        """
        if flip not in get_args(Flip):
            raise ConfigError(
                f"flip {flip!r} is unknown: choose one of {', '.join(get_args(Flip))}"
            )
        if flip != "none" and runner is not None:
            # A runner's memory would be written twice, for two different images.
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
        """The description of the network."""
        return self.network.info

    @property
    def settings(self) -> Mapping[str, float | str]:
        """The settings that a prediction depends on, besides picture, prompts and weights."""
        steps = {"steps": ", ".join(step.name for step in self.steps)} if self.steps else {}
        closer = {"closer_below": self.closer_below} if self.closer_below else {}
        return {
            **asdict(self.zoom),
            **self.runner.settings,
            "threshold": self.threshold,
            **steps,
            **closer,
        }

    def replaced(
        self, *, runner: LookRunner | None = None, steps: tuple[Step, ...] | None = None
    ) -> "FCFIPredictor":
        """Return the same predictor with another runner or other steps; None keeps its own."""
        own = None if isinstance(self.runner, ForwardRunner) else self.runner
        return FCFIPredictor(
            self.network,
            self.zoom,
            self.flip,
            self.threshold,
            runner=runner or own,
            steps=self.steps if steps is None else steps,
            closer_below=self.closer_below,
        )

    def predict(
        self,
        image: Image | CachedImage,
        prompts: Prompts,
        previous: Prediction | None = None,
        within: Box | None = None,
    ) -> Prediction:
        """Return the prediction for the object that the prompts describe.

        image: (H, W, 3) uint8 RGB, or (H, W) grey, or a `CachedImage` of it, which saves work at
            further prompts.
        prompts: all prompts, in order; those after `previous.answered` are new.
        previous: the prediction before the new prompts, or None at a first look.
        within: the part of the picture for a first look; None takes all of it, or the surroundings
            of a box, or the best of some closer parts (`closer_below`).
        Raises InputError for a picture, prompt, part or previous prediction that does not fit.
        """
        picture = image if isinstance(image, CachedImage) else CachedImage(image)
        height, width = picture.image.shape[:2]
        check_prompts(prompts, height, width)
        check_previous(previous, height, width)
        check_within(within, prompts, previous, height, width)
        prediction = self._predict(picture, prompts, previous, within)
        # Only a single click leaves the scale of the first look open.
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
        """Return the prediction of one look and the steps after it, from checked arguments."""
        height, width = picture.image.shape[:2]

        # 1) The crop, and the feedback in it.
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
        """Return the crop of the next look in a picture of height x width pixels.

        At a first look it is the whole picture, or `within`; later the surroundings of the last
        mask, or of a new box, and the clicks.
        """
        box = new_box(prompts, previous.answered if previous is not None else 0)
        seen, before = box, whole(height, width)
        if previous is not None:
            seen, before = box or previous.feedback_box, previous.box
        looked_at = within or zoom_box(seen, before, points_in(prompts), height, width, self.zoom)
        return crop_at(looked_at, self.zoom.target, self.network.info.multiple)


def check_previous(previous: Prediction | None, height: int, width: int) -> None:
    """Raise InputError unless the previous prediction is for a picture of this size."""
    if previous is not None and (previous.height, previous.width) != (height, width):
        raise InputError(
            f"the previous mask has {previous.width} x {previous.height} pixels and the picture "
            f"{width} x {height}: give the mask of this picture"
        )


def check_within(
    within: Box | None, prompts: Prompts, previous: Prediction | None, height: int, width: int
) -> None:
    """Raise InputError unless `within` is for a first look and holds the prompts."""
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
