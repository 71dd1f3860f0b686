"""The click log of a session: everything needed to replay its mask, as JSON.

    {"format": "fcfi session", "version": 3,
     "image": {"height": 480, "width": 640, "sha256": "..."},       sha256 of size and pixels
     "network": {"name": "...", "sha256": "...", "runtime": "..."},  sha256 of the weights
     "settings": {"target": 384, "ratio": 1.4, "minimum": 200, "keep_iou": 0.5, "flip": "none",
                  "threshold": 0.49},
     "start": null,                            or the start mask, as run lengths
     "within": null,                           or the box of the first look
     "window": null,                           or {"low": 1000.0, "high": 1200.0}
     "rounds": [[{"x": 320, "y": 180, "positive": true, "time": 1767225600.0}],
                [{"left": 10, "top": 20, "right": 300, "bottom": 200, "time": 1767225607.5}]]}

Prompts are in order; those of a round were given together and predicted once.  A prompt is a click,
a box around the object, or a scribble (`"points": [[x, y], ..]` and `positive`).  `time` is in
seconds since 1970 (UTC).  With a `window`, the pixels are those of a deep picture that is read
through it (`fcfi.images.read_image`).  Run lengths go row by row, background first.  Knows nothing
of predictors.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fcfi.errors import InputError, guard
from fcfi.json_documents import Upgrade, read, upgraded
from fcfi.masks.runs import flat_of, lengths_of
from fcfi.prompts.rounds import Rounds

FORMAT: Final = "fcfi session"


@dataclass(frozen=True)
class ClickLog:
    """A click log; its JSON form is described at the top of this file."""

    height: int
    width: int
    image_sha256: str
    network: Mapping[str, str]
    settings: Mapping[str, float | str]
    start: tuple[int, ...] | None
    rounds: Rounds

    def to_json(self) -> dict[str, Any]:
        """Return the log as JSON: dictionaries, lists, texts and numbers."""
        return {
            "format": FORMAT,
            # Derived, so that the version rises with each new upgrade.
            "version": len(UPGRADES) + 1,
            "image": {"height": self.height, "width": self.width, "sha256": self.image_sha256},
            "network": dict(self.network),
            "settings": dict(self.settings),
            "start": None if self.start is None else list(self.start),
            **self.rounds.to_json(),
        }

    @classmethod
    def from_json(cls, data: Any) -> "ClickLog":
        """Return the log of `to_json`, of this version or an older one.

        Raises InputError, naming the key, for anything else.
        """
        if not isinstance(data, Mapping) or data.get("format") != FORMAT:
            raise InputError(
                f"expected the log of a session, a JSON object with format {FORMAT!r}, got "
                "another: give a log that fcfi wrote"
            )
        with guard(InputError, "the log is damaged", "give a log that fcfi wrote"):
            return cls._from(data)

    @classmethod
    def _from(cls, data: Mapping[str, Any]) -> "ClickLog":
        log = upgraded(data, "a log", UPGRADES)
        try:
            image = read(log, "image", dict)
            network = read(log, "network", dict)
            return cls(
                read(image, "height", int),
                read(image, "width", int),
                read(image, "sha256", str),
                {key: read(network, key, str) for key in ("name", "sha256", "runtime")},
                read(log, "settings", dict),
                None if log.get("start") is None else _runs(read(log, "start", list)),
                Rounds.from_json(log),
            )
        except InputError as error:
            raise InputError(f"the log is damaged: {error}") from error


def to_runs(mask: NDArray[np.bool_]) -> tuple[int, ...]:
    """Return the run lengths of a mask (H, W), row by row, background first.

    The first length may be 0.
    """
    return tuple(lengths_of(mask.ravel()).tolist())


def from_runs(runs: tuple[int, ...], height: int, width: int) -> NDArray[np.bool_]:
    """Return the mask (height, width) of `to_runs`.  Raises InputError if its runs do not fit."""
    if sum(runs) != height * width:
        raise InputError(
            f"the log's starting mask has {sum(runs)} pixels and the picture {width} x {height}: "
            "it is damaged"
        )
    return flat_of(runs).reshape(height, width)


def _runs(values: list[Any]) -> tuple[int, ...]:
    # `isinstance` would accept true and false as numbers.
    if not all(type(value) is int and value >= 0 for value in values):
        raise InputError(
            "expected 'start' as lengths of runs, whole numbers of at least 0, got others"
        )
    return tuple(values)


def _with_rounds(log: dict[str, Any]) -> dict[str, Any]:
    """Return version 2 of a log of version 1, in which each click has the number of its round.

    Clicks with the same number belong to a round; the numbers rise.
    """
    rounds: dict[int, list[dict[str, Any]]] = {}
    for row in read(log, "clicks", list):
        if not isinstance(row, Mapping):
            raise InputError("the log is damaged: expected 'clicks' as a list of objects")
        number = read(row, "round", int)
        # Version 1 wrote clicks in order, so a number that falls means that the file was changed.
        if rounds and number < max(rounds):
            raise InputError("the log is damaged: expected 'clicks' in the order of their rounds")
        rounds.setdefault(number, []).append(
            {key: row.get(key) for key in ("x", "y", "positive", "time")}
        )
    rest = {key: value for key, value in log.items() if key != "clicks"}
    return {**rest, "within": None, "rounds": list(rounds.values())}


def _with_window(log: dict[str, Any]) -> dict[str, Any]:
    """Return version 3 of a log of version 2, in which all pictures were seen by the rule."""
    return {**log, "window": None}


UPGRADES: Final[tuple[Upgrade, ...]] = (_with_rounds, _with_window)
"""The upgrades from each version to the next; see `fcfi.json_documents.upgraded`."""
