"""The robots of an evaluation: the default robot, a random one, or recorded clicks.

Each is a value with a name that is stored in results, so that results of different robots are never
mixed.  Knows nothing of networks.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol

import numpy as np

from fcfi.data.broken import BrokenError
from fcfi.errors import InputError, guard
from fcfi.masks.truth import Mask, Truth
from fcfi.prompts.click_log import FORMAT, ClickLog
from fcfi.prompts.clicks import Click, Clicks, clicks_in
from fcfi.robot import next_click

UNRECORDED: Final = "no clicks are recorded for it"
OUTSIDE: Final = "a recorded click lies outside of its picture"
DIGITS: Final = 12
"""Digits of a file's sha256 in the name of its robot."""


class Robot(Protocol):
    """A simulated person, without state, so that objects may be clicked in any order."""

    @property
    def name(self) -> str:
        """The robot's name in results, which includes everything its clicks depend on."""

    def next_click(self, name: str, truth: Truth, mask: Mask, made: Clicks) -> Click | None:
        """Return the next click on an object, or None if there is nothing more to click.

        name: the object's name.  truth: (H, W) uint8.  mask: (H, W) bool, the prediction.
        made: the clicks so far.
        Raises BrokenError for an object that this robot cannot click on.
        """


@dataclass(frozen=True)
class CentreRobot:
    """The robot of the papers: it clicks the pixel farthest from the edge of an error."""

    name: ClassVar[str] = "centre"

    def next_click(self, name: str, truth: Truth, mask: Mask, made: Clicks) -> Click | None:
        """Return the deepest error pixel; see `fcfi.robot.next_click`."""
        return next_click(truth, mask, made)


CENTRE: Final = CentreRobot()


@dataclass(frozen=True)
class RandomRobot:
    """A robot that clicks any pixel with the kind of error of the deepest error.

    seed: another seed draws other clicks.  A click depends only on seed, object and number of
        clicks, so that shards get the same clicks as a single run.

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
        """The robot's name in results."""
        return f"random, seed {self.seed}"

    def next_click(self, name: str, truth: Truth, mask: Mask, made: Clicks) -> Click | None:
        """Return a random error pixel."""
        drawn_from = json.dumps([self.seed, name, len(made)]).encode()
        seed = int.from_bytes(hashlib.sha256(drawn_from).digest()[:8], "big")
        return next_click(truth, mask, made, np.random.default_rng(seed), inner=0)


@dataclass(frozen=True)
class RecordedRobot:
    """Clicks that were recorded from people or another evaluation, whatever the current mask.

    name: name of the file and a hash of its content.  clicks: the clicks of each object by name.
    """

    name: str
    clicks: Mapping[str, Clicks]

    def next_click(self, name: str, truth: Truth, mask: Mask, made: Clicks) -> Click | None:
        """Return the recorded click with this number, or None after the last.

        Raises BrokenError for an object without clicks, or a click outside the picture.
        """
        if name not in self.clicks:
            known = "expected recorded clicks for this object, got none: record some"
            raise BrokenError(name, UNRECORDED, known)
        clicks = self.clicks[name]
        if len(made) >= len(clicks):
            return None
        click = clicks[len(made)]
        height, width = truth.shape
        if not (0 <= click.x < width and 0 <= click.y < height):
            inside = (
                f"expected click {len(made) + 1} inside the picture of {width} x {height} pixels, "
                f"got ({click.x}, {click.y}): give clicks of this data"
            )
            raise BrokenError(name, OUTSIDE, inside)
        return click


def choose_robot(kind: str, seed: int = 0) -> Robot:
    """Return the robot `centre` or `random`, or the recorded clicks of a file.

    seed: seed of the random robot.
    Raises InputError for a file that cannot be read.
    """
    if kind == CENTRE.name:
        return CENTRE
    if kind == "random":
        return RandomRobot(seed)
    return read_recorded(Path(kind))


def read_recorded(path: Path) -> RecordedRobot:
    """Return the robot that repeats the clicks of a file.

    The file is the record of an evaluation (`fcfi evaluate --json`); or the click log of a session
    in a file named after the object; or JSON lines with an object each:
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

    stem: name of the file without suffix, which is the object of a click log.
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
    """Return the click given as [x, y], [x, y, "+"] or [x, y, "-"]."""
    x, y, *sign = value
    if type(x) is not int or type(y) is not int or sign not in ([], ["+"], ["-"]):
        raise InputError(f'expected a click as [x, y] or [x, y, "-"], got {json.dumps(value)}')
    return Click(x, y, sign != ["-"])
