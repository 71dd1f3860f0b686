"""How many examples a property-based test draws, and whether they are the same ones each time.

By default they are, so that a run on any machine repeats a run on any other.  With FCFI_TEST_FUZZ=1
(`make fuzz`) there are many more, and new ones each time.
"""

import os
from typing import Any, Final, Literal

from hypothesis import settings
from hypothesis import strategies as st

FUZZ: Final = os.environ.get("FCFI_TEST_FUZZ", "") not in ("", "0")
MORE: Final = 10 if FUZZ else 1
"""Times as many examples as a test asks for."""


def register() -> None:
    """Make these the settings of all tests."""
    settings.register_profile(
        "fcfi",
        max_examples=100 * MORE,
        derandomize=not FUZZ,
        deadline=None,  # shared machines stall; what is slow is seen in --durations
        print_blob=FUZZ,
    )
    settings.load_profile("fcfi")


def examples(count: int, **options: Any) -> settings:
    """Return settings for a test that draws this many examples by default."""
    return settings(max_examples=count * MORE, **options)


def floats(low: float, high: float, width: Literal[32, 64] = 64) -> st.SearchStrategy[float]:
    """Draw numbers from low to high, none of them subnormal.

    Some libraries let the processor take subnormals for 0 in the thread that loads them, so what a
    test sees of them would depend on what ran before.
    """
    return st.floats(low, high, width=width, allow_nan=False, allow_subnormal=False)
