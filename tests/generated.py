"""Settings for property-based tests: the number of examples, and whether they are always the same.

By default they are the same, so that runs on all machines agree.  With FCFI_TEST_FUZZ=1 (`make
fuzz`) there are many more, and new ones each time.
"""

import os
from typing import Any, Final, Literal

from hypothesis import settings
from hypothesis import strategies as st

FUZZ: Final = os.environ.get("FCFI_TEST_FUZZ", "") not in ("", "0")
MORE: Final = 10 if FUZZ else 1
"""Times as many examples as a test asks for."""


def register() -> None:
    """Use these settings for all tests."""
    settings.register_profile(
        "fcfi",
        max_examples=100 * MORE,
        derandomize=not FUZZ,
        deadline=None,  # shared machines stall; what is slow is seen in --durations
        print_blob=FUZZ,
    )
    settings.load_profile("fcfi")


def examples(count: int, **options: Any) -> settings:
    """Return the settings for a test with this number of examples by default."""
    return settings(max_examples=count * MORE, **options)


def floats(low: float, high: float, width: Literal[32, 64] = 64) -> st.SearchStrategy[float]:
    """Draw numbers from low to high, none of them subnormal.

    Some libraries make the processor treat subnormals as 0 in the thread that loads them, so the
    result of a test would depend on earlier tests.
    """
    return st.floats(low, high, width=width, allow_nan=False, allow_subnormal=False)
