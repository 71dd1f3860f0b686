"""CDNet's pixel diffusion: pixels with certain labels spread them to similar pixels.

It has no parameters: labels spread to neighbours at several distances, more to similar ones, and
clicks start with ten times the strength of a pixel.
Source: Chen et al., ICCV 2021.  Differs: it runs on the crop at network size, and pixels that
    change sides keep their certainty.
Cost: no pass; `turns` times 32 neighbours a pixel, about 100 ms at 416 px.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fcfi.errors import ConfigError
from fcfi.methods.method import Method, with_steps
from fcfi.prediction.guidance import clicks_on, draw_disks
from fcfi.prediction.prediction import Prediction, frozen
from fcfi.prediction.steps import Context, on_side

DILATIONS: Final = (1, 2, 4, 8)
"""Distances of the neighbours in pixels; eight neighbours at each."""
UNSURE: Final = 0.25
"""Pixels with at most this certainty (of 1) start without a label."""
CLICKED: Final = 10.0
"""Strength of a clicked pixel."""
WIDTH: Final = 0.1
"""Scale of similarity, in standard deviations of the neighbours."""


@dataclass(frozen=True)
class Diffuse:
    """A step that diffuses labels over the pixels of the crop.

    turns: number of iterations; 0 changes nothing.
    """

    turns: int = 5

    def __post_init__(self) -> None:
        if self.turns < 0:
            raise ConfigError(f"expected turns of at least 0, got {self.turns}: raise it")

    @property
    def name(self) -> str:
        """The name of the step with its settings."""
        return f"pixel-diffusion {self.turns}"

    def __call__(self, context: Context, prediction: Prediction) -> Prediction:
        """Return the prediction after the diffusion."""
        if not self.turns or prediction.exact is not None:
            return prediction
        height, width = prediction.seen.shape
        clicks = clicks_on(prediction.crop, context.prompts)
        marks = draw_disks(clicks, height, width, True) - draw_disks(clicks, height, width, False)
        signs = 2 * prediction.seen - 1
        begin = np.where(np.abs(signs) <= UNSURE, 0, signs) + np.float32(CLICKED) * marks
        image = context.picture.pixels(prediction.crop)
        labels = diffused(begin.astype(np.float32), image, self.turns) > 0
        return replace(
            prediction, seen=frozen(on_side(prediction.seen, labels, prediction.threshold))
        )


def diffused(
    begin: NDArray[np.float32], image: NDArray[np.float32], turns: int
) -> NDArray[np.float32]:
    """Return labels (h, w), positive for object: the diffused labels plus the initial ones.

    begin: initial labels (h, w).  image: (3, h, w).
    """
    weights = affinities(image)
    labels = begin
    for _ in range(turns):
        labels = np.einsum("nhw,nhw->hw", weights, neighbours(labels[None])[:, 0])
    return np.asarray(labels + begin, np.float32)


def affinities(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (32, h, w): weights of a pixel's neighbours, summing to 1, larger for similar ones."""
    others = neighbours(image)
    # Similarity is relative to the spread of a pixel's neighbourhood.
    spread = np.concatenate([others, image[None]]).std(0)
    unlike = (np.abs(others - image) / (np.float32(1e-8) + np.float32(WIDTH) * spread)).mean(1)
    strength = np.exp(unlike.min(0) - unlike)
    return np.asarray(strength / strength.sum(0), np.float32)


def neighbours(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (32, C, h, w): maps (C, h, w) shifted to eight neighbours at each distance.

    Edge pixels are repeated beyond the edge.
    """
    far = max(DILATIONS)
    padded = np.pad(maps, ((0, 0), (far, far), (far, far)), mode="edge")
    _, height, width = maps.shape
    return np.stack(
        [
            padded[:, far + dy * step : far + dy * step + height, far + dx * step :][:, :, :width]
            for step in DILATIONS
            for dy in (-1, 0, 1)
            for dx in (-1, 0, 1)
            if dy or dx
        ]
    )


METHOD: Final = Method(
    "pixel-diffusion", "CDNet, Chen et al., ICCV 2021", False, with_steps(Diffuse())
)
