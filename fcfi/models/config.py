"""Configurations of FCFI networks, as data.

The four rows of the paper's ablation (table 4) are four values of `correction` and `fusion` on one
model.
"""

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

from fcfi.errors import ConfigError, did_you_mean
from fcfi.models.backbones import accepting, backbones, find_backbone
from fcfi.prediction.guidance import CLICK_MAPS, check_click_maps

Correction = Literal["none", "similarity", "encoded"]
Fusion = Literal["none", "collaborative"]
Prompts = Literal["stem", "late"]
PromptMaps = Literal["all", "clicks", "edge"]
Head = Literal["light", "fine"]

OPTIONAL: Final = ("prompts", "prompt_maps", "head")
"""Settings whose values other than the default a backbone accepts only if it lists them."""
STEM_ONLY: Final = ("prompt_maps", "head")
"""Settings that can differ from the default only where prompts enter the stem; `late` has its own
head."""


@dataclass(frozen=True)
class ModelConfig:
    """The configuration of one FCFI network.

    backbone:   the feature extractor and its head; more can be registered.
    correction: focused feedback correction: `similarity` (without parameters, poster), `encoded`
        (released code) or `none`.
    fusion:     collaborative feedback fusion or `none`.
    mid:        channels inside correction and fusion (released: 64 for HRNet, 32 for ResNet).
    ocr_width:  channels of the object-context head (HRNet only; 48 for the small one, 64 else).
    prompts:    where clicks and feedback enter: in the backbone's `stem`, or `late`, after the
        backbone (EfficientNet-Lite only), so that further clicks in the same crop do not run the
        backbone again.
    prompt_maps: which maps enter there: `all`, feedback and clicks, or `clicks` only, so that the
        feedback acts through correction and fusion alone, as in the paper's ResNet-101
        (EfficientNet-Lite with prompts in the stem); or `edge`, the clicks and the edge of the
        feedback.
    head:       `light`, which answers at stride 4, or `fine`, which also reads the pixels and
        answers at every one (EfficientNet-Lite with prompts in the stem).
    score:      whether the network estimates the IoU of its own answers.
    neck:       what acts between features and head; a name of `fcfi.models.necks`.
    answers:    how the outputs are made from the head's logits; a name of `fcfi.models.answers`.
    click_maps: how clicks are drawn; a name of `fcfi.prediction.guidance.CLICK_MAPS`.
    """

    backbone: str = field(default="lite0", metadata={"values": backbones})
    correction: Correction = "similarity"
    fusion: Fusion = "collaborative"
    mid: int = 32
    ocr_width: int = 64
    prompts: Prompts = "stem"
    prompt_maps: PromptMaps = "all"
    head: Head = "light"
    score: bool = False
    neck: str = "feedback"
    answers: str = "plain"
    click_maps: str = field(default="disks", metadata={"values": lambda: CLICK_MAPS})

    def __post_init__(self) -> None:
        for name, hint in get_type_hints(type(self)).items():
            value = getattr(self, name)
            if get_origin(hint) is Literal and value not in get_args(hint):
                raise ConfigError(
                    f"expected {name} to be one of {', '.join(get_args(hint))}, got {value!r}"
                )
            if hint is int and (type(value) is not int or value < 1):
                raise ConfigError(
                    f"expected {name} to be a whole number of at least 1, got {value!r}"
                )
            if hint is bool and type(value) is not bool:
                raise ConfigError(f"expected {name} to be true or false, got {value!r}")
        for name in ("neck", "answers"):
            if self.prompts != "stem" and getattr(self, name) != getattr(type(self), name):
                raise ConfigError(
                    f"expected {name} = {getattr(type(self), name)!r} with prompts = "
                    f"{self.prompts!r}, got {getattr(self, name)!r}: use prompts = 'stem' for it"
                )
        check_click_maps(self.click_maps)
        options = find_backbone(self.backbone).options
        for name in OPTIONAL:
            value, default = getattr(self, name), getattr(type(self), name)
            if value != default and value not in options.get(name, ()):
                raise ConfigError(
                    f"expected {name} = {default!r} with backbone {self.backbone!r}, got "
                    f"{value!r}: use one of {', '.join(accepting(name, value))} for it"
                )
            if value != default and name in STEM_ONLY and self.prompts != "stem":
                raise ConfigError(
                    f"expected {name} = {default!r} with prompts = {self.prompts!r}, got "
                    f"{value!r}: use prompts = 'stem' for it"
                )

    @property
    def click_count(self) -> int:
        """Number of maps on which the clicks are drawn."""
        return len(CLICK_MAPS[self.click_maps])

    @property
    def prompt_count(self) -> int:
        """Number of maps that enter as prompts: the click maps and the feedback."""
        return self.click_count if self.prompt_maps == "clicks" else 1 + self.click_count

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, as stored in checkpoints and network files."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "ModelConfig":
        """Return the configuration with these values.

        Raises ConfigError for an unknown name or value.
        """
        known = [field.name for field in fields(cls)]
        for name in values:
            if name not in known:
                raise ConfigError(
                    f"expected settings of a network ({', '.join(known)}), got {name!r}"
                    f"{did_you_mean(name, known)}"
                )
        return cls(**values)


def variants() -> dict[str, ModelConfig]:
    """Return the configurations of the named networks, in the order of the backbones."""
    return {
        name: ModelConfig(backbone.name, **settings)
        for backbone in backbones().values()
        for name, settings in backbone.variants.items()
    }
