"""Recipes: a training run as a TOML file, read into frozen dataclasses.

An unknown key is refused with the nearest known key; so is a value of the wrong type.  The sections
[model], [crops], [rounds], [losses] and [zoom] are defined next to the code that uses them.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import MISSING, asdict, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

from fcfi.data.config import CropConfig
from fcfi.errors import ConfigError, did_you_mean, guard
from fcfi.models.config import ModelConfig
from fcfi.prediction.zoom import Zoom
from fcfi.training.losses import LossConfig
from fcfi.training.sessions import RoundsConfig

MULTIPLE = 32
"""Height and width of crops are multiples of this: the coarsest stride of all backbones."""

MAX_BYTES: Final = 200_000
"""Largest size of a recipe; ours have two thousand bytes."""
MAX_LINE: Final = 4000
"""Largest number of bytes in a line of a recipe."""
MAX_INT: Final = 2**63 - 1
MAX_SHOWN: Final = 200
"""Characters of an override that a message repeats."""


@dataclass(frozen=True)
class SourceConfig:
    """A dataset of a recipe.

    path: path below the root.
    layout: a name of `fcfi.data.LAYOUTS`, or `auto` to detect it.
    split: the split to use if the dataset has several (`train`, `val`).
    """

    path: str = "."
    layout: str = "auto"
    split: str = ""


@dataclass(frozen=True)
class DataConfig:
    """The pictures for training and for measuring progress.

    root: folder of the sources (or a single shard or annotation file).
    sources: the datasets in it.
    dev: path of the development pictures, for measuring progress; empty for none.
    dev_objects: number of objects on them to measure.
    dev_every: steps between two measurements, which also show crops.
    strict: stop at pictures and masks that cannot be used, instead of training without them.
    """

    root: str = "data/train"
    sources: tuple[SourceConfig, ...] = (SourceConfig(),)
    dev: str = ""
    dev_objects: int = 40
    dev_every: int = 1000
    strict: bool = False

    def __post_init__(self) -> None:
        for name in ("dev_objects", "dev_every"):
            if getattr(self, name) < 1:
                raise ConfigError(
                    f"expected data.{name} of at least 1, got {getattr(self, name)}: raise it"
                )


@dataclass(frozen=True)
class OptimizerConfig:
    """The optimizer and its learning rate.

    name: `adamw` or `adam`.
    lr: peak learning rate.
    backbone_factor: factor of the rate for layers initialised from ImageNet.
    betas: decays of the moments of the gradient.
    weight_decay: decay of convolution kernels; biases and normalisations have none.
    schedule: `cosine` to zero, or `milestones`: a factor of 0.1 at each milestone.
    milestones: parts of the run, from 0 to 1, for the schedule `milestones`.
    warmup: steps of linear warm-up.
    clip: largest norm of the gradient; 0 for none.
    ema: decay of the moving average of the weights, which is the result of a run; lower in its
        first steps (`fcfi.training.averaging`).  0 for the weights of the last step.
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
        if self.lr <= 0:
            raise ConfigError(f"expected optimizer.lr above 0, got {self.lr}: raise it")
        for name in ("backbone_factor", "weight_decay", "warmup", "clip"):
            if getattr(self, name) < 0:
                raise ConfigError(
                    f"expected optimizer.{name} of at least 0, got {getattr(self, name)}: raise it"
                )
        for name, decays in (("betas", self.betas), ("ema", (self.ema,))):
            if not all(0 <= decay < 1 for decay in decays):
                raise ConfigError(
                    f"expected optimizer.{name} of at least 0 and below 1, got "
                    f"{getattr(self, name)}: they are decays"
                )


@dataclass(frozen=True)
class RunConfig:
    """The length of a run, and the hardware that it uses.

    steps: length of the run in steps; 0 if `minutes` is set.
    minutes: length of the run in minutes of training, over all resumptions; 0 if `steps` is set.
    batch: crops per step on each device.
    sizes: (part of the run, height, width): the size of crops in pixels from that part on.
    freeze: patterns of names of frozen weights (`body.backbone.stem.*`).
    imagenet: whether the backbone starts from ImageNet weights (`package`) or at random (`none`).
    precision: `32-true`, or `bf16-mixed` (bfloat16 where it is accurate enough; the loss needs no
        scaling).
    accelerator: the kind of device.
    devices: `auto`, or the number of devices; `torchrun` sets it itself.
    workers: processes that make crops; 0 makes them in the training process.
    seed: seed of all random numbers.
    save_minutes: minutes between two saves.
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
                f"expected either run.steps or run.minutes, got {self.steps} and {self.minutes}: "
                "set one of them and leave the other at 0"
            )
        for name in ("steps", "minutes", "workers", "seed"):
            if getattr(self, name) < 0:
                raise ConfigError(
                    f"expected run.{name} of at least 0, got {getattr(self, name)}: raise it"
                )
        if self.batch < 1:
            raise ConfigError(f"expected run.batch of at least 1, got {self.batch}: raise it")
        if self.devices != "auto" and not (self.devices.isdecimal() and int(self.devices)):
            raise ConfigError(
                f"expected run.devices to be 'auto' or a number of at least 1, got {self.devices!r}"
            )
        self._check_sizes()

    def _check_sizes(self) -> None:
        fitting = [
            height % MULTIPLE == 0 and width % MULTIPLE == 0 and min(height, width) >= MULTIPLE
            for _, height, width in self.sizes
        ]
        if not self.sizes or self.sizes[0][0] != 0 or not all(fitting):
            raise ConfigError(
                "expected run.sizes as (part, height, width), from part 0 on, in multiples of "
                f"{MULTIPLE} pixels, got {self.sizes}: correct them"
            )
        parts = [part for part, *_ in self.sizes]
        if parts != sorted(set(parts)):
            raise ConfigError(
                f"expected the parts of run.sizes in their order, each once, got {self.sizes}: "
                "sort them"
            )


@dataclass(frozen=True)
class Recipe:
    """A training run.

    name: name of the run and of its default folder.
    hardware: description of the hardware that the recipe was run on.
    hours: hours that the run took.
    expected: description of its results.
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
        """Return plain values, as stored in saves and results."""
        return asdict(self)


