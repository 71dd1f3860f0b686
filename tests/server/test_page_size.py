"""The size of the page: small enough to be usable within a second on a slow connection."""

import gzip
from pathlib import Path

import fcfi.server

STATIC = Path(fcfi.server.__file__).parent / "static"
MOST = 150_000
"""Bytes of all that the page needs before it can be used, compressed."""


def test_the_page_is_small() -> None:
    # Dictionaries of other languages are loaded when they are used, one at most.
    needed = [STATIC / "index.html", STATIC / "assets/page.js", STATIC / "assets/index.css"]
    largest = max(
        (path for path in (STATIC / "assets").glob("*.js") if path.name != "page.js"),
        key=lambda path: path.stat().st_size,
    )
    sizes = {path.name: len(gzip.compress(path.read_bytes())) for path in (*needed, largest)}
    assert sum(sizes.values()) < MOST, sizes
