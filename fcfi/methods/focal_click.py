"""FocalClick: after a coarse prediction, a small network refines the part that the click changed.

The crop around the object (target crop) is our zoom.  The focus crop inside it surrounds what the
newest click changed.  There a refiner takes the picture at a larger scale, the clicks, the coarse
prediction and the features of the first look, and returns details and how far to trust them.
Source: Chen et al., CVPR 2022.  Differs: a click that does not change its pixel refines nothing
    (the release takes the unchanged region); masks before and after are compared at the same
    threshold; crops keep their aspect ratio.  `--method merge` is its progressive merge.
Cost: a pass, and a tenth of a pass for the refiner.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from fcfi.boxes import Box
from fcfi.errors import ConfigError
from fcfi.geometry import box_of, cut, resize
from fcfi.masks.runs import RunMask
from fcfi.masks.truth import Mask
from fcfi.methods.gradients import encoded, inputs_of, model_of
from fcfi.methods.method import Method
from fcfi.models.fcfi import FCFI
from fcfi.models.refiner import Refiner
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.guidance import clicks_on, encode, points_in
from fcfi.prediction.interface import Flip
from fcfi.prediction.looks import ForwardRunner, Look, LookResult, sigmoid
from fcfi.prediction.merge import changed_region, shrunk
from fcfi.prediction.prediction import THRESHOLD, ExactMask, Prediction, batch_of_one, frozen
from fcfi.prediction.steps import Context
from fcfi.prediction.zoom import Crop, Zoom, crop_at
from fcfi.prompts.clicks import Clicks
from fcfi.runtimes.network import Network

MULTIPLE: Final = 32
"""Sides of the focus crop, in network pixels, are multiples of this."""


@dataclass(frozen=True, eq=False)
class CoarseFeatures:
    """The features F (C, h, w) of a look, passed from the runner to the step, then dropped."""

    features: Tensor

    @property
    def nbytes(self) -> int:
        """Bytes of memory, about."""
        return self.features.nbytes


@dataclass(frozen=True)
class CoarseRunner:
    """A runner that runs the network once and keeps the features for the refiner."""

    network: Network
    model: FCFI

    @property
    def settings(self) -> Mapping[str, float | str]:
        """The name of the method."""
        return {"method": "focal-click"}

    def __call__(self, look: Look) -> LookResult:
        """Return the network's result, with the features as memory."""
        image, inputs = inputs_of(look, self.model)
        with torch.inference_mode():
            seen = self.model.seen(encoded(self.model, image), *inputs)
            logits = self.model.answer(seen).logits
        probs = sigmoid(logits[0, 0].float().cpu().numpy())
        return LookResult(probs, CoarseFeatures(seen.features.fused[0]))


