"""Build a network with random weights from its configuration."""

from fcfi.models.backbones import find_backbone
from fcfi.models.config import ModelConfig
from fcfi.models.fcfi import FCFI


def build(config: ModelConfig) -> FCFI:
    """Return the network of this configuration with random weights."""
    return FCFI(config, find_backbone(config.backbone).body(config))
