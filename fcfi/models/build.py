"""From a configuration to a network with fresh weights."""

from collections.abc import Callable

from fcfi.models.config import ModelConfig
from fcfi.models.deeplab import DeepLabBody
from fcfi.models.efficientnet import LiteBody
from fcfi.models.fcfi import FCFI, Body
from fcfi.models.hrnet import HRNetBody
from fcfi.models.late import LateBody

_BODIES: dict[str, Callable[[ModelConfig], Body]] = {
    "lite0": lambda config: LateBody() if config.prompts == "late" else LiteBody(config.head, config.prompt_maps),
    "hrnet18s": HRNetBody,
    "hrnet18": HRNetBody,
    "hrnet32": HRNetBody,
    "resnet50": DeepLabBody,
    "resnet101": DeepLabBody,
}


def build(config: ModelConfig) -> FCFI:
    """The network of this configuration, randomly initialised."""
    return FCFI(config, _BODIES[config.backbone](config))