@dataclass(frozen=True)
class Refine:
    """A step that refines the focus crop.

    size: longer side of the focus crop in network pixels; 0 refines nothing.
    ratio: size of the focus crop relative to the changed region.
    small: if the changed region is below this share of the mask's height or width, the focus crop
        is a square around the click.
    half: half the side of that square, relative to the mask's longer side.
    """

    model: FCFI
    size: int = 256
    ratio: float = 1.4
    small: float = 1 / 3
    half: float = 0.2

    @property
    def name(self) -> str:
        """The name of the step with its settings."""
        return f"focal-click {self.size} {self.ratio:g} {self.small:.3g} {self.half:g}"

    def __call__(self, context: Context, prediction: Prediction) -> Prediction:
        """Return the prediction with its focus crop refined."""
        memory = prediction.memory
        prediction = replace(prediction, memory=None)
        if not self.size or not isinstance(memory, CoarseFeatures):
            return prediction
        before = None if context.previous is None else context.previous.mask
        box = self.focus_box(before, prediction, points_in(context.new))
        if box is None:
            return prediction
        crop = crop_at(box, self.size, MULTIPLE)
        refined = self._refined(context, prediction, crop, memory.features)
        height, width = prediction.height, prediction.width
        inside = resize(refined, box.height, box.width)
        mask = prediction.mask
        cut(mask, box)[...] = inside > prediction.threshold
        # The refined part becomes feedback for the next look, at network size.
        region = np.zeros((height, width), np.bool_)
        cut(region, box)[...] = True
        cells = shrunk(cut(region, prediction.box), *prediction.seen.shape)
        probs = prediction.probs.copy()
        cut(probs, box)[...] = np.clip(inside, 0, 1)
        seen = np.where(cells, np.clip(prediction.crop.map(probs), 0, 1), prediction.seen)
        return replace(
            prediction,
            seen=frozen(seen.astype(np.float32)),
            exact=ExactMask(RunMask.of(mask, 0, 0)),
        )

    def focus_box(self, before: Mask | None, prediction: Prediction, new: Clicks) -> Box | None:
        """Return the part of the picture to refine, inside the crop, or None."""
        after = prediction.mask
        whole = prediction.object_box
        if whole is None:
            return None
        if before is None or not before.any():
            box = whole
        else:
            region = changed_region(before, after, new)
            changed = box_of(region)
            if changed is None:
                return None
            box = changed
            if (
                changed.height < self.small * whole.height
                or changed.width < self.small * whole.width
            ):
                click = next(click for click in reversed(new) if region[click.y, click.x])
                side = max(1, round(self.half * max(whole.height, whole.width)))
                box = Box(click.x - side, click.y - side, click.x + side + 1, click.y + side + 1)
        return box.enlarged(self.ratio, 2).intersection(prediction.box)

    def _refined(
        self, context: Context, prediction: Prediction, crop: Crop, features: Tensor
    ) -> NDArray[np.float32]:
        """Return refined probabilities (crop.height, crop.width)."""
        refiner = refiner_of(self.model)
        picture = context.picture
        pixels = picture.pixels(crop)
        clicks = clicks_on(crop, context.prompts)
        guidance = encode(
            clicks, crop.height, crop.width, 1.0, self.model.config.click_maps, lambda: pixels
        )
        # Clipped, so that the logits of the coarse prediction are finite.
        coarse = np.clip(prediction.crop.across(prediction.seen, crop), 1e-4, 1 - 1e-4)
        with torch.inference_mode():
            image = torch.from_numpy(batch_of_one(pixels)).to(features.device)
            image = (image - self.model.body.mean) / self.model.body.std
            refined, _ = refiner.refine(
                image,
                torch.from_numpy(guidance.disks)[None].to(features.device),
                torch.from_numpy(np.log(coarse / (1 - coarse)))[None, None].to(features.device),
                part_of(features, prediction.crop, crop),
            )
        return sigmoid(refined[0, 0].float().cpu().numpy())


def part_of(features: Tensor, crop: Crop, part: Crop) -> Tensor:
    """Return features (1, C, h, w) of a part, sampled from the features (C, h, w) of `crop`."""
    height, width = features.shape[-2:]
    outer, inner = crop.box, part.box
    # Positions in the outer crop from -1 to 1, as grid_sample expects.
    x, y = (
        2 * (begin + (torch.arange(cells) + 0.5) / cells * side - first) / whole - 1
        for begin, side, first, whole, cells in (
            (inner.left, inner.width, outer.left, outer.width, width),
            (inner.top, inner.height, outer.top, outer.height, height),
        )
    )
    grid = torch.stack(torch.meshgrid(x, y, indexing="xy"), 2)[None].to(features)
    return functional.grid_sample(features[None], grid, padding_mode="border", align_corners=False)


def refiner_of(model: FCFI) -> Refiner:
    """Return a model's refiner.  Raises ConfigError for a model without one."""
    if not isinstance(model.answers, Refiner):
        raise ConfigError(
            "expected a network with a refiner for --method focal-click, got one with answers = "
            f"{model.config.answers!r}: train one with model.answers = 'refiner'"
        )
    return model.answers


def make(
    network: Network,
    zoom: Zoom | None = None,
    flip: Flip = "none",
    threshold: float = THRESHOLD,
    size: int = 256,
) -> FCFIPredictor:
    """Return the predictor of FocalClick.

    Raises ConfigError for a network that does not run in torch, or has no refiner.
    """
    model = model_of(network, "focal-click")
    refiner_of(model)
    if not size:
        return FCFIPredictor(network, zoom, flip, threshold, runner=ForwardRunner(network))
    runner = CoarseRunner(network, model)
    steps = (Refine(model, size),)
    return FCFIPredictor(network, zoom, flip, threshold, runner=runner, steps=steps)


METHOD: Final = Method("focal-click", "FocalClick, Chen et al., CVPR 2022", True, make)
