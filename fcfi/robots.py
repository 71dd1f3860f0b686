"""Who clicks in an evaluation: the usual robot, a random one, or clicks that were recorded.

Each is a value with a name, which stands in results, so that those of different robots are never
mixed.  Knows nothing of networks.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol

import numpy as np

from fcfi.errors import InputError, guard
from fcfi.masks.truth import Mask, Truth
from fcfi.prompts.click_log import FORMAT, ClickLog
from fcfi.prompts.clicks import Click, Clicks, clicks_in
from fcfi.robot import next_click

DIGITS: Final = 12
"""Of a file's sha256 in the name of its robot."""


class Robot(Protocol):
    """A simulated person; holds no state, so that objects may be clicked in any order."""

    @property
    def name(self) -> str:
        """What results say of the robot: everything that its clicks depend on."""

    def next_click(self, name: str, truth: Truth, mask: Mask, made: Clicks) -> Click | None:
        """Return the next click on an object, or None when there is nothing more to click.

        name: of the object.  truth: (H, W) uint8.  mask: (H, W) bool, the prediction.
        made: the clicks so far.
        """


@dataclass(frozen=True)
class CentreRobot:
    """The robot of the papers: it clicks the pixel farthest from the edge of the largest error."""

    name: ClassVar[str] = "centre"

    def next_click(self, name: str, truth: Truth, mask: Mask, made: Clicks) -> Click | None:
        """Return the deepest error pixel; see `fcfi.robot.next_click`."""
        return next_click(truth, mask, made)


CENTRE: Final = CentreRobot()


@dataclass(frozen=True)
class RandomRobot:
    """A robot that clicks any pixel of the kind of error in which the deepest error lies.

    seed: another one draws other clicks.  A click depends on seed, object and number of clicks
        alone, so that shards draw what one run draws.

    >>> import numpy as np
    >>> truth, mask = np.zeros((9, 9), np.uint8), np.zeros((9, 9), bool)
    >>> truth[2:7, 3:8] = 1
    >>> click = RandomRobot(5).next_click("cup", truth, mask, ())
    >>> bool(truth[click.y, click.x]), click == RandomRobot(5).next_click("cup", truth, mask, ())
    (True, True)
    """

    seed: int

    @property
    def name(self) -> str:
        """What results say of the robot."""
        return f"random, seed {self.seed}"

    def next_click(self, name: str, truth: Truth, mask: Mask, made: Clicks) -> Click | None:
        """Return a random error pixel."""
        drawn_from = json.dumps([self.seed, name, len(made)]).encode()
        seed = int.from_bytes(hashlib.sha256(drawn_from).digest()[:8], "big")
        return next_click(truth, mask, made, np.random.default_rng(seed), inner=0)


@dataclass(frozen=True)
class RecordedRobot:
    """Clicks that were made before, by people or by another evaluation, whatever the mask is now.

    name: of the file, with what marks its content.  clicks: of each object by its name.
    """

    name: str
    clicks: Mapping[str, Clicks]

    def next_click(self, name: str, truth: Truth, mask: Mask, made: Clicks) -> Click | None:
        """Return the recorded click of this number, or None after the last.

        Raises InputError for an object without clicks, or a click outside of its picture.
        """
        if name not in self.clicks:
            raise InputError(
                f"expected recorded clicks for the object {name!r}, got none: record them, or "
                "evaluate on the objects that have some"
            )
        clicks = self.clicks[name]
        if len(made) >= len(clicks):
            return None
        click = clicks[len(made)]
        height, width = truth.shape
        if not (0 <= click.x < width and 0 <= click.y < height):
            raise InputError(
                f"expected click {len(made) + 1} of the object {name!r} inside the picture of "
                f"{width} x {height} pixels, got ({click.x}, {click.y}): give clicks of this data"
            )
        return click


def choose_robot(kind: str, seed: int = 0) -> Robot:
    """Return the robot `centre` or `random`, or the recorded clicks of a file.

    seed: of the random robot.
    Raises InputError for a file that cannot be read.
    """
    if kind == CENTRE.name:
        return CENTRE
    if kind == "random":
        return RandomRobot(seed)
    return read_recorded(Path(kind))


def read_recorded(path: Path) -> RecordedRobot:
    """Return the robot that repeats the clicks of a file.

    The file is the record of an evaluation (`fcfi evaluate --json`); or the click log of a session,
    whose file is named after the object; or lines of JSON, an object each:
    `{"name": "208001#2", "clicks": [[320, 180], [90, 60, "-"]]}`.
    Raises InputError for any other file.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"cannot read clicks from {path} ({error.strerror or error}): give centre, random or "
            "a file with recorded clicks"
        ) from error
    clicks: dict[str, Clicks] = {}
    with guard(
        InputError, f"{path} holds no clicks that can be read", "write them as the guide shows"
    ):
        for name, made in _objects(data, path.stem):
            if name in clicks:
                raise InputError(f"{path} has clicks for the object {name!r} twice: keep one list")
            clicks[name] = made
    if not clicks:
        raise InputError(f"expected recorded clicks in {path}, got none: give another file")
    mark = hashlib.sha256(data).hexdigest()[:DIGITS]
    return RecordedRobot(f"recorded, {path.name} {mark}", clicks)


# ── helpers ───────────────────────────────────────────────────────────────────────────────────────


def _objects(data: bytes, stem: str) -> Iterator[tuple[str, Clicks]]:
    """Yield the objects of a file with their clicks.

    stem: of the file's name, which names the object of a click log.
    """
    try:
        whole = json.loads(data)
    except ValueError:
        whole = None  # several lines
    if isinstance(whole, dict) and whole.get("format") == FORMAT:
        yield stem, clicks_in(ClickLog.from_json(whole).rounds.prompts)
        return
    if isinstance(whole, dict) and isinstance(whole.get("objects"), list):
        rows = whole["objects"]
    else:
        rows = [json.loads(line) for line in data.splitlines() if line.strip()]
    for row in rows:
        yield str(row["name"]), tuple(_click(click) for click in row["clicks"])


def _click(value: Any) -> Click:
    """Return the click of [x, y], [x, y, "+"] or [x, y, "-"]."""
    x, y, *sign = value
    if type(x) is not int or type(y) is not int or sign not in ([], ["+"], ["-"]):
        raise InputError(f'expected a click as [x, y] or [x, y, "-"], got {json.dumps(value)}')
    return Click(x, y, sign != ["-"])
