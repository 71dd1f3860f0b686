"""Structural integrity of FCA-Net: keeps only the components with a positive click.

Source: Lin et al., CVPR 2020, where it is optional.  Differs: a mask without clicked components is
    not changed.
It removes components of an object until each is clicked.
Cost: no pass; a few milliseconds a click.
"""

from dataclasses import dataclass, replace
from typing import ClassVar, Final

import cv2
import numpy as np

from fcfi.geometry import cut
from fcfi.masks.runs import RunMask
from fcfi.masks.truth import Mask
from fcfi.methods.method import Method, with_steps
from fcfi.prediction.guidance import points_in
from fcfi.prediction.merge import shrunk
from fcfi.prediction.prediction import ExactMask, Prediction, frozen
from fcfi.prediction.steps import Context, on_side
from fcfi.prompts.clicks import Clicks

CONNECTED: Final = 4
"""Connectivity of components."""


@dataclass(frozen=True)
class KeepClicked:
    """A step that removes the components of a mask without a positive click."""

    name: ClassVar[str] = "keep-clicked"

    def __call__(self, context: Context, prediction: Prediction) -> Prediction:
        """Return the prediction without those components."""
        mask = prediction.mask
        kept = clicked_parts(mask, points_in(context.prompts))
        removed = cut(mask & ~kept, prediction.box)
        if not removed.any():
            return prediction
        crop = prediction.crop
        # They are removed from the feedback too, except in cells that hold kept pixels.
        cells = shrunk(removed, crop.height, crop.width)
        cells &= ~shrunk(cut(kept, prediction.box), crop.height, crop.width)
        off = on_side(prediction.seen, np.zeros_like(cells), prediction.threshold)
        return replace(
            prediction,
            seen=frozen(np.where(cells, off, prediction.seen)),
            exact=ExactMask(RunMask.of(kept, 0, 0)),
        )


def clicked_parts(mask: Mask, clicks: Clicks) -> Mask:
    """Return the components of a mask (H, W) with a positive click; the mask itself without any."""
    _, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=CONNECTED)
    clicked = {int(labels[click.y, click.x]) for click in clicks if click.positive} - {0}
    return np.isin(labels, list(clicked)) if clicked else mask


METHOD: Final = Method(
    "keep-clicked", "FCA-Net, Lin et al., CVPR 2020", False, with_steps(KeepClicked())
)
