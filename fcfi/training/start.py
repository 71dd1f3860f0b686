"""The initial network of a run: with given weights, ImageNet weights or random ones."""

import warnings
from collections import Counter
from collections.abc import Sequence

from fcfi.errors import ConfigError
from fcfi.models.backbones import find_backbone, imagenet_backbones
from fcfi.models.build import build
from fcfi.models.checkpoint import fill
from fcfi.models.config import ModelConfig
from fcfi.models.fcfi import FCFI


def first_network(config: ModelConfig, imagenet: bool, given: FCFI | None, source: str) -> FCFI:
    """Return the initial network of a configuration.

    imagenet: whether a network without given weights takes its backbone from ImageNet.
    given:    weights to start from, of the same backbone; where modules differ, those that fit are
        copied, and a warning lists the parts that start at random.
    source:   the file of the given weights, for messages.
    Raises ConfigError for another backbone, or one without ImageNet weights.
    """
    if given is not None:
        return _continued(config, given, source)
    network = build(config)
    if imagenet:
        load_imagenet = find_backbone(config.backbone).load_imagenet
        if load_imagenet is None:
            raise ConfigError(
                f"expected run.imagenet = 'none' with backbone {config.backbone!r}, got 'package': "
                f"ImageNet weights are there for {', '.join(imagenet_backbones())}"
            )
        load_imagenet(network.body)
    return network


def _continued(config: ModelConfig, given: FCFI, source: str) -> FCFI:
    """Return a network of this configuration with the given weights."""
    if given.config == config:
        return given
    if given.config.backbone != config.backbone:
        raise ConfigError(
            f"expected weights of backbone {config.backbone!r} as the recipe has it, got "
            f"{given.config.backbone!r} in {source}: change model.backbone or the start weights"
        )
    network = build(config)
    if random := fill(network, given):
        warnings.warn(f"not in {source}, begins at random: {_parts(random)}", stacklevel=2)
    return network


def _parts(names: Sequence[str]) -> str:
    """Return the parts that hold these weights, with the number of weights in each."""
    counts = Counter(".".join(name.split(".")[:3]) for name in names)
    return ", ".join(f"{part} ({count})" for part, count in counts.items())
