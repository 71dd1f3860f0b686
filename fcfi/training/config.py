"""Recipes: a training run as a TOML file, read into frozen dataclasses.

An unknown key is refused and the nearest known one named; a value of the wrong type is refused.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import MISSING, asdict, dataclass, field, fields, is_dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from fcfi.data.config import CropConfig
from fcfi.errors import ConfigError
from fcfi.models.config import ModelConfig
from fcfi.prediction.zoom import Zoom
from fcfi.training.losses import LossConfig
from fcfi.training.rounds import RoundsConfig


@dataclass(frozen=True)
class SourceConfig:
    """One data set.

    path: under the root.  layout: of `fcfi.data.readers` (`auto` finds out).  split: where there
        are some.
    """

    path: str = "."
    layout: str = "auto"
    split: str = ""


@dataclass(frozen=True)
class DataConfig:
    """Pictures to learn from.

    root:    folder (or the one shard or annotation file) in which the sources lie.
    sources: the data sets in it.
    dev:     pictures to measure progress on; empty for none.
    dev_objects: how many of their objects.
    dev_every: steps after which progress is measured and pictures are shown.
    """

    root: str = "data/train"
    sources: tuple[SourceConfig, ...] = (SourceConfig(),)
    dev: str = ""
    dev_objects: int = 40
    dev_every: int = 1000

    def __post_init__(self) -> None:
        if self.dev_objects < 1 or self.dev_every < 1:
            raise ConfigError("data.dev_objects and data.dev_every are whole numbers of at least 1")


@dataclass(frozen=True)
class OptimizerConfig:
    """How weights are changed.

    name:       `adamw` or `adam`.
    lr:         peak learning rate; backbone_factor: times this for layers taught by ImageNet.
    schedule:   `cosine` to zero, or `milestones`: times 0.1 at these parts of the run.
    warmup:     steps of linear warm-up.
    clip:       largest norm of the gradient; 0 for none.
    ema:        decay of the moving average of the weights, which is what is shipped.
    """

    name: Literal["adamw", "adam"] = "adamw"
    lr: float = 1e-3
    backbone_factor: float = 0.3
    betas: tuple[float, float] = (0.9, 0.99)
    weight_decay: float = 0.01
    schedule: Literal["cosine", "milestones"] = "cosine"
    milestones: tuple[float, ...] = ()
    warmup: int = 200
    clip: float = 1.0
    ema: float = 0.999

    def __post_init__(self) -> None:
        if self.lr <= 0 or min(self.backbone_factor, self.weight_decay, self.warmup, self.clip) < 0:
            raise ConfigError(
                "optimizer.lr is above 0; backbone_factor, weight_decay, warmup and clip are at least 0"
            )
        if not all(0 <= decay < 1 for decay in (*self.betas, self.ema)):
            raise ConfigError("optimizer.betas and optimizer.ema are at least 0 and less than 1")


@dataclass(frozen=True)
class RunConfig:
    """How long and on what.

    steps, minutes: the length of the run: whichever is not 0 (minutes of training, over all
        resumptions).
    batch:    crops of a step on each device.
    sizes:    (part of the run, height, width) of crops in pixels: the size from that part on.
    freeze:   name prefixes or parts (`*.part`) of weights that stay as they are.
    imagenet: whether the backbone starts from ImageNet weights (`package`) or at random (`none`).
    precision: `32-true`, or `bf16-mixed` (bfloat16 where it does no harm; it needs no scaling of
        the loss).
    workers:  processes that make crops; 0 makes them in the training process.
    accelerator, devices: `auto`, `cpu` or `cuda`; `auto` or how many of them (`torchrun` says it
        itself).
    save_minutes: between checkpoints.
    """

    steps: int = 0
    minutes: float = 0.0
    batch: int = 16
    sizes: tuple[tuple[float, int, int], ...] = ((0.0, 256, 256),)
    freeze: tuple[str, ...] = ()
    imagenet: Literal["package", "none"] = "none"
    precision: Literal["32-true", "bf16-mixed"] = "32-true"
    accelerator: Literal["auto", "cpu", "cuda"] = "auto"
    devices: str = "auto"
    workers: int = 1
    seed: int = 0
    save_minutes: float = 3.0

    def __post_init__(self) -> None:
        if bool(self.steps) == bool(self.minutes):
            raise ConfigError(
                "the run needs either steps or minutes: set one of run.steps and run.minutes"
            )
        if min(self.steps, self.minutes, self.workers, self.seed) < 0 or self.batch < 1:
            raise ConfigError(
                "run.steps, run.minutes, run.workers and run.seed are at least 0, run.batch at least 1"
            )
        if self.devices != "auto" and not (self.devices.isdecimal() and int(self.devices)):
            raise ConfigError(
                f"run.devices = {self.devices!r}: 'auto' or a number of at least 1 is wanted"
            )
        if (
            not self.sizes
            or self.sizes[0][0] != 0
            or any(h % 32 or w % 32 or min(h, w) < 32 for _, h, w in self.sizes)
        ):
            raise ConfigError(
                f"run.sizes = {self.sizes}: (part, height, width) is wanted, from part 0 on, in multiples of 32 pixels"
            )
        if [part for part, *_ in self.sizes] != sorted({part for part, *_ in self.sizes}):
            raise ConfigError(
                f"run.sizes = {self.sizes}: the parts of the run are wanted in their order, each once"
            )


@dataclass(frozen=True)
class Recipe:
    """A whole run.

    hardware, hours, expected: what it takes and what comes out, in words.
    zoom: how closely a predictor should look with this network; written into the files.
    """

    name: str
    run: RunConfig
    hardware: str = ""
    hours: str = ""
    expected: str = ""
    model: ModelConfig = field(default_factory=ModelConfig)
    data: DataConfig = field(default_factory=DataConfig)
    crops: CropConfig = field(default_factory=CropConfig)
    rounds: RoundsConfig = field(default_factory=RoundsConfig)
    losses: LossConfig = field(default_factory=LossConfig)
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)
    zoom: Zoom = field(default_factory=Zoom)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as written into checkpoints and results."""
        return asdict(self)


