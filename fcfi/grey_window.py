"""The grey window of a deep picture: which of its values are black, and which are white.

A deep picture is a grey picture of more than 8 bits (16-bit, 32-bit or float numbers).  Values up
to `low` become black, values from `high` on white, and those between grey levels in equal steps.
Knows nothing of pixels; `fcfi.grey_levels` converts them.  Does not load NumPy, so that the command
line's help stays fast.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fcfi.errors import InputError
from fcfi.json_documents import MAX_NUMBER, read


@dataclass(frozen=True, slots=True)
class GreyWindow:
    """The values low < high of a deep picture that become black and white.

    Raises InputError unless they are two finite numbers, the first below the second.

    >>> GreyWindow.parse("1000,1200")
    GreyWindow(low=1000.0, high=1200.0)
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        for value in (self.low, self.high):
            # `not <=` also refuses NaN.
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise _unfit(f"{self.low!r} and {self.high!r}")
            if not -MAX_NUMBER <= value <= MAX_NUMBER:
                raise _unfit(f"{self.low:g} and {self.high:g}")
        if not self.low < self.high:
            raise _unfit(f"{self.low:g} and {self.high:g}")
        # Equal windows are written equally: 1000 and 1000.0 are different texts in JSON.
        object.__setattr__(self, "low", float(self.low))
        object.__setattr__(self, "high", float(self.high))

    def __str__(self) -> str:
        """Return the text that `parse` reads, as `1000,1200`."""
        return ",".join(repr(value).removesuffix(".0") for value in (self.low, self.high))

    @classmethod
    def parse(cls, text: str) -> "GreyWindow":
        """Return a window written as `low,high`.  Raises InputError for anything else."""
        try:
            low, high = (float(part) for part in text.split(","))
        except ValueError as error:
            raise _unfit(repr(text[:50])) from error
        return cls(low, high)

    def to_json(self) -> dict[str, Any]:
        """Return `{"low": .., "high": ..}`."""
        return {"low": self.low, "high": self.high}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "GreyWindow":
        """Return the window of `to_json`.  Raises InputError for anything else."""
        return cls(read(data, "low", float), read(data, "high", float))


def _unfit(got: str) -> InputError:
    """Return the error for values that are not a window."""
    return InputError(
        f"expected a window as two finite numbers, the lower one first, got {got}: "
        "write for example 1000,1200"
    )
