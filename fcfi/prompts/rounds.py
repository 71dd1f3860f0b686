"""Rounds of prompts: those of a round were given together and are predicted once.

Sessions and projects keep the rounds of each object and predict its mask from them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from fcfi.boxes import Box
from fcfi.errors import InputError
from fcfi.grey_window import GreyWindow
from fcfi.json_documents import read
from fcfi.prompts.clicks import Click, Clicks, Prompt, Prompts, clicks_in, prompt_from_json


@dataclass(frozen=True, slots=True)
class Round:
    """Prompts that were given together, and their times in seconds since 1970 (UTC)."""

    prompts: Prompts
    times: tuple[float, ...]

    @classmethod
    def at(cls, time: float, prompts: Prompts) -> "Round":
        """Return a round of prompts with the same time."""
        return cls(prompts, (time,) * len(prompts))

    @property
    def clicks(self) -> Clicks:
        """The prompts that are clicks."""
        return clicks_in(self.prompts)

    def without(self, index: int) -> "Round":
        """Return the round without the prompt at an index."""
        return Round(
            self.prompts[:index] + self.prompts[index + 1 :],
            self.times[:index] + self.times[index + 1 :],
        )

    def to_json(self) -> list[dict[str, Any]]:
        """Return the prompts, each with its `time`."""
        return [
            {**prompt.to_json(), "time": time}
            for prompt, time in zip(self.prompts, self.times, strict=True)
        ]

    @classmethod
    def from_json(cls, data: Any) -> "Round":
        """Return the round of `to_json`.  Raises InputError for anything else."""
        if not isinstance(data, list) or not data:
            got = "an empty one" if isinstance(data, list) else type(data).__name__
            raise InputError(f"expected a round as a list of at least one prompt, got {got}")
        prompts: list[Prompt] = []
        times: list[float] = []
        for row in data:
            prompts.append(prompt_from_json(row))
            times.append(float(read(row, "time", float)))
        return cls(tuple(prompts), tuple(times))


@dataclass(frozen=True, slots=True)
class Rounds:
    """All rounds of an object, in order.

    within: the part of the picture for the first look; None lets the predictor choose.
    window: the grey window through which the network sees a deep picture at all of them; None for
        the grey levels that are found by a rule.
    """

    items: tuple[Round, ...] = field(default=())
    within: Box | None = None
    window: GreyWindow | None = None

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Round]:
        return iter(self.items)

    def __getitem__(self, index: int) -> Round:
        return self.items[index]

    @property
    def prompts(self) -> Prompts:
        """All prompts, in order."""
        return tuple(prompt for part in self.items for prompt in part.prompts)

    @property
    def clicks(self) -> Clicks:
        """The prompts that are clicks."""
        return clicks_in(self.prompts)

    def first(self, count: int) -> "Rounds":
        """Return the first `count` rounds."""
        return replace(self, items=self.items[:count])

    def after(self, part: Round, within: Box | None = None) -> "Rounds":
        """Return the rounds with another round added.

        within: the part of the picture for the first look.  Raises InputError at a later round.
        """
        if within is not None and self.items:
            raise InputError(
                "expected a part to look within at the first prompt only, got one at a later "
                "prompt: leave it out"
            )
        return replace(self, items=(*self.items, part), within=within or self.within)

    def locate(self, index: int) -> tuple[int, int]:
        """Return the index of a prompt's round, and the prompt's index in the round.

        index: of the prompt in `prompts`.  Raises InputError without one.
        """
        rest = index
        for number, part in enumerate(self.items):
            if 0 <= rest < len(part.prompts):
                return number, rest
            rest -= len(part.prompts)
        raise InputError(
            f"expected the index of a prompt below {len(self.prompts)}, got no click {index}: "
            "count from 0"
        )

    def without(self, index: int) -> "Rounds":
        """Return the rounds without a prompt; a round that is then empty is removed.

        index: of the prompt in `prompts`.  Raises InputError without one.
        """
        number, inside = self.locate(index)
        rest = self.items[number].without(inside)
        kept = (rest,) if rest.prompts else ()
        items = (*self.items[:number], *kept, *self.items[number + 1 :])
        # Another round may now be the first, whose prompts need not be inside `within`.
        keeps = self.within is not None and items and _inside(items[0].prompts, self.within)
        return replace(self, items=items, within=self.within if keeps else None)

    def to_json(self) -> dict[str, Any]:
        """Return `{"within": box or None, "window": .. or None, "rounds": [[prompt, ..], ..]}`."""
        return {
            "within": None if self.within is None else self.within.to_json(),
            "window": None if self.window is None else self.window.to_json(),
            "rounds": [part.to_json() for part in self.items],
        }

    @classmethod
    def from_json(cls, data: Any) -> "Rounds":
        """Return the rounds of `to_json`.  Raises InputError, naming the key, for anything else."""
        within, window = data.get("within"), data.get("window")
        return cls(
            tuple(Round.from_json(part) for part in read(data, "rounds", list)),
            None if within is None else Box.from_json(read(data, "within", dict)),
            None if window is None else GreyWindow.from_json(read(data, "window", dict)),
        )


def _inside(prompts: Prompts, within: Box) -> bool:
    """Return whether all clicks and scribbles are inside a box, and all boxes overlap it."""
    for prompt in prompts:
        if isinstance(prompt, Box):
            if prompt.intersection(within) is None:
                return False
            continue
        for click in (prompt,) if isinstance(prompt, Click) else prompt.corners:
            if not within.contains(click.x, click.y):
                return False
    return True


NO_ROUNDS: Final = Rounds()
"""The rounds of a new object."""
