"""The plan on which all machines agree, stored as `plan.json` in the folder of the results.

    plan.json
    rows/shard-00017.parquet                             the rows of a shard; a row group per part
    masks/shard-00017/part-00003-1f2e3d4c5b6a.parquet    the results of a part

The plan determines a part's name, so two runners of one shard write the same bytes to the same
name, and finished parts need no other record.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from fcfi.bulk.storage import Storage
from fcfi.errors import InputError
from fcfi.json_documents import Upgrade, read, upgraded

FORMAT: Final = "fcfi bulk plan"
PLAN: Final = "plan.json"
PART_ROWS: Final = 512
"""Approximate number of rows in a part: ten seconds to a minute of work."""
DIGITS: Final = 12
"""Digits of the plan's digest in the name of a part."""
UPGRADES: Final[tuple[Upgrade, ...]] = ()


@dataclass(frozen=True)
class Part:
    """A part of a shard, the unit of work.  name: file name of its results, without folder."""

    shard: int
    index: int
    name: str


@dataclass(frozen=True)
class NetworkPlan:
    """The network of a plan, and how to run it.

    source: name or path, as given when planning.  name, sha256: those of the network itself.
    runtime, precision: with which it runs; others would give different bytes.
    settings: settings of the predictor.
    """

    source: str | None
    name: str
    sha256: str
    runtime: str
    precision: str
    flip: str
    settings: Mapping[str, float | str]


@dataclass(frozen=True)
class Plan:
    """The plan on which all machines agree.

    base: base folder of relative picture paths.  manifest_sha256: hash of the canonical rows.
    rows, parts: their number in each shard.
    """

    version: str
    base: str
    manifest_sha256: str
    part_rows: int
    network: NetworkPlan
    rows: tuple[int, ...]
    parts: tuple[int, ...]

    @property
    def shards(self) -> int:
        """The number of shards."""
        return len(self.rows)

    @property
    def total(self) -> int:
        """The number of rows in all shards."""
        return sum(self.rows)

    @property
    def digest(self) -> str:
        """Return the sha256 of all that results depend on, without paths and fcfi version."""
        return digest_of(self.manifest_sha256, self.part_rows, self.network, self.shards)

    def parts_of(self, shard: int) -> Iterator[Part]:
        """Return the parts of a shard, in order.  Raises InputError for an unknown shard."""
        if not 0 <= shard < self.shards:
            raise InputError(f"expected a shard from 0 to {self.shards - 1}, got {shard}")
        # The mark separates results of different plans, should they be in one folder.
        for index in range(self.parts[shard]):
            text = f"{self.digest} {shard} {index}".encode()
            mark = hashlib.sha256(text).hexdigest()[:DIGITS]
            yield Part(shard, index, f"part-{index:05d}-{mark}.parquet")

    def to_json(self) -> dict[str, Any]:
        """Return the plan as dictionaries, lists, texts and numbers."""
        return {"format": FORMAT, "version": len(UPGRADES) + 1, "plan": asdict(self)}

    @classmethod
    def from_json(cls, data: Any) -> "Plan":
        """Return the plan of `to_json`.  Raises InputError, naming the key, for anything else."""
        if not isinstance(data, Mapping) or data.get("format") != FORMAT:
            raise InputError(f"expected a JSON object with format {FORMAT!r}")
        plan = read(upgraded(data, "a plan", UPGRADES), "plan", dict)
        network = read(plan, "network", dict)
        texts = {key: read(network, key, str) for key in TEXTS}
        source = None if network.get("source") is None else read(network, "source", str)
        rows = read(plan, "rows", list)
        parts = read(plan, "parts", list)
        if len(rows) != len(parts) or not all(type(number) is int for number in (*rows, *parts)):
            raise InputError("expected 'rows' and 'parts' as a whole number for each shard")
        return cls(
            read(plan, "version", str),
            read(plan, "base", str),
            read(plan, "manifest_sha256", str),
            read(plan, "part_rows", int),
            NetworkPlan(source, settings=read(network, "settings", dict), **texts),
            tuple(rows),
            tuple(parts),
        )


TEXTS: Final = ("name", "sha256", "runtime", "precision", "flip")
"""Fields of NetworkPlan that are texts."""


def digest_of(manifest_sha256: str, part_rows: int, network: NetworkPlan, shards: int) -> str:
    """Return the digest of a plan, which is known before its rows are sorted."""
    # The network may have another path on another machine.
    settings = {key: value for key, value in asdict(network).items() if key != "source"}
    content = [manifest_sha256, part_rows, settings, shards]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def rows_name(shard: int) -> str:
    """Return the name of the file with the rows of a shard."""
    return f"rows/shard-{shard:05d}.parquet"


def masks_folder(shard: int) -> str:
    """Return the folder with the results of a shard."""
    return f"masks/shard-{shard:05d}"


def read_plan(storage: Storage) -> Plan:
    """Return the plan in a folder.  Raises InputError if it is missing or damaged."""
    if not storage.exists(PLAN):
        raise InputError(f"{storage.url} has no plan: make one with `fcfi bulk plan`")
    try:
        return Plan.from_json(json.loads(storage.read(PLAN)))
    except ValueError as error:
        raise InputError(f"{storage.url}/{PLAN} is not JSON ({error}): plan again") from error
    except InputError as error:
        raise InputError(f"{storage.url}/{PLAN} cannot be used: {error}") from error


def done_parts(storage: Storage, shard: int) -> frozenset[str]:
    """Return the names in the folder of a shard's results, with one listing."""
    return frozenset(storage.names(masks_folder(shard)))
