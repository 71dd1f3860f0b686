"""The log of a session: everything that is needed to make its mask again, as JSON.

    {"format": "fcfi session", "version": 1,
     "image": {"height": 480, "width": 640, "sha256": "..."},             of size and pixels
     "network": {"name": "...", "sha256": "...", "runtime": "..."},       sha256 of the weights
     "settings": {"target": 384, "ratio": 1.4, "minimum": 200, "keep_iou": 0.5, "flip": "none",
     "threshold": 0.49}, "start": null,                                                       or the
     mask that was begun from, as runs "clicks": [{"x": 320, "y": 180, "positive": true, "time":
     1767225600.0, "round": 0}]}

Clicks stand in their order; those of one round were given together and predicted once.  `time` is
in seconds since 1970 (UTC).  Runs are row-major lengths, background first.  Knows nothing of
predictors.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from fcfi.errors import InputError
from fcfi.prompts.clicks import Click
from fcfi.prompts.rounds import Round
from fcfi.runs import flat_of, lengths_of

FORMAT: Final = "fcfi session"
VERSION: Final = 1
Value = TypeVar("Value")


@dataclass(frozen=True)
class Log:
    """What the head of this file shows as JSON."""

    height: int
    width: int
    image_sha256: str
    network: Mapping[str, str]
    settings: Mapping[str, float | str]
    start: tuple[int, ...] | None
    rounds: tuple[Round, ...]

    def to_json(self) -> dict[str, Any]:
        """Dictionaries, lists, texts and numbers only."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "image": {"height": self.height, "width": self.width, "sha256": self.image_sha256},
            "network": dict(self.network),
            "settings": dict(self.settings),
            "start": None if self.start is None else list(self.start),
            "clicks": [
                {
                    "x": click.x,
                    "y": click.y,
                    "positive": click.positive,
                    "time": time,
                    "round": number,
                }
                for number, one in enumerate(self.rounds)
                for click, time in zip(one.clicks, one.times, strict=True)
            ],
        }

    @classmethod
    def from_json(cls, data: Any) -> "Log":
        """The log in what JSON gave.  Raises InputError, naming the key, if it is no log of this version."""
        if not isinstance(data, Mapping) or data.get("format") != FORMAT:
            raise InputError(
                f"this is no log of a session: a JSON object with format {FORMAT!r} is wanted"
            )
        if data.get("version") != VERSION:
            raise InputError(
                f"the log has version {data.get('version')!r} and this fcfi reads {VERSION}: update fcfi"
            )
        image, network = _get(data, "image", dict), _get(data, "network", dict)
        start = data.get("start")
        return cls(
            _get(image, "height", int),
            _get(image, "width", int),
            _get(image, "sha256", str),
            {key: _get(network, key, str) for key in ("name", "sha256", "runtime")},
            _get(data, "settings", dict),
            None if start is None else _runs(_get(data, "start", list)),
            _rounds(_get(data, "clicks", list)),
        )


def to_runs(mask: NDArray[np.bool_]) -> tuple[int, ...]:
    """Lengths of the runs of a mask (H, W), row by row, background first (its first run may be 0)."""
    return tuple(lengths_of(mask.ravel()).tolist())


def from_runs(runs: tuple[int, ...], height: int, width: int) -> NDArray[np.bool_]:
    """The mask (height, width) of `to_runs`.  Raises InputError if the runs do not fill it."""
    if sum(runs) != height * width:
        raise InputError(
            f"the log's starting mask has {sum(runs)} pixels and the picture {width} x {height}: it is damaged"
        )
    return flat_of(runs).reshape(height, width)


def _runs(values: list[Any]) -> tuple[int, ...]:
    if not all(type(value) is int and value >= 0 for value in values):
        raise InputError("the log is damaged at 'start': lengths of runs, 0 or more, are wanted")
    return tuple(values)


def _rounds(rows: list[Any]) -> tuple[Round, ...]:
    """Clicks with the same number of a round belong together; the numbers rise."""
    groups: dict[int, list[tuple[Click, float]]] = {}
    for row in rows:
        if not isinstance(row, Mapping):
            raise InputError(
                "the log is damaged at 'clicks': objects with x, y, positive, time and round are wanted"
            )
        click = Click(_get(row, "x", int), _get(row, "y", int), _get(row, "positive", bool))
        number = _get(row, "round", int)
        if groups and number < max(groups):
            raise InputError(
                "the log is damaged at 'clicks': the numbers of the rounds do not rise"
            )
        groups.setdefault(number, []).append((click, float(_get(row, "time", float))))
    return tuple(
        Round(tuple(c for c, _ in group), tuple(t for _, t in group)) for group in groups.values()
    )


def _get(data: Mapping[str, Any], key: str, kind: type[Value]) -> Value:
    """data[key] of just this type (a whole number is a float too); InputError names the key."""
    value = data.get(key)
    if type(value) is kind or (kind is float and type(value) is int):
        return value  # type: ignore[return-value]
    raise InputError(
        f"the log is damaged at {key!r}: {kind.__name__} is wanted, {type(value).__name__} came"
    )
