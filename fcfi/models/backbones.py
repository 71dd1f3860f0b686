"""The registry of backbones: each is one file, and one line in MODULES or a call of `register`.

Everything that depends on the list of backbones is read from here: which values a recipe's [model]
accepts, how a network is built, where ImageNet weights are found, which networks have names.
Imports neither torch nor a backbone; the modules are imported when a backbone is first looked up.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from fcfi.errors import ConfigError, did_you_mean

if TYPE_CHECKING:
    from fcfi.models.config import ModelConfig
    from fcfi.models.fcfi import Body

MODULES: Final = ("fcfi.models.lite", "fcfi.models.hrnet", "fcfi.models.deeplab")
"""Modules whose constant `BACKBONES` holds the backbones of this package."""


@dataclass(frozen=True)
class Backbone:
    """A backbone to build networks on.

    name:     the value of `model.backbone` in a recipe.
    body:     builds the backbone and its head, with random weights.
    options:  further values that it accepts for settings of which most backbones accept the
        default only: {"prompts": ("late",)}.
    variants: named networks on this backbone, each with the settings that differ from the defaults
        of ModelConfig: {"lite0-fine": {"head": "fine"}}.
    load_imagenet: fills a body's backbone with ImageNet weights; None if there are none.
    """

    name: str
    body: "Callable[[ModelConfig], Body]"
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    variants: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    load_imagenet: "Callable[[Body], None] | None" = None


_registered: dict[str, Backbone] = {}


def register(backbone: Backbone) -> Backbone:
    """Add a backbone of your own and return it.  Raises ConfigError if its name is taken.

    Call it before a recipe or a checkpoint that names the backbone is read:

        register(Backbone("toy", ToyBody))
    """
    if backbone.name in backbones():
        raise ConfigError(
            f"expected a new name for a backbone, got {backbone.name!r}, which is taken: rename it"
        )
    _registered[backbone.name] = backbone
    return backbone


def backbones() -> dict[str, Backbone]:
    """Return all backbones by name: those of this package first, then the registered ones."""
    return {**_of_package(), **_registered}


def find_backbone(name: str) -> Backbone:
    """Return the backbone of this name.

    Raises ConfigError for an unknown name; it lists the known names and the nearest one.
    """
    known = backbones()
    if name in known:
        return known[name]
    hint = did_you_mean(str(name), known)
    raise ConfigError(f"expected backbone to be one of {', '.join(known)}, got {name!r}{hint}")


def accepting(setting: str, value: str) -> list[str]:
    """Return the names of the backbones that accept a value other than a setting's default."""
    return [
        backbone.name
        for backbone in backbones().values()
        if value in backbone.options.get(setting, ())
    ]


def imagenet_backbones() -> list[str]:
    """Return the names of the backbones that have ImageNet weights."""
    return [backbone.name for backbone in backbones().values() if backbone.load_imagenet]


@cache
def _of_package() -> dict[str, Backbone]:
    # Imported here and not above: the backbones' modules import the configuration, which looks up
    # in this registry whether a backbone exists.
    modules = [import_module(module) for module in MODULES]
    return {backbone.name: backbone for module in modules for backbone in module.BACKBONES}
