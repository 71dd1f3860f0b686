"""The drawing of training crops: the section [crops] of a recipe."""

from dataclasses import dataclass, field
from typing import Literal

from fcfi.data.shares import Share, check_shares
from fcfi.errors import ConfigError


@dataclass(frozen=True)
class CropConfig:
    """The drawing of crops; chances and shares are from 0 to 1.

    weights: share of each source (dataset name); others are left out; if empty, all are used, in
        proportion to their number of pictures.
    second_labelling: chance of another labelling if a picture has several.
    labelling_chances: the same chance for single sources.
    seam: widest band of "ignore", in pixels of the picture, that is closed by the picture's
        colours; 0 for none.
    minimum_area: smallest object in pixels of the picture.
    minimum_visible: smallest object in pixels of the crop.
    maximum_part: largest object as a share of the picture.
    thin: chance to take the thinnest of several objects (by its share of pixels near its border).
    look: chance of a view of a share of the picture around the first click, like a predictor's
        crop; the session then starts with this click.
    close: chance of a close view of the object, like a zoomed crop; otherwise most of the picture
        is shown.
    close_ratio: side of a close view over the object's longer side, drawn log-uniformly.
    part: chance of a view of a part of the object instead; its session starts with a wrong mask.
    part_ratio: side of such a view over the object's longer side, drawn log-uniformly.
    part_at: its centre: anywhere in the `object`'s box, or a pixel of its `border`, where masks are
        wrong.
    wide_ratio: side of a wide view over the picture's longer side.
    stretch: largest change of the aspect ratio.
    flip: chance of mirroring.
    merge: chance of two objects as one target.
    paste: chance that an object from another picture is pasted in.
    paste_weights: share of each source among the pictures from which objects are pasted; if empty,
        `weights` are used.
    brightness: range of the change, as a share of full scale.
    contrast: range of the change, as a factor minus one.
    rgb_shift: largest shift of a channel, in 8-bit steps.
    grey: chance of conversion to grey.
    blur: chance of a blur.
    jpeg: chance of a strong JPEG compression.
    """

    weights: dict[str, float] = field(default_factory=dict)
    second_labelling: Share = 0.3
    labelling_chances: dict[str, Share] = field(default_factory=dict)
    seam: int = 0
    minimum_area: int = 100
    minimum_visible: int = 120
    maximum_part: Share = 0.7
    thin: Share = 0.0
    look: Share = 0.0
    close: Share = 0.6
    close_ratio: tuple[float, float] = (1.05, 3.0)
    part: Share = 0.0
    part_ratio: tuple[float, float] = (0.35, 1.0)
    part_at: Literal["object", "border"] = "object"
    wide_ratio: tuple[float, float] = (0.5, 1.0)
    stretch: float = 1.25
    flip: Share = 0.5
    merge: Share = 0.05
    paste: Share = 0.15
    paste_weights: dict[str, float] = field(default_factory=dict)
    brightness: tuple[float, float] = (-0.25, 0.25)
    contrast: tuple[float, float] = (-0.15, 0.4)
    rgb_shift: int = 10
    grey: Share = 0.05
    blur: Share = 0.05
    jpeg: Share = 0.1

    def __post_init__(self) -> None:
        check_shares("crops", self)
        if self.part_at not in ("object", "border"):
            raise ConfigError(
                f"expected crops.part_at to be 'object' or 'border', got {self.part_at!r}"
            )
        for name in ("close_ratio", "part_ratio", "wide_ratio", "brightness", "contrast"):
            low, high = getattr(self, name)
            if low > high or (name.endswith("ratio") and low <= 0):
                raise ConfigError(
                    f"expected crops.{name} with the smaller number first, and ratios above 0, got "
                    f"{low}, {high}: correct them"
                )
        if self.stretch < 1:
            raise ConfigError(
                f"expected crops.stretch of at least 1, got {self.stretch}: 1 does not stretch"
            )
        for name in ("rgb_shift", "seam"):
            if getattr(self, name) < 0:
                raise ConfigError(
                    f"expected crops.{name} of at least 0, got {getattr(self, name)}: "
                    "use 0 for none"
                )
        for name in ("weights", "paste_weights"):
            for source, weight in getattr(self, name).items():
                if weight < 0:
                    raise ConfigError(
                        f"expected crops.{name} of at least 0, got {weight} for {source!r}: "
                        "0 leaves a source out"
                    )
