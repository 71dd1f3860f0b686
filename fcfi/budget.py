"""The time of a click on this machine, and the networks and sizes that stay within a budget.

A network's time is measured once on the machine and stored in the user's cache folder: the fixed
time of a click, and the time per megapixel of the network's input and of the picture.  They predict
the time at any size, with and without flip.  The table of shipped networks says how many more
clicks smaller sizes need.
"""

import hashlib
import json
import os
import platform
import re
import statistics
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, cast

import numpy as np

from fcfi.errors import ConfigError, FCFIError
from fcfi.files import write_text
from fcfi.prediction.interface import Flip
from fcfi.prediction.methods import make_predictor
from fcfi.prediction.zoom import Zoom, zoom_of
from fcfi.prompts.clicks import Click
from fcfi.runtimes.choice import (
    Choice,
    NetworkFiles,
    RunRequest,
    choose,
    files_of,
    this_machine,
)
from fcfi.runtimes.network import Network
from fcfi.runtimes.network_file import CHECKPOINT, read_info
from fcfi.runtimes.opening import open_network
from fcfi.weights import Entry

CACHE_VARIABLE: Final = "FCFI_CACHE"
"""Environment variable: the folder for measured times instead of the user's cache folder."""
CACHE: Final = "speed.json"
REPEATS: Final = 5
"""Clicks in the median, after a first one that is not counted."""
SMALL_PICTURE, LARGE_PICTURE = (600, 800), (2400, 3200)
"""Height and width of the pictures used in the measurement."""
MARGIN: Final = 1.25
"""Factor of safety on the measured median, because some clicks take longer."""
SIZES: Final = (1.0, 0.83, 0.67, 0.5)
"""Offered longer sides of the input, as fractions of the recommended side."""
NOT_MEASURED: Final = 20.0
"""Assumed clicks to a good mask of a network without measurement: the limit of an evaluation."""
FORM: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|s)\s*")


@dataclass(frozen=True)
class Speed:
    """Seconds of a click: fixed, per megapixel of input, and per megapixel of picture."""

    click: float
    input: float
    picture: float

    def seconds(self, target: int, flip: Flip, pixels: int) -> float:
        """Return the seconds of a click with a square input with sides of `target` px.

        pixels: number of pixels in the picture.
        """
        looks = 2 if flip == "average" else 1
        return (
            # The network's cost grows with its input; cutting the crop and enlarging the mask grow
            # with the picture, and are done once with or without flip.
            looks * (self.click + self.input * target * target / 1e6) + self.picture * pixels / 1e6
        )


@dataclass(frozen=True)
class Source:
    """A candidate network.

    settings: measured clicks to a good mask by "ZOOM_TARGET FLIP".
    """

    name: str
    files: NetworkFiles
    zoom: Zoom
    multiple: int = 32
    settings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Fit:
    """A network with settings, as a way to answer clicks.

    clicks: clicks to a good mask; fewer are better.  seconds: expected seconds per click.
    """

    name: str
    choice: Choice
    zoom: Zoom
    flip: Flip
    clicks: float
    seconds: float


def parse_budget(text: str) -> float:
    """Return the seconds in a text like `100ms` or `0.1s`.  Raises ConfigError for others."""
    match = FORM.fullmatch(text)
    seconds = float(match[1]) / (1000 if match[2] == "ms" else 1) if match else 0.0
    if seconds <= 0:
        raise ConfigError(f"expected a time of a click, for example 100ms or 0.1s, got {text!r}")
    return seconds


def fits(
    sources: Iterable[Source],
    request: RunRequest,
    pixels: int,
    flip: Flip | None = None,
    speeds: "Speeds | None" = None,
) -> tuple[Fit, ...]:
    """Return every way to answer a click on a picture with this number of pixels.

    flip: None includes ways with and without flip.
    """
    known = speeds or Speeds()
    found = []
    for source in sources:
        choice = choose(source.files, request, this_machine())
        speed = known.of(choice)
        for target, how, clicks in _settings(source):
            if flip in (None, how):
                seconds = MARGIN * speed.seconds(target, how, pixels)
                found.append(
                    Fit(
                        source.name,
                        choice,
                        replace(source.zoom, target=target),
                        how,
                        clicks,
                        seconds,
                    )
                )
    return tuple(found)


def offered(zoom: Zoom, multiple: int) -> tuple[tuple[int, Flip], ...]:
    """Return longer sides with flips: the recommended size with flip, then SIZES without."""
    sizes = (max(1, round(zoom.target * size / multiple)) * multiple for size in SIZES)
    return ((zoom.target, "average"), *((size, "none") for size in sizes))


def best_within(budget: float, ways: Sequence[Fit]) -> Fit:
    """Return the way with the fewest clicks within the budget, or the fastest of equal ones.

    Raises ConfigError, which names the fastest way, if none fits.
    """
    possible = [way for way in ways if way.seconds <= budget]
    if not possible:
        fastest = min(ways, key=lambda way: way.seconds)
        raise ConfigError(
            f"a click within {1e3 * budget:g} ms is not possible on this machine: the fastest is "
            f"{fastest.name} at {fastest.zoom.target} px with {1e3 * fastest.seconds:.0f} ms; "
            "give at least that"
        )
    return min(possible, key=lambda way: (way.clicks, way.seconds))


