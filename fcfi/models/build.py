"""From a configuration to a network with fresh weights."""

from collections.abc import Callable

from fcfi.models.config import ModelConfig
from fcfi.models.deeplab import DeepLabBody
from fcfi.models.efficientnet import LITE, LiteBody
from fcfi.models.fcfi import FCFI, Body
from fcfi.models.hrnet import HRNetBody
from fcfi.models.late import LateBody

_BODIES: dict[str, Callable[[ModelConfig], Body]] = {
    **dict.fromkeys(LITE, lambda config: _lite_body(config)),
    "hrnet18s": HRNetBody,
    "hrnet18": HRNetBody,
    "hrnet32": HRNetBody,
    "resnet50": DeepLabBody,
    "resnet101": DeepLabBody,
}


def _lite_body(config: ModelConfig) -> Body:
    family = LITE[config.backbone]
    return (
        LateBody(family)
        if config.prompts == "late"
        else LiteBody(family, config.head, config.prompt_maps)
    )


def build(config: ModelConfig) -> FCFI:
    """The network of this configuration, randomly initialised."""
    return FCFI(config, _BODIES[config.backbone](config))