def read_recipe(path: Path, overrides: Sequence[str] = ()) -> Recipe:
    """The recipe of a TOML file, with `section.key=value` overrides (values as in TOML; bare words are strings)."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"the recipe {path} cannot be read: {error.strerror}; recipes are TOML files"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"the recipe {path} is not valid TOML: {error}") from error
    for override in overrides:
        _override(table, override)
    return parse_recipe(table)


def parse_recipe(table: dict[str, Any]) -> Recipe:
    """The recipe of a table of plain values.  Raises ConfigError for unknown keys and wrong types."""
    recipe: Recipe = _build(Recipe, table, "")
    return recipe


def _override(table: dict[str, Any], override: str) -> None:
    key, sign, text = override.partition("=")
    if not sign:
        raise ConfigError(
            f"{override!r} is not an override: write section.key=value, for example run.steps=100"
        )
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    *sections, last = key.strip().split(".")
    for section in sections:
        table = table.setdefault(section, {})
        if not isinstance(table, dict):
            raise ConfigError(
                f"{override!r} is not an override: {section!r} is a value, not a section of keys"
            )
    table[last] = value


def _build(cls: Any, table: Any, where: str) -> Any:
    if not isinstance(table, dict):
        raise ConfigError(f"{where or 'the recipe'} must be a table of keys, not {table!r}")
    known = [f.name for f in fields(cls)]
    for key in table:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
            raise ConfigError(f"unknown key {_join(where, key)!r}: {hint}")
    hints = get_type_hints(cls)
    values = {key: _convert(hints[key], value, _join(where, key)) for key, value in table.items()}
    try:
        return cls(**values)
    except TypeError as error:
        needed = [
            f.name for f in fields(cls) if f.default is MISSING and f.default_factory is MISSING
        ]
        missing = [name for name in needed if name not in values]
        raise ConfigError(f"{where or 'the recipe'} lacks a key: {', '.join(missing)}") from error


def _convert(hint: Any, value: Any, where: str) -> Any:
    """The value as the type of its field; lists become tuples, whole numbers floats where floats are wanted."""
    if is_dataclass(hint):
        return _build(hint, value, where)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        if value in arguments:
            return value
        raise ConfigError(
            f"{where} = {value!r} is unknown: use one of {', '.join(map(str, arguments))}"
        )
    if origin is tuple and isinstance(value, list | tuple):
        inner = [arguments[0]] * len(value) if arguments[-1] is Ellipsis else list(arguments)
        if len(inner) == len(value):
            return tuple(
                _convert(kind, item, where) for kind, item in zip(inner, value, strict=True)
            )
    if origin is dict and isinstance(value, dict):
        return {key: _convert(arguments[1], item, _join(where, key)) for key, item in value.items()}
    if hint is float and type(value) in (int, float):
        return float(value)
    if hint in (int, str, bool) and type(value) is hint:
        return value
    if hint is str and type(value) is int:
        return str(value)
    raise ConfigError(
        f"{where} = {value!r} is of the wrong kind: {getattr(hint, '__name__', hint)} is wanted"
    )


def _join(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key
