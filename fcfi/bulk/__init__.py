"""Bulk work on any number of machines: a plan in shards, parts computed anywhere, one result.

A *manifest* has a row for each object: a picture and its prompts.  A *plan* sorts the rows by the
hash of their picture into *shards*, and each shard into *parts* of some hundred rows.  One process
computes a part, writes it atomically under a name that the plan determines, and never computes it
again: a listing shows the finished parts.  So shards may run anywhere, in any order and more than
once, and may stop at any time.

    from fcfi import bulk
    bulk.make_plan("objects.jsonl", "out", shards=4)
    bulk.run("out")
    bulk.merge("out", "masks.parquet")

Needs the extra `[bulk]` (pyarrow and fsspec).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fcfi.bulk.merging import merge
    from fcfi.bulk.planning import make_plan
    from fcfi.bulk.running import run
    from fcfi.bulk.status import status_of

__all__ = ["make_plan", "merge", "run", "status_of"]

_HOMES = {
    "make_plan": "fcfi.bulk.planning",
    "merge": "fcfi.bulk.merging",
    "run": "fcfi.bulk.running",
    "status_of": "fcfi.bulk.status",
}


def __getattr__(name: str) -> Any:
    # pyarrow takes half a second to import, and `fcfi --help` imports this package
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'fcfi.bulk' has no attribute {name!r}")