def source_of(entry: Entry) -> Source:
    """Return a shipped network as a candidate."""
    return replace(source_at(files_of(entry)), name=entry.name, settings=entry.settings)


def source_at(files: NetworkFiles) -> Source:
    """Return a user's network file as a candidate.  Raises ConfigError for a checkpoint."""
    if files.path.suffix == CHECKPOINT:
        raise ConfigError(
            f"expected a network file (*.onnx), got a checkpoint: {files.path}; "
            "export it, or leave out the budget"
        )
    info = read_info(files.path)
    return Source(info.name, files, zoom_of(info), info.multiple)


def measure(choice: Choice) -> Speed:
    """Measure the speed of a chosen network; takes about a second."""
    network = open_network(choice)
    zoom = zoom_of(network.info)
    # A line through two points: fixed cost, and cost per megapixel.
    half = replace(zoom, target=max(network.info.multiple, zoom.target // 2))
    # The differences of two sizes of input and picture give the cost per megapixel.
    large, large_input = _timed(network, zoom, SMALL_PICTURE)
    small, small_input = _timed(network, half, SMALL_PICTURE)
    # Noise may make a small difference negative; a negative cost would be too optimistic.
    by_input = max(0.0, (large - small) / (large_input - small_input))
    more = (np.prod(LARGE_PICTURE) - np.prod(SMALL_PICTURE)) / 1e6
    by_picture = max(0.0, (_timed(network, zoom, LARGE_PICTURE)[0] - large) / float(more))
    rest = large - by_input * large_input - by_picture * float(np.prod(SMALL_PICTURE)) / 1e6
    return Speed(max(0.0, rest), by_input, by_picture)


class Speeds:
    """Measured speeds, from the user's cache folder or measured at first use."""

    def __init__(self, folder: Path | None = None) -> None:
        self._path = (folder or cache_folder()) / CACHE

    def of(self, choice: Choice) -> Speed:
        """Return the speed of a chosen network, measured only if it is not known."""
        known = self._read().get(_key(choice))
        return self.measured(choice) if known is None else Speed(**known)

    def measured(self, choice: Choice) -> Speed:
        """Measure the speed now and replace the known speed."""
        speed = measure(choice)
        # Without a cache it is measured every time.
        with suppress(FCFIError, OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_text(
                self._path,
                json.dumps({**self._read(), _key(choice): asdict(speed)}, indent=1) + "\n",
            )
        return speed

    def _read(self) -> dict[str, dict[str, float]]:
        try:
            known = json.loads(self._path.read_text(encoding="utf-8"))
            # Through Speed and back, so that a damaged or older cache is ignored.
            return {key: asdict(Speed(**row)) for key, row in known.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}


def cache_folder() -> Path:
    """Return the user's cache folder: FCFI_CACHE, or the system's default."""
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        return Path(named)
    if sys.platform == "win32":
        return (
            Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
            / "fcfi"
            / "cache"
        )
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "fcfi"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fcfi"


# ── helpers ───────────────────────────────────────────────────────────────────────────────────────


def _settings(source: Source) -> list[tuple[int, Flip, float]]:
    """Return the longer side, flip and clicks of every setting that a network offers."""
    if source.settings:
        rows = [(key.split(), clicks) for key, clicks in source.settings.items()]
        return [(int(target), cast("Flip", flip), clicks) for (target, flip), clicks in rows]
    # Without a measurement, a larger input is assumed to be better, and flip slightly better.
    guesses = (NOT_MEASURED * 0.95, *(NOT_MEASURED * (2 - size) for size in SIZES))
    ways = offered(source.zoom, source.multiple)
    return [(target, flip, clicks) for (target, flip), clicks in zip(ways, guesses, strict=True)]


def _timed(network: Network, zoom: Zoom, size: tuple[int, int]) -> tuple[float, float]:
    """Return the median seconds of a click in a new crop, and the input's megapixels."""
    image = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    predictor = make_predictor(network, zoom)
    clicks = (Click(size[1] // 2, size[0] // 2), Click(size[1] // 3, size[0] // 2, positive=False))
    before = predictor.predict(image, clicks[:1])
    # Masks are computed at first use, and the first click's mask must not be timed.
    _ = before.mask
    taken = []
    for _ in range(REPEATS + 1):
        began = time.perf_counter()
        prediction = predictor.predict(image, clicks, before)
        _ = prediction.mask
        taken.append(time.perf_counter() - began)
    # The median, to ignore short loads by other programs; the first run warms up.
    return statistics.median(taken[1:]), prediction.crop.height * prediction.crop.width / 1e6


def _key(choice: Choice) -> str:
    """Return a key that changes with the file, the runtime, its settings and the machine."""
    try:
        release = version(choice.runtime)
    except PackageNotFoundError:
        release = "unknown"
    # Size and time represent the content, so that the file need not be read.
    stat = choice.path.stat()
    parts = (
        choice.path.name,
        stat.st_size,
        stat.st_mtime_ns,
        choice.runtime,
        release,
        choice.precision,
    )
    computer = (
        platform.node(),
        platform.machine(),
        platform.processor(),
        os.cpu_count(),
        choice.threads,
    )
    return hashlib.sha256(repr((parts, computer)).encode()).hexdigest()[:24]