def read_recipe(path: Path, overrides: Sequence[str] = ()) -> Recipe:
    """Return the recipe in a TOML file.

    overrides: `section.key=value`, the value as in TOML or a bare word.
    Raises ConfigError for an unreadable file or override, unknown keys and wrong values.

        read_recipe(Path("recipes/lite0.toml"), ["run.minutes=30"])
    """
    try:
        text = _bounded(path)
    except OSError as error:
        raise ConfigError(
            f"expected a recipe (TOML file), got {path}, which cannot be read "
            f"({error.strerror}): give another path"
        ) from error
    # Not only tomllib's own errors: numbers with thousands of digits and deep nesting raise
    # ValueError and RecursionError, here and wherever a message repeats them.
    with guard(
        ConfigError, f"expected a recipe in TOML, got an error in {path}", "correct it there"
    ):
        table = tomllib.loads(text)
    for override in overrides:
        problem = f"expected section.key=value, got {override[:MAX_SHOWN]!r}"
        with guard(ConfigError, problem, "write for example run.steps=100"):
            _override(table, override)
    with guard(
        ConfigError, f"expected a recipe that can be used, got {path}", "correct its values"
    ):
        return parse_recipe(table)


def _bounded(path: Path) -> str:
    """Return the text of a recipe.  Raises ConfigError for one too large to be hand-written.

    The time that tomllib takes grows with the square of the number of dots in a key.
    """
    with path.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    longest = max(map(len, data.splitlines()), default=0)
    if len(data) > MAX_BYTES or longest > MAX_LINE:
        raise ConfigError(
            f"expected a recipe of at most {MAX_BYTES} bytes in lines of at most {MAX_LINE}, got "
            f"{path} with more: give a recipe"
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"expected a recipe in UTF-8, got other bytes in {path} ({error.reason} at byte "
            f"{error.start}): save it as UTF-8"
        ) from error


def parse_recipe(table: dict[str, Any]) -> Recipe:
    """Return the recipe in a table of values.

    Raises ConfigError for unknown keys and wrong values.
    """
    recipe: Recipe = _build(Recipe, table, "")
    return recipe


def _override(table: dict[str, Any], override: str) -> None:
    key, sign, text = override.partition("=")
    if not sign or len(override) > MAX_LINE:
        raise ConfigError(
            f"expected section.key=value, got {override[:MAX_SHOWN]!r}: "
            "write for example run.steps=100"
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
                f"expected a section of keys in {override!r}, got {section!r}, which is a value"
            )
    table[last] = value


def _build(cls: Any, table: Any, where: str) -> Any:
    """Return a dataclass made from a table.  where: name of the section, for errors."""
    if not isinstance(table, dict):
        raise ConfigError(f"expected {where or 'the recipe'} to be a table of keys, got {table!r}")
    known = [key.name for key in fields(cls)]
    for key in table:
        if key not in known:
            raise ConfigError(
                f"expected one of the keys {', '.join(known)}, got {_join(where, key)!r}"
                f"{did_you_mean(key, known)}"
            )
    hints = get_type_hints(cls)
    values = {key: _convert(hints[key], value, _join(where, key)) for key, value in table.items()}
    try:
        return cls(**values)
    except TypeError as error:
        required = [
            key.name
            for key in fields(cls)
            if key.default is MISSING and key.default_factory is MISSING
        ]
        missing = [name for name in required if name not in values]
        raise ConfigError(
            f"expected the keys {', '.join(required)} in {where or 'the recipe'}, got none for "
            f"{', '.join(missing)}: add them"
        ) from error


def _convert(hint: Any, value: Any, where: str) -> Any:
    """Return a TOML value in its field's type: lists as tuples, 1 as 1.0 for a float."""
    if is_dataclass(hint):
        return _build(hint, value, where)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        if value in arguments:
            return value
        raise ConfigError(
            f"expected {where} to be one of {', '.join(map(str, arguments))}, got {value!r}"
        )
    if origin is tuple and isinstance(value, list | tuple):
        inner = [arguments[0]] * len(value) if arguments[-1] is Ellipsis else list(arguments)
        if len(inner) == len(value):
            return tuple(
                _convert(kind, item, where) for kind, item in zip(inner, value, strict=True)
            )
    if origin is dict and isinstance(value, dict):
        return {key: _convert(arguments[1], item, _join(where, key)) for key, item in value.items()}
    if type(value) is int and abs(value) > MAX_INT:
        raise ConfigError(f"{where} is a number of more than 64 bits: give a smaller one")
    if hint is float and type(value) in (int, float):
        return float(value)
    if hint in (int, str, bool) and type(value) is hint:
        return value
    if hint is str and type(value) is int:
        return str(value)
    raise ConfigError(
        f"expected {where} to be of the type {getattr(hint, '__name__', hint)}, got {value!r}"
    )


def _join(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key
