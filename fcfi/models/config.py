"""Which FCFI network to build: configurations as data.

The four rows of the paper's ablation (table 4) are four values of `correction` and `fusion` on one
model.
"""

from dataclasses import asdict, dataclass, fields
from difflib import get_close_matches
from typing import Any, Literal, get_args, get_origin, get_type_hints

from fcfi.errors import ConfigError

Correction = Literal["none", "similarity", "encoded"]
Fusion = Literal["none", "collaborative"]
Prompts = Literal["stem", "late"]
PromptMaps = Literal["all", "clicks"]
Head = Literal["light", "fine"]
Backbone = Literal[
    "lite0", "lite1", "lite2", "hrnet18s", "hrnet18", "hrnet32", "resnet50", "resnet101"
]


LITE_BACKBONES: tuple[Backbone, ...] = ("lite0", "lite1", "lite2")
"""The EfficientNet-Lite family, the only one with late prompts, clicks alone as prompts, and the fine head."""


@dataclass(frozen=True)
class ModelConfig:
    """One FCFI network.

    backbone:   feature extractor and its head.
    correction: focused feedback correction: `similarity` (parameter-free, poster), `encoded`
        (released code) or `none`.
    fusion:     collaborative feedback fusion or `none`.
    prompts:    where clicks and feedback enter: the backbone's `stem`, or `late`, behind it
                (EfficientNet-Lite only), so that further clicks in the same crop need no second
                look at the picture.
    prompt_maps: what enters there: `all`, feedback and clicks, or `clicks` only, so that the
                feedback acts through correction and fusion alone, as in the paper's ResNet-101
                (EfficientNet-Lite with prompts in the stem).
    head:       `light`, which answers at stride 4, or `fine`, which looks at the pixels once more
                and answers at every one (EfficientNet-Lite with prompts in the stem).
    mid:        channels inside correction and fusion (released: 64 for HRNet, 32 for ResNet).
    score:      whether the network estimates the IoU of its own answers.
    ocr_width:  channels of the object-context head (HRNet only; 48 for the small one, 64 else).
    """

    backbone: Backbone = "lite0"
    correction: Correction = "similarity"
    fusion: Fusion = "collaborative"
    mid: int = 32
    ocr_width: int = 64
    prompts: Prompts = "stem"
    prompt_maps: PromptMaps = "all"
    head: Head = "light"
    score: bool = False

    def __post_init__(self) -> None:
        for name, hint in get_type_hints(type(self)).items():
            value = getattr(self, name)
            if get_origin(hint) is Literal and value not in get_args(hint):
                raise ConfigError(
                    f"{name} = {value!r} is unknown: use one of {', '.join(get_args(hint))}"
                )
            if hint is int and (type(value) is not int or value < 1):
                raise ConfigError(f"{name} = {value!r} is not a whole number of at least 1")
        lite = self.backbone in LITE_BACKBONES
        if self.prompts == "late" and not lite:
            raise ConfigError(
                f"prompts = 'late' is for {', '.join(LITE_BACKBONES)}; with {self.backbone} use 'stem'"
            )
        for name, usual in (("prompt_maps", "all"), ("head", "light")):
            if getattr(self, name) != usual and not (lite and self.prompts == "stem"):
                raise ConfigError(
                    f"{name} = {getattr(self, name)!r} is for {', '.join(LITE_BACKBONES)} with prompts = 'stem', "
                    f"this is {self.backbone} with prompts = {self.prompts!r}: use {usual!r}"
                )

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as written into checkpoints and network files."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "ModelConfig":
        """The configuration with these values; an unknown name raises ConfigError and names the nearest."""
        known = [field.name for field in fields(cls)]
        for name in values:
            if name not in known:
                near = get_close_matches(name, known, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else f": known are {', '.join(known)}"
                raise ConfigError(f"unknown model setting {name!r}{hint}")
        return cls(**values)


VARIANTS: dict[str, ModelConfig] = {
    "lite0": ModelConfig("lite0", mid=32),
    "lite0-fine": ModelConfig("lite0", mid=32, head="fine"),
    "lite2": ModelConfig("lite2", mid=32, head="fine"),
    "late": ModelConfig("lite0", mid=32, prompts="late"),
    "hrnet18s": ModelConfig("hrnet18s", "encoded", mid=64, ocr_width=48),
    "hrnet18s-released": ModelConfig("hrnet18", "encoded", mid=64, ocr_width=48),
    "hrnet18": ModelConfig("hrnet18", "encoded", mid=64, ocr_width=64),
    "hrnet32": ModelConfig("hrnet32", "encoded", mid=64, ocr_width=128),
    "resnet50": ModelConfig("resnet50", "encoded", mid=32),
    "resnet101": ModelConfig("resnet101", "encoded", mid=32),
}
"""Named networks.  `hrnet18s-released` is what the released "HRNet-18s" file really holds: a full HRNet-W18 with the
narrow object-context head."""
