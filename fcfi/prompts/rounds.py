"""Rounds: clicks that were given together and are predicted once."""

from dataclasses import dataclass

from fcfi.prompts.clicks import Clicks


@dataclass(frozen=True)
class Round:
    """Clicks that were given together, and when, in seconds since 1970 (UTC)."""

    clicks: Clicks
    times: tuple[float, ...]
